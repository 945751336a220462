// The rooms, the private conversations and the people.
import { el, part, setChildren, setText } from "./dom.js";
import { byName, colourOf, keyOf } from "./names.js";
import { initial } from "./rows.js";
import { duration, say } from "./strings.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./place.js").Place} Place */

const IDLE = 300; // seconds after which somebody is shown as idle
const MOST_PEOPLE = 100;

export class Sidebar {
  /**
   * @param {Chat} chat
   * @param {{ go: (place: Place) => void, menu: (place: Place) => void, write: (name: string) => void }} actions
   */
  constructor(chat, actions) {
    this.chat = chat;
    this.actions = actions;
    /** @type {Place | null} */
    this.shownRoom = null; // whose people are listed
    /** @type {Map<string, { element: HTMLElement, signature: string }>} */
    this.made = new Map();
  }

  draw() {
    const { chat } = this;
    setChildren(part("rooms"), chat.rooms().map((place) => this.place(place)));
    const conversations = chat.conversations();
    part("private-section").hidden = conversations.length === 0;
    setChildren(part("private"), conversations.map((place) => this.place(place)));
    this.drawPeople();
    this.drawMe();
  }

  drawPeople() {
    const { chat } = this;
    const room = chat.current?.isRoom ? chat.current : this.lastRoom();
    this.shownRoom = room ?? null;
    const people = room ? byName(room.people.values()).slice(0, MOST_PEOPLE) : [];
    setText(part("people-count"), room ? String(room.count) : "");
    setChildren(part("people"), people.map((person) => this.person(person)));
  }

  lastRoom() {
    return this.shownRoom && this.chat.places.has(this.shownRoom.key) ? this.shownRoom : this.chat.rooms()[0];
  }

  drawMe() {
    const { me } = this.chat;
    const element = this.keep("me", me, () => {
      const holder = el("span", { class: "me-inside" });
      holder.append(avatar(me), el("span", { class: "ellipsis", text: me }));
      return holder;
    });
    if (me) setChildren(part("me"), [element]);
    part("me").setAttribute("aria-label", `${me}, ${say.you}`);
  }

  /** @param {Place} place */
  place(place) {
    const current = place === this.chat.current;
    const { unread, mentioned, muted, moreUnread, name, draft } = place;
    const signature = [current, unread, mentioned, muted, moreUnread, name, draft !== ""].join();
    return this.keep(place.key, signature, () => this.makePlace(place, current));
  }

  /**
   * @param {Place} place
   * @param {boolean} current
   */
  makePlace(place, current) {
    const loud = place.unread > 0 && !place.muted;
    const go = el("button", { class: "place", "aria-current": current ? "page" : false });
    if (place.isRoom) go.append(el("span", { class: "hash", "aria-hidden": "true", text: "#" }));
    else go.append(avatar(place.name));
    go.append(el("span", { class: "ellipsis grow", text: place.name }));
    if (loud) go.classList.add("unread-place");
    if (place.muted) go.append(el("span", { class: "muted small", text: say.muted }));
    if (place.draft && !current) go.append(el("span", { class: "draft", "aria-hidden": "true", text: "✎" }));
    if (place.unread) go.append(badge(place, loud));
    go.addEventListener("click", () => this.actions.go(place));
    go.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.actions.menu(place);
    });
    return el("li", {}, go);
  }

  /** @param {import("./place.js").Person} person */
  person(person) {
    const { chat } = this;
    const mine = chat.isMe(person.name);
    const quiet = (Date.now() - person.quietSince) / 1000;
    const idle = !mine && quiet > IDLE ? duration(quiet) : "";
    const ignored = chat.ignored.has(person.name);
    return this.keep(`person ${keyOf(person.name)}`, `${person.name} ${idle} ${mine} ${ignored}`, () => {
      const row = el("button", { class: idle || ignored ? "person idle" : "person" }, avatar(person.name), el("span", { class: "ellipsis grow", text: person.name }));
      if (mine) row.append(el("span", { class: "muted small", text: say.you }));
      if (idle) row.append(el("span", { class: "muted small", text: idle, title: say.idle(idle) }));
      if (mine) row.disabled = true;
      else row.title = say.privately(person.name);
      row.addEventListener("click", () => this.actions.write(person.name));
      return el("li", {}, row);
    });
  }

  /**
   * @param {string} key
   * @param {string} signature
   * @param {() => HTMLElement} make
   */
  keep(key, signature, make) {
    const known = this.made.get(key);
    if (known?.signature === signature) return known.element;
    const focused = known?.element.contains(document.activeElement);
    const element = make();
    if (known) known.element.replaceWith(element);
    this.made.set(key, { element, signature });
    if (focused) element.querySelector("button")?.focus();
    return element;
  }
}

/** @param {string} name */
function avatar(name) {
  return el("span", { class: `avatar tiny c${colourOf(name)}`, "aria-hidden": "true", text: name ? initial(name) : "" });
}

/**
 * @param {Place} place
 * @param {boolean} loud
 */
function badge(place, loud) {
  const count = place.unread > 99 || place.moreUnread ? `${Math.min(99, place.unread)}+` : String(place.unread);
  const mentioned = place.mentioned > 0 || !place.isRoom;
  const label = place.mentioned ? `, ${say.mentionedOf(place.mentioned)}` : "";
  const made = el("span", { class: mentioned ? "badge mention" : loud ? "badge" : "badge faint" });
  made.append(el("span", { "aria-hidden": "true", text: place.mentioned > 0 ? `@ ${count}` : count }));
  made.append(el("span", { class: "hidden", text: ` ${say.unreadOf(place.unread)}${label}` }));
  return made;
}
