// What the page knows of the chat: who we are, where we are, and what is there.
import { byName, keyOf } from "./names.js";
import { Place, placeKey } from "./place.js";
import { recall, remember, rememberHere } from "./storage.js";

/** @typedef {"lost" | "connecting" | "joined" | "out"} Condition */

export class Chat {
  /** @param {() => void} changed  called when something is to be drawn */
  constructor(changed) {
    this.changed = changed;
    this.me = "";
    /** @type {Condition} */
    this.condition = "out";
    this.epoch = "";
    this.version = "";
    this.limits = { text: 4096, name: 32, line: 16384, rate: 0, burst: 0 };
    /** @type {Map<string, Place>} */
    this.places = new Map();
    /** @type {Place | null} */
    this.current = null;
    /** @type {Set<string>} */
    this.ignored = new Set();
    /** @type {{ room: string, count: number }[]} */
    this.listed = []; // the rooms of the server
    this.roundTrip = 0; // seconds
    /** @type {{ p50: number, p99: number, clients: number } | null} */
    this.stats = null;
    this.waitUntil = 0; // when the next attempt to connect is made
  }

  now() {
    return Date.now() / 1000;
  }

  rooms() {
    return byName([...this.places.values()].filter((place) => place.isRoom));
  }

  conversations() {
    return byName([...this.places.values()].filter((place) => !place.isRoom));
  }

  /** All places in the order of the sidebar. */
  ordered() {
    return [...this.rooms(), ...this.conversations()];
  }

  /**
   * The place, made when we did not know it.
   * @param {"room" | "person"} kind
   * @param {string} name
   */
  place(kind, name) {
    const key = placeKey(kind, name);
    let place = this.places.get(key);
    if (!place) {
      place = new Place(kind, name);
      this.places.set(key, place);
      this.restore(place);
    }
    return place;
  }

  /** @param {string} room */
  room(room) {
    return this.places.get(placeKey("room", room));
  }

  /** @param {Place} place */
  restore(place) {
    const kept = recall("places", /** @type {Record<string, any>} */ ({}))[place.key];
    if (!kept) return;
    place.muted = kept.muted === true;
    place.draft = typeof kept.draft === "string" ? kept.draft : "";
    place.read = place.isRoom && kept.epoch === recall("epoch", "") ? Number(kept.read ?? -1) : -1;
    place.line = place.read;
  }

  /** Another tab may have written meanwhile: read again, and change only what is ours. */
  save() {
    const kept = recall("places", /** @type {Record<string, any>} */ ({}));
    for (const place of this.places.values()) {
      const { muted, draft, read } = place;
      const before = kept[place.key]?.epoch === this.epoch ? Number(kept[place.key]?.read ?? -1) : -1;
      kept[place.key] = { muted, draft, read: Math.max(read, before), epoch: this.epoch };
    }
    const keys = Object.keys(kept);
    for (const key of keys.slice(0, Math.max(0, keys.length - 200))) delete kept[key];
    remember("places", kept);
    remember("epoch", this.epoch);
    if (this.rooms().length) {
      rememberHere("rooms", this.rooms().map((place) => place.name));
      remember("rooms", this.rooms().map((place) => place.name));
    }
  }

  /** @param {string} name */
  isMe(name) {
    return keyOf(name) === keyOf(this.me);
  }

  /** @param {Place} place */
  forget(place) {
    this.places.delete(place.key);
    if (this.current === place) this.current = this.ordered()[0] ?? null;
    this.changed();
  }

  /** What waits to be read, of all places that are not muted. */
  unread() {
    let lines = 0;
    let mentioned = 0;
    for (const place of this.places.values()) {
      if (!place.muted) lines += place.unread;
      mentioned += place.isRoom ? place.mentioned : place.unread;
    }
    return { lines, mentioned };
  }

  /** The names that can be completed here. */
  namesHere() {
    const here = this.current;
    if (!here) return [];
    if (!here.isRoom) return [here.name];
    return byName(here.people.values()).map((person) => person.name).filter((name) => !this.isMe(name));
  }
}
