// Our life at the server: joining, coming back without a gap, requests and their answers.
import { Connection } from "./connection.js";
import { Outbox } from "./outbox.js";
import { remember, rememberHere } from "./storage.js";
import { say } from "./strings.js";

/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./chat.js").Chat} Chat */

const UNANSWERED = 5; // seconds after the pong until a decided line without a receipt counts as refused

/**
 * @typedef {object} Ears
 * @property {(message: Message) => void} heard  every message that is not the answer to `ask`
 * @property {(code: string, text: string) => void} refused  we could not join
 */

export class Session {
  /**
   * @param {Chat} chat
   * @param {string} url
   * @param {Ears} ears
   */
  constructor(chat, url, ears) {
    this.chat = chat;
    this.ears = ears;
    this.connection = new Connection(url, {
      opened: () => this.join(),
      received: (message) => this.receive(message),
      lost: (wait) => this.lost(wait),
    });
    this.outbox = new Outbox();
    /** @type {Map<number, (message: Message) => void>} */
    this.asked = new Map();
    this.ticket = "";
    this.name = "";
    this.wantedRoom = "";
    this.nextRef = Date.now(); // above every ref of this ticket, also after a reload
    this.joinRef = 0;
    this.pinged = 0;
  }

  /**
   * @param {string} name
   * @param {string} room
   * @param {string} ticket
   */
  begin(name, room, ticket) {
    this.name = name;
    this.wantedRoom = room;
    this.ticket = ticket;
    this.chat.condition = "connecting";
    this.connection.attempts = 0;
    if (this.connection.open) this.join();
    else this.connection.start();
  }

  join() {
    const place = this.chat.room(this.wantedRoom);
    this.joinRef = this.takeRef();
    const { name, ticket } = this;
    const resume = place ? this.resumeOf(place) : {};
    const room = this.wantedRoom ? { room: this.wantedRoom } : {};
    this.connection.send({ type: "join", name, ticket, ...room, ...resume, ref: this.joinRef });
  }

  /** @param {Place} place */
  resumeOf(place) {
    const { epoch } = this.chat;
    return epoch && place.timeline.loaded ? { after: place.last, epoch } : {};
  }

  takeRef() {
    this.nextRef += 1;
    return this.nextRef;
  }

  /** @param {Message} message */
  receive(message) {
    if (message.ref === this.joinRef) {
      if (message.type === "error") return this.ears.refused(message.code, message.text);
      if (message.type === "welcome") this.joined(message);
      return;
    }
    const answer = this.asked.get(message.ref);
    if (answer) {
      this.asked.delete(message.ref);
      return answer(message);
    }
    this.ears.heard(message);
  }

  /** @param {Message} welcome */
  joined(welcome) {
    const { chat } = this;
    this.connection.settle();
    this.name = welcome.name;
    remember("name", welcome.name);
    remember("ticket", this.ticket);
    rememberHere("ticket", this.ticket);
    this.ears.heard(welcome);
    for (const place of chat.rooms()) {
      if (place !== chat.room(welcome.room)) this.enterAgain(place);
    }
    this.outbox.resend(welcome.decided, (request) => this.connection.send(request));
    this.measure().then(() => setTimeout(() => this.giveUpDecided(), UNANSWERED * 1000));
  }

  /** @param {Place} place */
  enterAgain(place) {
    place.entered = false;
    this.connection.send({ type: "enter", room: place.name, ...this.resumeOf(place) });
  }

  /** The receipt of a line was lost, and the line did not come: it was refused. */
  giveUpDecided() {
    for (const line of this.outbox.undecided()) {
      line.item.state = "failed";
      line.item.problem = say.perhapsNotSent;
    }
    this.chat.changed();
  }

  /** @param {number} wait */
  lost(wait) {
    const { chat } = this;
    chat.condition = "lost";
    chat.waitUntil = Date.now() + wait * 1000;
    for (const line of this.outbox.lines.values()) {
      if (line.item.state !== "failed") line.item.state = "queued";
    }
    for (const answer of this.asked.values()) answer({ type: "error", code: "lost", text: say.notConnected });
    this.asked.clear();
    chat.changed();
  }

  /**
   * Ask for something; the answer may be an error.
   * @param {Record<string, unknown>} request
   * @returns {Promise<Message>}
   */
  ask(request) {
    if (this.chat.condition !== "joined") {
      return Promise.resolve({ type: "error", code: "lost", text: say.notConnected });
    }
    const ref = this.takeRef();
    return new Promise((resolve) => {
      this.asked.set(ref, resolve);
      this.connection.send({ ...request, ref });
    });
  }

  /**
   * Say something: it is shown at once, and sent as soon as there is a connection.
   * @param {Place} place
   * @param {string} text
   * @param {"said" | "acted"} kind
   */
  say(place, text, kind = "said") {
    const ref = this.takeRef();
    const online = this.chat.condition === "joined";
    const request = place.isRoom
      ? { type: kind === "acted" ? "me" : "say", room: place.name, text }
      : { type: "tell", name: place.name, text };
    /** @type {import("./timeline.js").Item} */
    const item = {
      key: `p${ref}`, id: 0, kind, name: this.chat.me, text, time: this.chat.now(), own: true,
      state: online ? "sending" : "queued",
    };
    const line = { ref, request, place, item, attempts: 0, decided: false };
    this.outbox.add(line);
    if (online) this.outbox.transmit(line, (out) => this.connection.send(out));
    this.chat.changed();
  }

  /** @param {import("./timeline.js").Item} item */
  retry(item) {
    const line = this.outbox.lineOf(item);
    if (!line) return;
    this.outbox.remove(line);
    this.say(line.place, item.text, item.kind === "acted" ? "acted" : "said");
  }

  /** @param {import("./timeline.js").Item} item */
  drop(item) {
    const line = this.outbox.lineOf(item);
    if (line) this.outbox.remove(line);
    this.chat.changed();
  }

  /** How long the server takes to answer. */
  async measure() {
    if (this.chat.condition !== "joined") return;
    const asked = performance.now();
    const answer = await this.ask({ type: "ping" });
    if (answer.type !== "pong") return;
    this.chat.roundTrip = (performance.now() - asked) / 1000;
    this.chat.changed();
  }

  quit() {
    this.connection.send({ type: "quit" });
    this.connection.stop();
  }
}
