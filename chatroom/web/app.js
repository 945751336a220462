// The page as a whole: joins what is known with what is drawn, once in an animation frame.
import { Announcer } from "./announcer.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { button, part } from "./dom.js";
import { History } from "./history.js";
import { incoming } from "./incoming.js";
import { JoinPage } from "./join.js";
import { MessageList } from "./list.js";
import { Noticing } from "./noticing.js";
import { hashOf, readRoute } from "./route.js";
import { Search } from "./search.js";
import { Session } from "./session.js";
import { Sidebar } from "./sidebar.js";
import { drawBanner, drawEmpty, drawHead, drawStatus, drawUnread } from "./status.js";
import { recall, recallHere } from "./storage.js";
import { say } from "./strings.js";
import { Switcher } from "./switcher.js";
import { answerTabs, ticketOf } from "./ticket.js";
import { startOf } from "./time.js";

/** @typedef {import("./place.js").Place} Place */

const ENDED = new Set(["kicked", "replaced", "no-name", "quit"]);
const SAVE_AFTER = 1000; // milliseconds

export class App {
  constructor() {
    this.frame = 0;
    this.saving = 0;
    this.chat = new Chat(() => this.changed());
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.session = new Session(this.chat, `${scheme}://${location.host}/ws`, {
      heard: (message) => incoming(this.world, message),
      refused: (code, text) => this.refused(code, text),
    });
    this.world = {
      chat: this.chat,
      session: this.session,
      isRead: (/** @type {Place} */ place) => this.isRead(place),
      arrived: (/** @type {Place} */ place, /** @type {any} */ item, /** @type {boolean} */ personal) => this.noticing.arrived(place, item, personal),
      opened: (/** @type {Place} */ place) => this.opened(place),
      ended: (/** @type {string} */ code, /** @type {string} */ text) => this.ended(code, text),
    };
    this.history = new History(this.chat, this.session);
    this.announcer = new Announcer();
    this.noticing = new Noticing(this.chat, (place) => this.go(place));
    this.list = new MessageList(this.announcer, {
      older: (place) => this.history.older(place),
      newer: (place) => this.history.newer(place),
      seen: (place, id) => this.seen(place, id),
      changed: () => this.changed(),
    });
    this.sidebar = new Sidebar(this.chat, {
      go: (place) => this.go(place),
      menu: (place) => this.onMenu(place),
      write: (name) => this.write(name),
    });
    this.search = new Search(this.chat, this.session, (room, id) => this.showMessage(room, id));
    this.switcher = new Switcher(this.chat, { join: (room) => this.enter(room), write: (name) => this.write(name) });
    this.joinPage = new JoinPage((name, room) => this.begin(name, room));
    this.composer = new Composer(this.chat, (text) => this.onText(text));
    /** @type {(text: string) => boolean} */
    this.onText = () => false;
    /** @type {(place: Place) => void} */
    this.onMenu = () => {};
    answerTabs(this.session);
  }

  /** With a name of an earlier visit in this tab we are back at once; else the name is asked for. */
  async start() {
    const route = readRoute(location.hash);
    const rooms = recallHere("rooms", /** @type {string[]} */ ([]));
    const name = recall("name", "");
    const room = route.room || rooms[0] || recall("rooms", /** @type {string[]} */ ([]))[0] || "";
    if (name && recallHere("ticket", "")) await this.begin(name, room);
    else this.joinPage.show(name, room);
  }

  /**
   * @param {string} name
   * @param {string} room
   */
  async begin(name, room) {
    const ticket = this.session.ticket || (await ticketOf());
    this.session.begin(name, room, ticket);
    this.changed();
  }

  /**
   * @param {string} code
   * @param {string} text
   */
  refused(code, text) {
    this.chat.condition = "out";
    this.joinPage.show(this.session.name, this.session.wantedRoom);
    this.joinPage.problem(text, code);
    if (code !== "has-name") this.session.connection.stop();
  }

  /**
   * @param {string} code
   * @param {string} text
   */
  ended(code, text) {
    if (!ENDED.has(code)) return;
    this.session.connection.stop();
    this.chat.condition = "out";
    if (code !== "quit") this.joinPage.show(this.session.name, this.chat.current?.isRoom ? this.chat.current.name : "");
    if (code === "replaced") this.session.ticket = "";
    this.joinPage.problem(code === "replaced" ? say.replaced : text);
  }

  /**
   * We have come into a room, for the first time or again.
   * @param {Place} place
   */
  opened(place) {
    const { chat } = this;
    this.session.connection.send({ type: "who", room: place.name });
    this.joinPage.hide();
    if (!chat.current) this.arriveFirst(place);
    else if (chat.current === place) this.history.begin(place);
    else this.history.peek(place);
    this.keep();
  }

  /** @param {Place} place */
  arriveFirst(place) {
    const route = readRoute(location.hash);
    this.go(place, route.room ? location.hash.split("/")[1] : "");
    for (const room of recallHere("rooms", recall("rooms", /** @type {string[]} */ ([]))).slice(0, 49)) {
      if (!this.chat.room(room)) this.session.connection.send({ type: "enter", room });
    }
    if (route.person) this.write(route.person);
    else this.follow(readRoute(location.hash));
    this.session.connection.send({ type: "rooms" });
    this.session.connection.send({ type: "ignore" });
    this.composer.focus();
    this.measure();
  }

  /** The figures of the footer. */
  async measure() {
    if (document.hidden || this.chat.condition !== "joined") return;
    await this.session.measure();
    const stats = await this.session.ask({ type: "stats" });
    if (stats.type === "stats") this.chat.stats = { p50: stats.fanout_p50, p99: stats.fanout_p99, clients: stats.clients };
    this.changed();
  }

  /**
   * @param {Place} place
   * @param {string} [part]  of the address: a day or a message
   */
  go(place, part) {
    const before = this.chat.current;
    if (before && before !== place) before.leaveLine();
    this.chat.current = place;
    const hash = hashOf(place, part);
    if (location.hash !== hash) history.replaceState(null, "", hash);
    this.composer.show(place);
    this.closeSidebar();
    if (place.entered || !place.isRoom) this.history.begin(place);
    if (place.isRoom && place.entered && this.chat.condition === "joined") this.session.connection.send({ type: "who", room: place.name });
    this.changed();
    this.composer.focus();
  }

  /**
   * Be in a room as well, and look at it.
   * @param {string} name
   */
  async enter(name) {
    const room = name.trim().replace(/^#/, "");
    const known = this.chat.room(room);
    if (known) return this.go(known);
    const answer = await this.session.ask({ type: "enter", room });
    incoming(this.world, answer);
    const place = answer.type === "entered" ? this.chat.room(answer.room) : undefined;
    if (place) this.go(place);
  }

  /** @param {string} name */
  write(name) {
    this.go(this.chat.place("person", name));
    this.composer.focus();
  }

  /**
   * Go where the address says: a message or a day.
   * @param {import("./route.js").Route} route
   */
  async follow(route) {
    const place = this.chat.current;
    if (!place?.isRoom) return;
    await this.history.begin(place);
    if (route.id) this.reveal(await this.history.around(place, route.id));
    else if (route.day) this.reveal(await this.history.since(place, startOf(route.day)));
  }

  /** @param {string} key */
  reveal(key) {
    this.list.wanted = key;
    this.changed();
  }

  /**
   * @param {string} room
   * @param {number} id
   */
  async showMessage(room, id) {
    if (!this.chat.room(room)) await this.enter(room);
    const place = this.chat.room(room);
    if (!place) return;
    if (matchMedia("(max-width: 1000px)").matches) part("panel").hidden = true;
    this.go(place, `m${id}`);
    await this.follow({ room, person: "", day: "", id });
  }

  /** @param {string} day */
  showDay(day) {
    const place = this.chat.current;
    if (!place?.isRoom) return;
    this.go(place, day);
    this.follow({ room: place.name, person: "", day, id: 0 });
  }

  /** @param {Place} place */
  isRead(place) {
    return place === this.chat.current && place.timeline.loaded && !document.hidden && document.hasFocus() && place.scroll === null && place.timeline.level;
  }

  /**
   * @param {Place} place
   * @param {number} id
   */
  seen(place, id) {
    if (place.read >= place.last && place.unread === 0) return;
    if (id === 0) place.markRead();
    else {
      place.read = id;
      const rest = place.timeline.items.filter((item) => item.id > id && !item.own && item.kind !== "topic");
      if (place.timeline.level) place.unread = rest.length;
      if (place.unread === 0) place.mentioned = 0;
    }
    this.keep();
    this.changed();
  }

  /** Save soon. */
  keep() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.chat.save(), SAVE_AFTER);
  }

  closeSidebar() {
    part("app").classList.remove("open");
    part("shade").hidden = true;
  }

  /** Something is to be drawn: once in a frame, and not in a hidden tab. */
  changed() {
    if (document.hidden) return this.noticing.draw();
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { chat } = this;
    this.noticing.draw();
    if (!chat.current) return this.joinPage.waits(chat.condition === "lost");
    this.composer.show(chat.current);
    this.sidebar.draw();
    drawHead(chat);
    drawBanner(chat);
    drawStatus(chat);
    drawUnread(chat);
    this.list.draw(chat.current, chat.me);
    drawEmpty(chat, chat.current.timeline.items.length + chat.current.pending.length > 0);
    this.list.drawNewer(button("newer"));
  }
}
