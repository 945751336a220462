"""A room: its members, and the fan-out of one tick.

What is published during a tick is gathered in a batch. At the tick's end the batch is rendered once
for each dialect, joined once, and the very same bytes object is broadcast to every member: the work
of a message is done once, and a receiver costs one `send`.

Three kinds of member cannot be served that way. An author must not get their own line back;
somebody who is answered in the middle of the tick must see the answer in its place among the lines;
and somebody who ignores others, or is behind, gets less. (And there are clients whose channel has
to change the bytes.) They stand *apart*: a `Place` remembers how much of the batch they have had,
which of its lines are not for them, and which answers wait between its lines. At the tick's end
each of them is handed slices of the joined batch with the answers in between. Whoever has no
lasting reason to stand apart then returns to the fast path, so that the cost of an exception is
paid by the members it concerns, in the ticks it concerns.

Nothing is copied for one member alone: an answer waits for the end of the tick, and whoever leaves
before it is handed pieces that all who leave share. So the memory of a tick grows with what was
said in it, and not with that times the number of those who were answered. A batch that has become
heavy is flushed before the tick ends.

A room decides nothing. Who may enter, and what is published, is the hub's affair.
"""

from bisect import insort
from collections.abc import Callable, Hashable, Iterator
from heapq import merge
from itertools import accumulate
from operator import itemgetter

from chatroom.chat.member import Broadcast, Channel, Member, Person
from chatroom.metrics import Metrics
from chatroom.vocabulary.events import Acted, Event, Members, Renamed, Said

_EVENT_WEIGHT = 128  # bytes that an event takes when it is rendered, beside its text


class Place:
    """Where one member stands in the batch of this tick."""

    __slots__ = ("answers", "had", "held", "judged", "unwanted")

    def __init__(self, had: int = 0) -> None:
        self.had = had  # events they have had, or were not there for
        self.judged = had  # events that their ignore list has been asked about
        self.unwanted: list[int] = []  # positions of what they said themselves, or ignore
        self.answers: list[tuple[int, bytes]] = []  # and how many events come before each
        self.held = 0  # bytes of the answers

    def hold(self, position: int, answer: bytes) -> None:
        """Keep an answer for the end of the tick."""
        self.answers.append((position, answer))
        self.held += len(answer)

    def move_to(self, position: int) -> None:
        """They have had everything before this position."""
        self.had = self.judged = position
        self.unwanted.clear()
        self.answers.clear()
        self.held = 0


class _Rendering:
    """The batch in one dialect: each event rendered once, all of them joined once."""

    __slots__ = ("_ends", "_pieces", "_view", "lines", "payload")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.payload = b""
        self._view: memoryview | None = None
        self._ends: list[int] = []
        self._pieces: list[tuple[int, bytes]] = []  # lines joined early, and where they end

    def join(self) -> None:
        """Nothing more is to come in this tick. Joining again does nothing."""
        if self._view is None:
            self.payload = b"".join(self.lines)
            self._view = memoryview(self.payload)
            self._ends = list(accumulate(map(len, self.lines), initial=0))

    def part(self, start: int, stop: int) -> Iterator[tuple[bytes | memoryview, int]]:
        """Some of the lines, as bytes and how many lines they are; nothing is copied.

        Before all are joined it comes in pieces, which everybody who asks so early shares.
        """
        if self._view is None:
            yield from self._early(start, stop)
        elif stop - start == len(self.lines):
            yield self.payload, stop
        else:
            yield self._view[self._ends[start] : self._ends[stop]], stop - start

    def _early(self, start: int, stop: int) -> Iterator[tuple[bytes | memoryview, int]]:
        begin = self._pieces[-1][0] if self._pieces else 0
        if begin < len(self.lines):
            self._pieces.append((len(self.lines), b"".join(self.lines[begin:])))
        begin = 0
        for end, piece in self._pieces:
            first, last = max(start, begin), min(stop, end)
            if first < last:
                offset = sum(map(len, self.lines[begin:first]))
                size = sum(map(len, self.lines[first:last]))
                whole = size == len(piece)
                yield piece if whole else memoryview(piece)[offset : offset + size], last - first
            begin = end


class Room:
    """`changed` is called with the room when there is something to flush at the end of the tick.

    A batch of more than `max_batch` bytes is flushed at once.
    """

    def __init__(
        self,
        name: str,
        metrics: Metrics,
        changed: Callable[["Room"], None],
        broadcast: Broadcast,
        max_batch: int,
    ) -> None:
        self.name = name
        self.members: dict[Member, None] = {}
        self.roll: Members | None = None  # the answer to who is here, while it holds
        self.roll_until = 0.0
        self._metrics = metrics
        self._changed = changed
        self._broadcast = broadcast
        self._level: dict[Hashable, dict[Member, Channel]] = {}
        self._apart: dict[Member, Place] = {}
        self._waiting = False
        self._max_batch = max_batch
        self._weight = 0  # bytes of the batch, about
        self._batch: list[Event] = []
        self._speakers: list[Person | None] = []  # whoever said it; None for other events
        self._renderings: dict[Hashable, _Rendering] = {}

    def __len__(self) -> int:
        return len(self.members)

    def enter(self, member: Member) -> None:
        """Let them hear what is published from here on."""
        self.members[member] = None
        self.roll = None
        self._apart[member] = Place(len(self._batch))
        self._touch()

    def leave(self, member: Member) -> None:
        """Hand them what was published so far, and nothing more."""
        try:
            self._hand_over(member, self._stand_apart(member))
        finally:
            del self.members[member]
            self.roll = None
            del self._apart[member]

    def publish(self, event: Event, author: Member | None = None) -> None:
        """Let everybody but its author hear it, at the tick's end."""
        self._touch()
        spoken = isinstance(event, Said | Acted)
        if isinstance(event, Renamed):
            self.roll = None
        if author is not None:
            self._stand_apart(author).unwanted.append(len(self._batch))
        self._speakers.append(author.person if author is not None and spoken else None)
        self._batch.append(event)
        self._weight += _EVENT_WEIGHT
        if isinstance(event, Said | Acted):
            self._weight += len(event.text.encode())
            if self._weight > self._max_batch:
                self.flush()

    def answer(self, member: Member, data: bytes) -> bool:
        """Hand these bytes to one member, after all that was published before.

        False: they are not reading, and it was counted as skipped.
        """
        if member.skipped or not self._batch:
            return member.take(data, 1)
        self._stand_apart(member).hold(len(self._batch), data)
        return True

    def offer(self, member: Member, data: bytes) -> bool:
        """The same with bytes that may be refused: a refusal costs the member nothing."""
        if member.skipped:
            return False
        if not self._batch:
            return member.channel.write(data)
        return self.answer(member, data)

    def held_for(self, member: Member) -> int:
        """Bytes of the answers that wait for the end of the tick."""
        place = self._apart.get(member)
        return place.held if place else 0

    def skip(self, member: Member) -> None:
        """They were behind until now: what was published so far counts as missed."""
        place = self._stand_apart(member)
        self._count_missing(member, place)
        place.move_to(len(self._batch))
        self._touch()

    def judge(self, member: Member) -> None:
        """Their ignore list is about to change: what was published so far follows the old one."""
        self._judge(member, self._stand_apart(member))
        self._touch()

    def flush(self) -> None:
        """Hand the batch to everybody: the end of the tick, or of a heavy batch."""
        self._waiting = False
        try:
            self._flush_level()
            self._flush_apart()
        finally:  # an encoder with a bug costs this batch, not every batch to come
            for place in self._apart.values():
                place.move_to(0)
            self._weight = 0
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
        """Queue for this member what they are still to get: runs of lines, answers in between."""
        self._judge(member, place)
        unwanted = ((position, None) for position in place.unwanted)
        start = place.had
        for position, answer in merge(place.answers, unwanted, key=itemgetter(0)):
            self._hand_lines(member, start, position)
            if answer is None:
                start = position + 1
            else:
                start = position
                self._count(member.take(answer, 1), 0, 1)
        self._hand_lines(member, start, len(self._batch))

    def _hand_lines(self, member: Member, start: int, stop: int) -> None:
        if start < stop:
            for data, lines in self._render(member).part(start, stop):
                self._count(member.take(data, lines), lines, lines)

    def _count(self, taken: bool, delivered: int, skipped: int) -> None:
        if taken:
            self._metrics.deliveries += delivered
        else:
            self._metrics.skipped += skipped

    def _count_missing(self, member: Member, place: Place) -> None:
        """They are behind: what they are still to get is not queued but counted."""
        self._judge(member, place)
        lines = len(self._batch) - place.had - len(place.unwanted) + len(place.answers)
        member.skipped += lines
        self._metrics.skipped += lines

    def _judge(self, member: Member, place: Place) -> None:
        """Find the positions of what the ignored have said."""
        start, place.judged = place.judged, len(self._batch)
        if member.ignored.keys().isdisjoint(self._speakers):
            return
        for position in range(start, len(self._batch)):
            if self._speakers[position] in member.ignored:
                insort(place.unwanted, position)

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
