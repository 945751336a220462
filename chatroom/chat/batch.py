"""What is published in a room during a tick, rendered once for each dialect.

At the tick's end the lines of a dialect are joined once, and all members are given that same bytes
object, or slices of it. Members who are served before the tick's end are given pieces, which they
share with each other. Nothing is copied for one member alone.
"""

from collections.abc import Container, Iterator, Mapping
from itertools import accumulate

from chatroom.chat.behind import Tally
from chatroom.chat.person import Person
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Acted, Event, Said

_EVENT_WEIGHT = 128  # bytes that a line takes when it is rendered, beside its text


class _Rendering:
    """The batch in one dialect: each event rendered once, all of them joined once.

    `base` is the rendering in the dialect that this one carries: its lines are not rendered again.
    They are framed one by one for whoever gets some of them, and together for all others.
    """

    __slots__ = ("_base", "_dialect", "_ends", "_pieces", "_view", "_whole", "for_all", "lines")

    def __init__(self, dialect: Dialect, base: "_Rendering | None") -> None:
        self._dialect = dialect
        self._base = base
        self.lines: list[bytes] = []
        self._whole: bytes | None = None  # all lines, in as few frames as possible
        self.for_all: bytes | None = None  # the same without the lines that are for a few
        self._view: memoryview | None = None
        self._ends: list[int] = []
        self._pieces: list[tuple[int, bytes]] = []  # lines joined early, and where they end

    def extend(self, events: list[Event]) -> None:
        """Render those of these that are not rendered yet."""
        new = slice(len(self.lines), None)
        if self._base is None or self._dialect.frame is None:
            self.lines.extend(map(self._dialect.encode, events[new]))
        else:
            self._base.extend(events)
            self.lines.extend(map(self._dialect.frame, self._base.lines[new]))

    def together(self, without: Container[int] = ()) -> bytes:
        """The lines joined, but for those at these positions."""
        source = self._base or self
        joined = b"".join(line for n, line in enumerate(source.lines) if n not in without)
        return self._dialect.frame(joined) if self._dialect.frame else joined

    @property
    def whole(self) -> bytes:
        if self._whole is None:
            self._whole = self.together()
        return self._whole

    def join(self) -> None:
        """Nothing more is to come in this tick. Joining again does nothing."""
        if self._view is None:
            joined = b"".join(self.lines)
            self._view = memoryview(joined)
            if self._dialect.frame is None:
                self._whole = joined
            self._ends = list(accumulate(map(len, self.lines), initial=0))

    def part(self, start: int, stop: int) -> Iterator[tuple[bytes | memoryview, int]]:
        """Some of the lines, as bytes and how many lines they are; nothing is copied.

        Before `join` it comes in pieces, which are shared by all who are served that early.
        """
        if self._view is None:
            yield from self._early(start, stop)
        elif stop - start == len(self.lines):
            yield self.whole, stop
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


class Batch:
    """The events of a tick, in order. `weight` is about how many bytes they are when rendered."""

    __slots__ = (
        "_events",
        "_renderings",
        "_tallies",
        "closed",
        "narrow",
        "speakers",
        "total",
        "weight",
    )

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._renderings: dict[Dialect, _Rendering] = {}
        self._tallies: list[Tally] = []  # before each position; made when somebody falls behind
        self.narrow: dict[int, Container[object]] = {}  # positions of what is for a few, and these
        self.speakers: list[Person | None] = []  # the author of each line; None for other events
        self.total = Tally()
        self.weight = 0
        self.closed = False  # the tick ends: nothing is added any more

    def __len__(self) -> int:
        return len(self._events)

    def add(
        self, event: Event, author: Person | None, members: Container[object] | None = None
    ) -> None:
        """`members`: for these alone."""
        if members is not None:
            self.narrow[len(self)] = members
        self._events.append(event)
        self.total = self.total.plus(event)
        self.weight += _EVENT_WEIGHT
        if isinstance(event, Said | Acted):  # people see the name before each line
            self.speakers.append(author)
            self.weight += len(event.text.encode()) + _EVENT_WEIGHT * event.text.count("\n")
        else:
            self.speakers.append(None)

    def __getitem__(self, position: int) -> Event:
        return self._events[position]

    def not_for(self, member: object, ignored: Mapping[Person, None], start: int) -> Iterator[int]:
        """The positions, from this one on, of what is for others and of lines of ignored people."""
        for position, members in self.narrow.items():
            if position >= start and member not in members:
                yield position
        if ignored and not ignored.keys().isdisjoint(self.speakers):
            for position in range(start, len(self)):
                if self.speakers[position] in ignored:
                    yield position

    def tally(self, position: int) -> Tally:
        """The events before this position."""
        if position == len(self):
            return self.total
        if len(self._tallies) <= position:
            start = self._tallies.pop() if self._tallies else Tally()
            new = self._events[len(self._tallies) : position]
            self._tallies.extend(accumulate(new, Tally.plus, initial=start))
        return self._tallies[position]

    def payload(self, dialect: Dialect) -> bytes:
        """All that is for everybody. The batch has been closed."""
        rendering = self._render(dialect)
        if not self.narrow:
            return rendering.whole
        if rendering.for_all is None:
            rendering.for_all = rendering.together(self.narrow)
        return rendering.for_all

    def part(
        self, dialect: Dialect, start: int, stop: int
    ) -> Iterator[tuple[bytes | memoryview, int]]:
        """Some of the events, as bytes and how many they are."""
        return self._render(dialect).part(start, stop)

    def _render(self, dialect: Dialect) -> _Rendering:
        rendering = self._rendering(dialect)
        rendering.extend(self._events)
        if self.closed:
            rendering.join()
        return rendering

    def _rendering(self, dialect: Dialect) -> _Rendering:
        found = self._renderings.get(dialect)
        if found is None:
            base = self._rendering(dialect.carries) if dialect.carries else None
            found = self._renderings[dialect] = _Rendering(dialect, base)
        return found
