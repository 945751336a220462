// The ways within one place that are longer than scrolling.
import { hashOf } from "./route.js";

/** @typedef {import("./app.js").App} App */

/**
 * Where the unread messages begin, if that is not on the page.
 * @param {App} app
 */
export async function toUnread(app) {
  const place = app.chat.current;
  if (!place) return;
  const { line } = place;
  place.moreUnread = false;
  app.reveal(await app.history.around(place, line));
}

/**
 * The newest message, wherever we are in the history.
 * @param {App} app
 */
export async function toEnd(app) {
  const place = app.chat.current;
  if (!place) return;
  history.replaceState(null, "", hashOf(place));
  await app.history.newest(place);
  place.scroll = null;
  app.list.stuck = true;
  app.draw();
  app.list.toEnd();
}
