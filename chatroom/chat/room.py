"""A room: its members, and the fan-out of one tick.

What is published during a tick is gathered in a batch. At the tick's end the batch is rendered once
for each dialect, joined once, and the very same bytes object is broadcast to every member: the work
of a message is done once, and a receiver costs one `send`.

Three kinds of member cannot be served that way. An author must not get their own line back;
somebody who is sent a reply of their own in the middle of the tick must see it in its place among
the lines; and somebody who ignores others, or is behind, gets less. (And there are clients whose
channel has to change the bytes.) They stand *apart*: a `Place`
remembers how much of the batch they have had and which of its lines are their own, and at the
tick's end each of them is handed the rest. Whoever has no lasting reason to stand apart then
returns to the fast path, so that the cost of an exception is paid by the members it concerns, in
the ticks it concerns.

A room decides nothing. Who may enter, and what is published, is the hub's affair.
"""

from collections.abc import Callable, Hashable, Iterator
from itertools import accumulate

from chatroom.chat.events import Acted, Event, Said
from chatroom.chat.member import Broadcast, Channel, Member, Person
from chatroom.metrics import Metrics


class Place:
    """Where one member stands in the batch of this tick."""

    __slots__ = ("had", "own")

    def __init__(self, had: int = 0) -> None:
        self.had = had  # events they have had, or were not there for
        self.own: list[int] = []  # positions, at or after `had`, of what they said themselves


class _Rendering:
    """The batch in one dialect: each event rendered once, all of them joined once."""

    __slots__ = ("_ends", "_view", "lines", "payload")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.payload = b""
        self._view: memoryview | None = None
        self._ends: list[int] = []

    def join(self) -> None:
        """Nothing more is to come in this tick. Joining again does nothing."""
        if self._view is None:
            self.payload = b"".join(self.lines)
            self._view = memoryview(self.payload)
            self._ends = list(accumulate(map(len, self.lines), initial=0))

    def part(self, start: int, stop: int) -> bytes | memoryview:
        """Some of the lines; once it is joined, without a copy."""
        if self._view is None:
            return b"".join(self.lines[start:stop])
        if stop - start == len(self.lines):
            return self.payload
        return self._view[self._ends[start] : self._ends[stop]]


class Room:
    """`changed` is called with the room when there is something to flush at the end of the tick."""

    def __init__(
        self,
        name: str,
        metrics: Metrics,
        changed: Callable[["Room"], None],
        broadcast: Broadcast,
    ) -> None:
        self.name = name
        self.members: dict[Member, None] = {}
        self._metrics = metrics
        self._changed = changed
        self._broadcast = broadcast
        self._level: dict[Hashable, dict[Member, Channel]] = {}
        self._apart: dict[Member, Place] = {}
        self._waiting = False
        self._batch: list[Event] = []
        self._speakers: list[Person | None] = []  # whoever said it; None for other events
        self._renderings: dict[Hashable, _Rendering] = {}

    def __len__(self) -> int:
        return len(self.members)

    def enter(self, member: Member) -> None:
        """Let them hear what is published from here on."""
        self.members[member] = None
        self._apart[member] = Place(len(self._batch))
        self._touch()

    def leave(self, member: Member) -> None:
        """Hand them what was published so far, and nothing more."""
        try:
            self.catch_up(member)
        finally:
            del self.members[member]
            del self._apart[member]

    def publish(self, event: Event, author: Member | None = None) -> None:
        """Let everybody but its author hear it, at the tick's end."""
        self._touch()
        spoken = author is not None and isinstance(event, Said | Acted)
        if author is not None:
            self._stand_apart(author).own.append(len(self._batch))
        self._speakers.append(author.person if author is not None and spoken else None)
        self._batch.append(event)

    def catch_up(self, member: Member) -> None:
        """Hand them what was published so far, so that what they get next comes after it."""
        self._touch()
        place = self._stand_apart(member)
        self._hand_over(member, place)
        place.had = len(self._batch)
        place.own.clear()

    def flush(self) -> None:
        """Hand the batch to everybody: the end of the tick."""
        self._waiting = False
        try:
            self._flush_level()
            self._flush_apart()
        finally:  # an encoder with a bug costs this batch, not every batch to come
            for place in self._apart.values():
                place.had = 0
                place.own.clear()
            self._batch = []
            self._speakers = []
            self._renderings = {}

    def _flush_level(self) -> None:
        lines = len(self._batch)
        for group in self._level.values():
            if not (group and lines):
                continue
            rendering = self._render(next(iter(group)))
            rendering.join()
            full = self._broadcast(group, rendering.payload)
            self._metrics.deliveries += lines * (len(group) - len(full))
            self._metrics.skipped += lines * len(full)
            for member in full:
                member.skipped += lines
                self._stand_apart(member).had = lines

    def _flush_apart(self) -> None:
        for member, place in list(self._apart.items()):
            if member.skipped:  # nothing to hand over, so nothing to render: they are only counted
                self._count_missing(member, place)
                continue
            self._render(member).join()
            self._hand_over(member, place)
            if not (member.skipped or member.ignored) and member.outlet.framed:
                del self._apart[member]
                self._level.setdefault(member.outlet.dialect, {})[member] = member.channel

    def _hand_over(self, member: Member, place: Place) -> None:
        """Queue for this member the runs of lines that they are still to get."""
        rendering = self._render(member)
        for start, stop in self._missing(member, place):
            if member.take(rendering.part(start, stop), stop - start):
                self._metrics.deliveries += stop - start
            else:
                self._metrics.skipped += stop - start

    def _count_missing(self, member: Member, place: Place) -> None:
        lines = len(self._batch) - place.had - len(self._unwanted(member, place))
        member.skipped += lines
        self._metrics.skipped += lines

    def _missing(self, member: Member, place: Place) -> Iterator[tuple[int, int]]:
        """The runs (start, stop) of the batch without what is their own or from the ignored."""
        start = place.had
        for index in self._unwanted(member, place):
            if index > start:
                yield start, index
            start = index + 1
        if len(self._batch) > start:
            yield start, len(self._batch)

    def _unwanted(self, member: Member, place: Place) -> list[int]:
        """Positions, from where they stand on, of what is their own or from the ignored."""
        if member.ignored.keys().isdisjoint(self._speakers):
            return place.own
        ignored = {n for n, speaker in enumerate(self._speakers) if speaker in member.ignored}
        return sorted(n for n in ignored.union(place.own) if n >= place.had)

    def _render(self, member: Member) -> _Rendering:
        """The batch so far in the member's dialect."""
        rendering = self._renderings.setdefault(member.outlet.dialect, _Rendering())
        if len(rendering.lines) < len(self._batch):
            new = self._batch[len(rendering.lines) :]
            rendering.lines.extend(map(member.outlet.encode, new))
        return rendering

    def _stand_apart(self, member: Member) -> Place:
        place = self._apart.get(member)
        if place is None:
            del self._level[member.outlet.dialect][member]
            place = self._apart[member] = Place()
        return place

    def _touch(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._changed(self)
