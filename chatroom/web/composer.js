// Where one writes: several lines, completion, drafts, and Enter that never sends half a word.
import { complete } from "./completion.js";
import { byId, el, part, setText } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { say } from "./strings.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./place.js").Place} Place */

const DRAFT_AFTER = 500; // milliseconds
const MOST_LINES = 100;
const touch = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer {
  /**
   * @param {Chat} chat
   * @param {(text: string) => boolean} send  whether it was taken
   */
  constructor(chat, send) {
    this.chat = chat;
    this.send = send;
    this.input = byId("input", HTMLTextAreaElement);
    this.list = part("completions");
    /** @type {import("./completion.js").Choice[]} */
    this.choices = [];
    this.word = "";
    this.chosen = -1;
    this.timer = 0;
    /** @type {Place | null} */
    this.place = null;
    this.listen();
  }

  listen() {
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    byId("composer", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const at = [...this.list.children].findIndex((child) => child.contains(/** @type {Node} */ (event.target)));
      if (at >= 0) this.accept(at);
    });
    addEventListener("pagehide", () => this.keepDraft());
  }

  /** @param {Place} place */
  show(place) {
    if (this.place === place) return;
    this.keepDraft();
    this.place = place;
    this.input.value = place.draft;
    this.input.placeholder = say.placeholder(place.title);
    this.close();
    this.measure();
  }

  focus() {
    if (!touch.matches) this.input.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is choosing a word
    if (this.choices.length && this.chooseKey(event)) return event.preventDefault();
    if (event.key === "Tab" && !event.shiftKey && this.input.value.trim() !== "") {
      event.preventDefault();
      this.complete(true);
      if (this.choices.length === 1) this.accept(0);
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !touch.matches) {
      event.preventDefault();
      this.submit();
    }
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was for the list of completions
   */
  chooseKey(event) {
    const { key, shiftKey } = event;
    if (key === "ArrowDown" || key === "ArrowUp") this.choose(this.chosen + (key === "ArrowDown" ? 1 : -1));
    else if (key === "Escape") this.close();
    else if (key === "Tab" || (key === "Enter" && !shiftKey && this.chosen >= 0)) this.accept(Math.max(0, this.chosen));
    else return false;
    event.stopPropagation();
    return true;
  }

  changed() {
    this.measure();
    this.complete(false);
    this.note();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepDraft(), DRAFT_AFTER);
  }

  keepDraft() {
    clearTimeout(this.timer);
    if (!this.place || this.place.draft === this.input.value) return;
    this.place.draft = this.input.value;
    this.chat.save();
    this.chat.changed();
  }

  submit() {
    const text = withEmoji(this.input.value).replace(/\s+$/, "");
    if (text.trim() === "" || this.problem(text)) return;
    const typed = this.input.value;
    this.clear(); // before another place is shown: it is no draft
    if (!this.send(text)) {
      this.input.value = typed;
      this.changed();
      this.close();
    }
    this.focus();
  }

  clear() {
    this.input.value = "";
    this.close();
    this.measure();
    this.keepDraft();
    this.note();
  }

  /** @param {string} text */
  problem(text) {
    const over = new TextEncoder().encode(text).length - this.chat.limits.text;
    if (over > 0) return say.tooLong(over);
    return text.split("\n").length > MOST_LINES ? say.tooManyLines : "";
  }

  note() {
    const problem = this.problem(this.input.value);
    setText(part("composer-note"), problem);
    part("composer").classList.toggle("wrong", problem !== "");
  }

  /** As high as the text, up to a third of the window. */
  measure() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${this.input.scrollHeight}px`);
  }

  /**
   * Put text where the cursor is.
   * @param {string} text
   */
  insert(text) {
    this.input.focus();
    this.input.setRangeText(text, this.input.selectionStart, this.input.selectionEnd, "end");
    this.changed();
  }

  /**
   * Answer somebody with a quote of what they said.
   * @param {string} name
   * @param {string} text
   */
  reply(name, text) {
    const lines = text.split("\n").filter((line) => !line.startsWith("> ") && !line.startsWith("```") && line.trim());
    const short = (lines[0] ?? "").slice(0, 160);
    const more = lines.length > 1 || short.length < (lines[0] ?? "").length ? " …" : "";
    this.input.setSelectionRange(0, 0);
    this.insert(`> ${name}: ${short}${more}\n`);
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  /** @param {boolean} asked */
  complete(asked) {
    const { selectionStart, selectionEnd, value } = this.input;
    if (selectionStart !== selectionEnd) return this.close();
    const rooms = [...this.chat.rooms().map((place) => place.name), ...this.chat.listed.map(({ room }) => room)];
    const known = { names: this.chat.namesHere(), rooms: [...new Set(rooms)] };
    const { word, choices } = complete(value.slice(0, selectionStart), known, asked);
    this.word = word;
    this.choices = choices.length === 1 && choices[0]?.insert === word ? [] : choices;
    this.chosen = choices.length && /^[@:#]/.test(word) ? 0 : -1; // then Enter takes it, and does not send
    this.draw();
  }

  draw() {
    this.list.hidden = this.choices.length === 0;
    this.list.replaceChildren(...this.choices.map(({ label, hint }, at) => el(
      "li",
      { role: "option", id: `choice-${at}`, "aria-selected": at === this.chosen ? "true" : "false" },
      el("span", { text: label }), el("span", { class: "muted small", text: hint }),
    )));
    if (this.chosen >= 0) this.input.setAttribute("aria-activedescendant", `choice-${this.chosen}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  choose(at) {
    this.chosen = (at + this.choices.length) % this.choices.length;
    this.draw();
  }

  /** @param {number} at */
  accept(at) {
    const choice = this.choices[at];
    const end = this.input.selectionStart;
    if (choice) this.input.setRangeText(`${choice.insert} `, end - this.word.length, end, "end");
    this.close();
    this.changed();
  }

  close() {
    if (this.choices.length === 0) return;
    this.choices = [];
    this.chosen = -1;
    this.draw();
  }
}
