// Who comes and goes, and who is here: the messages of the server that concern people.
import { keyOf } from "./names.js";
import { say } from "./strings.js";
import { note } from "./timeline.js";

/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./incoming.js").World} World */
/** @typedef {import("./place.js").Place} Place */

/**
 * Joins and departures that follow each other are one line.
 * @param {World} world
 * @param {Place} place
 * @param {"joined" | "left"} what
 * @param {string} name
 */
function come(world, place, what, name) {
  const last = place.timeline.items.at(-1);
  const gathered = last?.kind === what && world.chat.now() - last.time < 600;
  if (last && gathered && last.name.split(", ").length < 8) {
    last.name += `, ${name}`;
    last.text = say[what](last.name);
    last.key += "+";
  } else {
    place.timeline.append({ ...note(say[what](name), world.chat.now()), kind: what, name });
  }
}

/**
 * @param {World} world
 * @param {Message} message
 */
export function joined(world, message) {
  const place = world.chat.room(message.room);
  if (!place || world.chat.isMe(message.name)) return;
  if (!place.people.has(keyOf(message.name))) place.count += 1;
  place.addPerson(message.name, Date.now());
  come(world, place, "joined", message.name);
}

/**
 * @param {World} world
 * @param {Message} message
 */
export function left(world, message) {
  const place = world.chat.room(message.room);
  if (!place) return;
  if (world.chat.isMe(message.name)) return world.chat.forget(place);
  if (place.removePerson(message.name)) place.count -= 1;
  come(world, place, "left", message.name);
}

/**
 * @param {World} world
 * @param {Message} message
 */
export function gone(world, message) {
  for (const place of world.chat.rooms()) {
    if (!place.removePerson(message.name)) continue;
    place.count -= 1;
    if (String(message.reason).startsWith("kicked")) {
      place.timeline.append(note(say.kickedOut(message.name, message.reason), world.chat.now()));
    } else come(world, place, "left", message.name);
  }
}

/**
 * @param {World} world
 * @param {Message} message
 */
export function presence({ chat }, message) {
  const place = chat.room(message.room);
  if (!place) return;
  place.count = message.count;
}

/**
 * @param {World} world
 * @param {Message} message
 */
export function renamed({ chat, session }, message) {
  const mine = chat.isMe(message.old);
  if (mine) {
    chat.me = message.name;
    session.name = message.name;
  }
  for (const place of chat.places.values()) {
    if (place.isRoom && place.removePerson(message.old)) {
      place.addPerson(message.name, Date.now());
      place.timeline.append(note(say.renamed(message.old, message.name), chat.now()));
    } else if (!place.isRoom && keyOf(place.name) === keyOf(message.old)) {
      chat.places.delete(place.key);
      place.name = message.name;
      chat.places.set(place.key, place);
    }
  }
}

/**
 * @param {World} world
 * @param {Message} message
 */
export function members({ chat }, message) {
  const place = chat.room(message.room);
  if (!place) return;
  place.count = message.count;
  place.people.clear();
  for (const { name, idle } of message.members) place.addPerson(name, Date.now() - idle * 1000);
}
