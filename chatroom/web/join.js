// The first page: a name, and the room of the address.
import { button, byId, field, part, setText } from "./dom.js";
import { say } from "./strings.js";

export class JoinPage {
  /** @param {(name: string, room: string) => void} join */
  constructor(join) {
    byId("join-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.problem("");
      const name = field("join-name").value.trim();
      if (!name) return field("join-name").focus();
      this.busy(true);
      join(name, field("join-room").value.trim().replace(/^#/, ""));
    });
    setText(part("join-where"), location.host);
    setText(part("server-name"), location.host);
    setText(part("join-nc"), `nc ${location.hostname.replace(/^\[|\]$/g, "")} ${location.port || "80"}`);
  }

  /**
   * @param {string} name
   * @param {string} room
   */
  show(name, room) {
    if (!part("join").hidden) return;
    part("join").hidden = false;
    part("app").hidden = true;
    field("join-name").value = name;
    field("join-room").value = room;
    this.busy(false);
    if (matchMedia("(hover: hover)").matches) field("join-name").focus();
  }

  hide() {
    part("join").hidden = true;
    part("app").hidden = false;
  }

  /**
   * @param {string} text
   * @param {string} [code]
   */
  problem(text, code = "") {
    this.busy(false);
    setText(part("join-problem"), text);
    const wrong = field(code === "bad-room" ? "join-room" : "join-name");
    field("join-room").removeAttribute("aria-invalid");
    field("join-name").removeAttribute("aria-invalid");
    if (!text) return;
    wrong.setAttribute("aria-invalid", "true");
    wrong.focus();
    wrong.select();
  }

  /**
   * The server does not answer; it is tried again by itself.
   * @param {boolean} waits
   */
  waits(waits) {
    if (waits) setText(part("join-problem"), say.noServer);
    else if (part("join-problem").textContent === say.noServer) setText(part("join-problem"), "");
  }

  /** @param {boolean} busy */
  busy(busy) {
    button("join-button").disabled = busy;
    button("join-button").textContent = busy ? say.connecting : "Join";
  }
}
