// What is remembered between two visits. A browser may forbid storage, or it may be full: then
// nothing is remembered, and nothing fails.

/**
 * @template T
 * @param {string} key
 * @param {T} otherwise
 * @returns {T}
 */
export function recall(key, otherwise) {
  return read(() => localStorage, key, otherwise);
}

/**
 * @param {string} key
 * @param {unknown} value
 */
export function remember(key, value) {
  write(() => localStorage, key, value);
}

/**
 * The same for this tab alone: it outlives a reload, and not the tab.
 * @template T
 * @param {string} key
 * @param {T} otherwise
 * @returns {T}
 */
export function recallHere(key, otherwise) {
  return read(() => sessionStorage, key, otherwise);
}

/**
 * @param {string} key
 * @param {unknown} value
 */
export function rememberHere(key, value) {
  write(() => sessionStorage, key, value);
}

/**
 * @template T
 * @param {() => Storage} place
 * @param {string} key
 * @param {T} otherwise
 * @returns {T}
 */
function read(place, key, otherwise) {
  try {
    const found = JSON.parse(place().getItem(`chatroom.${key}`) ?? "null");
    return sameKind(found, otherwise) ? found : otherwise;
  } catch {
    return otherwise;
  }
}

/**
 * @param {unknown} found
 * @param {unknown} otherwise
 */
function sameKind(found, otherwise) {
  return found !== null && typeof found === typeof otherwise && Array.isArray(found) === Array.isArray(otherwise);
}

/**
 * @param {() => Storage} place
 * @param {string} key
 * @param {unknown} value
 */
function write(place, key, value) {
  try {
    place().setItem(`chatroom.${key}`, JSON.stringify(value));
  } catch {
    // full, or forbidden
  }
}
