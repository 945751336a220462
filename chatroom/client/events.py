"""What happens to a client, besides the chat's own events."""

from dataclasses import dataclass

from chatroom.vocabulary import events


@dataclass(frozen=True, slots=True)
class Connected:
    """The server has answered: it is a chatroom."""


@dataclass(frozen=True, slots=True)
class NameRequired:
    """A name is to be chosen; the text says why the last one was refused, if there was one."""

    text: str


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """We did not get in. Nothing is tried again by itself."""

    text: str


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """We were in, and the connection is lost. It is tried again."""

    text: str


@dataclass(frozen=True, slots=True)
class Reconnected:
    """We are in again, as before."""

    name: str
    room: str


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over. The text is empty if it was meant to be.

    `unsent` lines were not delivered; whether `uncertain` ones were is not known.
    """

    text: str
    unsent: int
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Switched:
    """Another room is the current one; what follows belongs there, unless it says otherwise."""

    room: str


@dataclass(frozen=True, slots=True)
class Recent:
    """What was said last in a room that we have come into, before we came.

    `read` is the id up to which the person had read it, at the time `since`; 0: that is not known.
    `time` is that of the server now.
    """

    room: str
    messages: tuple[events.Kept, ...]
    more: events.More
    read: int
    since: float
    time: float


@dataclass(frozen=True, slots=True)
class NewSince:
    """What follows in the room was said since this time, while there was no connection.

    `read` is the highest id that we had, `now` the time of day.
    """

    room: str
    read: int
    time: float
    now: float


@dataclass(frozen=True, slots=True)
class Discontinued:
    """What follows in the room does not continue what was shown.

    `restarted`: the server has another history; else so much was said that it is kept no longer.
    """

    room: str
    restarted: bool


@dataclass(frozen=True, slots=True)
class TopicTold:
    """The topic of a room, as somebody has set it before; the answer to who has asked."""

    topic: events.TopicSet


@dataclass(frozen=True, slots=True)
class Hint:
    """How to go on."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for by `load_...` or `search`, with the number that these returned."""

    request: int
    event: events.Page | events.Found | events.Refused


ClientEvent = (
    events.Event
    | Connected
    | NameRequired
    | ConnectFailed
    | ConnectionLost
    | Reconnected
    | Switched
    | Recent
    | NewSince
    | Discontinued
    | TopicTold
    | Hint
    | Answer
    | Ended
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, and the rooms in whose logs it belongs; without any it is for the current room."""

    event: ClientEvent
    rooms: tuple[str, ...] = ()
