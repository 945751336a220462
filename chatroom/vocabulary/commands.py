"""The commands: what visitors ask for. Protocols make them of bytes, and the rules decide them.

They are the same for every protocol, so this file and `events.py` are the table of contents of the
program. All of them are frozen. Text in commands is raw.
"""

from dataclasses import dataclass
from typing import Annotated

Ref = int | str | None
"""A visitor's own reference for a request. It comes back with the answer. After a lost connection
it tells the visitor which requests arrived."""

Ticket = Annotated[str, "a secret of 1 to 64 printable ASCII characters"]


Limit = Annotated[int, "how many messages of the history to answer with: 1 to 100"]


@dataclass(frozen=True, slots=True)
class Greet:
    """A person has connected, and is shown who is here."""

    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Join:
    """The visitor's first name in the chat, and the room; the name makes them a member.

    The ticket is a secret of the visitor: a later join with the same one is the same person.
    `quiet`: no room is told when they join or leave. `after`: they have everything that was said in
    the room up to this id of the history of this epoch, and want what came since.
    """

    name: str
    room: str = ""
    ticket: Ticket = ""
    quiet: bool = False
    after: int | None = None
    epoch: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Read what is said in this room after this id, without a name and without being in it."""

    room: str
    after: int
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Say:
    """Say something in this room. Without a room: in the one where the visitor is."""

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
    """Say something privately, to one member in any room. None: the last who told the visitor.

    `wait`: if nobody has the name, wait for it a moment; they may be on their way back.
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
    """Be in this room as well; `after` and `epoch` as in a join."""

    room: str
    after: int | None = None
    epoch: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave this room. Without a name: the one where the visitor is."""

    room: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Who:
    """Who is in this room? Without a name: in the visitor's own."""

    room: str = ""
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Recall:
    """What was said in a room of the visitor's: the last messages, or those before, after or around
    an id, or since so many seconds ago or a time (since 1970). The first that is given counts.
    `name`: only what this person said.
    """

    room: str = ""
    before: int | None = None
    after: int | None = None
    around: int | None = None
    ago: float | None = None
    at: float | None = None
    name: str = ""
    limit: Limit | None = None
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class Search:
    """Messages with all these words, the newest first; the last word may be the beginning of one.

    In one room or in all of them, of everybody or of one person; `before`: of lower ids.
    """

    text: str
    room: str = ""
    name: str = ""
    before: int | None = None
    limit: Limit | None = None
    ref: Ref = None


@dataclass(frozen=True, slots=True)
class More:
    """The next page of what the visitor last recalled or searched for."""

    ref: Ref = None


@dataclass(frozen=True, slots=True)
class SetTopic:
    """Say what a room of theirs is about; an empty text takes that away, None asks."""

    text: str | None = None
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
    | Follow
    | Say
    | Act
    | Tell
    | Rename
    | Move
    | Enter
    | Leave
    | Who
    | Recall
    | Search
    | More
    | SetTopic
    | Rooms
    | Ignore
    | Stats
    | Cancel
    | Quit
)
