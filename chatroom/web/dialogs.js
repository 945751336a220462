// The dialogs: inviting, a date, our settings, help, and what can be done with a place.
import { button, byId, copy, dialog, el, field, part, setText } from "./dom.js";
import { COMMANDS } from "./commands.js";
import { qrCode } from "./qr.js";
import { addressOf } from "./route.js";
import { KEYS, MARKS, say } from "./strings.js";
import { dayOf } from "./time.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./place.js").Place} Place */

const MODULE = 6; // pixels
const MARGIN = 4; // modules

/** A click beside a dialog closes it. */
export function prepareDialogs() {
  for (const open of document.querySelectorAll("dialog")) {
    open.addEventListener("click", (event) => event.target === open && open.close());
  }
  button("date-cancel").addEventListener("click", () => dialog("date").close());
  button("settings-close").addEventListener("click", () => dialog("settings").close());
  button("invite-copy").addEventListener("click", () => {
    const done = copy(part("invite-address").textContent ?? "");
    setText(button("invite-copy"), done ? say.copied : say.copyFailed);
  });
}

/** @param {Place | null} place */
export function invite(place) {
  const address = place?.isRoom ? addressOf(place) : `${location.origin}/`;
  setText(part("invite-address"), address);
  setText(button("invite-copy"), say.copyCode);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  setText(part("invite-note"), local ? say.inviteLocal : say.inviteNc(location.hostname, location.port || "80"));
  drawCode(byId("invite-code", HTMLCanvasElement), address);
  dialog("invite").showModal();
}

/**
 * Dark on white whatever the theme: many readers of codes need it so.
 * @param {HTMLCanvasElement} canvas
 * @param {string} text
 */
function drawCode(canvas, text) {
  const matrix = qrCode(text);
  canvas.hidden = matrix === null;
  const pen = canvas.getContext("2d");
  if (!matrix || !pen) return;
  canvas.width = canvas.height = (matrix.length + 2 * MARGIN) * MODULE;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#1d1d1b";
  matrix.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect((x + MARGIN) * MODULE, (y + MARGIN) * MODULE, MODULE, MODULE)));
}

/** @param {(day: string) => void} jump */
export function askDate(jump) {
  const day = field("date-day");
  day.max = dayOf(Date.now() / 1000);
  day.value ||= day.max;
  byId("date-form", HTMLFormElement).onsubmit = (event) => {
    event.preventDefault();
    dialog("date").close();
    jump(day.value);
  };
  dialog("date").showModal();
}

/**
 * @typedef {object} SettingsActions
 * @property {(name: string) => Promise<string>} rename  what is wrong with it
 * @property {(name: string) => void} ignore
 * @property {() => void} leave
 */

/**
 * @param {Chat} chat
 * @param {import("./noticing.js").Noticing} noticing
 * @param {SettingsActions} actions
 */
export function settings(chat, noticing, actions) {
  field("settings-name").value = chat.me;
  setText(part("settings-problem"), "");
  byId("settings-form", HTMLFormElement).onsubmit = async (event) => {
    event.preventDefault();
    setText(part("settings-problem"), await actions.rename(field("settings-name").value.trim()));
  };
  const sound = byId("settings-sound", HTMLSelectElement);
  sound.value = noticing.sound;
  sound.onchange = () => noticing.setSound(sound.value);
  button("settings-notify").onclick = async () => {
    await noticing.allow();
    describeNotifications(noticing);
  };
  describeNotifications(noticing);
  drawIgnored(chat, actions.ignore);
  button("settings-leave").onclick = () => {
    dialog("settings").close();
    actions.leave();
  };
  dialog("settings").showModal();
}

/** @param {import("./noticing.js").Noticing} noticing */
function describeNotifications(noticing) {
  const denied = noticing.possible && Notification.permission === "denied";
  const on = noticing.notify && noticing.possible && Notification.permission === "granted";
  setText(part("settings-notify-note"), !noticing.possible ? say.notifyInsecure : denied ? say.notifyDenied : on ? say.notifyOn : say.notifyOff);
  button("settings-notify").hidden = !noticing.possible || denied;
  setText(button("settings-notify"), on ? "Turn them off" : "Allow notifications");
}

/**
 * @param {Chat} chat
 * @param {(name: string) => void} ignore
 */
function drawIgnored(chat, ignore) {
  part("ignored-title").hidden = chat.ignored.size === 0;
  part("ignored").replaceChildren(...[...chat.ignored].map((name) => {
    const end = el("button", { type: "button", class: "plain", text: "Hear them again" });
    const row = el("li", {}, el("span", { class: "ellipsis grow", text: name }), end);
    end.addEventListener("click", () => {
      ignore(name);
      row.remove();
    });
    return row;
  }));
}

export function help() {
  list("help-keys", KEYS);
  list("help-text", MARKS);
  list("help-commands", Object.entries(COMMANDS).map(([verb, { usage, help: text }]) => [`${verb} ${usage}`.trim(), text]));
  dialog("help").showModal();
}

/**
 * @param {string} id
 * @param {[string, string][]} rows
 */
function list(id, rows) {
  part(id).replaceChildren(...rows.map(([key, text]) => el("div", {}, el("dt", {}, el("kbd", { text: key })), el("dd", { text }))));
}

/**
 * @param {string} title
 * @param {[string, () => void, boolean?][]} entries  the text, what it does, whether it is dangerous
 */
export function menu(title, entries) {
  setText(part("menu-title"), title);
  part("menu-items").replaceChildren(...entries.map(([text, act, danger]) => {
    const made = el("button", { class: danger ? "menu-item danger" : "menu-item", text });
    made.addEventListener("click", () => {
      dialog("menu").close();
      act();
    });
    return made;
  }));
  dialog("menu").showModal();
}
