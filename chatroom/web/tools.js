// What can be done with one message: reply, copy, link. The buttons are one toolbar beside the list,
// so that a screen reader does not read them with every message.
import { button, copy, part } from "./dom.js";
import { say } from "./strings.js";

/** @typedef {import("./timeline.js").Item} Item */

/**
 * @typedef {object} ToolActions
 * @property {(key: string) => Item | undefined} item
 * @property {(item: Item) => void} reply
 * @property {(item: Item) => string} address  empty: it has none
 * @property {(text: string) => void} tell
 * @property {(item: Item) => void} retry
 * @property {(item: Item) => void} drop
 */

export class Tools {
  /** @param {ToolActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.log = part("log");
    this.bar = part("tools");
    /** @type {HTMLElement | null} */
    this.row = null;
    this.log.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.show(rowOf(event)));
    this.log.addEventListener("click", (event) => this.clicked(event));
    this.log.addEventListener("focusin", (event) => this.show(rowOf(event)));
    this.log.addEventListener("keydown", (event) => this.key(event));
    this.log.addEventListener("scroll", () => this.hide(), { passive: true });
    part("log").parentElement?.addEventListener("pointerleave", () => this.hide());
    button("tool-reply").addEventListener("click", () => this.reply());
    button("tool-copy").addEventListener("click", () => this.copy());
    button("tool-link").addEventListener("click", () => this.link());
  }

  get item() {
    return this.row?.dataset.key ? this.actions.item(this.row.dataset.key) : undefined;
  }

  /** @param {HTMLElement | null} row */
  show(row) {
    this.row?.classList.remove("current");
    this.row = row;
    const { item } = this;
    if (!row || !item || item.state === "failed" || item.state === "queued") return this.hide();
    row.classList.add("current");
    this.bar.hidden = false;
    button("tool-link").hidden = !this.actions.address(item);
    const top = row.getBoundingClientRect().top - this.log.getBoundingClientRect().top;
    this.bar.style.setProperty("top", `${Math.max(4, top - 14)}px`);
  }

  hide() {
    this.row?.classList.remove("current");
    this.row = null;
    this.bar.hidden = true;
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const { target } = event;
    if (!(target instanceof HTMLElement)) return;
    const { retry, drop } = target.dataset;
    const item = this.actions.item(retry ?? drop ?? "");
    if (item && retry) this.actions.retry(item);
    else if (item && drop) this.actions.drop(item);
    else if (!target.closest("a, button") && matchMedia("(hover: none)").matches) this.show(this.row ? null : rowOf(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.move(event.key === "ArrowUp" ? -1 : 1);
    } else if (this.row && "rcl".includes(event.key) && event.key !== "") {
      event.preventDefault();
      if (event.key === "r") this.reply();
      else if (event.key === "c") this.copy();
      else this.link();
    }
  }

  /** @param {number} step */
  move(step) {
    const rows = [.../** @type {NodeListOf<HTMLElement>} */ (this.log.querySelectorAll(".row"))];
    const at = this.row ? rows.indexOf(this.row) : rows.length;
    const row = rows[Math.min(Math.max(0, at + step), rows.length - 1)];
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    this.show(row ?? null);
  }

  reply() {
    const { item } = this;
    this.hide();
    if (item) this.actions.reply(item);
  }

  copy() {
    const { item } = this;
    if (item) this.actions.tell(copy(item.text) ? say.copied : say.copyFailed);
    this.hide();
  }

  link() {
    const address = this.item && this.actions.address(this.item);
    if (address) this.actions.tell(copy(address) ? say.copiedLink : say.copyFailed);
    this.hide();
  }
}

/** @param {Event} event */
function rowOf(event) {
  const row = event.target instanceof Element ? event.target.closest(".row") : null;
  return row instanceof HTMLElement ? row : null;
}
