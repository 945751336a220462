"""What was said and has not been confirmed, in its order.

Each line has a mark, a number that rises. The server decides requests one after the other, so
whatever comes back with a mark says that everything before it has been decided as well; receipts
may be missing, where we were not reading.

A change of room or of name is kept among the lines, since it says what the lines after it mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chatroom.chat import events

Talk = events.Say | events.Act | events.Tell
Change = events.Move | events.Rename


@dataclass(slots=True)
class Kept:
    """`repeated`: it was sent over an earlier connection, and may have arrived."""

    mark: int
    command: Talk | Change
    repeated: bool = False


class Outbox:
    """At most `most` lines."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[int, Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Kept]:
        return iter(list(self._kept.values()))

    @property
    def is_full(self) -> bool:
        return len(self._kept) >= self._most

    def add(self, mark: int, command: Talk | Change) -> Kept:
        """The mark must be higher than all before it."""
        kept = self._kept[mark] = Kept(mark, command)
        return kept

    def take(self, mark: int) -> Kept | None:
        """The one with this mark; it is confirmed."""
        return self._kept.pop(mark, None)

    def take_before(self, mark: int) -> list[Kept]:
        """Those with lower marks: decided, although nothing was heard of it."""
        return [self._kept.pop(lower) for lower in list(self._kept) if lower < mark]

    def let_wait(self) -> None:
        """The server may have started anew, and the receivers come back one by one."""
        for kept in self:
            if isinstance(kept.command, events.Tell):
                kept.command = replace(kept.command, wait=True)

    def resume(self, last: int) -> list[Kept]:
        """Over a new connection, when the server knows all up to this mark.

        The lines among them are returned and no longer kept. The changes still are: doing them
        again puts us where we were.
        """
        known = [kept for kept in self if kept.mark <= last and isinstance(kept.command, Talk)]
        for kept in known:
            del self._kept[kept.mark]
        return known
