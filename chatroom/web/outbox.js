// The lines that we have said and that have no receipt yet. Each is sent once: a line that was sent
// over a connection that is lost keeps its ref, and the server recognises it.

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./timeline.js").Item} Item */

/**
 * @typedef {object} Line
 * @property {number} ref
 * @property {Record<string, unknown>} request
 * @property {Place} place
 * @property {Item} item
 * @property {number} attempts  how often it was sent
 * @property {boolean} decided  the server has decided it, and its receipt was lost
 */

export class Outbox {
  constructor() {
    /** @type {Map<number, Line>} */
    this.lines = new Map();
  }

  /** @param {Line} line */
  add(line) {
    this.lines.set(line.ref, line);
    line.place.pending.push(line.item);
  }

  /**
   * Joined again. What was decided is not sent a second time; everything else is.
   * @param {number | null} decided
   * @param {(request: object) => void} send
   */
  resend(decided, send) {
    for (const line of this.lines.values()) {
      if (line.item.state === "failed") continue;
      if (line.attempts > 0 && decided !== null && line.ref <= decided) line.decided = true;
      else this.transmit(line, send);
    }
  }

  /**
   * @param {Line} line
   * @param {(request: object) => void} send
   */
  transmit(line, send) {
    const again = line.attempts > 0 || line.item.state === "queued";
    const wait = again && line.request.type === "tell" ? { wait: true } : {};
    line.attempts += 1;
    line.item.state = "sending";
    send({ ...line.request, ...wait, ref: line.ref });
  }

  /**
   * The line that this ref belongs to; it is no longer pending.
   * @param {unknown} ref
   * @returns {Line | undefined}
   */
  take(ref) {
    const line = typeof ref === "number" ? this.lines.get(ref) : undefined;
    if (line) this.remove(line);
    return line;
  }

  /** @param {Line} line */
  remove(line) {
    this.lines.delete(line.ref);
    line.place.pending = line.place.pending.filter((item) => item !== line.item);
  }

  /**
   * Something that we said came without a ref: the receipt of the oldest such line of an earlier
   * connection, which would otherwise be shown twice.
   * @param {Place} place
   * @param {string} text
   */
  recognise(place, text) {
    for (const line of this.lines.values()) {
      const earlier = line.decided || line.attempts > 1;
      if (earlier && line.place === place && line.item.text === text) return this.remove(line);
    }
  }

  /** What was decided and never came: it was refused, and the refusal was lost. */
  undecided() {
    return [...this.lines.values()].filter((line) => line.decided);
  }

  /** @param {Item} item */
  lineOf(item) {
    return [...this.lines.values()].find((line) => line.item === item);
  }
}
