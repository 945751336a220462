// A place where people talk: a room, or the private conversation with one person.
import { keyOf } from "./names.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./timeline.js").Item} Item */
/** @typedef {{ name: string, quietSince: number }} Person */

export class Place {
  /**
   * @param {"room" | "person"} kind
   * @param {string} name
   */
  constructor(kind, name) {
    this.kind = kind;
    this.name = name;
    this.timeline = new Timeline();
    /** @type {Item[]} */
    this.pending = []; // lines of ours without a receipt
    /** @type {Map<string, Person>} */
    this.people = new Map();
    this.count = 0; // of the people
    this.topic = "";
    this.entered = false;
    this.last = 0; // the highest id that we have heard of
    this.read = -1; // the highest id that was read; -1: we have not been here
    this.line = -1; // the unread line stands behind this id; -1: there is none
    this.unread = 0;
    this.moreUnread = false; // the unread line is further up than the first page
    this.mentioned = 0;
    this.muted = false;
    this.draft = "";
    /** @type {{ key: string, top: number } | null} */
    this.scroll = null; // null: at the end
  }

  get key() {
    return placeKey(this.kind, this.name);
  }

  get isRoom() {
    return this.kind === "room";
  }

  get title() {
    return this.isRoom ? `#${this.name}` : this.name;
  }

  /** Somebody has seen everything that is here. */
  markRead() {
    this.read = Math.max(this.read, this.last);
    this.unread = 0;
    this.mentioned = 0;
  }

  /** Somebody looks away: what comes from now on is below the unread line. */
  leaveLine() {
    this.line = this.read;
  }

  /**
   * @param {string} name
   * @param {number} quietSince  milliseconds
   */
  addPerson(name, quietSince) {
    this.people.set(keyOf(name), { name, quietSince });
  }

  /** @param {string} name */
  removePerson(name) {
    return this.people.delete(keyOf(name));
  }
}

/**
 * @param {"room" | "person"} kind
 * @param {string} name
 */
export function placeKey(kind, name) {
  return `${kind === "room" ? "#" : "@"}${keyOf(name)}`;
}
