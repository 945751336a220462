"""The chat as JSON objects: what programs ask for, and what they are told (docs/protocol.md).

One object is one message, whatever carries it: a line of its own in a stream, or a message of a
WebSocket. The table of requests says which fields an object must or may have; other fields are the
future's, and ignored.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from chatroom.protocols.recent import Recent
from chatroom.protocols.spelling import nearest
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref

_MAX_MARK = 64  # characters of a ref or a ticket
_MAX_INTEGER = 2**53  # beyond it JavaScript's numbers are no longer exact


_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


class Wrong(Exception):
    """The request cannot be read: a stable code, a sentence, and its mark if it has one."""

    def __init__(self, code: str, text: str, ref: Ref = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.ref = ref


class Ping:
    """The one request that is not for the chat."""


def read(line: bytes, max_text: int) -> tuple[commands.Command | Ping, Ref]:
    """The request in a line, and its mark. Raises Wrong, and nothing else.

    `max_text` is the limit of a text in bytes of UTF-8.
    """
    try:
        message = json.loads(line.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Wrong("bad-json", "That is not JSON in UTF-8.") from None
    if not isinstance(message, dict):
        raise Wrong("bad-json", "A request is a JSON object.")
    ref = message.get("ref")
    if not (ref is None or _is_ref(ref)):
        raise Wrong("bad-field", f"ref is an integer, or 1 to {_MAX_MARK} characters of ASCII.")
    try:
        return _request(message, max_text, ref), ref
    except Wrong as wrong:
        wrong.ref = ref
        raise


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's


def _is_ref(value: object) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) <= _MAX_INTEGER
    return _is_mark(value)


def _is_mark(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= _MAX_MARK
        and value.isascii()
        and value.isprintable()
    )


def _request(message: dict[str, Any], max_text: int, ref: Ref) -> commands.Command | Ping:
    kind = message.get("type")
    if kind is None:
        raise Wrong("missing-field", "A request has a type.")
    if not isinstance(kind, str):
        raise Wrong("bad-field", "type is a string.")
    if kind not in _REQUESTS:
        near = nearest(kind, _REQUESTS)
        hint = f" Did you mean {near}?" if near else ""
        raise Wrong("unknown-type", f"There is no such type of request.{hint}")
    required, optional, make = _REQUESTS[kind]
    fields: dict[str, Any] = {name: _field(message, name, max_text) for name in required}
    for name in optional:
        if name in _FLAGS:
            fields[name] = _flag(message, name)
        else:
            fields[name] = _field(message, name, max_text) if message.get(name) is not None else ""
    return make(fields, ref)


def _field(message: dict[str, Any], name: str, max_text: int) -> str:
    value = message.get(name)
    if value is None:
        raise Wrong("missing-field", f"{message['type']} needs {name}.")
    if not isinstance(value, str):
        raise Wrong("bad-field", f"{name} is a string.")
    if len(value.encode("utf-8", "replace")) > max_text:
        raise Wrong("too-long", f"{name} has more than {max_text} bytes; nothing was sent.")
    if name == "ticket" and not _is_mark(value):
        raise Wrong("bad-field", f"ticket is 1 to {_MAX_MARK} characters of ASCII.")
    return value


def _flag(message: dict[str, Any], name: str) -> bool:
    value = message.get(name)
    if not (value is None or isinstance(value, bool)):
        raise Wrong("bad-field", f"{name} is true or false.")
    return value is True


_FLAGS = ("quiet", "wait")  # true or false; all other fields are strings

# type: (fields it must have, fields it may have, what it asks for)
_REQUESTS: dict[
    str,
    tuple[
        tuple[str, ...],
        tuple[str, ...],
        Callable[[Mapping[str, Any], Ref], commands.Command | Ping],
    ],
] = {
    "join": (
        ("name",),
        ("room", "ticket", "quiet"),
        lambda fields, ref: commands.Join(**fields, ref=ref),
    ),
    "say": (("text",), ("room",), lambda fields, ref: commands.Say(**fields, ref=ref)),
    "me": (("text",), ("room",), lambda fields, ref: commands.Act(**fields, ref=ref)),
    "tell": (
        ("name", "text"),
        ("wait",),
        lambda fields, ref: commands.Tell(fields["name"], fields["text"], ref, fields["wait"]),
    ),
    "reply": (("text",), (), lambda fields, ref: commands.Tell(None, fields["text"], ref)),
    "rename": (("name",), (), lambda fields, ref: commands.Rename(fields["name"], ref)),
    "move": (("room",), (), lambda fields, ref: commands.Move(fields["room"], ref)),
    "enter": (("room",), (), lambda fields, ref: commands.Enter(fields["room"], ref)),
    "leave": ((), ("room",), lambda fields, ref: commands.Leave(fields["room"], ref)),
    "who": ((), ("room",), lambda fields, ref: commands.Who(fields["room"], ref)),
    "rooms": ((), (), lambda _, ref: commands.Rooms(ref)),
    "ignore": ((), ("name",), lambda fields, ref: commands.Ignore(fields["name"], ref)),
    "ping": ((), (), lambda *_: Ping()),
    "stats": ((), (), lambda _, ref: commands.Stats(ref)),
    "cancel": ((), (), lambda _, ref: commands.Cancel(ref)),
    "quit": ((), (), lambda _, ref: commands.Quit("quit", ref=ref)),
}


# --- what the server says -----------------------------------------------------------------------


def write(message: Mapping[str, object], ref: Ref = None) -> bytes:
    """The message as a line of UTF-8, with the mark of the request that it answers."""
    if ref is not None:
        message = {**message, "ref": ref}
    return _encoder.encode(message).encode() + b"\n"


def encode(event: events.Event, ref: Ref = None) -> bytes:
    """The event as a line of UTF-8, with the mark of the request that it answers."""
    line = _recent(event)
    if ref is None:
        return line
    return b'%b,"ref":%b}\n' % (line.removesuffix(b"}\n"), _encoder.encode(ref).encode())


def message_of(event: events.Event) -> dict[str, object]:
    return _MESSAGES[type(event)](event)


def error(code: str, text: str) -> dict[str, object]:
    return {"type": "error", "code": code, "text": text}


PONG = {"type": "pong"}


def _people(people: events.People) -> dict[str, object]:
    return {"count": people.count, "names": people.names}


def _line(kind: str) -> Callable[[events.Said | events.Acted], dict[str, object]]:
    return lambda event: {
        "type": kind,
        "id": event.id,
        "room": event.room,
        "name": event.name,
        "text": event.text,
        "time": round(event.time, 3),
    }


def _welcome(event: events.Welcomed) -> dict[str, object]:
    terms = event.terms
    return {
        "type": "welcome",
        "name": event.name,
        "room": event.room,
        "members": _people(event.people),
        "limits": {
            "text": terms.max_text,
            "name": terms.max_name,
            "line": terms.max_object,
            "rate": terms.rate,
            "burst": terms.burst,
        },
        "version": terms.version,
        "history": terms.history,
        "resumed": event.resumed,
        "last": event.last,
    }


def _renamed(event: events.Renamed | events.NowKnownAs) -> dict[str, object]:
    return {"type": "renamed", "old": event.old, "name": event.name}


def _row(row: events.Row) -> dict[str, object]:
    return {
        "name": row.name,
        "since": round(row.since, 3),
        "stayed": round(row.stayed, 3),
        "idle": round(row.idle, 3),
    }


def _stats(event: events.Measured) -> dict[str, object]:
    return {
        "type": "stats",
        "clients": event.clients,
        "rooms": event.rooms,
        "messages": event.messages,
        "deliveries": event.deliveries,
        "skipped": event.skipped,
        "fanout_p50": event.fanout_p50,
        "fanout_p99": event.fanout_p99,
        "fanout_max": event.fanout_max,
        "lag_p99": event.lag_p99,
        "lag_max": event.lag_max,
        "slow_readers": event.slow_readers,
        "queued": event.queued,
        "endings": dict(event.endings),
        "accepted": event.accepted,
        "errors": event.errors,
        "log_dropped": event.log_dropped,
        "cpu": event.cpu,
        "memory": event.memory,
        "uptime": event.uptime,
    }


def _refused(event: events.Refused) -> dict[str, object]:
    mark = {} if event.ref is None else {"ref": event.ref}
    return error(event.code, event.text) | mark


_MESSAGES: dict[type, Callable[[Any], dict[str, object]]] = {
    events.Welcomed: _welcome,
    events.Said: _line("said"),
    events.Acted: _line("acted"),
    events.Told: lambda event: {
        "type": "told",
        "name": event.name,
        "to": event.to,
        "text": event.text,
        "time": round(event.time, 3),
        "waits": event.waits and round(event.waits, 3),
    },
    events.Joined: lambda event: {
        "type": "joined",
        "room": event.room,
        "name": event.name,
        "origin": event.origin,
    },
    events.Left: lambda event: {
        "type": "left",
        "room": event.room,
        "name": event.name,
        "reason": event.reason,
        "destination": event.destination,
    },
    events.Presence: lambda event: {
        "type": "presence",
        "room": event.room,
        "joined": event.joined,
        "left": event.left,
        "count": event.count,
    },
    events.Renamed: _renamed,
    events.NowKnownAs: _renamed,
    events.Moved: lambda event: {
        "type": "moved",
        "name": event.name,
        "room": event.room,
        "members": _people(event.people),
    },
    events.Entered: lambda event: {
        "type": "entered",
        "room": event.room,
        "members": _people(event.people),
    },
    events.Gone: lambda event: {"type": "gone", "name": event.name, "reason": event.reason},
    events.Members: lambda event: {
        "type": "members",
        "room": event.room,
        "count": event.count,
        "members": [_row(row) for row in event.rows],
    },
    events.RoomList: lambda event: {
        "type": "rooms",
        "count": event.count,
        "rooms": [{"room": room, "count": count} for room, count in event.rows],
    },
    events.Ignoring: lambda event: {
        "type": "ignoring",
        "name": event.name,
        "ignored": event.ignored,
    },
    events.IgnoreList: lambda event: {"type": "ignored", "names": event.names},
    events.Skipped: lambda event: {"type": "skipped", "lines": event.lines},
    events.Waiting: lambda event: {
        "type": "waiting",
        "lines": event.lines,
        "rate": event.rate,
    },
    events.Cancelled: lambda event: {"type": "cancelled", "lines": event.lines},
    events.NameRefused: lambda event: error(event.code, event.text),
    events.Refused: _refused,
    events.Notice: lambda event: {"type": "notice", "text": event.text},
    events.Closing: lambda event: {"type": "closing", "code": event.code, "text": event.text},
    events.Measured: _stats,
}

_recent = Recent(lambda event, _: write(message_of(event)))
