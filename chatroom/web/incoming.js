// What each message of the server changes in what the page knows. The table is at the end.
import { keyOf, mentions } from "./names.js";
import { gone, joined, left, members, presence, renamed } from "./people.js";
import { note } from "./timeline.js";
import { say } from "./strings.js";

/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./timeline.js").Item} Item */

/**
 * @typedef {object} World
 * @property {Chat} chat
 * @property {import("./session.js").Session} session
 * @property {(place: Place) => boolean} isRead  somebody is looking at the end of this place
 * @property {(place: Place, item: Item, mentioned: boolean) => void} arrived  from somebody else, not read
 * @property {(place: Place) => void} opened  we are in this room now
 * @property {(code: string, text: string) => void} ended  the server closes the connection
 */

/**
 * @param {World} world
 * @param {Message} message
 */
export function incoming(world, message) {
  RULES[message.type]?.(world, message);
  world.chat.changed();
}

/**
 * A message as an item of a timeline.
 * @param {Chat} chat
 * @param {Message} message
 * @param {string} kind
 * @returns {Item}
 */
export function itemOf(chat, message, kind) {
  const { id, name, text, time } = message;
  return { key: `m${id}`, id, kind, name, text, time, own: chat.isMe(name), state: "" };
}

/**
 * @param {World} world
 * @param {Message} message
 */
function welcome({ chat, session, opened }, message) {
  const started = chat.epoch !== "" && chat.epoch !== message.epoch;
  Object.assign(chat, { me: message.name, version: message.version, limits: message.limits, condition: "joined" });
  if (started) for (const place of chat.rooms()) startAnew(place);
  chat.epoch = message.epoch;
  session.wantedRoom = message.room;
  enter(chat, message, opened);
}

/**
 * @param {World} world
 * @param {Message} message
 */
function entered({ chat, opened }, message) {
  enter(chat, message, opened);
}

/**
 * @param {Chat} chat
 * @param {Message} message
 * @param {(place: Place) => void} opened
 */
function enter(chat, message, opened) {
  const place = chat.place("room", message.room);
  const resumes = place.timeline.loaded && !message.reset;
  place.entered = true;
  place.topic = message.topic ?? "";
  place.count = message.members.count;
  for (const name of message.members.names) {
    if (!place.people.has(keyOf(name))) place.addPerson(name, Date.now());
  }
  if (message.reset && place.timeline.loaded) {
    place.timeline.clear();
    place.last = 0;
    place.timeline.append(note(say.reset, chat.now()));
  }
  if (!resumes && !message.reset) place.last = Math.max(place.last, message.last ?? 0);
  if (place.read > (message.last ?? 0)) startAnew(place);
  opened(place);
}

/**
 * Another history: what we have read of the old one means nothing in it.
 * @param {Place} place
 */
function startAnew(place) {
  place.read = -1;
  place.line = -1;
}

/**
 * @param {World} world
 * @param {Message} message
 * @param {string} kind
 */
function spoken(world, message, kind) {
  const { chat, session } = world;
  const place = chat.room(message.room);
  if (!place) return;
  const item = itemOf(chat, message, kind);
  const receipt = session.outbox.take(message.ref);
  if (!receipt && item.own) session.outbox.recognise(place, item.text);
  if (receipt) item.own = true;
  place.addPerson(item.name, Date.now());
  arrive(world, place, item);
}

/**
 * @param {World} world
 * @param {Place} place
 * @param {Item} item
 */
function arrive(world, place, item) {
  const fresh = place.timeline.append(item);
  place.last = Math.max(place.last, item.id);
  const shown = world.chat.current === place;
  if (!shown || place.scroll === null) place.timeline.trimStart();
  else place.timeline.holdBack();
  if (!fresh || item.id <= place.read) return;
  if (item.own || world.isRead(place)) {
    if (place.unread === 0 || world.isRead(place)) place.markRead();
    return;
  }
  if (item.kind === "topic") return;
  const mentioned = mentions(item.text, world.chat.me);
  place.unread += 1;
  if (mentioned) place.mentioned += 1;
  world.arrived(place, item, mentioned || !place.isRoom);
}

/**
 * @param {World} world
 * @param {Message} message
 */
function topic(world, message) {
  const place = world.chat.room(message.room);
  if (!place) return;
  place.topic = message.text;
  if (message.id > 0) spoken(world, message, "topic");
}

/**
 * @param {World} world
 * @param {Message} message
 */
function told(world, message) {
  const { chat, session } = world;
  const receipt = session.outbox.take(message.ref);
  const own = receipt !== undefined || (chat.isMe(message.name) && !chat.isMe(message.to));
  const place = chat.place("person", own ? message.to : message.name);
  const id = Math.max(place.last + 1, Math.floor(message.time * 1000));
  const item = { ...itemOf(chat, { ...message, id }, "said"), key: `t${id}`, own };
  if (message.waits !== null && message.waits !== undefined) {
    item.state = "waiting";
    item.problem = say.waits;
  }
  place.timeline.loaded = true;
  arrive(world, place, item);
}

/**
 * @param {World} world
 * @param {Message} message
 */
function skipped({ chat, session }, message) {
  for (const place of chat.rooms()) {
    if (message.lines) place.timeline.append(note(say.skipped(message.lines), chat.now()));
    session.connection.send({ type: "who", room: place.name });
  }
}

/**
 * @param {World} world
 * @param {Message} message
 */
function error({ chat, session }, message) {
  const line = typeof message.ref === "number" ? session.outbox.lines.get(message.ref) : undefined;
  if (line) {
    line.item.state = "failed";
    line.item.problem = say.failed(message.text);
    line.decided = false;
  } else chat.current?.timeline.append(note(message.text, chat.now()));
}

/**
 * @param {World} world
 * @param {Message} message
 */
function notice({ chat }, message) {
  for (const place of chat.rooms()) place.timeline.append(note(say.operator(message.text), chat.now()));
}

/**
 * @param {World} world
 * @param {Message} message
 */
function ignoring({ chat }, message) {
  if (message.ignored) chat.ignored.add(message.name);
  else chat.ignored.delete(message.name);
}

/** @type {Record<string, (world: World, message: Message) => void>} */
const RULES = {
  welcome,
  entered,
  moved: entered,
  said: (world, message) => spoken(world, message, "said"),
  acted: (world, message) => spoken(world, message, "acted"),
  topic,
  told,
  joined,
  left,
  gone,
  presence,
  renamed,
  members,
  skipped,
  error,
  notice,
  ignoring,
  ignored: ({ chat }, message) => {
    chat.ignored = new Set(message.names);
  },
  rooms: ({ chat }, message) => {
    chat.listed = message.rooms;
  },
  closing: ({ ended }, message) => ended(message.code, message.text),
};
