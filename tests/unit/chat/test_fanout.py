"""The fan-out of random ticks, compared with a model that hands out one message at a time.

A member of one room gets exactly the bytes of the model, in its order. Between the rooms of a
member of several, the order within a tick is not promised: there the stream of each room is
compared, with everything in its place that was told to the member alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from chatroom import __version__
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.events import Event

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor

DIALECTS = ("plain", "plain", "plain", "wide", "wide", "confirmed", "confirmed")
HOSTS = len(DIALECTS)
LIMITS = events.Limits(4096, 32, 16384, 5.0, 20.0)
MAX_BATCH = 1000
ROOMS = ("lobby", "tea", "den")

Step = tuple[Any, ...]
who = st.integers(0, HOSTS - 1)
slow = st.sampled_from((0, 4, 6))  # a few, of each kind, so that they do it again and again


def steps() -> st.SearchStrategy[list[Step]]:
    say = st.tuples(st.just("say"), who)
    step = st.one_of(
        say,
        say,
        say,
        st.tuples(st.just("act"), who),
        st.tuples(st.just("reply"), who),
        st.tuples(st.just("tell"), who, who),
        st.tuples(st.just("enter"), who),
        st.tuples(st.just("leave"), who, st.booleans()),
        st.tuples(st.just("move"), who, st.sampled_from(ROOMS)),
        st.tuples(st.just("sit"), who, st.sampled_from(ROOMS)),
        st.tuples(st.just("stand"), who, st.sampled_from(ROOMS)),
        st.tuples(st.just("say in"), who, st.sampled_from(ROOMS)),
        st.tuples(st.just("rename"), who),
        st.tuples(st.just("ignore"), who, who),
        st.tuples(st.just("fill"), slow),
        st.tuples(st.just("fill"), slow),
        st.tuples(st.just("loosen"), slow),
        st.tuples(st.just("drain"), slow),
        st.tuples(st.just("drain"), slow),
        st.tuples(st.just("notice")),
        st.tuples(st.just("tick")),
        st.tuples(st.just("tick")),
    )
    return st.lists(step, min_size=10, max_size=60)


def encode(dialect: str, event: Event) -> bytes:
    if isinstance(event, events.Said | events.Acted):
        event = replace(event, id=0)
    if isinstance(event, events.Welcomed | events.Entered):
        event = replace(event, epoch="")
    if isinstance(event, events.Welcomed | events.Entered | events.Moved):
        event = replace(event, first=0, last=0)
    return f"{dialect} {event!r}\n".encode()


class Entry(NamedTuple):
    """What is on its way to somebody. `kind`: line, unheard (of somebody ignored), own, receipt,
    notice, other or answer. A line of one's own is nothing; its receipt may follow it."""

    room: str | None
    data: bytes
    kind: str
    author: str = ""


class Person:
    """One member of the model: what is on its way to them, and what they have got.

    Everything is kept with the room that it is of, None for what is told to them alone. While they
    are behind, what the history keeps is *owed* to them, room by room.
    """

    def __init__(self, number: int) -> None:
        self.dialect = DIALECTS[number]
        self.receipts = self.dialect == "confirmed"
        self.name = f"p{number}"
        self.rooms: list[str] = []
        self.here: str | None = None
        self.ignored: set[Person] = set()
        self.full = False
        self.behind = False
        self.waits = False  # to be caught up
        self.owed: dict[str, list[Entry]] = {}
        self.lines = 0  # told to nobody else, and lost
        self.several = False  # whether they have been in several rooms at once
        self.pending: list[Entry] = []
        self.got: list[tuple[str | None, bytes]] = []

    def settle(self) -> None:
        """Hand over what is on its way, up to what does not fit."""
        for entry in self.pending:
            if not self.behind and entry.kind in ("own", "unheard"):
                continue
            if self.behind or self.full:
                self.owe(entry)
            else:
                self.got.append((None if entry.kind == "receipt" else entry.room, entry.data))
        self.pending = []

    def owe(self, entry: Entry) -> None:
        first, self.behind = not self.behind, True
        if entry.kind == "answer":
            if first or self.full:
                self.lines += 1
            else:
                self.got.append((None, entry.data))
        elif entry.room is not None:
            self.owed.setdefault(entry.room, []).append(entry)

    def told(self, entry: Entry, at_once: bool) -> None:
        """In its place among what is on its way; at once when nothing is."""
        if self.behind:
            self.owe(entry)
        else:
            self.pending.append(entry)
            if at_once:
                self.settle()

    def leave(self, room: str) -> None:
        lost = [one for one in self.owed.pop(room, ()) if one.kind in ("line", "unheard", "notice")]
        self.lines += len(lost)

    def catch_up(self) -> None:
        """They get what is owed to them, and are told what they have missed."""
        ignored = {other.name for other in self.ignored}
        for room in self.seats:
            owed = self.owed.get(room, [])
            for_them = [
                (room, one.data)
                for one in owed
                if one.kind == "receipt"
                or (one.kind in ("line", "unheard") and one.author not in ignored)
            ]
            if for_them and self.full:
                return
            self.got += for_them
            self.owed[room] = [one for one in owed if one.kind in ("notice", "other")]
        left = [one.kind for owed in self.owed.values() for one in owed]
        skipped = events.Skipped(self.lines + left.count("notice"), left.count("other"))
        if skipped.lines or skipped.others:
            if self.full:
                return
            self.got.append((None, encode(self.dialect, skipped)))
        self.behind = self.waits = False
        self.lines = 0
        self.owed = {}

    @property
    def seats(self) -> list[str]:
        """The room where they are first."""
        return sorted(self.rooms, key=lambda room: room != self.here)


class Model:
    """Every event goes to every member by itself."""

    def __init__(self) -> None:
        self.people = [Person(number) for number in range(HOSTS)]
        self.order: dict[str, list[Person]] = {}
        self.weights: dict[str, int] = {}  # of the rooms with something to flush

    def publish(
        self,
        room: str,
        event: Event,
        author: Person | None = None,
        told: set[Person | None] | None = None,
    ) -> None:
        """`told` have heard it in another room; it grows by those who hear it here."""
        if told is not None and self.has_heard(room, told | {author}):
            return
        spoken = isinstance(event, events.Said | events.Acted)
        kind = "line" if spoken else "notice" if isinstance(event, events.Notice) else "other"
        self.weights[room] = self.weights.get(room, 0) + 128
        for person in self.order.get(room, ()):
            if told is not None and person in told:
                continue
            if told is not None and person is not author:
                told.add(person)
            if person is author and not spoken:
                continue
            unheard = spoken and author in person.ignored
            is_own = person is author
            name = author.name if author else ""
            mine = "own" if is_own else "unheard" if unheard else kind
            entry = Entry(room, encode(person.dialect, event), mine, name)
            if person.behind:
                person.owe(entry)
            else:
                person.pending.append(entry)
        if isinstance(event, events.Said | events.Acted):
            self.weights[room] += len(event.text)
            if self.weights[room] > MAX_BATCH:
                self.flush()

    def has_heard(self, room: str, told: set[Person | None]) -> bool:
        """Whether everybody in the room is in others as well, and was told there."""
        return all(person in told and len(person.rooms) > 1 for person in self.order.get(room, ()))

    def flush(self) -> None:
        self.weights.clear()
        for person in self.people:
            person.settle()

    def catch_up(self) -> None:
        for person in self.people:
            if person.waits:
                person.catch_up()

    def say(self, person: Person, event: events.Said | events.Acted) -> None:
        self.publish(event.room, event, person)
        if person.receipts:
            entry = Entry(event.room, encode(person.dialect, event), "receipt")
            person.told(entry, at_once=not self.is_busy(person))

    def answer(self, person: Person, event: Event) -> None:
        self.reply(person, encode(person.dialect, event))

    def reply(self, person: Person, data: bytes) -> None:
        person.told(Entry(None, data, "answer"), at_once=not self.is_busy(person))

    def is_busy(self, person: Person) -> bool:
        return any(room in self.weights for room in person.rooms)

    def enter(self, person: Person, room: str) -> None:
        person.rooms.append(room)
        person.several = person.several or len(person.rooms) > 1
        self.order.setdefault(room, []).append(person)

    def exit(self, person: Person, room: str) -> None:
        person.settle()
        person.leave(room)
        self.order[room].remove(person)
        if not self.order[room]:
            del self.order[room]
            self.weights.pop(room, None)
        person.rooms.remove(room)

    def there(self, room: str) -> events.People:
        people = self.order[room]
        return events.People(len(people), tuple(person.name for person in people))


class Trial:
    """Does every step to the hub and to the model."""

    def __init__(self, new_hall: type[Hall]) -> None:
        self.hall = new_hall(Settings(crowd=1000, max_batch=MAX_BATCH))
        self.hall.now = 0.0
        self.model = Model()
        self.count = 0
        self.visitors = [self.visitor(number) for number in range(HOSTS)]
        self.does: dict[str, Callable[..., None]] = {
            "say": self.say,
            "act": self.act,
            "reply": self.reply,
            "tell": self.tell,
            "enter": self.enter,
            "leave": self.leave,
            "sit": self.sit,
            "stand": self.stand,
            "say in": self.say_in,
            "move": self.move,
            "rename": self.rename,
            "ignore": self.ignore,
            "fill": self.fill,
            "loosen": self.loosen,
            "drain": self.drain,
            "notice": self.notice,
            "tick": self.tick,
        }

    def visitor(self, number: int) -> Visitor:
        person = self.model.people[number]
        visitor = self.hall.visitor(f"host{number}", person.dialect, person.receipts)
        # one encoder for all: hundreds of bytes a line would only make failures hard to read
        visitor.encode = lambda event: encode(person.dialect, event)  # type: ignore[method-assign]
        return visitor

    def run(self, script: list[Step]) -> None:
        for number in range(0, HOSTS, 2):
            self.enter(number)
        for verb, *arguments in script:
            self.does[verb](*arguments)
            self.compare_counts()
        self.tick()
        self.compare()

    def compare_counts(self) -> None:
        hub = self.hall.hub
        assert {room: len(there) for room, there in self.model.order.items()} == {
            name: len(room) for name, room in hub.rooms.items()
        }

    def compare(self) -> None:
        for visitor, person in zip(self.visitors, self.model.people, strict=True):
            taken = b"".join(visitor.taken).decode()
            if person.several:
                self.compare_rooms(taken, person)
            else:
                assert taken == b"".join(data for _, data in person.got).decode()
            assert bool(visitor.member.behind) == person.behind

    def compare_rooms(self, taken: str, person: Person) -> None:
        """The lines of each room, with those that were for the member alone, are the model's."""
        lines = taken.splitlines(keepends=True)
        room_of = {data.decode(): room for room, data in person.got}
        assert sorted(lines) == sorted(data.decode() for _, data in person.got)
        for room in ROOMS:
            mine = [line for line in lines if room_of[line] in (room, None)]
            assert mine == [data.decode() for of, data in person.got if of in (room, None)]

    # --- steps --------------------------------------------------------------------------------

    def both(self, number: int) -> tuple[Visitor, Person]:
        return self.visitors[number], self.model.people[number]

    def text(self) -> str:
        self.count += 1
        return f"text {self.count}"

    def say(self, number: int) -> None:
        visitor, person = self.both(number)
        if person.here:
            text = self.text()
            visitor.does(commands.Say(text))
            said = events.Said(0, person.here, person.name, text, self.wall)
            self.model.say(person, said)

    def act(self, number: int) -> None:
        visitor, person = self.both(number)
        if person.here:
            text = self.text()
            visitor.does(commands.Act(text))
            acted = events.Acted(0, person.here, person.name, text, self.wall)
            self.model.say(person, acted)

    @property
    def wall(self) -> float:
        return 1_700_000_000.0

    def reply(self, number: int) -> None:
        visitor, person = self.both(number)
        data = f"reply {self.text()}\n".encode()
        self.hall.hub.reply(visitor.member, data)
        self.model.reply(person, data)

    def tell(self, number: int, other: int) -> None:
        visitor, person = self.both(number)
        _, to = self.both(other)
        if person.here and to.here:
            text = self.text()
            visitor.does(commands.Tell(to.name, text))
            told = events.Told(person.name, to.name, text, self.wall)
            to_oneself = person is to and person.receipts
            delivers = person not in to.ignored and not to_oneself
            waits = self.model.is_busy(to)  # whether there is room is known at the tick's end
            if delivers and to.full and (to.behind or not waits):  # a refusal skips nothing
                text = f"{to.name} is not reading; it was not delivered."
                self.model.answer(person, events.Refused("not-reading", text))
                return
            if delivers:
                self.model.answer(to, told)
            if person.receipts:
                self.model.answer(person, told)

    def enter(self, number: int) -> None:
        visitor, person = self.both(number)
        if person.here is None and visitor.member.key == "":
            visitor.does(commands.Join(person.name))
            self.model.enter(person, "lobby")
            person.here = "lobby"
            there = self.model.there("lobby")
            welcomed = events.Welcomed(person.name, "lobby", there, LIMITS, __version__)
            self.model.answer(person, welcomed)
            self.model.publish("lobby", events.Joined("lobby", person.name), person)

    def leave(self, number: int, lost: bool) -> None:
        visitor, person = self.both(number)
        if person.here:
            if lost:
                self.hall.hub.leave(visitor.member, "bye")
            else:
                visitor.does(commands.Quit("bye"))
            rooms, person.here = list(person.rooms), None
            for room in rooms:
                self.model.exit(person, room)
            told: set[Person | None] = set()
            for room in rooms:
                self.model.publish(room, events.Gone(person.name, "bye"), told=told)

    def move(self, number: int, room: str) -> None:
        visitor, person = self.both(number)
        if person.here is None:
            return
        visitor.does(commands.Move(room))
        old = person.here
        if room == old:
            told = events.Refused("same-room", f"You are in room {room} already.")
            self.model.answer(person, told)
            return
        is_there = room in person.rooms
        self.model.exit(person, old)
        if not is_there:
            self.model.enter(person, room)
        person.here = room
        self.model.publish(old, events.Left(old, person.name, "moved", room))
        moved = events.Moved(person.name, room, self.model.there(room))
        self.model.answer(person, moved)
        if not is_there:
            self.model.publish(room, events.Joined(room, person.name, old), person)

    def sit(self, number: int, room: str) -> None:
        """Enter one more room."""
        visitor, person = self.both(number)
        if person.here is None or room in person.rooms:
            return
        visitor.does(commands.Enter(room))
        self.model.enter(person, room)
        self.model.answer(person, events.Entered(room, self.model.there(room)))
        self.model.publish(room, events.Joined(room, person.name), person)

    def stand(self, number: int, room: str) -> None:
        """Leave one room of several."""
        visitor, person = self.both(number)
        if room not in person.rooms or len(person.rooms) == 1:
            return
        visitor.does(commands.Leave(room))
        self.model.exit(person, room)
        if person.here == room:
            person.here = person.rooms[0]
        self.model.answer(person, events.Left(room, person.name, "left"))
        self.model.publish(room, events.Left(room, person.name, "left"))

    def say_in(self, number: int, room: str) -> None:
        visitor, person = self.both(number)
        if room in person.rooms:
            text = self.text()
            visitor.does(commands.Say(text, room=room))
            self.model.say(person, events.Said(0, room, person.name, text, self.wall))

    def rename(self, number: int) -> None:
        visitor, person = self.both(number)
        if person.here:
            self.count += 1
            old, person.name = person.name, f"p{number}x{self.count}"
            visitor.does(commands.Rename(person.name))
            told: set[Person | None] = set()
            for room in person.rooms:
                self.model.publish(room, events.Renamed(old, person.name), person, told)
            self.model.answer(person, events.NowKnownAs(old, person.name))

    def ignore(self, number: int, other: int) -> None:
        visitor, person = self.both(number)
        _, whom = self.both(other)
        if person.here and whom.here and person is not whom:
            visitor.does(commands.Ignore(whom.name))
            person.ignored ^= {whom}
            told = events.Ignoring(whom.name, whom in person.ignored)
            self.model.answer(person, told)

    def fill(self, number: int) -> None:
        visitor, person = self.both(number)
        visitor.full = person.full = True

    def loosen(self, number: int) -> None:
        """There is room again, but the queue has not drained yet."""
        visitor, person = self.both(number)
        visitor.full = person.full = False

    def drain(self, number: int) -> None:
        visitor, person = self.both(number)
        visitor.drains()
        person.full = False
        person.waits = person.behind

    def notice(self) -> None:
        text = self.text()
        self.hall.hub.notice(text)
        told: set[Person | None] = set()
        for room in self.model.order:
            self.model.publish(room, events.Notice(text), told=told)

    def tick(self) -> None:
        self.hall.tick()
        self.model.catch_up()
        self.model.flush()


@settings(max_examples=500)
@given(script=steps())
def test_everybody_gets_exactly_the_right_bytes_in_the_right_order(
    new_hall: type[Hall], script: list[Step]
) -> None:
    Trial(new_hall).run(script)
