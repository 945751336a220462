// The few verbs with which the page touches the document. Text only ever becomes text.

/** @typedef {Node | string} Child */

/**
 * A new element. `text` is its text; `true` is an attribute without a value; `false` is none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = String(value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * The element of index.html with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${id}`);
  return found;
}

/** @param {string} id */
export const button = (id) => byId(id, HTMLButtonElement);
/** @param {string} id */
export const field = (id) => byId(id, HTMLInputElement);
/** @param {string} id */
export const part = (id) => byId(id, HTMLElement);
/** @param {string} id */
export const dialog = (id) => byId(id, HTMLDialogElement);

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make the children of `parent` these, and touch only what differs.
 * @param {Element} parent
 * @param {readonly Element[]} wanted
 */
export function setChildren(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of wanted) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

/**
 * Put text on the clipboard, also where the context is not secure and navigator.clipboard is missing.
 * @param {string} text
 * @returns {boolean}
 */
export function copy(text) {
  const holder = el("textarea", { class: "hidden", "aria-hidden": "true" });
  holder.value = text;
  const active = document.activeElement;
  const parent = document.querySelector("dialog[open]") ?? document.body;
  parent.append(holder);
  holder.select();
  const done = document.execCommand("copy");
  holder.remove();
  if (active instanceof HTMLElement) active.focus({ preventScroll: true });
  return done;
}
