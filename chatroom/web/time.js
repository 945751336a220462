// Times and days in the reader's zone and language.
import { say } from "./strings.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const dated = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

/** @param {number} seconds */
export const clockTime = (seconds) => clock.format(seconds * 1000);

/** @param {number} seconds */
export const fullTime = (seconds) => full.format(seconds * 1000);

/**
 * The day as it is written in an address: 2026-11-24.
 * @param {number} seconds
 */
export function dayOf(seconds) {
  const date = new Date(seconds * 1000);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The first second of a day.
 * @param {string} day
 */
export function startOf(day) {
  return new Date(`${day}T00:00`).getTime() / 1000;
}

/** @param {number} seconds */
export function dayTitle(seconds) {
  const now = Date.now() / 1000;
  if (dayOf(seconds) === dayOf(now)) return say.today;
  if (dayOf(seconds) === dayOf(now - 86400)) return say.yesterday;
  const thisYear = new Date(seconds * 1000).getFullYear() === new Date().getFullYear();
  return (thisYear ? weekday : dated).format(seconds * 1000);
}

/** @param {number} seconds */
export function shortTime(seconds) {
  return dayOf(seconds) === dayOf(Date.now() / 1000) ? clockTime(seconds) : `${dayTitle(seconds)}, ${clockTime(seconds)}`;
}
