// The message list: draws the rows of one place, and keeps what somebody reads where it is.
import { part, setChildren, setText } from "./dom.js";
import { makeRow, rowsOf, signatureOf } from "./rows.js";
import { say } from "./strings.js";

/** @typedef {import("./place.js").Place} Place */

const NEAR_END = 60; // pixels from the end that count as the end
const LOAD_AHEAD = 500; // pixels from an edge at which more is loaded
const RUSH = 80; // rows; when more are new at once, only so many are drawn, and the others a moment later
const CALM = 250; // milliseconds

/**
 * @typedef {object} Reader
 * @property {(place: Place) => void} older
 * @property {(place: Place) => void} newer
 * @property {(place: Place, id: number) => void} seen  up to this id; 0: everything
 * @property {() => void} changed  draw again
 */

export class MessageList {
  /**
   * @param {import("./announcer.js").Announcer} announcer
   * @param {Reader} reader
   */
  constructor(announcer, reader) {
    this.announcer = announcer;
    this.reader = reader;
    this.log = part("log");
    this.frame = part("log").parentElement ?? this.log;
    /** @type {Map<string, { element: HTMLElement, signature: string }>} */
    this.made = new Map();
    /** @type {Place | null} */
    this.place = null;
    this.stuck = true; // to the end
    this.ours = false; // the scroll event to come is our own
    this.landing = true; // the place has been opened, and its messages have not been shown
    this.calm = 0; // the timer of a rush
    this.wanted = ""; // the key of the row that is to be shown
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(this.log);
  }

  get distance() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  get atEnd() {
    return this.stuck && this.place !== null && this.place.timeline.level;
  }

  /**
   * @param {Place} place
   * @param {string} me
   */
  draw(place, me) {
    const switched = place !== this.place;
    if (switched) this.show(place);
    const anchor = switched ? place.scroll : this.stuck ? null : this.anchor();
    const rows = this.inRush(rowsOf(place), switched);
    const elements = rows.map((row) => this.element(row, me));
    const known = switched ? 0 : this.log.childElementCount;
    this.announcer.drawn(this.log, elements, switched || known === 0 || place.timeline.loading);
    setChildren(this.log, elements);
    this.forget(new Set(rows.map((row) => row.key)));
    this.place = place;
    this.settle(anchor);
    this.loadMore();
    this.look();
  }

  /**
   * In a burst the newest rows are enough for one frame.
   * @param {import("./rows.js").Row[]} rows
   * @param {boolean} switched
   */
  inRush(rows, switched) {
    const fresh = rows.slice(-RUSH).filter((row) => !this.made.has(row.key)).length;
    if (switched || !this.stuck || fresh < RUSH / 2 || rows.length <= RUSH) return rows;
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.reader.changed(), CALM);
    return rows.slice(-RUSH);
  }

  /** @param {Place} place */
  show(place) {
    this.log.replaceChildren();
    this.made.clear();
    this.stuck = place.scroll === null;
    this.landing = true;
  }

  /**
   * @param {import("./rows.js").Row} row
   * @param {string} me
   */
  element(row, me) {
    const signature = signatureOf(row, me);
    const known = this.made.get(row.key);
    if (known?.signature === signature) return known.element;
    const element = makeRow(row, me);
    this.made.set(row.key, { element, signature });
    return element;
  }

  /** @param {Set<string>} keys */
  forget(keys) {
    for (const key of this.made.keys()) if (!keys.has(key)) this.made.delete(key);
  }

  /** The first row that is visible, and where it is. */
  anchor() {
    const top = this.log.getBoundingClientRect().top;
    for (const child of this.log.children) {
      const box = child.getBoundingClientRect();
      const key = child instanceof HTMLElement ? child.dataset.key : undefined;
      if (key && box.bottom > top) return { key, top: box.top - top };
    }
    return null;
  }

  /**
   * @param {{ key: string, top: number } | null} anchor
   */
  settle(anchor) {
    if (this.wanted && this.made.has(this.wanted)) return this.reveal();
    const line = this.made.get("unread");
    if (this.lands() && !anchor && line) return this.toLine(line.element);
    if (this.stuck) return this.scrollTo(this.log.scrollHeight);
    const row = anchor && this.made.get(anchor.key);
    if (!row) return;
    const moved = row.element.getBoundingClientRect().top - this.log.getBoundingClientRect().top - anchor.top;
    if (Math.abs(moved) >= 1) this.scrollTo(this.log.scrollTop + moved);
  }

  /** Whether these are the first messages of the place that are shown, and some are unread. */
  lands() {
    const landing = this.landing && this.place?.timeline.loaded;
    if (landing) this.landing = false;
    return landing && (this.place?.unread ?? 0) > 0;
  }

  /** @param {HTMLElement} line */
  toLine(line) {
    this.scrollTo(line.offsetTop - this.log.clientHeight / 4);
    this.stuck = this.distance < NEAR_END;
  }

  reveal() {
    const row = this.made.get(this.wanted)?.element;
    this.wanted = "";
    if (!row) return;
    this.stuck = false;
    this.scrollTo(row.offsetTop - this.log.clientHeight / 3);
    for (const old of this.log.querySelectorAll(".found")) old.classList.remove("found");
    row.classList.add("found");
    row.focus({ preventScroll: true });
    this.keepPlace();
  }

  /** @param {number} top */
  scrollTo(top) {
    if (Math.abs(this.log.scrollTop - top) < 1) return;
    const before = this.log.scrollTop;
    this.log.scrollTop = top;
    this.ours = this.log.scrollTop !== before;
  }

  toEnd() {
    this.stuck = true;
    this.scrollTo(this.log.scrollHeight);
    this.keepPlace();
    this.look();
  }

  scrolled() {
    if (this.ours) {
      this.ours = false;
      return;
    }
    if (!this.place) return;
    this.stuck = this.place.timeline.level && this.distance < NEAR_END;
    this.keepPlace();
    this.loadMore();
    this.look();
  }

  keepPlace() {
    if (this.place) this.place.scroll = this.stuck ? null : this.anchor();
  }

  resized() {
    if (this.stuck) this.scrollTo(this.log.scrollHeight);
  }

  loadMore() {
    const { place } = this;
    if (!place || this.log.clientHeight === 0) return;
    if (this.log.scrollTop < LOAD_AHEAD) this.reader.older(place);
    if (this.distance < LOAD_AHEAD) this.reader.newer(place);
  }

  /** What can be seen has been read, if somebody is looking. */
  look() {
    const { place } = this;
    if (!place?.timeline.loaded || document.hidden || !document.hasFocus()) return;
    if (this.atEnd) return this.reader.seen(place, 0);
    const bottom = this.log.getBoundingClientRect().bottom + 1;
    let seen = 0;
    for (const item of place.timeline.items) {
      if (item.id <= place.read) continue;
      const row = this.made.get(item.key)?.element;
      if (!row || row.getBoundingClientRect().bottom > bottom) break;
      seen = item.id;
    }
    if (seen) this.reader.seen(place, seen);
  }

  /**
   * The buttons above and below the list.
   * @param {HTMLButtonElement} newer
   */
  drawNewer(newer) {
    const { place } = this;
    const away = place !== null && (!place.timeline.level || this.distance > this.log.clientHeight);
    newer.hidden = !place || (!away && (this.stuck || place.unread === 0));
    if (place) setText(newer, place.unread ? say.newBelow(place.unread) : say.newerMessages);
  }
}
