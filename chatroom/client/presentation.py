"""What both clients show alike: times, colours of names, mentions."""

import re
import zlib
from dataclasses import replace
from datetime import datetime

from chatroom.client.events import (
    Answer,
    ClientEvent,
    Connected,
    ConnectFailed,
    ConnectionLost,
    Discontinued,
    Ended,
    Hint,
    NameRequired,
    NewSince,
    Recent,
    Reconnected,
    Switched,
    TopicTold,
)
from chatroom.client.pages import moment, new_mark, page_lines
from chatroom.client.text import below
from chatroom.protocols.rendering import lines_of
from chatroom.vocabulary import events, names
from chatroom.vocabulary.counts import counted

_DISCONTINUED = {
    True: "--- what follows does not continue: the server has started anew ---",
    False: "--- what follows does not continue: more was said than the server keeps ---",
}
LOST = "Oh no, we have lost connection to the server!"


def clock_time(seconds: float) -> str:
    """Hours and minutes in the zone where we are."""
    return f"{datetime.fromtimestamp(seconds):%H:%M}"


def milliseconds(seconds: float) -> str:
    """A round trip."""
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "< 1 ms"


def colour_number(name: str, colours: int) -> int:
    """The same for the same person in every client, every day."""
    return zlib.crc32(names.key(name).encode()) % colours


def mentions(text: str, name: str) -> bool:
    """Whether the name stands in the text as a word."""
    if not name:
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def is_own(event: ClientEvent, me: str) -> bool:
    """Whether it is something that we said ourselves."""
    match event:
        case events.Said(name=name) | events.Acted(name=name) | events.Told(name=name):
            return name == me
    return False


def other_end(told: events.Told, me: str) -> str:
    """Whom a private message is from, or for; and that it has not been delivered yet."""
    if told.name != me:
        return f"from {told.name}"
    return f"to {told.to}" if told.waits is None else f"to {told.to}, who is not here yet"


def plain_lines(event: ClientEvent, me: str) -> list[str]:
    """What has happened, as lines for a person, in the words that people with nc see.

    `me` is our own name.
    """
    match event:
        case Connected() | NameRequired("") | Switched() | Answer() | events.Skipped(0):
            return []
        case NameRequired(text) | ConnectFailed(text) | Hint(text):
            return [text]
        case ConnectionLost():
            return [LOST]
        case Reconnected(name, room):
            return [f"We are back, as {name} in room {room}."]
        case Ended():
            return _ended(event)
        case NewSince(_, _, time, now):
            return [new_mark(time, now)]
        case Discontinued(_, restarted):
            return [_DISCONTINUED[restarted]]
        case Recent() | events.Page() | events.Found():
            return page_lines(event)
        case TopicTold(topic):
            return _topic_told(topic)
        case events.Said(_, _, name, text):
            return below(f"{name}: ", text)
        case events.Acted(_, _, name, text):
            return below(f"* {name} ", text)
        case events.Told(name, _, text) if name == me:
            return below(f"[private {other_end(event, me)}] ", text)
        case events.Told(name, _, text):
            return below(f"[private] {name}: ", text)
        case _:
            return _server_lines(event, me)


def with_room(lines: list[str], belongs: tuple[str, ...], rooms: int) -> list[str]:
    """Of somebody who is in several `rooms`, each line says in which one it belongs."""
    if len(belongs) != 1 or rooms < 2:
        return lines
    return [f"#{belongs[0]} {line}" for line in lines]


def _server_lines(event: events.Event, me: str) -> list[str]:
    match event:
        case events.Waiting(lines, rate):  # here, and not at the server
            waiting = counted(lines, "line is", "lines are")
            return [f"{waiting} waiting; they go out {rate:g} a second; /cancel drops them."]
        case events.Cancelled(lines):
            return [f"{_were(lines)} dropped."]
        case events.Welcomed(name, room, people, topic=topic):
            moved = lines_of(events.Moved(name, room, people))
            return [*lines_of(replace(event, topic="")), *moved, *_topic(room, topic)]
        case events.Entered(room, people, topic) | events.Moved(_, room, people, topic):
            return [*lines_of(events.Moved(me, room, people)), *_topic(room, topic)]
        case events.TopicSet(_, room, name, text):
            return [f"Server: {name} {_has_set(room, text)}"]
        case events.Left(room, name) if name == me:
            return [f"Server: You have left room {room}."]
        case _:
            return lines_of(event)


def _topic(room: str, text: str) -> list[str]:
    return [f"Server: The topic of {room} is: {text}"] if text else []


def _has_set(room: str, topic: str) -> str:
    if not topic:
        return f"has taken away the topic of {room}."
    return f"has set the topic of {room}: {topic}"


def _topic_told(topic: events.TopicSet) -> list[str]:
    if not topic.text:
        return [f"Server: Room {topic.room} has no topic; /topic TEXT sets one."]
    by = [f"  {topic.name} set it at {moment(topic.time, 0.0)}."] if topic.name else []
    return [*_topic(topic.room, topic.text), *by]


def _ended(event: Ended) -> list[str]:
    told = [event.text] if event.text else []
    if event.unsent:
        told.append(f"{_were(event.unsent)} not delivered.")
    if event.uncertain:
        told.append(f"Whether {_were(event.uncertain)} delivered is not known.")
    return told


def _were(lines: int) -> str:
    return counted(lines, "line was", "lines were")
