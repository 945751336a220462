// The secret by which the server knows us again, and the tabs of one browser, which must not share it.
import { recall, recallHere } from "./storage.js";

/**
 * The secret that makes us the same person when we come back: that of this tab, or of the last tab
 * if that is closed, or a new one.
 * @returns {Promise<string>}
 */
export async function ticketOf() {
  const mine = recallHere("ticket", "") || recall("ticket", "");
  if (mine && !(await isInUse(mine))) return mine;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const tabs = typeof BroadcastChannel === "function" ? new BroadcastChannel("chatroom") : null;

/**
 * Whether another tab of this browser is in the chat with this ticket.
 * @param {string} ticket
 * @returns {Promise<boolean>}
 */
function isInUse(ticket) {
  if (!tabs) return Promise.resolve(false);
  return new Promise((resolve) => {
    const heard = (/** @type {MessageEvent} */ event) => {
      if (event.data?.used === ticket) finish(true);
    };
    const finish = (/** @type {boolean} */ used) => {
      clearTimeout(timer);
      tabs.removeEventListener("message", heard);
      resolve(used);
    };
    const timer = setTimeout(() => finish(false), 150);
    tabs.addEventListener("message", heard);
    tabs.postMessage({ asks: ticket });
  });
}

/**
 * Tell other tabs that this one is in the chat.
 * @param {import("./session.js").Session} session
 */
export function answerTabs(session) {
  tabs?.addEventListener("message", (event) => {
    const alive = session.chat.condition !== "out";
    if (alive && event.data?.asks === session.ticket) tabs.postMessage({ used: session.ticket });
  });
}
