// One WebSocket after the other. Knows how to reach the server and to come back; nothing of a chat.
//
// The server finds out whether a connection is dead; timers of a hidden tab are too slow for it. The
// page asks only when somebody looks at it again, or when the network has come back.

const FIRST_WAIT = 0.4; // seconds
const LONGEST_WAIT = 30;
const PATIENCE = 8; // seconds for the answer to a check

/** @typedef {Record<string, any> & { type: string }} Message */

/**
 * @typedef {object} Handlers
 * @property {() => void} opened
 * @property {(message: Message) => void} received
 * @property {(wait: number) => void} lost  until the next attempt: `wait` seconds
 */

export class Connection {
  /**
   * @param {string} url
   * @param {Handlers} handlers
   */
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.attempts = 0;
    this.heard = 0;
    this.retry = 0;
    this.watch = 0;
    this.stopped = true;
  }

  get open() {
    return this.socket !== null && this.socket.readyState === WebSocket.OPEN;
  }

  start() {
    clearTimeout(this.retry);
    this.stopped = false;
    if (this.socket) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => this.socket === socket && this.handlers.opened();
    socket.onmessage = (event) => this.socket === socket && this.receive(event.data);
    socket.onclose = () => this.socket === socket && this.lose();
  }

  /** The chat has been joined: the next loss begins with a short wait again. */
  settle() {
    this.attempts = 0;
  }

  /** @param {object} request */
  send(request) {
    if (this.open) this.socket?.send(JSON.stringify(request));
  }

  /** Close for good, until somebody starts it again. */
  stop() {
    this.stopped = true;
    clearTimeout(this.retry);
    clearTimeout(this.watch);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Somebody looks at the page: is the connection alive? Without one: try at once. */
  check() {
    if (this.stopped) return;
    if (!this.socket) this.start();
    else if (this.open) this.expectAnswer();
  }

  expectAnswer() {
    const asked = performance.now();
    this.send({ type: "ping" });
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      if (this.heard < asked && !document.hidden) this.lose();
    }, PATIENCE * 1000);
  }

  /** @param {unknown} data */
  receive(data) {
    this.heard = performance.now();
    if (typeof data !== "string") return;
    for (const line of data.split("\n")) {
      const message = line === "" ? null : parse(line);
      if (message) this.handlers.received(message);
    }
  }

  lose() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.watch);
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    if (this.stopped) return;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.attempts);
    const wait = longest * (0.5 + Math.random() / 2);
    this.attempts += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.start(), wait * 1000);
    this.handlers.lost(wait);
  }
}

/**
 * @param {string} line
 * @returns {Message | null}
 */
function parse(line) {
  try {
    const message = JSON.parse(line);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null; // a server that is full says so in a line that is not JSON
  }
}
