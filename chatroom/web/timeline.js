// The messages of one place that the page holds: a window of bounded size over a long history.

export const MOST = 300;
const SLACK = 60; // beyond MOST, before it is trimmed
const LATE = 40; // beyond that, while somebody reads back

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {number} id  rises within a place; 0 for what has no place in the history
 * @property {string} kind  said, acted, topic, gap, or note
 * @property {string} name
 * @property {string} text
 * @property {number} time  in seconds
 * @property {boolean} own
 * @property {"" | "queued" | "sending" | "failed" | "waiting"} state
 * @property {string} [problem]
 */

let noted = 0;

/**
 * A line of the page itself, which no history holds.
 * @param {string} text
 * @param {number} time
 * @returns {Item}
 */
export function note(text, time) {
  noted += 1;
  return { key: `n${noted}`, id: 0, kind: "note", name: "", text, time, own: false, state: "" };
}

export class Timeline {
  constructor() {
    /** @type {Item[]} */
    this.items = [];
    this.loaded = false; // a page of the history has been asked for and is here
    this.level = true; // the end of `items` is the newest message
    this.moreBefore = false;
    this.loading = false;
    /** @type {Set<number>} */
    this.ids = new Set();
  }

  get firstId() {
    return this.items.find((item) => item.id > 0)?.id ?? 0;
  }

  get lastId() {
    return this.items.findLast((item) => item.id > 0)?.id ?? 0;
  }

  /**
   * What has just been said. It is dropped while the window is elsewhere in the history.
   * @param {Item} item
   * @returns {boolean} whether it is new
   */
  append(item) {
    if (item.id > 0 && this.ids.has(item.id)) return false;
    if (!this.level) return item.id > 0;
    this.insert(item);
    return true;
  }

  /** @param {Item} item */
  insert(item) {
    let at = this.items.length;
    while (item.id > 0 && at > 0 && (this.items[at - 1]?.id ?? 0) > item.id) at--;
    this.items.splice(at, 0, item);
    if (item.id > 0) this.ids.add(item.id);
  }

  /**
   * Another part of the history in place of this one.
   * @param {Item[]} items
   * @param {{ before: boolean, after: boolean }} more
   */
  replace(items, more) {
    const since = more.after ? [] : this.items.filter((item) => item.id > (items.at(-1)?.id ?? 0));
    const notes = more.after ? [] : since.filter((item) => item.id > 0);
    this.items = [...items, ...notes];
    this.ids = new Set(this.items.map((item) => item.id));
    this.moreBefore = more.before;
    this.level = !more.after;
    this.loaded = true;
  }

  /**
   * @param {Item[]} items
   * @param {boolean} more
   */
  prepend(items, more) {
    const fresh = items.filter((item) => !this.ids.has(item.id));
    this.items.unshift(...fresh);
    for (const item of fresh) this.ids.add(item.id);
    this.moreBefore = more;
    this.trimEnd();
  }

  /**
   * @param {Item[]} items
   * @param {boolean} more
   */
  extend(items, more) {
    for (const item of items) if (!this.ids.has(item.id)) this.insert(item);
    this.level = !more;
    this.trimStart();
  }

  clear() {
    this.items = [];
    this.ids.clear();
    this.level = true;
    this.moreBefore = false;
  }

  /** Keep the newest: somebody reads at the end, or nobody does. */
  trimStart() {
    if (this.items.length > MOST + SLACK) {
      this.drop(this.items.splice(0, this.items.length - MOST));
      this.moreBefore = true;
    }
  }

  /** Somebody reads back while others talk: the newest are left out, and can be loaded again. */
  holdBack() {
    if (this.items.length > MOST + SLACK + LATE) {
      this.drop(this.items.splice(MOST + SLACK));
      this.level = false;
    }
  }

  /** Keep the oldest: somebody reads back. */
  trimEnd() {
    if (this.items.length > MOST + SLACK) {
      this.drop(this.items.splice(MOST));
      this.level = false;
    }
  }

  /** @param {Item[]} items */
  drop(items) {
    for (const item of items) this.ids.delete(item.id);
  }
}
