// What a screen reader is told. The message list is a live region, so everything that is added to it
// is read aloud; it is silent while the past is loaded. In a burst a count is read instead.
import { part } from "./dom.js";
import { say } from "./strings.js";

const MOST = 3; // rows a second that are read aloud
const FLASH = 2000; // milliseconds
const QUIET = 1500; // milliseconds after which the count of a burst is told

export class Announcer {
  constructor() {
    this.region = part("announcer");
    /** @type {number[]} */
    this.times = [];
    this.counted = 0;
    this.timer = 0;
    this.back = 0;
    this.flashing = 0;
  }

  /** @param {string} text */
  tell(text) {
    this.region.textContent = text;
  }

  /**
   * Tell those who see as well, for a moment.
   * @param {string} text
   */
  flash(text) {
    this.tell(text);
    const note = part("flash");
    note.textContent = text;
    note.hidden = false;
    clearTimeout(this.flashing);
    this.flashing = setTimeout(() => (note.hidden = true), FLASH);
  }

  /**
   * Called before the list gets these rows.
   * @param {HTMLElement} log
   * @param {HTMLElement[]} rows
   * @param {boolean} past  they are not news
   */
  drawn(log, rows, past) {
    const fresh = past ? 0 : this.freshAtEnd(log, rows);
    const older = !past && rows.some((row) => !row.isConnected) && fresh === 0;
    const now = performance.now();
    this.times = this.times.filter((time) => now - time < 1000);
    for (let i = 0; i < fresh; i++) this.times.push(now);
    if (this.times.length > MOST) this.count(fresh);
    if (past || older || this.times.length > MOST) this.silence(log);
  }

  /**
   * @param {HTMLElement} log
   * @param {HTMLElement[]} rows
   */
  freshAtEnd(log, rows) {
    const last = rows.findLastIndex((row) => row.parentElement === log);
    return rows.slice(last + 1).filter((row) => row.classList.contains("row") && !row.classList.contains("own")).length;
  }

  /** @param {number} fresh */
  count(fresh) {
    this.counted += fresh;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.tell(say.newCount(this.counted));
      this.counted = 0;
    }, QUIET);
  }

  /** @param {HTMLElement} log */
  silence(log) {
    log.setAttribute("aria-live", "off");
    clearTimeout(this.back);
    this.back = setTimeout(() => log.setAttribute("aria-live", "polite"), 300);
  }
}
