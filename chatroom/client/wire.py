"""What a server says, read from its JSON lines (docs/protocol.md), and what we say to it.

The server is not trusted: a field of a wrong type makes its message one that is ignored, like one
of a type that is not known here, and all text is cleaned before anybody's terminal sees it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.text import clean, clean_lines


class NotAChatroom(Exception):
    """The line is not a JSON object with a type."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""


Message = events.Event | Pong

_LONGEST = 16 * 1024  # characters of a text; a server that sends more would only fill the screen
_MOST = 2**53  # of anything that is counted
_MOST_SECONDS = 1e11  # some three thousand years: calendars end


def read(line: bytes) -> tuple[Message | None, Ref]:
    """The message in a line, None if there is nothing in it for us, and the mark it came with.

    Raises NotAChatroom.
    """
    try:
        fields = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise NotAChatroom from None
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise NotAChatroom
    ref = fields.get("ref")
    make = _MESSAGES.get(fields["type"])
    try:
        message = make(_Fields(fields)) if make else None
    except _Malformed:
        message = None
    return message, ref if isinstance(ref, int | str) else None


def write(kind: str, ref: Ref = None, **fields: str | bool) -> bytes:
    """A request as a line of JSON; a field without a value is left out."""
    given = {name: value for name, value in fields.items() if value}
    message: dict[str, object] = {"type": kind, **given}
    if ref is not None:
        message["ref"] = ref
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def request(command: commands.Command, ref: Ref = None) -> bytes:
    """The command as a line of JSON. Not for Join and Greet, which are not typed."""
    match command:
        case commands.Say(text, room=room):
            return write("say", ref, text=text, room=room)
        case commands.Act(text, room=room):
            return write("me", ref, text=text, room=room)
        case commands.Tell(None, text):
            return write("reply", ref, text=text)
        case commands.Tell(str(name), text, wait=wait):
            return write("tell", ref, name=name, text=text, wait=wait)
        case commands.Rename(name):
            return write("rename", ref, name=name)
        case commands.Move(room):
            return write("move", ref, room=room)
        case commands.Enter(room):
            return write("enter", ref, room=room)
        case commands.Leave(room):
            return write("leave", ref, room=room)
        case commands.Ignore(name):
            return write("ignore", ref, name=name)
        case commands.Who(room):
            return write("who", ref, room=room)
        case commands.Rooms() | commands.Stats() | commands.Cancel() | commands.Quit():
            return write(type(command).__name__.lower(), ref)
        case _:
            raise ValueError(f"{command!r} is nothing to ask for")


class _Malformed(ValueError):
    """A field is missing, or of another type than agreed."""


class _Fields:
    """The fields of an object, each asked for with its type."""

    def __init__(self, fields: object) -> None:
        if not isinstance(fields, dict):
            raise _Malformed
        self._fields: dict[str, Any] = fields

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise _Malformed(name)
        return clean(value[:_LONGEST])

    def lines(self, name: str) -> str:
        """A text that may hold line breaks."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise _Malformed(name)
        return clean_lines(value[:_LONGEST])

    def text_or_none(self, name: str) -> str | None:
        return None if self._fields.get(name) is None else self.text(name)

    def seconds(self, name: str) -> float:
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _Malformed(name)
        if not 0 <= value < _MOST_SECONDS:  # which NaN is not either
            raise _Malformed(name)
        return float(value)

    def seconds_or_none(self, name: str) -> float | None:
        return None if self._fields.get(name) is None else self.seconds(name)

    def number(self, name: str) -> int:
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _Malformed(name)
        if not 0 <= value <= _MOST:
            raise _Malformed(name)
        return value

    def flag(self, name: str) -> bool:
        return self._fields.get(name) is True

    def mark(self, name: str) -> Ref:
        value = self._fields.get(name)
        return value if isinstance(value, int | str) else None

    def object(self, name: str) -> "_Fields":
        return _Fields(self._fields.get(name))

    def objects(self, name: str) -> "list[_Fields]":
        value = self._fields.get(name)
        if not isinstance(value, list):
            raise _Malformed(name)
        return [_Fields(item) for item in value]

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._fields.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _Malformed(name)
        return tuple(clean(item[:_LONGEST]) for item in value)

    def counts(self, name: str) -> tuple[tuple[str, int], ...]:
        inner = self._fields.get(name)
        numbers = _Fields(inner)
        return tuple((clean(key), numbers.number(key)) for key in inner or ())


def _people(fields: _Fields) -> events.People:
    return events.People(fields.number("count"), fields.texts("names"))


def _welcome(fields: _Fields) -> events.Welcomed:
    limits = fields.object("limits")
    terms = events.Terms(
        version=fields.text("version"),
        history=fields.flag("history"),
        max_text=limits.number("text"),
        max_name=limits.number("name"),
        max_object=limits.number("line"),
        rate=limits.seconds("rate"),
        burst=limits.seconds("burst"),
    )
    return events.Welcomed(
        name=fields.text("name"),
        room=fields.text("room"),
        people=_people(fields.object("members")),
        terms=terms,
        resumed=fields.flag("resumed"),
        last=fields.mark("last"),
    )


def _row(fields: _Fields) -> events.Row:
    return events.Row(
        fields.text("name"),
        fields.seconds("since"),
        fields.seconds("stayed"),
        fields.seconds("idle"),
    )


def _stats(fields: _Fields) -> events.Measured:
    return events.Measured(
        clients=fields.number("clients"),
        rooms=fields.number("rooms"),
        messages=fields.number("messages"),
        deliveries=fields.number("deliveries"),
        skipped=fields.number("skipped"),
        fanout_p50=fields.seconds("fanout_p50"),
        fanout_p99=fields.seconds("fanout_p99"),
        fanout_max=fields.seconds("fanout_max"),
        lag_p99=fields.seconds("lag_p99"),
        lag_max=fields.seconds("lag_max"),
        slow_readers=fields.number("slow_readers"),
        queued=fields.number("queued"),
        endings=fields.counts("endings"),
        accepted=fields.number("accepted"),
        errors=fields.number("errors"),
        log_dropped=fields.number("log_dropped"),
        cpu=fields.seconds("cpu"),
        memory=fields.number("memory"),
        uptime=fields.seconds("uptime"),
    )


def _line(make: type[events.Said] | type[events.Acted]) -> Callable[[_Fields], Message]:
    return lambda fields: make(
        fields.number("id"),
        fields.text("room"),
        fields.text("name"),
        fields.lines("text"),
        fields.seconds("time"),
    )


_MESSAGES: dict[str, Callable[[_Fields], Message]] = {
    "welcome": _welcome,
    "said": _line(events.Said),
    "acted": _line(events.Acted),
    "told": lambda fields: events.Told(
        fields.text("name"),
        fields.text("to"),
        fields.lines("text"),
        fields.seconds("time"),
        fields.seconds_or_none("waits"),
    ),
    "joined": lambda fields: events.Joined(
        fields.text("room"), fields.text("name"), fields.text_or_none("origin")
    ),
    "left": lambda fields: events.Left(
        fields.text("room"),
        fields.text("name"),
        fields.text("reason"),
        fields.text_or_none("destination"),
    ),
    "renamed": lambda fields: events.Renamed(fields.text("old"), fields.text("name")),
    "gone": lambda fields: events.Gone(fields.text("name"), fields.text("reason")),
    "presence": lambda fields: events.Presence(
        fields.text("room"), fields.number("joined"), fields.number("left"), fields.number("count")
    ),
    "moved": lambda fields: events.Moved(
        fields.text("name"), fields.text("room"), _people(fields.object("members"))
    ),
    "entered": lambda fields: events.Entered(
        fields.text("room"), _people(fields.object("members"))
    ),
    "members": lambda fields: events.Members(
        fields.text("room"), fields.number("count"), tuple(map(_row, fields.objects("members")))
    ),
    "rooms": lambda fields: events.RoomList(
        fields.number("count"),
        tuple((row.text("room"), row.number("count")) for row in fields.objects("rooms")),
    ),
    "ignoring": lambda fields: events.Ignoring(fields.text("name"), fields.flag("ignored")),
    "ignored": lambda fields: events.IgnoreList(fields.texts("names")),
    "waiting": lambda fields: events.Waiting(fields.number("lines"), fields.seconds("rate")),
    "cancelled": lambda fields: events.Cancelled(fields.number("lines")),
    "skipped": lambda fields: events.Skipped(fields.number("lines")),
    "error": lambda fields: events.Refused(fields.text("code"), fields.text("text")),
    "notice": lambda fields: events.Notice(fields.text("text")),
    "closing": lambda fields: events.Closing(fields.text("code"), fields.text("text")),
    "stats": _stats,
    "pong": lambda _: Pong(),
}
