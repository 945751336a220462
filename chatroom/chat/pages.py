"""Pages of a room's history, read from what is stored and from what is still to be written."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatroom.chat.backlog import Backlog
from chatroom.chat.ids import first_at
from chatroom.chat.store import Gap, Store
from chatroom.vocabulary.events import Message

_END = 2**62  # above every id
_EVENT_BYTES = 128  # what a message takes beside its text


def size_of(event: Message) -> int:
    """About how many bytes a message takes when it is rendered."""
    return _EVENT_BYTES + len(event.text.encode())


@dataclass(frozen=True, slots=True)
class Page:
    """Messages of a room, the oldest first, and whether there are more on either side.

    `gaps` are those that end in this part of the room: each belongs before the first message whose
    id is above its `last`.
    """

    events: tuple[Message, ...]
    more_before: bool
    more_after: bool
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a room is asked for: before an id, after one, around one, or from a time on
    (seconds since 1970). The first that is given counts; without one it is the newest."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    at: float | None = None

    @property
    def start(self) -> int | None:
        """The id after which the page begins, if it is such a page."""
        if self.before is not None or (self.after is None and self.around is not None):
            return None
        if self.after is not None:
            return _within(self.after)
        return None if self.at is None else first_at(self.at) - 1


class Reader:
    """One look at a room. Without a store only what waits to be written is seen."""

    def __init__(self, store: Store | None, backlog: Backlog, key: str) -> None:
        self._store = store
        self._backlog = backlog
        self._key = key

    def page(self, place: Place, limit: int, most_bytes: int) -> Page:
        start = place.start
        if start is not None:
            older, newer = self._before(start + 1, 1), self._after(start, limit + 1)
            count = _nearest([], newer, limit, most_bytes)[1]
            more = bool(older), count < len(newer)
            return self._page(newer[:count], more, start, _END)
        if place.before is None and place.around is not None:
            middle = _within(place.around)
            older, newer = self._before(middle, limit + 1), self._after(middle - 1, limit + 1)
            old, new = _nearest(older, newer, limit, most_bytes)
            more = old < len(older), new < len(newer)
            return self._page([*reversed(older[:old]), *newer[:new]], more, 0, _END)
        end = _END if place.before is None else _within(place.before)
        older, newer = self._before(end, limit + 1), self._after(end - 1, 1)
        count = _nearest(older, [], limit, most_bytes)[0]
        more = count < len(older), bool(newer)
        return self._page(older[count - 1 :: -1] if count else [], more, 0, end)

    def _page(self, events: list[Message], more: tuple[bool, bool], low: int, high: int) -> Page:
        """`low` and `high` are the ids between which gaps are looked for, where the page itself
        does not end earlier."""
        before, after = more
        if events and before and not low:
            low = events[0].id
        if events and after and high == _END:
            high = events[-1].id
        return Page(tuple(events), before, after, self._gaps(low, high, len(events) + 1))

    def _after(self, position: int, limit: int) -> list[Message]:
        found = self._store.after(self._key, position, limit) if self._store else []
        # a commit that failed may have happened: what is stored may also still wait
        position = found[-1].id if found else position
        return found + self._backlog.after(self._key, position, limit - len(found))

    def _before(self, position: int, limit: int) -> list[Message]:
        found = self._backlog.before(self._key, position, limit)
        if self._store and len(found) < limit:
            position = found[-1].id if found else position
            found += self._store.before(self._key, position, limit - len(found))
        return found

    def _gaps(self, low: int, high: int, limit: int) -> tuple[Gap, ...]:
        """Between two messages there is at most one, but for those whose room was trimmed since."""
        found = self._store.gaps(self._key, low, high, limit) if self._store else []
        if self._key in self._backlog.gaps:
            gap = self._backlog.gaps[self._key][1]
            if low < gap.last < high and gap not in found:
                found.append(gap)
        return tuple(found)


def _nearest(
    older: Sequence[Message], newer: Sequence[Message], limit: int, most_bytes: int
) -> tuple[int, int]:
    """How many of each a page holds: by turns, until one side ends, and then of the other."""
    old = new = 0
    while old + new < limit and (old < len(older) or new < len(newer)):
        forward = new < len(newer) and (new <= old or old == len(older))
        most_bytes -= size_of(newer[new] if forward else older[old])
        if most_bytes < 0 and old + new:
            break
        new, old = new + forward, old + (not forward)
    return old, new


def _within(id: int) -> int:
    """SQLite's integers end somewhere, those of a request do not."""
    return max(0, min(id, _END))
