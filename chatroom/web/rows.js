// A place as the rows of the message list: what stands where, and how one row looks.
import { el } from "./dom.js";
import { colourOf, keyOf } from "./names.js";
import { say } from "./strings.js";
import { nodesOf } from "./text.js";
import { clockTime, dayOf, dayTitle, fullTime } from "./time.js";

/** @typedef {import("./timeline.js").Item} Item */
/** @typedef {import("./place.js").Place} Place */
/**
 * @typedef {object} Row
 * @property {string} key
 * @property {"day" | "unread" | "item"} kind
 * @property {string} text  of a separator
 * @property {Item | null} item
 * @property {boolean} head  the author is shown above it
 */

const GROUP = 300; // seconds between two messages of one group
const SPOKEN = new Set(["said", "acted"]);

/**
 * @param {Place} place
 * @returns {Row[]}
 */
export function rowsOf(place) {
  /** @type {Row[]} */
  const rows = [];
  let day = "";
  /** @type {Item | null} */
  let before = null;
  let lined = place.line < 0;
  for (const item of [...place.timeline.items, ...place.pending]) {
    if (dayOf(item.time) !== day) {
      day = dayOf(item.time);
      rows.push(separator("day", `d${day}`, dayTitle(item.time)));
      before = null;
    }
    if (!lined && item.id > place.line && !item.own && SPOKEN.has(item.kind)) {
      lined = true;
      rows.push(separator("unread", "unread", say.unread));
      before = null;
    }
    rows.push({ key: item.key, kind: "item", text: "", item, head: !continues(before, item) });
    before = item;
  }
  return rows;
}

/**
 * @param {"day" | "unread"} kind
 * @param {string} key
 * @param {string} text
 * @returns {Row}
 */
function separator(kind, key, text) {
  return { key, kind, text, item: null, head: false };
}

/**
 * @param {Item | null} before
 * @param {Item} item
 */
function continues(before, item) {
  if (!before || item.kind !== "said" || before.kind !== "said") return false;
  return keyOf(before.name) === keyOf(item.name) && item.time - before.time < GROUP;
}

/**
 * What a row looks like depends on this, and on nothing else.
 * @param {Row} row
 * @param {string} me
 */
export function signatureOf({ kind, text, item, head }, me) {
  if (!item) return `${kind} ${text}`;
  return [item.kind, head, item.state, item.problem, item.name, item.own, me, item.kind === "note" || item.id === 0 ? item.text : ""].join("\n");
}

/**
 * @param {Row} row
 * @param {string} me
 * @returns {HTMLElement}
 */
export function makeRow(row, me) {
  const { item } = row;
  if (!item) return el("div", { class: row.kind, role: "separator", "aria-label": row.text }, el("span", { text: row.text }));
  if (!SPOKEN.has(item.kind)) return makeNote(item);
  const made = item.kind === "acted" ? makeAction(item, me) : makeMessage(item, row.head, me);
  made.dataset.key = item.key;
  made.tabIndex = -1;
  if (item.own) made.classList.add("own");
  if (!item.own && made.querySelector("mark")) made.classList.add("mentioned");
  if (item.state) addState(made, item);
  return made;
}

/** @param {Item} item */
function makeNote(item) {
  const text = item.kind === "topic" ? say.topicSet(item.name, item.text) : item.text;
  const made = el("div", { class: `note ${item.kind}` }, el("span", { text }));
  made.dataset.key = item.key;
  return made;
}

/**
 * @param {Item} item
 * @param {boolean} head
 * @param {string} me
 */
function makeMessage(item, head, me) {
  const made = el("div", { class: head ? "row head" : "row" });
  if (head) {
    made.append(
      el("span", { class: `avatar c${colourOf(item.name)}`, "aria-hidden": "true", text: initial(item.name) }),
      el("div", { class: "by" }, el("strong", { class: `name c${colourOf(item.name)}`, text: item.name }), " ", timeOf(item)),
    );
  } else {
    made.append(el("span", { class: "hidden", text: say.at(item.name, clockTime(item.time)) }), timeOf(item));
  }
  made.append(el("div", { class: "text" }, ...nodesOf(item.text, item.own ? "" : me)));
  return made;
}

/**
 * @param {Item} item
 * @param {string} me
 */
function makeAction(item, me) {
  const name = el("strong", { class: `name c${colourOf(item.name)}`, text: item.name });
  const text = el("div", { class: "text" }, ...nodesOf(item.text, item.own ? "" : me));
  text.firstElementChild?.prepend(name, " ");
  return el("div", { class: "row acted" }, el("span", { class: "star", "aria-hidden": "true", text: "∗" }), text, timeOf(item));
}

/** @param {Item} item */
function timeOf(item) {
  const made = el("time", { datetime: new Date(item.time * 1000).toISOString(), text: clockTime(item.time) });
  made.addEventListener("pointerenter", () => (made.title = fullTime(item.time)), { once: true });
  return made;
}

/**
 * @param {HTMLElement} row
 * @param {Item} item
 */
function addState(row, item) {
  row.classList.add(item.state);
  if (item.state === "sending") return;
  const state = el("div", { class: "state" });
  state.append(item.problem && item.state !== "queued" ? item.problem : say.queued);
  if (item.state === "failed") {
    state.append(" ", el("button", { class: "link", text: say.again, "data-retry": item.key }), " ", el("button", { class: "link", text: say.discard, "data-drop": item.key }));
  }
  row.append(state);
}

/** @param {string} name */
export function initial(name) {
  return (/** @type {string} */ ([...name][0])).toUpperCase();
}
