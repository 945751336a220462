// What the word before the cursor can become: a command, a name, a room, or an emoji.
import { COMMANDS } from "./commands.js";
import { emojiLike } from "./emoji.js";
import { keyOf } from "./names.js";

const MOST = 8;

/**
 * @typedef {object} Choice
 * @property {string} insert  what replaces the word
 * @property {string} label
 * @property {string} hint
 */

/**
 * @typedef {object} Known
 * @property {string[]} names
 * @property {string[]} rooms
 */

/**
 * @param {string} before  the text up to the cursor
 * @param {Known} known
 * @param {boolean} asked  by Tab: a bare word is completed as well
 * @returns {{ word: string, choices: Choice[] }}
 */
export function complete(before, known, asked) {
  const word = /\S*$/.exec(before)?.[0] ?? "";
  return { word, choices: choicesFor(before, word, known, asked).slice(0, MOST) };
}

/**
 * @param {string} before
 * @param {string} word
 * @param {Known} known
 * @param {boolean} asked
 * @returns {Choice[]}
 */
function choicesFor(before, word, { names, rooms }, asked) {
  const first = before === word;
  const verb = /^(\/\w+)\s+\S*$/.exec(before)?.[1];
  if (first && word.startsWith("/")) return commands(word);
  if (verb === "/join" || verb === "/leave") return starting(rooms, word, (name) => name);
  if (verb === "/msg" || verb === "/ignore") return starting(names, word, (name) => name);
  if (word.startsWith("@")) return starting(names, word.slice(1), (name) => `@${name}`);
  if (word.startsWith("#")) return starting(rooms, word.slice(1), (name) => `#${name}`);
  if (/^:[\w+-]{2,}$/.test(word)) return emoji(word.slice(1));
  if (!asked || word === "") return [];
  return starting(names, word, (name) => (first ? `${name}:` : name));
}

/**
 * @param {string} word
 * @returns {Choice[]}
 */
function commands(word) {
  const found = Object.entries(COMMANDS).filter(([verb]) => verb.startsWith(word.toLowerCase()));
  return found.map(([verb, { usage, help }]) => ({ insert: verb, label: `${verb} ${usage}`.trim(), hint: help }));
}

/**
 * @param {string[]} things
 * @param {string} word
 * @param {(name: string) => string} as
 * @returns {Choice[]}
 */
function starting(things, word, as) {
  const key = keyOf(word);
  const found = things.filter((name) => keyOf(name).startsWith(key));
  return found.map((name) => ({ insert: as(name), label: as(name).replace(/:$/, ""), hint: "" }));
}

/**
 * @param {string} word
 * @returns {Choice[]}
 */
function emoji(word) {
  return emojiLike(word.toLowerCase(), MOST).map(([name, sign]) => ({ insert: sign, label: sign, hint: `:${name}:` }));
}
