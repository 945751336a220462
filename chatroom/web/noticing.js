// How somebody notices that there is something new while they look elsewhere: the title, the icon, a
// sound, and notifications where the browser has them.
import { byId } from "./dom.js";
import { recall, remember } from "./storage.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./timeline.js").Item} Item */

const BETWEEN = 1500; // milliseconds between two sounds

export class Noticing {
  /**
   * @param {Chat} chat
   * @param {(place: Place) => void} go
   */
  constructor(chat, go) {
    this.chat = chat;
    this.go = go;
    this.sound = recall("sound", "mentions");
    this.notify = recall("notify", false);
    this.icon = byId("icon", /** @type {any} */ (HTMLLinkElement));
    this.shown = "";
    this.sounded = 0;
    /** @type {AudioContext | null} */
    this.audio = null;
    const wake = () => {
      removeEventListener("pointerdown", wake);
      removeEventListener("keydown", wake);
      setTimeout(() => (this.audio ??= new AudioContext()), 500); // it takes long, and nobody waits for it
    };
    addEventListener("pointerdown", wake);
    addEventListener("keydown", wake);
  }

  /** The title and the icon. */
  draw() {
    const { lines, mentioned } = this.chat.unread();
    const here = this.chat.current?.title;
    const count = mentioned ? `(${mentioned}) ` : lines ? "• " : "";
    document.title = `${count}${here ? `${here} – ` : ""}chatroom`;
    const wanted = mentioned ? String(Math.min(mentioned, 99)) : lines ? "•" : "";
    if (wanted !== this.shown) this.drawIcon(wanted);
  }

  /** @param {string} mark */
  drawIcon(mark) {
    this.shown = mark;
    if (mark === "") return this.icon.setAttribute("href", "icon.svg");
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = "#2f6f5e";
    pen.beginPath();
    pen.roundRect(0, 0, 64, 64, 15);
    pen.fill();
    pen.fillStyle = "#ffffff";
    pen.font = `bold ${mark.length > 1 ? 40 : 52}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(mark, 32, 35);
    this.icon.setAttribute("href", canvas.toDataURL());
  }

  /**
   * Somebody has said something that nobody is looking at.
   * @param {Place} place
   * @param {Item} item
   * @param {boolean} personal  it mentions us, or is private
   */
  arrived(place, item, personal) {
    if (place.muted && !personal) return;
    if (this.sound === "all" || (this.sound === "mentions" && personal)) this.ring();
    if (personal) this.showNotification(place, item);
  }

  ring() {
    const now = Date.now();
    if (!this.audio || now - this.sounded < BETWEEN) return;
    this.sounded = now;
    const { currentTime, destination } = this.audio;
    const gain = this.audio.createGain();
    gain.connect(destination);
    gain.gain.setValueAtTime(0.0001, currentTime);
    gain.gain.exponentialRampToValueAtTime(0.12, currentTime + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, currentTime + 0.5);
    for (const [pitch, after] of /** @type {[number, number][]} */ ([[659, 0], [880, 0.12]])) {
      const tone = this.audio.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(gain);
      tone.start(currentTime + after);
      tone.stop(currentTime + 0.5);
    }
  }

  /** Where the context is not secure there are none, whatever the browser says of its permission. */
  get possible() {
    return isSecureContext && "Notification" in window;
  }

  /**
   * @param {Place} place
   * @param {Item} item
   */
  showNotification(place, item) {
    if (!this.possible || !this.notify || Notification.permission !== "granted") return;
    const title = place.isRoom ? `${item.name} in ${place.title}` : item.name;
    const shown = new Notification(title, { body: item.text.slice(0, 200), tag: place.key, icon: "icon-180.png" });
    shown.onclick = () => {
      window.focus();
      shown.close();
      this.go(place);
    };
  }

  /** @param {string} when */
  setSound(when) {
    this.sound = when;
    remember("sound", when);
    if (when !== "off") this.ring();
  }

  async allow() {
    if (!this.possible) return;
    this.notify = this.notify ? false : (await Notification.requestPermission()) === "granted";
    remember("notify", this.notify);
  }
}
