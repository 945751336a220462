// Ctrl-K: go to a room or a person by some letters of the name, or make a room.
import { dialog, el, field, part } from "./dom.js";
import { keyOf } from "./names.js";
import { say } from "./strings.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {{ label: string, hint: string, go: () => void, rank: number }} Entry */

const MOST = 12;

export class Switcher {
  /**
   * @param {Chat} chat
   * @param {{ join: (room: string) => void, write: (name: string) => void }} actions
   */
  constructor(chat, actions) {
    this.chat = chat;
    this.actions = actions;
    /** @type {Entry[]} */
    this.entries = [];
    this.chosen = 0;
    field("switcher-text").addEventListener("input", () => this.draw());
    field("switcher-text").addEventListener("keydown", (event) => this.key(event));
    part("switcher-list").addEventListener("click", (event) => {
      const at = [...part("switcher-list").children].findIndex((child) => child.contains(/** @type {Node} */ (event.target)));
      if (at >= 0) this.take(at);
    });
    dialog("switcher").addEventListener("click", (event) => event.target === dialog("switcher") && dialog("switcher").close());
  }

  open() {
    field("switcher-text").value = "";
    if (!dialog("switcher").open) dialog("switcher").showModal();
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.chosen += event.key === "ArrowDown" ? 1 : -1;
      this.mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.take(this.chosen);
    }
  }

  /** @param {number} at */
  take(at) {
    const entry = this.entries[at];
    if (!entry) return;
    dialog("switcher").close();
    entry.go();
  }

  draw() {
    const typed = field("switcher-text").value.trim().replace(/^[#@]/, "");
    this.entries = this.found(typed);
    this.chosen = 0;
    part("switcher-list").replaceChildren(...this.entries.map(({ label, hint }, at) => el(
      "li", { role: "option", id: `goto-${at}` }, el("span", { class: "ellipsis grow", text: label }), el("span", { class: "muted small", text: hint }),
    )));
    this.mark();
  }

  mark() {
    const { children } = part("switcher-list");
    this.chosen = children.length ? (this.chosen + children.length) % children.length : 0;
    [...children].forEach((child, at) => child.setAttribute("aria-selected", String(at === this.chosen)));
    children[this.chosen]?.scrollIntoView({ block: "nearest" });
    field("switcher-text").setAttribute("aria-activedescendant", `goto-${this.chosen}`);
  }

  /**
   * @param {string} typed
   * @returns {Entry[]}
   */
  found(typed) {
    const { chat, actions } = this;
    /** @type {Map<string, Entry>} */
    const all = new Map();
    const add = (/** @type {string} */ label, /** @type {string} */ hint, /** @type {number} */ bonus, /** @type {() => void} */ go) => {
      const rank = rankOf(label.replace(/^#/, ""), typed);
      if (rank > 0 && !all.has(keyOf(label))) all.set(keyOf(label), { label, hint, go, rank: rank + bonus });
    };
    for (const place of chat.ordered()) {
      const hint = place.unread ? say.unreadOf(place.unread) : "";
      add(place.title, hint, place.unread ? 0.5 : 0.2, () => (place.isRoom ? actions.join(place.name) : actions.write(place.name)));
    }
    for (const { room, count } of chat.listed) add(`#${room}`, say.inRoom(count), 0.1, () => actions.join(room));
    for (const place of chat.rooms()) {
      for (const { name } of place.people.values()) if (!chat.isMe(name)) add(name, "", 0, () => actions.write(name));
    }
    const entries = [...all.values()].sort((one, other) => other.rank - one.rank).slice(0, MOST);
    const exact = entries.some(({ label }) => keyOf(label) === keyOf(`#${typed}`));
    if (typed && !exact) entries.push({ label: say.newRoom(typed), hint: "", go: () => actions.join(typed), rank: 0 });
    return entries;
  }
}

/**
 * How well a name fits: its beginning, a part of it, or its letters in order; 0 is not at all.
 * @param {string} name
 * @param {string} typed
 */
function rankOf(name, typed) {
  const [hay, needle] = [keyOf(name), keyOf(typed)];
  if (hay.startsWith(needle)) return 3;
  if (hay.includes(needle)) return 2;
  let at = -1;
  for (const letter of needle) {
    at = hay.indexOf(letter, at + 1);
    if (at < 0) return 0;
  }
  return 1;
}
