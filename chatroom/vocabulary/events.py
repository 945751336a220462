"""What members get to see: the events, which the hub makes of commands and protocols render.

All of it is frozen: an event is rendered once per dialect and shared by everybody who hears it.

Text in events has been through `text.clean` and names through `names.enforce`, so an encoder may
write them as they are. The text of Said, Acted and Told has been through `text.clean_lines`: it may
hold line feeds, and a line of it shown without its author would forge one. Times are seconds since
the epoch; durations are seconds.
"""

from dataclasses import dataclass

from chatroom.vocabulary.commands import Ref


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
    """The first name cannot be had; the visitor is asked again."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the server is, and what it asks of those who speak to it."""

    version: str
    history: bool
    """Whether what is said is kept."""
    max_text: int
    """Bytes of a text in UTF-8."""
    max_name: int
    """Characters of a name."""
    max_object: int
    """Bytes of a JSON object on a line, without its ending."""
    rate: float
    """Lines a second that may follow each other for long; 0 is unlimited."""
    burst: float
    """Lines that may come at once."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The visitor is a member; `people` are those in the room, they included.

    `resumed`: they were here a moment ago, with the same ticket; `last` is then the mark of the
    last request of theirs, of those that say or change something, that was decided.
    """

    name: str
    room: str
    people: People
    terms: Terms
    resumed: bool = False
    last: Ref = None


@dataclass(frozen=True, slots=True)
class Said:
    id: int
    room: str
    name: str
    text: str
    time: float


@dataclass(frozen=True, slots=True)
class Acted:
    id: int
    room: str
    name: str
    text: str
    time: float


@dataclass(frozen=True, slots=True)
class Told:
    """A private message, to the one it is for and, as a receipt, to who sent it.

    `waits`: it has not been delivered, but waits so many seconds for the one it is for.
    """

    name: str
    to: str
    text: str
    time: float
    waits: float | None = None


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

    The reason of a kick is `kicked`, or `kicked: ` and what the operator says of it.
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
    old: str
    name: str


@dataclass(frozen=True, slots=True)
class NowKnownAs:
    """The receiver's own new name."""

    old: str
    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The receiver's own new room, and who is there, they included."""

    name: str
    room: str
    people: People


@dataclass(frozen=True, slots=True)
class Entered:
    """The receiver is in this room as well; the people are those in it, they included."""

    room: str
    people: People


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer to who is here."""

    name: str
    since: float
    stayed: float
    idle: float


@dataclass(frozen=True, slots=True)
class Members:
    room: str
    count: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RoomList:
    count: int
    rows: tuple[tuple[str, int], ...]
    """(room, members) pairs."""


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
    """Lines the receiver missed because they were not reading."""

    lines: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many lines of the receiver's have arrived that they go out at the rate (a second)."""

    lines: int
    rate: float


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Lines of the receiver's that were waiting, and have been dropped at their wish."""

    lines: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The command could not be carried out: a stable code for programs, a sentence for people.

    `ref` is the mark of a command that was decided earlier and comes to nothing only now.
    """

    code: str
    text: str
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A word of the operator to everybody."""

    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The last event the receiver gets: their connection is about to be closed.

    The code is one of `quit`, `shutdown`, `kicked`, `no-name` and `replaced`.
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The server's measurements of itself; times in seconds, memory and queues in bytes."""

    clients: int
    rooms: int
    messages: int
    deliveries: int
    skipped: int
    fanout_p50: float
    fanout_p99: float
    fanout_max: float
    lag_p99: float
    lag_max: float
    slow_readers: int
    queued: int
    endings: tuple[tuple[str, int], ...]
    """(reason, connections) pairs, most frequent first."""
    accepted: int
    errors: int
    log_dropped: int
    cpu: float
    memory: int
    uptime: float


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
    | RoomList
    | Ignoring
    | IgnoreList
    | Skipped
    | Waiting
    | Cancelled
    | Refused
    | Notice
    | Closing
    | Measured
)
