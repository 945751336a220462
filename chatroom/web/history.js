// Pages of the history: the first one of a place, older and newer ones while somebody scrolls, and
// the part around a message or a day.
import { itemOf } from "./incoming.js";
import { note } from "./timeline.js";
import { say } from "./strings.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./session.js").Session} Session */

const PAGE = 50;

export class History {
  /**
   * @param {Chat} chat
   * @param {Session} session
   */
  constructor(chat, session) {
    this.chat = chat;
    this.session = session;
  }

  /**
   * The newest messages of a room that has none yet.
   * @param {Place} place
   */
  async begin(place) {
    if (!place.isRoom || place.timeline.loaded || place.timeline.loading) return;
    const page = await this.page(place, { limit: PAGE });
    if (!page) return;
    place.timeline.replace(this.items(page), { before: page.more.before, after: false });
    this.countUnread(place, page.more.before);
  }

  /**
   * @param {Place} place
   * @param {boolean} more
   */
  countUnread(place, more) {
    if (place.read < 0) return place.markRead(); // the first visit: nothing is new to us
    const fresh = place.timeline.items.filter((item) => item.id > place.read && !item.own);
    place.unread = fresh.length;
    place.moreUnread = more && (place.timeline.items[0]?.id ?? 0) > place.read;
    this.chat.changed();
  }

  /**
   * How much is unread in a room that nobody has looked at yet.
   * @param {Place} place
   */
  async peek(place) {
    if (place.timeline.loaded) return;
    if (place.read < 0) {
      place.read = place.last;
      place.line = place.last;
    }
    if (place.last > place.read) await this.begin(place);
  }

  /** @param {Place} place */
  async older(place) {
    const { timeline } = place;
    if (!timeline.moreBefore || timeline.loading || timeline.firstId === 0) return;
    const page = await this.page(place, { before: timeline.firstId, limit: PAGE });
    if (page) timeline.prepend(this.items(page), page.more.before);
  }

  /** @param {Place} place */
  async newer(place) {
    const { timeline } = place;
    if (timeline.level || timeline.loading || timeline.lastId === 0) return;
    const page = await this.page(place, { after: timeline.lastId, limit: PAGE });
    if (page) timeline.extend(this.items(page), page.more.after);
  }

  /**
   * The newest messages again, after somebody has looked at older ones.
   * @param {Place} place
   */
  async newest(place) {
    if (place.timeline.level) return;
    const page = await this.page(place, { limit: PAGE });
    if (page) place.timeline.replace(this.items(page), { before: page.more.before, after: false });
  }

  /**
   * The part of the history around a message.
   * @param {Place} place
   * @param {number} id
   * @returns {Promise<string>} the key of what was looked for, or nothing
   */
  async around(place, id) {
    if (place.timeline.ids.has(id)) return `m${id}`;
    const page = await this.page(place, { around: id, limit: PAGE });
    if (!page) return "";
    place.timeline.replace(this.items(page), page.more);
    if (place.timeline.ids.has(id)) return `m${id}`;
    this.say(place, say.gone);
    return "";
  }

  /**
   * What was said since a moment.
   * @param {Place} place
   * @param {number} time
   */
  async since(place, time) {
    const page = await this.page(place, { at: time, limit: PAGE });
    if (!page) return "";
    if (page.messages.length === 0) {
      this.say(place, say.noSuchDay);
      return "";
    }
    place.timeline.replace(this.items(page), page.more);
    return place.timeline.items[0]?.key ?? "";
  }

  /**
   * @param {Place} place
   * @param {Record<string, number>} which
   * @returns {Promise<Message | null>}
   */
  async page(place, which) {
    place.timeline.loading = true;
    this.chat.changed();
    const answer = await this.session.ask({ type: "history", room: place.name, ...which });
    place.timeline.loading = false;
    this.chat.changed();
    return answer.type === "page" ? answer : null;
  }

  /**
   * @param {Message} page
   * @returns {import("./timeline.js").Item[]}
   */
  items(page) {
    return page.messages.map((/** @type {Message} */ kept) => itemOf(this.chat, kept, kept.kind));
  }

  /**
   * @param {Place} place
   * @param {string} text
   */
  say(place, text) {
    place.timeline.append(note(text, this.chat.now()));
    this.chat.changed();
  }
}
