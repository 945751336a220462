"""The chat as JSON objects: the requests of programs, and the messages to them (docs/protocol.md).

One object is one message, whatever carries it: a line of its own in a stream, or a message of a
WebSocket. The dataclasses of the vocabulary are the declaration (`shapes.py`), and two tables give
each class its word. The server reads requests and writes messages; our clients do the reverse.

A malformed request is refused with a code and a sentence. A malformed message is ignored: a client
does not trust its server, and cleans all text before a terminal sees it.

A request carries its `ref`. A message has none of its own: `encode` is given that of the request
which it answers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from chatroom.protocols.recent import LONG, TALK, Recent, Twice
from chatroom.protocols.shapes import Shape, Wrong, is_ref, read_ref
from chatroom.protocols.spelling import nearest
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.text import clean, clean_lines

_TALK = ("said", "acted", "told", "page", "found")
_LONGEST = 16 * 1024  # characters of a text; a server that sends more would only fill the screen


@dataclass(frozen=True, slots=True)
class Ping:
    """The one request that the protocol answers itself."""

    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""


Request = commands.Command | Ping
Message = events.Event | Pong

REQUESTS: dict[str, type] = {
    "join": commands.Join,
    "say": commands.Say,
    "me": commands.Act,
    "tell": commands.Tell,
    "reply": commands.Tell,
    "rename": commands.Rename,
    "move": commands.Move,
    "enter": commands.Enter,
    "leave": commands.Leave,
    "who": commands.Who,
    "history": commands.Recall,
    "search": commands.Search,
    "topic": commands.SetTopic,
    "rooms": commands.Rooms,
    "ignore": commands.Ignore,
    "ping": Ping,
    "stats": commands.Stats,
    "cancel": commands.Cancel,
    "quit": commands.Quit,
}
MESSAGES: dict[str, type] = {
    "welcome": events.Welcomed,
    "moved": events.Moved,
    "entered": events.Entered,
    "said": events.Said,
    "acted": events.Acted,
    "told": events.Told,
    "joined": events.Joined,
    "left": events.Left,
    "gone": events.Gone,
    "presence": events.Presence,
    "renamed": events.Renamed,
    "members": events.Members,
    "topic": events.TopicSet,
    "page": events.Page,
    "found": events.Found,
    "rooms": events.RoomList,
    "ignoring": events.Ignoring,
    "ignored": events.IgnoreList,
    "skipped": events.Skipped,
    "pong": Pong,
    "stats": events.Stats,
    "notice": events.Notice,
    "error": events.Refused,
    "waiting": events.Waiting,
    "cancelled": events.Cancelled,
    "closing": events.Closing,
}
IMPLIED: dict[str, Mapping[str, object]] = {
    "reply": {"name": None, "wait": False},
    "quit": {"reason": "quit", "meant": True},
}
"""The fields whose values follow from the type; the object does not have them."""

_WRITTEN_AS: dict[type, str] = {
    events.NameRefused: "error",
    events.NowKnownAs: "renamed",
    events.About: "topic",
}


def read_request(line: bytes, max_text: int) -> Request:
    """The request in a line, with its ref. Raises Wrong, and nothing else.

    `max_text` is the limit of a text in bytes of UTF-8.
    """
    message = _object(line)
    ref = message.get("ref")
    if ref is not None:
        read_ref("ref", ref)
    try:
        shape = _asked(message.get("type"))
        request: Request = shape.read(
            message["type"], message, partial(_not_too_long, max_text), ref=ref
        )
    except Wrong as wrong:
        wrong.ref = ref
        raise
    return request


def _asked(kind: object) -> Shape:
    if kind is None:
        raise Wrong("missing-field", "A request has a type.")
    if not isinstance(kind, str):
        raise Wrong("bad-field", "type is a string.")
    if kind not in _REQUESTS:
        near = nearest(kind, REQUESTS)
        hint = f" Did you mean {near}?" if near else ""
        raise Wrong("unknown-type", f"There is no such type of request.{hint}")
    return _REQUESTS[kind]


def read_message(line: bytes) -> tuple[Message | None, Ref]:
    """The message in a line and its ref; the message is None if it is malformed or unknown.

    Raises Wrong if the line is not an object with a type, which no chatroom sends.
    """
    message = _object(line)
    kind = message.get("type")
    if not isinstance(kind, str):
        raise Wrong("bad-field", "type is a string.")
    ref = message.get("ref")
    shape = _MESSAGES.get(kind)
    clean_text = _lines if kind in _TALK else _line_of_text
    try:
        told = shape.read(kind, message, clean_text) if shape else None
    except Wrong:
        told = None
    return told, ref if is_ref(ref) else None


def _object(line: bytes) -> dict[str, Any]:
    try:
        message = _decoder.decode(line.decode())
    except (ValueError, RecursionError):
        raise Wrong("bad-json", "That is not JSON in UTF-8.") from None
    if not isinstance(message, dict):
        raise Wrong("bad-json", "A request is a JSON object.")
    return message


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's


def _not_too_long(most: int, name: str, value: str) -> str:
    if len(value.encode("utf-8", "replace")) > most:
        raise Wrong("too-long", f"{name} has more than {most} bytes; nothing was sent.")
    return value


def _line_of_text(_: str, value: str) -> str:
    return clean(value[:_LONGEST])


def _lines(name: str, value: str) -> str:
    """A text may have several lines; every other string is one line."""
    return clean_lines(value[:_LONGEST]) if name == "text" else clean(value[:_LONGEST])


def encode(thing: Request | Message, ref: Ref = None) -> bytes:
    """A request or a message as a line of UTF-8, with its ref."""
    if isinstance(thing, TALK):
        line = _twice(thing)
    else:
        line = _recent(thing) if isinstance(thing, LONG) else _line(thing)
    if ref is None and (ref := getattr(thing, "ref", None)) is None:
        return line
    mark = str(ref) if isinstance(ref, int) else _encoder.encode(ref)
    return b'%b,"ref":%b}\n' % (line[:-2], mark.encode())


def _line(thing: Request | Message, _: str = "") -> bytes:
    shape = _SHAPES.get(type(thing)) or _tell_or_reply(thing)
    return _encoder.encode(shape.write(thing)).encode("utf-8", "replace") + b"\n"


def _tell_or_reply(thing: object) -> Shape:
    """Tell is the one class with two types."""
    if not isinstance(thing, commands.Tell):
        raise TypeError(f"{thing!r} is nothing to be sent")
    return _REQUESTS["reply" if thing.name is None else "tell"]


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_recent = Recent(_line)
_twice = Twice(_line)
_REQUESTS = {
    word: Shape(make, word, IMPLIED.get(word), brief=True) for word, make in REQUESTS.items()
}
_MESSAGES = {word: Shape(make, word) for word, make in MESSAGES.items()}
_SHAPES = {
    **{make: _REQUESTS[word] for word, make in REQUESTS.items() if make is not commands.Tell},
    **{make: _MESSAGES[word] for word, make in MESSAGES.items()},
    **{make: _MESSAGES[word] for make, word in _WRITTEN_AS.items()},
}
