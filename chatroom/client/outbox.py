"""What was asked for and has no answer yet, in its order: first what was sent, then what waits.

Each request gets a ref when it is sent, a number that rises. The server decides requests one after
the other, so whatever comes back with a ref says that everything sent before it has been decided
as well; receipts may be missing, where we were not reading.

A change of room or of name is kept among the lines, since it says what the lines after it mean, and
so is a question, whose answer depends on it.
"""

from collections import deque
from dataclasses import dataclass

from chatroom.vocabulary import commands

Talk = commands.Say | commands.Act | commands.Tell
Change = commands.Move | commands.Enter | commands.Leave | commands.Rename | commands.SetTopic
Question = (
    commands.Who
    | commands.Recall
    | commands.Search
    | commands.Rooms
    | commands.Ignore
    | commands.Stats
)


@dataclass(slots=True)
class PendingRequest:
    """`delayed`: it had to wait for a connection. `repeated`: it was sent over an earlier one, and
    may have arrived; the `ref` is then the same, by which the server recognises it."""

    command: Talk | Change | Question
    delayed: bool = False
    repeated: bool = False
    ref: int = 0


class Outbox:
    """At most `most` requests."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sent: dict[int, PendingRequest] = {}  # by their refs, over this connection
        self._waiting: deque[PendingRequest] = deque()

    def __len__(self) -> int:
        return len(self._sent) + len(self._waiting)

    @property
    def is_full(self) -> bool:
        return len(self) >= self._most

    @property
    def under_way(self) -> int:
        """Requests that were sent and are not answered."""
        return len(self._sent)

    @property
    def last_ref(self) -> int:
        """That of the last request that was sent and is not answered; 0: there is none."""
        return next(reversed(self._sent), 0)

    @property
    def waiting(self) -> int:
        """Requests that are not sent yet."""
        return len(self._waiting)

    @property
    def unconfirmed(self) -> int:
        """Lines and changes that have no receipt, and everything that is not sent yet."""
        asked = sum(isinstance(kept.command, Question) for kept in self._sent.values())
        return len(self) - asked

    @property
    def unsent_lines(self) -> int:
        """Lines that have not arrived, since they were never sent."""
        return sum(_lines(kept) for kept in self._waiting if not kept.repeated)

    @property
    def uncertain_lines(self) -> int:
        """Lines that were sent, and of which nobody knows whether they have arrived."""
        repeated = [kept for kept in self._waiting if kept.repeated]
        return sum(map(_lines, [*self._sent.values(), *repeated]))

    @property
    def talk(self) -> list[Talk]:
        """Lines that have no receipt, in their order."""
        kept = (*self._sent.values(), *self._waiting)
        return [one.command for one in kept if isinstance(one.command, Talk)]

    def add(self, command: Talk | Change | Question, delayed: bool = False) -> None:
        self._waiting.append(PendingRequest(command, delayed))

    def next(self) -> PendingRequest | None:
        """What is to be sent next; it waits no longer."""
        return self._waiting.popleft() if self._waiting else None

    def sent(self, ref: int, kept: PendingRequest) -> None:
        """The ref must be higher than those of all that was sent before and is not answered."""
        kept.ref = ref
        self._sent[ref] = kept

    def is_sent(self, ref: int) -> bool:
        """Whether the request with this ref has been sent and is not answered."""
        return ref in self._sent

    def take(self, ref: int) -> PendingRequest | None:
        """The one with this ref; it is answered."""
        return self._sent.pop(ref, None)

    def take_before(self, ref: int) -> list[PendingRequest]:
        """Those with lower refs: decided, although nothing was heard of it."""
        return [self._sent.pop(lower) for lower in list(self._sent) if lower < ref]

    def cancel(self) -> int:
        """Drop what waits, and say how much that was."""
        dropped = len(self._waiting)
        self._waiting.clear()
        return dropped

    def begin_again(self, last: int | None) -> list[PendingRequest]:
        """Over a new connection, on which all that has no answer waits to be sent again.

        `last` is the ref up to which the server has decided, if it knows. Lines that it has
        decided are returned and no longer kept, and so is what must not be asked for twice. Changes
        of where and who we are still are: doing them again puts us where we were.
        """
        again: list[PendingRequest] = []
        over: list[PendingRequest] = []
        for ref, kept in self._sent.items():
            decided = last is not None and ref <= last and _is_done_once(kept)
            kept.repeated = kept.delayed = True
            (over if decided or _toggles(kept) else again).append(kept)
        self._sent.clear()
        self._waiting.extendleft(reversed(again))
        return over


def _is_done_once(kept: PendingRequest) -> bool:
    return isinstance(kept.command, Talk | commands.SetTopic)


def _lines(kept: PendingRequest) -> int:
    return kept.command.text.count("\n") + 1 if isinstance(kept.command, Talk) else 0


def _toggles(kept: PendingRequest) -> bool:
    return isinstance(kept.command, commands.Ignore) and bool(kept.command.name)
