// What begins with a slash. The names are those of the other clients.
import { keyOf } from "./names.js";
import { say } from "./strings.js";

/**
 * What the commands can do.
 * @typedef {object} Actions
 * @property {(text: string, kind: "said" | "acted") => void} say
 * @property {(name: string, text: string) => void} tell
 * @property {(text: string) => void} reply
 * @property {(room: string) => void} join
 * @property {(room: string) => void} leave
 * @property {(name: string) => void} rename
 * @property {(text: string | null) => void} topic
 * @property {(name: string) => void} ignore
 * @property {(text: string) => void} search
 * @property {(day: string) => void} jump
 * @property {() => void} who
 * @property {() => void} rooms
 * @property {() => void} stats
 * @property {() => void} help
 * @property {() => void} quit
 * @property {(text: string) => void} note
 */

/** @typedef {{ usage: string, help: string, run: (actions: Actions, rest: string) => boolean | void }} Command */

/** @type {Record<string, Command>} */
export const COMMANDS = {
  "/me": { usage: "TEXT", help: "say what you do: * ann waves", run: (a, rest) => rest !== "" && a.say(rest, "acted") },
  "/msg": { usage: "NAME TEXT", help: "write to one person", run: tell },
  "/reply": { usage: "TEXT", help: "answer the last private message", run: (a, rest) => rest !== "" && a.reply(rest) },
  "/join": { usage: "ROOM", help: "be in another room as well", run: (a, rest) => rest !== "" && a.join(rest) },
  "/leave": { usage: "[ROOM]", help: "leave this room, or another one", run: (a, rest) => a.leave(rest) },
  "/topic": { usage: "[TEXT]", help: "say what this room is about", run: (a, rest) => a.topic(rest || null) },
  "/nick": { usage: "NAME", help: "change your name", run: (a, rest) => rest !== "" && a.rename(rest) },
  "/ignore": { usage: "[NAME]", help: "stop hearing somebody, or hear them again", run: (a, rest) => a.ignore(rest) },
  "/search": { usage: "TEXT", help: "find what was said", run: (a, rest) => a.search(rest) },
  "/history": { usage: "DAY", help: "jump to a day: 2026-11-24", run: (a, rest) => /^\d{4}-\d\d-\d\d$/.test(rest) && a.jump(rest) },
  "/who": { usage: "", help: "ask again who is here", run: (a) => a.who() },
  "/rooms": { usage: "", help: "all rooms", run: (a) => a.rooms() },
  "/stats": { usage: "", help: "the server's figures", run: (a) => a.stats() },
  "/help": { usage: "", help: "this list", run: (a) => a.help() },
  "/quit": { usage: "", help: "leave the chat", run: (a) => a.quit() },
};

/** @type {Record<string, string>} */
const ALIASES = {
  "/w": "/msg", "/tell": "/msg", "/whisper": "/msg", "/query": "/msg", "/r": "/reply", "/enter": "/join",
  "/part": "/leave", "/names": "/who", "/list": "/rooms", "/nickname": "/nick", "/find": "/search",
  "/?": "/help", "/h": "/help", "/exit": "/quit", "/bye": "/quit",
};

/**
 * Carry out what was written. A command is one line; the lines after it belong to its text.
 * @param {string} text
 * @param {Actions} actions
 * @returns {boolean} whether it was understood; otherwise it stays to be mended
 */
export function carryOut(text, actions) {
  if (!text.startsWith("/")) return said(actions, text);
  if (text.startsWith("//")) return said(actions, text.slice(1));
  const space = text.search(/\s/);
  const typed = (space < 0 ? text : text.slice(0, space)).toLowerCase();
  const rest = space < 0 ? "" : text.slice(space).trim();
  const verb = ALIASES[typed] ?? typed;
  const command = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (!command) actions.note(say.unknownCommand(typed));
  else if (command.run(actions, rest) !== false) return true;
  else actions.note(say.usage(`${verb} ${command.usage}`));
  return false;
}

/**
 * @param {Actions} actions
 * @param {string} text
 */
function said(actions, text) {
  actions.say(text, "said");
  return true;
}

/**
 * @param {Actions} actions
 * @param {string} rest
 */
function tell(actions, rest) {
  const [, name, text] = /^(\S+)\s+([^]+)$/.exec(rest) ?? [];
  if (!name || !text || keyOf(name) === "") return false;
  actions.tell(name, text);
  return true;
}
