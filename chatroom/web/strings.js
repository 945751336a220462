// Every sentence that the page's programs say. index.html has the others.

/**
 * @param {number} count
 * @param {string} one
 * @param {string} many
 */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

export const say = {
  notConnected: "There is no connection at the moment.",
  perhapsNotSent: "The connection was lost before the answer came. It was probably not said.",
  lost: "The connection is lost. What you write is sent when it is back.",
  lostFor: (/** @type {number} */ seconds) => `The connection is lost; next attempt in ${counted(seconds, "second")}. What you write is sent then.`,
  noServer: "The server does not answer. It is tried again by itself.",
  connecting: "Connecting …",
  reset: "Too much was said meanwhile, or the server began anew. These are the last messages.",
  skipped: (/** @type {number} */ lines) => `${counted(lines, "message")} could not be shown to you.`,
  kicked: "You cannot go on here.",
  replaced: "You have joined over another connection, perhaps in another tab.",
  joined: (/** @type {string} */ names) => `${names} joined`,
  left: (/** @type {string} */ names) => `${names} left`,
  kickedOut: (/** @type {string} */ name, /** @type {string} */ reason) => `${name} was ${reason}`,
  renamed: (/** @type {string} */ old, /** @type {string} */ name) => `${old} is now ${name}`,
  operator: (/** @type {string} */ text) => `From the operator: ${text}`,
  topicSet: (/** @type {string} */ name, /** @type {string} */ text) => text ? `${name} set the topic: ${text}` : `${name} cleared the topic`,
  placeholder: (/** @type {string} */ title) => `Message ${title}`,
  queued: "waits for the connection",
  waits: "waits until they are back",
  failed: (/** @type {string} */ why) => `Not sent. ${why}`,
  again: "Try again",
  discard: "Discard",
  unread: "New",
  today: "Today",
  yesterday: "Yesterday",
  newerMessages: "Newest messages",
  newBelow: (/** @type {number} */ count) => `${counted(count, "new message")}`,
  newAbove: "Unread messages begin further up",
  newCount: (/** @type {number} */ count) => `${counted(count, "new message")}`,
  emptyRoom: (/** @type {string} */ title) => `This is the beginning of ${title}.`,
  emptyRoomHint: "Nobody has said anything yet. Say hello, or invite somebody with the address of this page.",
  emptyPrivate: (/** @type {string} */ name) => `You and ${name}.`,
  emptyPrivateHint: "Only the two of you see this. The server keeps nothing of it.",
  here: (/** @type {number} */ count) => counted(count, "person here", "people here"),
  you: "you",
  idle: (/** @type {string} */ time) => `quiet for ${time}`,
  privately: (/** @type {string} */ name) => `Write to ${name} privately`,
  muted: "muted",
  unreadOf: (/** @type {number} */ count) => counted(count, "unread message"),
  mentionedOf: (/** @type {number} */ count) => `you are mentioned ${count === 1 ? "once" : `${count} times`}`,
  searchTitle: "Search",
  mentionsTitle: "Where you are mentioned",
  searching: "Searching …",
  noHits: "Nothing was found.",
  noMentions: "Nobody has mentioned you yet.",
  hitsSoFar: "Nothing among the newest messages; the older ones have not been searched yet.",
  noSuchDay: "Nothing was said since that day.",
  gone: "That message is no longer kept.",
  copied: "Copied.",
  copiedLink: "The link is copied.",
  copyFailed: "The browser does not allow copying here.",
  copyCode: "Copy",
  unknownCommand: (/** @type {string} */ verb) => `There is no command ${verb}; /help lists the commands.`,
  usage: (/** @type {string} */ usage) => `Usage: ${usage}`,
  tooLong: (/** @type {number} */ over) => `${counted(over, "byte")} too long.`,
  tooManyLines: "A message has at most 100 lines.",
  ignoring: (/** @type {string} */ name) => `You do not hear ${name} any more; /ignore ${name} again ends that.`,
  hearing: (/** @type {string} */ name) => `You hear ${name} again.`,
  ignoringList: (/** @type {string[]} */ names) => names.length ? `You ignore ${names.join(", ")}.` : "You ignore nobody.",
  topicIs: (/** @type {string} */ text) => text ? `The topic: ${text}` : "This room has no topic.",
  onlyRoom: "This is the only room that you are in.",
  notifyInsecure: "This browser allows notifications only at https or on this machine. The title, the icon and the sound still tell you.",
  notifyOn: "Notifications are on: you are told when you are mentioned or written to privately.",
  notifyOff: "You can be told when you are mentioned or written to privately, while another window is in front.",
  notifyDenied: "This browser has been told to show no notifications of this page; its settings can change that.",
  inviteLocal: "This address works only on this machine. Open the page by the address of this machine on the network to invite others.",
  inviteNc: (/** @type {string} */ host, /** @type {string} */ port) => `Or without a browser: nc ${host} ${port}`,
  server: (/** @type {number} */ p50, /** @type {number} */ p99) => `fan-out ${milliseconds(p50)} / ${milliseconds(p99)}`,
  roundTrip: (/** @type {number} */ seconds) => `answers in ${milliseconds(seconds)}`,
  footerTitle: "How long the server takes to answer, and to hand a message to everybody: the median and the 99th percentile",
  at: (/** @type {string} */ name, /** @type {string} */ time) => `${name}, ${time}: `,
  newRoom: (/** @type {string} */ name) => `Join or make #${name}`,
  inRoom: (/** @type {number} */ count) => counted(count, "person", "people"),
};

/** @param {number} seconds */
export function milliseconds(seconds) {
  const ms = seconds * 1000;
  return ms < 1 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 3600) return `${Math.max(1, Math.floor(seconds / 60))} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return counted(Math.floor(seconds / 86400), "day");
}

/** @type {[string, string][]} */
export const KEYS = [
  ["Enter", "send"],
  ["Shift-Enter", "a new line"],
  ["Tab", "complete a name, /command, #room or :emoji:"],
  ["Ctrl-K", "go to a room or a person"],
  ["Alt-↑, Alt-↓", "the room above or below"],
  ["Alt-A", "the next unread place"],
  ["Ctrl-Shift-F", "search"],
  ["Page up, Page down", "read back and forth"],
  ["Esc", "close; then to the newest message"],
  ["↑ ↓ in the messages", "choose a message; R replies, C copies, L copies its link"],
];

/** @type {[string, string][]} */
export const MARKS = [
  ["**bold**", "bold"],
  ["`code`", "code"],
  ["``` before and after", "several lines of code"],
  ["> bob: text", "a quote"],
];
