// The address of what is shown: #lobby, #lobby/2026-11-24 (a day), #lobby/m123 (a message), #@bob.

/**
 * @typedef {object} Route
 * @property {string} room
 * @property {string} person
 * @property {string} day
 * @property {number} id
 */

/**
 * @param {string} hash
 * @returns {Route}
 */
export function readRoute(hash) {
  const [name = "", part = ""] = hash.replace(/^#/, "").split("/").map(decoded);
  const person = name.startsWith("@") ? name.slice(1) : "";
  const day = /^\d{4}-\d\d-\d\d$/.test(part) ? part : "";
  const id = /^m\d{1,16}$/.test(part) ? Number(part.slice(1)) : 0;
  return { room: person ? "" : name, person, day, id };
}

/**
 * @param {import("./place.js").Place} place
 * @param {string} [part]
 */
export function hashOf(place, part) {
  const name = encodeURIComponent(place.name);
  return `#${place.isRoom ? name : `@${name}`}${part ? `/${part}` : ""}`;
}

/**
 * @param {import("./place.js").Place} place
 * @param {string} [part]
 */
export function addressOf(place, part) {
  return `${location.origin}${location.pathname}${hashOf(place, part)}`;
}

/** @param {string} piece */
function decoded(piece) {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
