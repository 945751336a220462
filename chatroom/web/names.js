// Names: when two are the same, and which colour one has. The same as chatroom/vocabulary/names.py
// and chatroom/client/presentation.py; a test compares them.
import { DRAWN_LIKE } from "./lookalikes.js";

export const COLOURS = 10;

/**
 * The identity of a name: two names with one key are the same person.
 * @param {string} name
 * @returns {string}
 */
export function keyOf(name) {
  if (/^[\x00-\x7f]*$/.test(name)) return name.toLowerCase();
  const letters = [...name].map((char) => char.toUpperCase().toLowerCase()).join("").normalize("NFKD");
  const replaced = [...letters].map((char) => DRAWN_LIKE.get(char) ?? char).join("");
  return replaced.replaceAll("i\u0307", "i").replaceAll("j\u0307", "j").normalize("NFC");
}

/**
 * The same colour for the same person in every client, every day.
 * @param {string} name
 * @returns {number}
 */
export function colourOf(name) {
  return crc32(new TextEncoder().encode(keyOf(name))) % COLOURS;
}

/**
 * Whether the name stands in the text as a word.
 * @param {string} text
 * @param {string} name
 * @returns {boolean}
 */
export function mentions(text, name) {
  return name !== "" && mentionPattern(name).test(text);
}

/**
 * @param {string} name
 * @returns {RegExp}
 */
export function mentionPattern(name) {
  const escaped = name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replaceAll("-", "\\x2d");
  return new RegExp(`(?<![\\p{L}\\p{N}_])@?${escaped}(?![\\p{L}\\p{N}_])`, "iu");
}

/**
 * @param {Uint8Array} bytes
 * @returns {number}
 */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}

/**
 * @template {{ name: string }} T
 * @param {Iterable<T>} things
 * @returns {T[]}
 */
export function byName(things) {
  return [...things].sort((one, other) => one.name.localeCompare(other.name));
}
