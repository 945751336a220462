"""What visitors ask for: the commands, which protocols make of bytes and the hub decides.

Every protocol speaks of the same things, so this file and `events.py` are the table of contents of
the program. All of it is frozen. Text in commands is raw.
"""

from dataclasses import dataclass
from typing import Annotated

Ref = int | str | None
"""A visitor's own mark on what they ask for. It comes back with the answer, and one who was
disconnected learns by it what arrived."""

Ticket = Annotated[str, "a secret of 1 to 64 printable ASCII characters"]


@dataclass(frozen=True, slots=True)
class Greet:
    """A person has arrived and wants to see who is here."""

    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Join:
    """The visitor's first name in the chat, and the room; the name makes them a member.

    Whoever comes again with the same ticket, a secret of theirs, is the same person. `quiet`: no
    room is told when they come and go.
    """

    name: str
    room: str = ""
    ticket: Ticket = ""
    quiet: bool = False
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Say:
    """Without a room: in the one where the visitor is."""

    text: str
    ref: Ref = None
    room: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    text: str
    ref: Ref = None
    room: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """Privately, to one member in whatever room. `None` is whoever last told the visitor.

    `wait`: for a moment, if nobody has the name; they may be on their way back.
    """

    name: str | None
    text: str
    ref: Ref = None
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Rename:
    name: str
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Move:
    """Leave the room where the visitor is, and be in this one."""

    room: str
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Enter:
    """Be in this room as well."""

    room: str
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Be no longer in this room. Without a name: in the one where the visitor is."""

    room: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Who:
    """Who is in this room? Without a name: in the visitor's own."""

    room: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Rooms:
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """Ignore this member, or hear them again. Without a name: who is ignored?"""

    name: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Stats:
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop the lines of this visitor that wait to be handled because they came too fast."""

    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Quit:
    """`meant`: the visitor wants to leave. If not, their connection has only ended."""

    reason: str
    meant: bool = True
    ref: Ref = None


Command = (
    Greet
    | Join
    | Say
    | Act
    | Tell
    | Rename
    | Move
    | Enter
    | Leave
    | Who
    | Rooms
    | Ignore
    | Stats
    | Cancel
    | Quit
)
