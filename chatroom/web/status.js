// What surrounds the messages: the head of the room, the banner of a lost connection, the footer.
import { button, part, setText } from "./dom.js";
import { say } from "./strings.js";
import { nodesOf } from "./text.js";

/** @typedef {import("./chat.js").Chat} Chat */

/** @param {Chat} chat */
export function drawHead(chat) {
  const place = chat.current;
  setText(part("room-name"), place?.title ?? "");
  const topic = part("room-topic");
  if (topic.dataset.text !== place?.topic) {
    topic.dataset.text = place?.topic ?? "";
    topic.replaceChildren(...nodesOf(place?.topic ?? "", "").flatMap((node) => [...node.childNodes]));
    topic.title = place?.topic ?? "";
  }
  const history = place?.isRoom ?? false;
  button("open-date").hidden = !history;
  const elsewhere = [...chat.places.values()].filter((other) => other !== place && !other.muted && other.unread);
  const dot = part("elsewhere");
  dot.hidden = elsewhere.length === 0;
  dot.classList.toggle("mention", elsewhere.some((other) => other.mentioned || !other.isRoom));
}

/** @param {Chat} chat */
export function drawBanner(chat) {
  const banner = part("banner");
  banner.hidden = chat.condition === "joined" || chat.condition === "out";
  if (banner.hidden) return;
  const seconds = Math.ceil((chat.waitUntil - Date.now()) / 1000);
  const lost = chat.condition === "lost";
  setText(part("banner-text"), !lost ? say.connecting : seconds > 3 ? say.lostFor(seconds) : say.lost);
  button("banner-button").hidden = !lost;
}

/**
 * More is unread than the page holds: the way to where it begins.
 * @param {Chat} chat
 */
export function drawUnread(chat) {
  const place = chat.current;
  const pill = button("unread-pill");
  if (place?.moreUnread && place.timeline.firstId <= place.line) place.moreUnread = false;
  pill.hidden = !place?.moreUnread;
  setText(pill, say.newAbove);
}

/** @param {Chat} chat */
export function drawStatus(chat) {
  const place = chat.current;
  const pieces = [];
  if (place?.isRoom && place.count) pieces.push(say.here(place.count));
  if (chat.condition === "joined" && chat.roundTrip) pieces.push(say.roundTrip(chat.roundTrip));
  if (chat.condition === "joined" && chat.stats) pieces.push(say.server(chat.stats.p50, chat.stats.p99));
  if (chat.condition !== "joined") pieces.push(say.notConnected);
  setText(part("status"), pieces.join("  ·  "));
  part("status").title = say.footerTitle;
}

/**
 * @param {Chat} chat
 * @param {boolean} drawn  whether there are rows
 */
export function drawEmpty(chat, drawn) {
  const place = chat.current;
  const empty = part("empty");
  const known = place !== null && (place.timeline.loaded || !place.isRoom);
  empty.hidden = drawn || !known;
  if (empty.hidden || !place || empty.dataset.place === place.key) return;
  empty.dataset.place = place.key;
  const title = document.createElement("h2");
  title.textContent = place.isRoom ? say.emptyRoom(place.title) : say.emptyPrivate(place.name);
  const hint = document.createElement("p");
  hint.textContent = place.isRoom ? say.emptyRoomHint : say.emptyPrivateHint;
  empty.replaceChildren(title, hint);
}

