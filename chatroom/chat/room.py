"""Members, rooms, and the seats between them.

A seat is one member in one room, from entering to leaving. What is published in a room during a
tick is gathered in a batch, and at the tick's end the same bytes object is broadcast to everybody
in the room who speaks the same dialect: a message is rendered once, and a receiver costs one
`send`.

Whoever does not read is *behind*, in all their rooms, and costs the rooms nothing (`behind.py`).

Some members cannot be served that way. An author must not get their own line back. A member who is
answered in the middle of the tick must see the answer in its place among the lines. A member who
ignores others gets less. And there are clients for whom the bytes have to be laid
out. The seats of all these stand *apart*: such a seat remembers how much of the batch its member
has had and which of its lines are not for them. At the tick's end each of them is handed slices of
the joined batch. A seat without a lasting reason to stand apart then returns to the fast path, so
an exception costs only the members that it concerns, in the ticks that it concerns.

A room decides nothing. The rules decide who may enter and what is published, and `delivery.py` sees
to the order of what a member gets from several rooms.
"""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from chatroom.chat.batch import Batch
from chatroom.chat.behind import Behind, Place, Tally
from chatroom.chat.outlet import Channel, Outlet
from chatroom.chat.person import Person
from chatroom.metrics import Metrics
from chatroom.vocabulary.commands import Recall, Ref, Search
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Event, Members, TopicSet


class Member:
    """One visitor as the chat sees them: without a name and a seat until a name is accepted."""

    __slots__ = (
        "active",
        "address",
        "answers",
        "asked",
        "behind",
        "channel",
        "dialect",
        "held",
        "here",
        "host",
        "ignored",
        "key",
        "last",
        "name",
        "others",
        "outlet",
        "person",
        "quiet",
        "ref",
        "since",
        "teller",
        "ticket",
    )

    def __init__(
        self, outlet: Outlet, channel: Channel, dialect: Dialect, host: str, address: str
    ) -> None:
        self.outlet = outlet
        self.channel = channel
        self.dialect = dialect
        self.host = host
        self.address = address
        self.name = ""
        self.key = ""
        self.ticket = ""  # a secret by which they are recognised
        self.ref: Ref = None  # of the command that is being decided
        self.last: Ref = None  # of the last request that says or changes something
        self.person = Person()  # the roster gives them back who they were before
        self.ignored: dict[Person, None] = {}
        self.teller: Person | None = None  # whoever last told them something privately
        self.quiet = False  # no room is told when they come and go
        self.here: Seat | None = None  # where a line without a room is said
        self.others: tuple[Seat, ...] = ()  # the oldest first; most people have none
        self.asked: Recall | Search | None = None  # the next page of the history, for /more
        self.answers: list[Answer] | None = None  # which wait for the end of the tick
        self.held = 0  # bytes of these
        self.behind: Behind | None = None  # set while nothing is queued for them in their rooms
        self.since = 0.0
        self.active = 0.0

    def __str__(self) -> str:
        return f"{self.name or 'somebody'} ({self.address})"

    @property
    def seats(self) -> "tuple[Seat, ...]":
        """All of them, the one where they are first."""
        return (self.here, *self.others) if self.here else ()

    def sit(self, seats: "tuple[Seat, ...]") -> None:
        """Set their seats; the first is the one where they are."""
        self.here, self.others = seats[0] if seats else None, seats[1:]

    def go_to(self, seat: "Seat") -> None:
        """Make another seat of theirs the one where they are."""
        self.sit((seat, *(other for other in self.seats if other is not seat)))

    def mark(self) -> None:
        """Note the ref of the command being decided, which says or changes something."""
        if self.ref is not None:
            self.last = self.ref

    def arranged(self, data: bytes | memoryview) -> bytes | memoryview:
        """The bytes as they have to be laid out for this peer."""
        arrange = self.dialect.arrange
        return arrange(bytes(data), self.channel.queued) if arrange and data else data

    def write(self, data: bytes | memoryview) -> bool:
        """Queue the bytes; False when there is no room for them."""
        data = self.arranged(data)
        return self.channel.write(data) if data else True

    def fall_behind(self) -> Behind:
        """Their queue is full. Nothing may overtake the first line that they miss, of any room."""
        if self.behind is None:
            self.behind = Behind()
            for seat in self.seats:
                seat.room.leave_behind(seat)
        return self.behind


class Seat:
    """One member in one room, and where they stand in the batch of this tick."""

    __slots__ = ("group", "had", "judged", "member", "place", "room", "unwanted")

    def __init__(self, member: Member, room: "Room") -> None:
        self.member = member
        self.room = room
        self.group: dict[Seat, Channel] | None = None  # those who are served alike; None: apart
        self.had = 0  # events they have had, or were not there for
        self.judged = 0  # events that were compared with their ignore list
        self.unwanted: list[int] | None = None  # positions of their own lines and of ignored ones
        self.place: Place | None = None  # while they are behind

    def move_to(self, position: int) -> None:
        """They have had everything before this position."""
        self.had = self.judged = position
        self.unwanted = None


class Answer(NamedTuple):
    """Bytes for one member alone, and how much of the batch of each of their rooms comes before."""

    places: tuple[tuple[Seat, int], ...]
    data: bytes
    said: "tuple[Seat, int, Ref] | None"
    """Of a receipt: where it was said, and with which id and ref."""


class Room:
    """`changed` is called with the room when there is something to hand out at the tick's end.

    A batch of more than `max_batch` bytes is `heavy`: it must not wait for that. `made`: by
    whom, and when. `last` is an id
    that no message has had which is published from now on, and all before had.
    """

    def __init__(
        self,
        name: str,
        key: str,
        metrics: Metrics,
        changed: Callable[["Room"], None],
        max_batch: int,
        made: tuple[str, float] = ("", 0.0),
        last: int = 0,
    ) -> None:
        self.name = name
        self.key = key
        self.made = made
        self.seats: dict[Member, Seat] = {}
        self.shared: dict[Member, None] = {}  # those who are in other rooms as well
        self.topic: TopicSet | None = None
        self.roll: Members | None = None  # the answer to /who, kept for a moment
        self.roll_until = 0.0
        self.batch = Batch()
        self._metrics = metrics
        self._changed = changed
        self._max_batch = max_batch
        self._level: dict[tuple[Dialect, bool], dict[Seat, Channel]] = {}
        self._apart: dict[Seat, None] = {}
        self._behind: dict[Seat, Place] = {}
        self._waiting = False
        self._published = Tally(last=last)  # before this batch

    def __len__(self) -> int:
        return len(self.seats)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.seats)

    @property
    def topic_text(self) -> str:
        return self.topic.text if self.topic else ""

    @property
    def heavy(self) -> bool:
        return self.batch.weight > self._max_batch

    # --- coming, going and publishing ---------------------------------------------------------

    def enter(self, member: Member) -> Seat:
        """Give them a seat: they get what is published from here on."""
        seat = self.seats[member] = Seat(member, self)
        self.roll = None
        self._come_in(seat)
        if member.behind:
            self.leave_behind(seat)
        if member.seats:
            self.shared[member] = None
        self._regroup(member, (*member.seats, seat))
        return seat

    def leave(self, seat: Seat) -> None:
        """Take their seat. They have been handed everything that was due to them."""
        self.set_apart(seat)
        self._apart.pop(seat, None)
        self._behind.pop(seat, None)
        del self.seats[seat.member]
        self.shared.pop(seat.member, None)
        self.roll = None
        self._regroup(seat.member, tuple(other for other in seat.member.seats if other != seat))

    @staticmethod
    def _regroup(member: Member, seats: tuple[Seat, ...]) -> None:
        """Members of one room are served by the broadcast, members of several are not."""
        before = member.seats
        member.sit(seats)
        if min(len(before), len(seats)) > 1:
            return  # nothing changes for their other seats
        for seat in seats:
            seat.room.set_apart(seat)
            seat.room.touch()
            if len(seats) > 1:
                seat.room.shared[member] = None
            else:
                seat.room.shared.pop(member, None)

    def publish(
        self, event: Event, author: Member | None = None, without: Iterable[Member] = ()
    ) -> None:
        """Tell everybody at the tick's end, except the author and the members in `without`."""
        self.touch()
        if author is not None and (seat := self.seats.get(author)):
            self._keep_from(seat, event)
        for member in without:
            if member is not author:
                self._keep_from(self.seats[member], event)
        self.batch.add(event, author.person if author else None)

    def publish_to(self, event: Event, members: Collection[Member]) -> None:
        """Let these members alone hear it, in its place; it costs nothing for the others."""
        self.touch()
        for member in members:
            self.set_apart(self.seats[member])
        for seat, place in self._behind.items():
            if seat.member not in members:
                place.except_for(event)
        self.batch.add(event, None, members)

    def _keep_from(self, seat: Seat, event: Event) -> None:
        """The next event, which is this one, is not for them."""
        if seat.place:
            seat.place.except_for(event)
            return
        self.set_apart(seat)
        if seat.unwanted is None:
            seat.unwanted = []
        seat.unwanted.append(len(self.batch))

    def touch(self) -> None:
        """There is something to be done at the tick's end."""
        if not self._waiting:
            self._waiting = True
            self._changed(self)

    # --- standing apart -----------------------------------------------------------------------

    def set_apart(self, seat: Seat) -> None:
        """They are not served with the others in this tick. Whoever is behind is not anyway."""
        if seat.group is not None:
            del seat.group[seat]
            seat.group = None
            seat.move_to(len(self.batch) if self.batch.closed else 0)
            self._apart[seat] = None

    def _set_level(self, seat: Seat) -> None:
        member = seat.member
        del self._apart[seat]
        key = member.dialect, not member.others
        seat.group = self._level.setdefault(key, {})
        seat.group[seat] = member.channel

    def judge(self, seat: Seat) -> None:
        """Find the positions of what is for others and of ignored lines so far.

        The ignore list may change after that.
        """
        if seat.place:
            return
        start, seat.judged = seat.judged, len(self.batch)
        for position in self.batch.not_for(seat.member, seat.member.ignored, start):
            seat.unwanted = seat.unwanted or []
            insort(seat.unwanted, position)

    # --- being behind -------------------------------------------------------------------------

    @property
    def published(self) -> Tally:
        """All that was published until now."""
        return self._published_before(len(self.batch))

    def _published_before(self, position: int) -> Tally:
        return self._published.and_then(self.batch.tally(position))

    def leave_behind(self, seat: Seat) -> None:
        """Their member is behind: they miss what they have not had yet, and all that comes."""
        self.set_apart(seat)
        self.judge(seat)
        before = self._published_before(seat.had)
        seat.place = place = Place(before.last, before)
        for position in seat.unwanted or ():
            if position >= seat.had and self.batch.speakers[position] not in seat.member.ignored:
                place.except_for(self.batch[position])
        del self._apart[seat]
        self._behind[seat] = place

    def catch_up(self, seat: Seat) -> None:
        """They have had all that was published until now."""
        del self._behind[seat]
        seat.place = None
        self._come_in(seat)

    def _come_in(self, seat: Seat) -> None:
        """They get what is published from here on."""
        seat.move_to(len(self.batch))
        self._apart[seat] = None
        self.touch()

    # --- the end of the tick ------------------------------------------------------------------

    def send(self) -> None:
        """Give the batch to all who stand level."""
        self.batch.closed = True
        lines = len(self.batch) - len(self.batch.narrow)
        for (dialect, alone), group in self._level.items():
            if not (group and lines):
                continue
            payload = self.batch.payload(dialect)
            if alone:
                full = next(iter(group.values())).broadcast(group, payload)
            else:
                # the payloads of their rooms leave together, with one system call
                full = [seat for seat, channel in group.items() if not channel.write(payload)]
            self._metrics.deliveries += lines * (len(group) - len(full))
            for seat in full:
                self.set_apart(seat)
                seat.move_to(0)
                seat.member.fall_behind()

    def hand(self, seat: Seat, stop: int) -> None:
        """Queue for a member who stands apart what they are still to get before this position."""
        self.judge(seat)
        for position in seat.unwanted or ():
            if seat.had <= position < stop:
                self._hand_lines(seat, position)
                if seat.place:
                    return
                seat.had = position + 1
        self._hand_lines(seat, stop)

    def _hand_lines(self, seat: Seat, stop: int) -> None:
        if seat.had >= stop or seat.place:
            return
        for data, lines in self.batch.part(seat.member.dialect, seat.had, stop):
            if not seat.member.write(data):
                seat.member.fall_behind()
                return
            self._metrics.deliveries += lines
            seat.had += lines

    def apart(self) -> list[Seat]:
        return list(self._apart)

    def settle(self, seat: Seat) -> None:
        """They have been handed everything: stand level again, unless the reason lasts."""
        member = seat.member
        if seat in self._apart and not (member.ignored or member.dialect.arrange):
            self._set_level(seat)

    def end(self) -> None:
        """The tick is over; what was not handed out is lost."""
        self._published = self.published
        self.batch = Batch()
        self._waiting = False
        for seat in self._apart:
            seat.move_to(0)
