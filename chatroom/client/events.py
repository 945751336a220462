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


ClientEvent = (
    events.Event
    | Connected
    | NameRequired
    | ConnectFailed
    | ConnectionLost
    | Reconnected
    | Switched
    | Ended
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, and the rooms in whose logs it belongs; without any it is for the current room."""

    event: ClientEvent
    rooms: tuple[str, ...] = ()
