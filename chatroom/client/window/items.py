"""What stands in the log of a place, one item each, made of what has happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from chatroom.client.events import ClientEvent, ConnectFailed, ConnectionLost, Ended
from chatroom.client.presentation import mentions, plain_lines
from chatroom.vocabulary import events


class Kind(Enum):
    """`SAID` and `ACTED` are by a person; the others are told quietly, a `PROBLEM` is not."""

    SAID = "said"
    ACTED = "acted"
    NOTICE = "notice"
    TABLE = "table"  # a heading, and rows whose columns stand below each other
    PROBLEM = "problem"
    BREAK = "break"  # what follows does not continue what stands above


@dataclass(frozen=True, slots=True)
class Item:
    """`id` is that of the history, 0 for what it does not hold. `mention`: it names us; `own`: we
    have said it."""

    kind: Kind
    text: str
    time: float
    id: int = 0
    name: str = ""
    mention: bool = False
    own: bool = False

    @property
    def is_talk(self) -> bool:
        return self.kind in (Kind.SAID, Kind.ACTED)


def items_of(event: ClientEvent, me: str, now: float) -> list[Item]:
    """What has happened. `me` is our own name, `now` the time of what has none of its own."""
    match event:
        case events.Said(number, _, name, text, time):
            return [_talk(Kind.SAID, number, name, text, time, me)]
        case events.Acted(number, _, name, text, time):
            return [_talk(Kind.ACTED, number, name, text, time, me)]
        case events.Told(name, _, text, time):
            waits = () if event.waits is None else (_waits(event, now),)
            return [Item(Kind.SAID, text, time, name=name, own=name == me), *waits]
        case events.TopicSet():
            return [Item(Kind.NOTICE, _topic(event.name, event.text), event.time, event.id)]
        case events.Welcomed(name, room):
            text = f"Welcome to {room}, {name}. /help lists the commands."
            return [Item(Kind.NOTICE, text, now)]
        case events.Entered(room) | events.Moved(_, room):  # who is there stands beside it
            return [Item(Kind.NOTICE, f"You are in {room} now.", now)]
        case events.Members() | events.RoomList() | events.Stats() | events.Page():
            return [Item(Kind.TABLE, _quiet(plain_lines(event, me)), now)]
        case ConnectFailed() | ConnectionLost() | Ended():
            return [Item(Kind.PROBLEM, line, now) for line in plain_lines(event, me)]
    return [Item(Kind.NOTICE, _quiet([line]), now) for line in plain_lines(event, me)]


def kept_items(messages: Iterable[events.Kept], me: str) -> list[Item]:
    """Messages of the history."""
    return [_kept(message, me) for message in messages]


def answer_items(answer: str, now: float) -> list[Item]:
    """What the window itself answers to a line that was typed; several lines are the help."""
    lines = answer.removesuffix("\n").split("\n")
    if len(lines) == 1:
        return [Item(Kind.NOTICE, _quiet(lines), now)]
    return [Item(Kind.TABLE, _quiet(["Commands:", *lines]), now)]


def _kept(message: events.Kept, me: str) -> Item:
    match message.kind:
        case "said" | "acted":
            kind = Kind(message.kind)
            return _talk(kind, message.id, message.name, message.text, message.time, me)
        case "topic":
            text = _topic(message.name, message.text)
        case _:
            text = "Some messages were not kept here."
    return Item(Kind.NOTICE, text, message.time, message.id)


def _talk(kind: Kind, number: int, name: str, text: str, time: float, me: str) -> Item:
    own = name == me
    return Item(kind, text, time, number, name, not own and mentions(text, me), own)


def _topic(name: str, text: str) -> str:
    return f"{name} has set the topic: {text}" if text else f"{name} has taken the topic away."


def _waits(told: events.Told, now: float) -> Item:
    return Item(Kind.NOTICE, f"{told.to} is not here yet; it waits for them.", now)


def _quiet(lines: list[str]) -> str:
    return "\n".join(line.removeprefix("Server: ").removeprefix("  ") for line in lines)
