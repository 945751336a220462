"""The events: what members are told. The rules make them of commands, and protocols render them.

All of it is frozen: an event is rendered once per dialect and shared by everybody who hears it.

Text in events has been through `text.clean` and names through `names.enforce`, so an encoder may
write them as they are. The text of Said, Acted and Told has been through `text.clean_lines`: it may
hold line feeds, and a line of it shown without its author would forge one. Times are seconds since
the epoch; durations are seconds.

Fields have the names and the order of the protocol for programs, which is made of these classes
(`protocols/objects.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from chatroom.vocabulary.commands import Ref

Seconds = Annotated[float, "a time or a duration, told to the millisecond"]


@dataclass(frozen=True, slots=True)
class People:
    """How many, and the first few by name."""

    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Greeting:
    people: People


@dataclass(frozen=True, slots=True)
class NameRefused:
    """The first name is not available; the visitor is asked again."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The server's limits that a client should keep to."""

    text: int
    """Bytes of a text in UTF-8."""
    name: int
    """Characters of a name."""
    line: int
    """Bytes of a JSON object on a line, without its ending."""
    rate: float
    """Lines a second, sustained; 0 is unlimited."""
    burst: float
    """Lines that may come at once."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The visitor is a member of a server of this version; `members` are those in the room, they
    included.

    `epoch` names the history, `first` and `last` are the lowest and the highest id that it holds of
    the room (zeros: none). `reset`: what follows does not continue what they had. `resumed`: they
    were here a moment ago, with the same ticket; `decided` is then the ref of their last decided
    request that says or changes something.
    """

    name: str
    room: str
    members: People
    limits: Limits
    version: str
    topic: str = ""
    epoch: str = ""
    first: int = 0
    last: int = 0
    reset: bool = False
    resumed: bool = False
    decided: Ref = None


@dataclass(frozen=True, slots=True)
class Said:
    id: int
    room: str
    name: str
    text: str
    time: Seconds


@dataclass(frozen=True, slots=True)
class Acted:
    id: int
    room: str
    name: str
    text: str
    time: Seconds


@dataclass(frozen=True, slots=True)
class TopicSet:
    """What a room is about, and who said so when; without a text it is about nothing special."""

    id: int
    room: str
    name: str
    text: str
    time: Seconds


Message = Said | Acted | TopicSet
"""What the history keeps."""


@dataclass(frozen=True, slots=True)
class About:
    """The answer to what a room is about: the topic without an id of its own, since nothing has
    happened, and for people who made the room and when (empty: that is not known)."""

    room: str
    name: str = ""
    text: str = ""
    time: Seconds = 0.0
    id: int = 0
    made_by: str = ""
    made: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """A private message, for its receiver and, as a receipt, for its sender.

    `waits`: it has not been delivered, and waits so many seconds for its receiver.
    """

    name: str
    to: str
    text: str
    time: Seconds
    waits: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody is in the room now; `origin` is the room they came from, if any."""

    room: str
    name: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody is no longer in the room; `destination` is the room they went to, if any."""

    room: str
    name: str
    reason: str
    destination: str | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who shared a room with the receiver has left the chat.

    The reason of a kick is `kicked`, or `kicked: ` and the operator's reason.
    """

    name: str
    reason: str

    @property
    def kicked(self) -> bool:
        return self.reason.partition(":")[0] == "kicked"


@dataclass(frozen=True, slots=True)
class Presence:
    """How many joined and left a crowded room since it was last told, and how many are in it."""

    room: str
    joined: int
    left: int
    count: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody who shares a room with the receiver."""

    old: str
    name: str


@dataclass(frozen=True, slots=True)
class NowKnownAs:
    """The receiver's own new name."""

    old: str
    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The receiver's own new room, and who is there, they included.

    `first` and `last` are the lowest and the highest id that the history holds of the room.
    """

    name: str
    room: str
    members: People
    topic: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Entered:
    """The receiver is in this room as well; `members` are those in it, they included.

    The other fields are those of `Welcomed`.
    """

    room: str
    members: People
    topic: str = ""
    epoch: str = ""
    first: int = 0
    last: int = 0
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer to who is here."""

    name: str
    since: Seconds
    stayed: Seconds
    idle: Seconds


@dataclass(frozen=True, slots=True)
class Members:
    room: str
    count: int
    members: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A message of the past: `said`, `acted`, `topic`, or a `gap` where some were not kept."""

    id: int
    kind: str
    name: str
    text: str
    time: Seconds


@dataclass(frozen=True, slots=True)
class More:
    """Whether there are more messages in this direction."""

    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was said in a room, the oldest first, and the server's time now."""

    room: str
    messages: tuple[Kept, ...]
    more: More
    time: Seconds


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; the kind is one of `Kept`."""

    room: str
    id: int
    kind: str
    name: str
    text: str
    time: Seconds


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the newest first; `more`: there may be more, of ids below `before`."""

    messages: tuple[Hit, ...]
    more: bool
    before: int
    time: Seconds


@dataclass(frozen=True, slots=True)
class Continues:
    """To a person: there is another page, of older or of newer messages; /more shows it."""

    older: bool


@dataclass(frozen=True, slots=True)
class RoomCount:
    """One line of an answer to which rooms there are: one of them, and how many are in it."""

    room: str
    count: int


@dataclass(frozen=True, slots=True)
class RoomList:
    count: int
    rooms: tuple[RoomCount, ...]


@dataclass(frozen=True, slots=True)
class Ignoring:
    """Whether the receiver now ignores `name`."""

    name: str
    ignored: bool


@dataclass(frozen=True, slots=True)
class IgnoreList:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """What the receiver has missed for good because they were not reading: lines that somebody
    said, and other events (who joined, left or has a new name)."""

    lines: int
    others: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of the receiver's own that wait; they are handled at the rate (a second)."""

    lines: int
    rate: float


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Lines of the receiver's own that waited and were dropped by their /cancel."""

    lines: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The command could not be carried out: a stable code for programs, a sentence for people.

    `ref` is that of an earlier command which has failed only now.
    """

    code: str
    text: str
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Notice:
    """From the operator, to everybody."""

    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The last event the receiver gets: their connection is about to be closed.

    The code is one of `quit`, `shutdown`, `kicked`, `no-name` and `replaced`.
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Stats:
    """The server's measurements of itself: the one list of its figures, each with what it is."""

    clients: Annotated[int, "connections that are not being closed"]
    rooms: Annotated[int, "rooms with somebody in them"]
    messages: Annotated[int, "lines said in rooms since the start"]
    deliveries: Annotated[int, "lines handed to the members of rooms since the start"]
    skipped: Annotated[int, "lines not sent to members who were not reading"]
    fanout_p50: Annotated[float, "seconds that handing out a tick's lines takes: the median"]
    fanout_p99: Annotated[float, "the 99th percentile of that"]
    fanout_max: Annotated[float, "the longest of that"]
    lag_p99: Annotated[float, "seconds by which the loop is late: the 99th percentile"]
    lag_max: Annotated[float, "the longest of that"]
    slow_readers: Annotated[int, "connections that have not taken all that was sent to them"]
    queued: Annotated[int, "bytes that wait for those"]
    endings: Annotated[Mapping[str, int], "why connections ended, the most frequent reasons first"]
    accepted: Annotated[int, "connections since the start"]
    errors: Annotated[int, "bugs that closed a connection and are in the log"]
    log_dropped: Annotated[int, "lines of the log that nobody read in time"]
    cpu: Annotated[float, "seconds of CPU used"]
    memory: Annotated[int, "bytes of memory in use"]
    uptime: Annotated[float, "seconds since the start"]
    history_size: Annotated[int, "bytes of the history"]
    history_log: Annotated[int, "bytes of its write-ahead log"]
    commit_p50: Annotated[float, "seconds that writing a tick's lines to it takes: the median"]
    commit_p99: Annotated[float, "the 99th percentile of that"]
    commit_max: Annotated[float, "the longest of that"]
    checkpoint_max: Annotated[float, "seconds of its longest checkpoint"]
    history_waiting: Annotated[int, "messages that are not written yet"]
    history_lost: Annotated[int, "messages that could not be kept, since the start"]
    history_paused: Annotated[str, "why nothing is written at the moment; empty when all is well"]


Event = (
    Greeting
    | NameRefused
    | Welcomed
    | Said
    | Acted
    | Told
    | Joined
    | Left
    | Gone
    | Presence
    | Renamed
    | NowKnownAs
    | Moved
    | Entered
    | Members
    | Page
    | Found
    | Continues
    | TopicSet
    | About
    | RoomList
    | Ignoring
    | IgnoreList
    | Skipped
    | Waiting
    | Cancelled
    | Refused
    | Notice
    | Closing
    | Stats
)
