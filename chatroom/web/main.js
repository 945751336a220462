// The beginning: the application, and what the person and the browser do to it.
import { App } from "./app.js";
import { carryOut } from "./commands.js";
import { askDate, help, invite, menu, prepareDialogs, settings } from "./dialogs.js";
import { button, part } from "./dom.js";
import { actionsOf } from "./actions.js";
import { toEnd, toUnread } from "./navigation.js";
import { readRoute, addressOf } from "./route.js";
import { Tools } from "./tools.js";

/** @typedef {import("./place.js").Place} Place */

const FIGURES_EVERY = 20000; // milliseconds
const PEOPLE_EVERY = 60000;

const app = new App();
const { chat, session } = app;
const actions = actionsOf(app);

app.onText = (text) => carryOut(text, actions);
app.onMenu = (place) => menu(place.title, entriesOf(place));

/**
 * What can be done with a place.
 * @param {Place} place
 * @returns {[string, () => void, boolean?][]}
 */
function entriesOf(place) {
  const mute = () => {
    place.muted = !place.muted;
    chat.save();
    chat.changed();
  };
  const muting = /** @type {[string, () => void]} */ ([place.muted ? "Unmute" : "Mute", mute]);
  if (!place.isRoom) {
    const ignored = chat.ignored.has(place.name);
    return [muting, [ignored ? "Hear them again" : "Ignore this person", () => actions.ignore(place.name)], ["Close the conversation", () => chat.forget(place), true]];
  }
  return [
    ["Invite to this room", () => invite(place)],
    ["Set the topic", () => app.composer.insert("/topic ")],
    muting,
    ["Leave this room", () => actions.leave(place.name), true],
  ];
}

new Tools({
  item: (key) => chat.current?.timeline.items.find((item) => item.key === key) ?? chat.current?.pending.find((item) => item.key === key),
  reply: (item) => app.composer.reply(item.name, item.text),
  address: (item) => (chat.current?.isRoom && item.id > 0 ? addressOf(chat.current, `m${item.id}`) : ""),
  tell: (text) => app.announcer.flash(text),
  retry: (item) => session.retry(item),
  drop: (item) => session.drop(item),
});

/**
 * @param {string} id
 * @param {() => void} act
 */
function onClick(id, act) {
  button(id).addEventListener("click", act);
}

function openSidebar() {
  part("app").classList.add("open");
  part("shade").hidden = false;
  button("close-sidebar").focus();
}

function openSwitcher() {
  session.connection.send({ type: "rooms" });
  app.switcher.open();
}

prepareDialogs();
onClick("open-sidebar", openSidebar);
onClick("close-sidebar", () => app.closeSidebar());
onClick("shade", () => app.closeSidebar());
onClick("add-room", openSwitcher);
onClick("open-invite", () => invite(chat.current));
onClick("open-help", help);
onClick("open-search", () => app.search.open());
onClick("open-mentions", () => app.search.openMentions());
onClick("open-date", () => askDate((day) => app.showDay(day)));
onClick("room-menu", () => chat.current && app.onMenu(chat.current));
onClick("newer", () => toEnd(app));
onClick("unread-pill", () => toUnread(app));
onClick("banner-button", () => session.connection.check());
onClick("me", () => settings(chat, app.noticing, {
  rename: (name) => actions.tryName(name),
  ignore: (name) => actions.ignore(name),
  leave: () => actions.quit(),
}));

/** @param {number} step */
function neighbour(step) {
  const places = chat.ordered();
  const at = chat.current ? places.indexOf(chat.current) : 0;
  const place = places[(at + step + places.length) % places.length];
  if (place) app.go(place);
}

function nextUnread() {
  const places = chat.ordered();
  const at = chat.current ? places.indexOf(chat.current) : 0;
  const round = [...places.slice(at + 1), ...places.slice(0, at)];
  const place = round.find((one) => one.unread && (one.mentioned || !one.isRoom)) ?? round.find((one) => one.unread && !one.muted);
  if (place) app.go(place);
}

/** @type {Record<string, () => void>} */
const KEYS = {
  "Ctrl k": openSwitcher,
  "Ctrl Shift f": () => app.search.open(),
  "Alt a": nextUnread,
  "Alt arrowup": () => neighbour(-1),
  "Alt arrowdown": () => neighbour(1),
};

addEventListener("keydown", (event) => {
  if (chat.condition === "out" || event.isComposing || document.querySelector("dialog[open]")) return;
  const held = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : ""];
  const act = KEYS[[...held, event.key.toLowerCase()].filter(Boolean).join(" ")];
  if (act) {
    event.preventDefault();
    act();
  } else if (event.key === "Escape") escape();
  else if (event.key === "PageUp" || event.key === "PageDown") page(event);
});

function escape() {
  if (part("app").classList.contains("open")) app.closeSidebar();
  else toEnd(app);
  app.composer.focus();
}

/** @param {KeyboardEvent} event */
function page(event) {
  const log = part("log");
  event.preventDefault();
  log.scrollBy({ top: (event.key === "PageUp" ? -0.9 : 0.9) * log.clientHeight });
}

function looked() {
  if (document.hidden) return leave();
  session.connection.check();
  app.changed();
  app.measure();
}

function leave() {
  chat.current?.leaveLine();
  app.composer.keepDraft();
  chat.save();
}

document.addEventListener("visibilitychange", looked);
addEventListener("focus", () => app.changed());
addEventListener("blur", () => chat.current?.leaveLine());
addEventListener("online", () => session.connection.check());
addEventListener("pageshow", () => session.connection.check());
addEventListener("pagehide", leave);
addEventListener("hashchange", async () => {
  const route = readRoute(location.hash);
  if (chat.condition === "out") return;
  if (route.person) return app.write(route.person);
  if (route.room && chat.room(route.room) !== chat.current) await app.enter(route.room);
  app.follow(route);
});

/** The keyboard of a phone: where the browser does not shrink the page, we do. */
function fit() {
  const view = window.visualViewport;
  if (!view || view.scale > 1.01) return;
  document.documentElement.style.setProperty("--height", `${view.height}px`);
  document.documentElement.style.setProperty("--top", `${view.offsetTop}px`);
}

window.visualViewport?.addEventListener("resize", fit);
window.visualViewport?.addEventListener("scroll", fit);
fit();

setInterval(() => app.measure(), FIGURES_EVERY);
setInterval(() => {
  if (chat.current?.isRoom && !document.hidden) session.connection.send({ type: "who", room: chat.current.name });
}, PEOPLE_EVERY);
setInterval(() => chat.condition === "lost" && chat.changed(), 1000);

app.start();
