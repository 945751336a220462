// A text as nodes: links, code, bold, quotes, mentions. Nothing is fetched, and nothing is markup:
// every piece becomes the text of an element.
import { copy, el } from "./dom.js";
import { mentionPattern } from "./names.js";
import { say } from "./strings.js";

const LINK = /\bhttps?:\/\/[^\s<>"'`]+/u;
const CODE = /`([^`\n]+)`/u;
const BOLD = /\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*/u;
const FENCE = /^```[\w+-]*$/;

/** @typedef {(text: string) => Node[]} Maker */

/**
 * @param {string} text
 * @param {string} me  the name that is marked; empty: none
 * @returns {Node[]}
 */
export function nodesOf(text, me) {
  const nodes = [];
  const lines = text.split("\n");
  while (lines.length) {
    const end = FENCE.test(lines[0] ?? "") ? lines.findIndex((line, at) => at > 0 && line === "```") : -1;
    if (end > 0) nodes.push(codeBlock(lines.splice(0, end + 1).slice(1, -1).join("\n")));
    else if (isQuote(lines[0])) nodes.push(quote(takeWhile(lines, isQuote), me));
    else nodes.push(paragraph(takeParagraph(lines), me));
  }
  return nodes;
}

/** @param {string | undefined} line */
function isQuote(line) {
  return line !== undefined && line.startsWith("> ");
}

/**
 * @param {string[]} lines
 * @param {(line: string) => boolean} fits
 */
function takeWhile(lines, fits) {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

/** @param {string[]} lines */
function takeParagraph(lines) {
  const first = lines.shift() ?? "";
  return [first, ...takeWhile(lines, (line) => !isQuote(line) && !FENCE.test(line))];
}

/**
 * @param {string[]} lines
 * @param {string} me
 */
function paragraph(lines, me) {
  return el("p", { dir: "auto" }, ...inline(lines.join("\n"), me));
}

/**
 * @param {string[]} lines
 * @param {string} me
 */
function quote(lines, me) {
  return el("blockquote", { dir: "auto" }, ...inline(lines.map((line) => line.slice(2)).join("\n"), me));
}

/** @param {string} code */
function codeBlock(code) {
  const button = el("button", { class: "copy-code", text: say.copyCode, tabindex: "-1", "aria-hidden": "true" });
  button.addEventListener("click", () => {
    button.textContent = copy(code) ? say.copied : say.copyFailed;
    setTimeout(() => (button.textContent = say.copyCode), 1500);
  });
  return el("div", { class: "code-block" }, el("pre", { tabindex: "0" }, el("code", { text: code })), button);
}

/**
 * @param {string} text
 * @param {string} me
 * @returns {Node[]}
 */
function inline(text, me) {
  const bold = (/** @type {string} */ part) => split(part, BOLD, (found) => el("strong", { text: found[1] ?? "" }), mention);
  const mention = (/** @type {string} */ part) => (me ? split(part, mentionPattern(me), (found) => el("mark", { text: found[0] }), plain) : plain(part));
  const links = (/** @type {string} */ part) => split(part, LINK, link, bold);
  return split(text, CODE, (found) => el("code", { text: found[1] ?? "" }), links);
}

/** @type {Maker} */
const plain = (text) => (text ? [document.createTextNode(text)] : []);

/**
 * Each match becomes a node, and what is between them goes on to `rest`.
 * @param {string} text
 * @param {RegExp} pattern
 * @param {(found: RegExpExecArray) => Node | null} make
 * @param {Maker} rest
 * @returns {Node[]}
 */
function split(text, pattern, make, rest) {
  const nodes = [];
  const every = new RegExp(pattern.source, `${pattern.flags}g`);
  let at = 0;
  for (let found = every.exec(text); found; found = every.exec(text)) {
    const node = make(found);
    if (!node) continue;
    const length = node.textContent?.length ?? 0;
    const taken = pattern === LINK ? length : found[0].length;
    nodes.push(...rest(text.slice(at, found.index)), node);
    at = found.index + taken;
    every.lastIndex = at;
  }
  return [...nodes, ...rest(text.slice(at))];
}

/** @param {RegExpExecArray} found */
function link(found) {
  const address = withoutEnd(found[0]);
  if (!URL.canParse(address)) return null;
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", text: address });
}

/**
 * Without the punctuation of the sentence that the address stands in.
 * @param {string} address
 */
function withoutEnd(address) {
  let end = address.replace(/[.,;:!?…*_]+$/u, "");
  while (/[)\]]$/.test(end) && count(end, /[)\]]/g) > count(end, /[([]/g)) end = end.slice(0, -1);
  return end;
}

/**
 * @param {string} text
 * @param {RegExp} what
 */
function count(text, what) {
  return text.match(what)?.length ?? 0;
}
