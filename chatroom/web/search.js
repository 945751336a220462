// The panel at the side: what was found, and where we are mentioned.
import { button, byId, el, field, part, setText } from "./dom.js";
import { colourOf, mentions } from "./names.js";
import { say } from "./strings.js";
import { shortTime } from "./time.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./connection.js").Message} Message */

const PAGE = 30;
const PATIENCE = 20; // answers without a hit that are asked for in a row

export class Search {
  /**
   * @param {Chat} chat
   * @param {Session} session
   * @param {(room: string, id: number) => void} show
   */
  constructor(chat, session, show) {
    this.chat = chat;
    this.session = session;
    this.show = show;
    this.asked = 0; // an answer to an older question is not shown
    this.mentioned = false; // the panel is the list of mentions
    this.text = "";
    this.before = 0;
    byId("search-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin(field("search-text").value.trim());
    });
    for (const id of ["search-where", "search-from"]) {
      part(id).addEventListener("change", () => field("search-text").value.trim() && this.begin(field("search-text").value.trim()));
    }
    button("more-hits").addEventListener("click", () => this.more());
    button("close-panel").addEventListener("click", () => this.close());
    part("panel").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  /** @param {string} [text] */
  open(text) {
    this.present(say.searchTitle, false);
    if (text !== undefined) field("search-text").value = text;
    field("search-text").select();
    field("search-text").focus();
    if (text) this.begin(text);
    else if (!field("search-text").value) this.clear();
  }

  openMentions() {
    this.present(say.mentionsTitle, true);
    button("close-panel").focus();
    this.begin(this.chat.me);
  }

  /**
   * @param {string} title
   * @param {boolean} mentioned
   */
  present(title, mentioned) {
    this.mentioned = mentioned;
    setText(part("panel-title"), title);
    part("search-form").hidden = mentioned;
    part("panel").hidden = false;
  }

  close() {
    part("panel").hidden = true;
    this.asked += 1;
    part("input").focus();
  }

  clear() {
    part("hits").replaceChildren();
    setText(part("panel-note"), "");
    button("more-hits").hidden = true;
  }

  /** @param {string} text */
  begin(text) {
    if (!text) return;
    this.clear();
    this.text = text;
    this.before = 0;
    setText(part("panel-note"), say.searching);
    this.more();
  }

  async more() {
    this.asked += 1;
    const { asked } = this;
    button("more-hits").hidden = true;
    for (let tries = 0; tries < PATIENCE; tries++) {
      const answer = await this.session.ask(this.request());
      if (asked !== this.asked) return;
      if (answer.type !== "found") return setText(part("panel-note"), answer.text ?? say.notConnected);
      this.before = answer.before;
      const hits = answer.messages.filter((/** @type {Message} */ hit) => this.fits(hit));
      part("hits").append(...hits.map((/** @type {Message} */ hit) => this.hit(hit)));
      if (hits.length || !answer.more) return this.tell(answer.more);
    }
    this.tell(true);
  }

  request() {
    const here = byId("search-where", HTMLSelectElement).value === "here" && this.chat.current?.isRoom;
    const from = field("search-from").value.trim();
    return {
      type: "search",
      text: this.text,
      limit: PAGE,
      ...(this.before ? { before: this.before } : {}),
      ...(!this.mentioned && here ? { room: this.chat.current?.name } : {}),
      ...(!this.mentioned && from ? { name: from } : {}),
    };
  }

  /** @param {Message} hit */
  fits(hit) {
    return !this.mentioned || (mentions(hit.text, this.chat.me) && !this.chat.isMe(hit.name));
  }

  /** @param {boolean} more */
  tell(more) {
    const found = part("hits").childElementCount > 0;
    const nothing = more ? say.hitsSoFar : this.mentioned ? say.noMentions : say.noHits;
    setText(part("panel-note"), found ? "" : nothing);
    button("more-hits").hidden = !more;
  }

  /** @param {Message} hit */
  hit(hit) {
    const go = el(
      "button",
      { class: "hit" },
      el("span", { class: "hit-head" }, el("strong", { class: `name c${colourOf(hit.name)}`, text: hit.name }), el("span", { class: "muted small ellipsis", text: `#${hit.room}` }), el("time", { class: "muted small", text: shortTime(hit.time) })),
      el("span", { class: "hit-text", dir: "auto" }, ...marked(snippet(hit.text, this.text), this.text)),
    );
    go.addEventListener("click", () => this.show(hit.room, hit.id));
    return el("li", {}, go);
  }
}

/**
 * @param {string} text
 * @param {string} wanted
 */
function snippet(text, wanted) {
  const bare = text.replace(/^```.*$|^> |\*\*|`/gmu, "");
  const line = bare.replace(/\s+/g, " ").trim();
  const at = Math.max(0, line.toLowerCase().indexOf(wanted.split(/\s+/)[0]?.toLowerCase() ?? ""));
  const start = at > 80 ? at - 60 : 0;
  return `${start ? "… " : ""}${line.slice(start, start + 240)}${line.length > start + 240 ? " …" : ""}`;
}

/**
 * @param {string} text
 * @param {string} wanted
 * @returns {Node[]}
 */
function marked(text, wanted) {
  const words = wanted.split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (words.length === 0) return [document.createTextNode(text)];
  const pieces = text.split(new RegExp(`(${words.join("|")})`, "giu"));
  return pieces.map((piece, at) => (at % 2 ? el("mark", { text: piece }) : document.createTextNode(piece)));
}
