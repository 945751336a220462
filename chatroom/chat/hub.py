"""The hub decides every command: it knows who is here and in which room.

It is the only place with rules. A command arrives raw, with the member who gave it; the hub cleans
its text, decides, and publishes what happened to a room or answers the member alone. It never sees
sockets or protocols, and it waits for nothing: time comes in as two clocks (`clock` for durations,
`wall` for stamps) and as `call_later`, so that a test turns an hour into a line.

A member is in exactly one room from the moment they have a name until they leave, and a room exists
while somebody is in it. A slow reader is told what they missed when their queue has drained
(`drained`): the place where a history will serve them the lines instead.
"""

import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from chatroom import __version__
from chatroom.chat.bars import Bars
from chatroom.chat.member import Broadcast, Member, Person, write_to_each
from chatroom.chat.presence import Announcer
from chatroom.chat.private import Private
from chatroom.chat.room import Room
from chatroom.chat.roster import Roster, Unavailable
from chatroom.metrics import Metrics
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events, names
from chatroom.vocabulary.durations import duration
from chatroom.vocabulary.text import clean

LOBBY = "lobby"
"""The room where everybody starts."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kick:
    """What a kick has done: whom it met, and what is barred for how many seconds."""

    name: str
    host: str
    """The address that is barred; empty when it is not."""
    seconds: float


class Hub:
    """`call_later(seconds, call)` must call once, later; `measure` answers /stats."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], float],
        wall: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], object],
        measure: Callable[[], events.Stats],
        broadcast: Broadcast = write_to_each,
    ) -> None:
        self.roster = Roster(settings.hold_seconds, clock)
        self.rooms: dict[str, Room] = {}  # by the key of their names
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._wall = wall
        self._measure = measure
        self._broadcast = broadcast
        self._announcer = Announcer(settings, call_later)
        self._bars = Bars(settings.max_bars, clock)
        self._seats: dict[Member, Room] = {}
        self._private = Private(
            settings, self.roster, clock, wall, call_later, self.room_of, self.reply
        )
        self._limits = _limits(settings)
        self._changed: list[Room] = []
        self._ids = count(1)
        self._handlers: dict[type, Callable[[Member, Any], None]] = {
            commands.Say: self._speak,
            commands.Act: self._speak,
            commands.Tell: self._tell,
            commands.Greet: self._greet,
            commands.Join: self._join,
            commands.Rename: self._rename,
            commands.Move: self._move,
            commands.Who: self._who,
            commands.Rooms: self._list_rooms,
            commands.Ignore: self._ignore,
            commands.Stats: self._stats,
            commands.Cancel: self._cancel,
            commands.Quit: self._quit,
        }
        self._open_to_strangers = (commands.Greet, commands.Join, commands.Quit)

    # --- what a session calls -----------------------------------------------------------------

    def handle(self, member: Member, command: commands.Command) -> None:
        """Decide one command. Everything it causes is queued when this returns, nothing is sent."""
        if not member.name and not isinstance(command, self._open_to_strangers):
            self.answer(member, events.Refused("no-name", "Choose a name first."))
            return
        self._handlers[type(command)](member, command)

    def answer(self, member: Member, event: events.Event) -> None:
        """Answer the command that this member has given."""
        self.reply(member, member.outlet.answer(event))

    def tell(self, member: Member, event: events.Event) -> bool:
        """Tell this member alone something that they have not asked for.

        False: they are not reading, and it was counted as skipped.
        """
        return self.reply(member, member.outlet.encode(event))

    def reply(self, member: Member, data: bytes) -> bool:
        """The same with bytes that are rendered already, in their place among those of the room."""
        room = self._seats.get(member)
        taken = room.answer(member, data) if room else member.take(data, 1)
        if not taken:
            self._metrics.skipped += 1
        return taken

    def drained(self, member: Member) -> None:
        """The member's queue is empty again: whoever was behind is told, and level from here on."""
        if not member.skipped:
            return
        if room := self._seats.get(member):
            room.skip(member)  # the lines of this tick so far were missed as well
        lines, member.skipped = member.skipped, 0
        self.tell(member, events.Skipped(lines))

    def last_words(self, member: Member, *last: events.Event) -> bytes:
        """What to tell somebody at the close: how much they missed, if anything, and these."""
        missed = (events.Skipped(member.skipped),) if member.skipped else ()
        return b"".join(map(member.outlet.encode, (*missed, *last)))

    def leave(self, member: Member, reason: str) -> None:
        """The connection is lost; nothing happens to somebody who left by themselves before."""
        if member in self._seats:
            self._depart(member, reason, hold=True)

    @property
    def has_news(self) -> bool:
        """Whether anything was published since the last flush."""
        return bool(self._changed)

    def flush(self) -> None:
        """The end of the tick: every room hands out what was published to it."""
        while self._changed:  # one by one, so that a room which fails takes no other with it
            self._changed.pop().flush()

    # --- what the operator calls --------------------------------------------------------------

    def notice(self, text: str) -> str:
        """Say something to everybody, as the server; returns what can be shown of it."""
        if text := clean(text):
            for room in self.rooms.values():
                room.publish(events.Notice(text))
        return text

    def kick(self, name: str, reason: str, seconds: float | None = None) -> Kick | None:
        """Close somebody's connection, tell everybody why, and bar them for so many seconds.

        None when nobody is called so. The default is `Settings.bar_seconds`, 0 bars nothing, and
        nothing is barred for longer than `Settings.longest_bar`.
        """
        member = self.roster.find(name)
        if member is None:
            return None
        if seconds is None:
            seconds = self._settings.bar_seconds
        seconds = min(seconds, self._settings.longest_bar)
        barred = seconds > 0 and self._bars.add(member.key, member.host, seconds)
        why = f": {clean(reason)}" if clean(reason) else ""
        kick = Kick(member.name, member.host if barred else "", seconds)
        self._depart(member, f"kicked{why}", hold=False)
        farewell = events.Closing("kicked", f"You were kicked{why or '.'}")
        member.outlet.close("kicked", self.last_words(member, farewell), brief=True)
        return kick

    def shut_down(self) -> None:
        """Hand out what was published and forget everybody: no leave is announced any more."""
        self._private.shut_down()
        self.flush()
        for member in self.roster:
            log.info("%s left: shutdown", member)
        self._seats.clear()
        self.rooms.clear()
        self.roster.clear()

    def row(self, member: Member) -> events.Row:
        now = self._clock()
        stayed = now - member.since
        return events.Row(member.name, self._wall() - stayed, stayed, now - member.active)

    def room_of(self, member: Member) -> Room:
        """The room of a named member."""
        return self._seats[member]

    # --- arriving and leaving -----------------------------------------------------------------

    def _greet(self, member: Member, _: commands.Greet) -> None:
        self.answer(member, events.Greeting(self._people(self.roster, len(self.roster))))

    def _join(self, member: Member, command: commands.Join) -> None:
        if member.name:
            self.answer(member, events.Refused("has-name", f"You are {member.name} already."))
            return
        member.ticket, member.quiet = command.ticket, command.quiet
        try:
            wanted = self._room_name(command.room or LOBBY)
            self._refuse_barred(member, command.name)
            name = self.roster.approve(member, command.name)
        except Unavailable as refusal:
            self.answer(member, events.NameRefused(refusal.code, refusal.text))
            return
        self._replace(command)
        resumed = self.roster.give(member, name)
        log.info("%s resumed" if resumed else "%s joined", member)
        member.since = member.active = self._clock()
        member.outlet.named()
        room = self._enter(member, wanted)
        people = self._people(room.members, len(room))
        self.answer(
            member,
            events.Welcomed(
                *(member.name, room.name, people, self._limits, __version__),
                history=False,
                resumed=resumed,
                last=member.last,
            ),
        )
        self._announcer.joined(room, member)
        self._private.arrived(member)

    def _replace(self, command: commands.Join) -> None:
        """Whoever comes back before we know that they had gone gets the place of who they were."""
        if before := self.roster.find_by_ticket(command.ticket):
            self._depart(before, "replaced", hold=True)
            farewell = events.Closing("replaced", "You have come back over another connection.")
            before.outlet.close("replaced", self.last_words(before, farewell))

    def _refuse_barred(self, member: Member, name: str) -> None:
        """Raises Unavailable: somebody of this name, or from there, was kicked a moment ago."""
        if left := self._bars.on_host(member.host):
            text = f"Somebody at your address was kicked; try again in {_wait(left)}."
            raise Unavailable("barred", text)
        self._refuse_barred_name(name)

    def _refuse_barred_name(self, name: str) -> None:
        """Raises Unavailable."""
        if left := self._bars.on_name(self._known_key(name)):
            text = f"Somebody of that name was kicked; it is free again in {_wait(left)}."
            raise Unavailable("name-barred", text)

    def _quit(self, member: Member, command: commands.Quit) -> None:
        last: tuple[events.Event, ...] = ()
        if member.name:
            self._depart(member, command.reason, hold=not command.meant)
            if command.reason == "quit":
                last = (events.Closing("quit", f"Goodbye, {member.name}!"),)
        words = self.last_words(member, *last)
        member.outlet.close(command.reason, words, brief=bool(last))

    def _depart(self, member: Member, reason: str, hold: bool) -> None:
        log.info("%s left: %s", member, reason)
        self.roster.release(member, hold)
        self._private.left(member)
        room = self._exit(member)
        self._announcer.left(room, member, reason)

    def _enter(self, member: Member, name: str) -> Room:
        room = self.rooms.get(names.key(name))
        if room is None:
            room = Room(
                name,
                self._metrics,
                self._changed.append,
                self._broadcast,
                self._settings.max_batch,
            )
            self.rooms[names.key(name)] = room
        room.enter(member)
        self._seats[member] = room
        return room

    def _exit(self, member: Member) -> Room:
        room = self._seats.pop(member)
        room.leave(member)
        if not room:
            del self.rooms[names.key(room.name)]
        return room

    # --- talking ------------------------------------------------------------------------------

    def _speak(self, member: Member, command: commands.Say | commands.Act) -> None:
        text = self._cleaned(member, command)
        if not text:
            return
        self._metrics.messages += 1
        log.debug("%s: %s", member, text)
        room = self._seats[member]
        kind = events.Said if isinstance(command, commands.Say) else events.Acted
        spoken = kind(next(self._ids), room.name, member.name, text, self._wall())
        room.publish(spoken, member)
        self._receipt(member, spoken)

    def _tell(self, member: Member, command: commands.Tell) -> None:
        text = self._cleaned(member, command)
        if not text:
            return
        to = self._teller(member) if command.name is None else self.roster.find(command.name)
        answer: events.Event | None
        if to:
            answer = self._private.send(member, to, text)
            if member.outlet.receipts or isinstance(answer, events.Refused):
                self.answer(member, answer)
        elif command.name is None:
            return  # they know why
        elif answer := self._private.keep(member, command, command.name, text):
            self.answer(member, answer)
        else:
            self._find(member, command.name)

    def _teller(self, member: Member) -> Member | None:
        """Whoever last told this member something; the member hears why there is none."""
        if member.teller is None:
            text = "Nobody has told you anything privately yet."
        elif found := self.roster.find_person(member.teller):
            return found
        else:
            text = f"{member.teller.name} has left."
        self.answer(member, events.Refused("no-such-name", text))
        return None

    def _cleaned(self, member: Member, command: commands.Say | commands.Act | commands.Tell) -> str:
        member.active = self._clock()
        _mark(member, command.ref)
        text = clean(command.text)
        if not text and member.outlet.receipts:
            self.answer(member, events.Refused("empty", "There was nothing in it to be shown."))
        return text

    def _receipt(self, member: Member, event: events.Event) -> None:
        if member.outlet.receipts:
            self.answer(member, event)

    # --- changing what one is -----------------------------------------------------------------

    def _rename(self, member: Member, command: commands.Rename) -> None:
        _mark(member, command.ref)
        old = member.name
        try:
            self._refuse_barred_name(command.name)
            name = self.roster.approve(member, command.name)
        except Unavailable as refusal:
            self.answer(member, events.Refused(refusal.code, refusal.text))
            return
        if name == old:
            self.answer(member, events.Refused("same-name", f"You are called {old} already."))
            return
        self.roster.give(member, name)
        log.info("%s was %s", member, old)
        room = self._seats[member]
        room.publish(events.Renamed(old, member.name), member)
        self.answer(member, events.NowKnownAs(old, member.name))
        self._private.arrived(member)

    def _move(self, member: Member, command: commands.Move) -> None:
        _mark(member, command.ref)
        try:
            name = self._room_name(command.room)
        except Unavailable as refusal:
            self.answer(member, events.Refused(refusal.code, refusal.text))
            return
        old = self._seats[member]
        if names.key(name) == names.key(old.name):
            self.answer(member, events.Refused("same-room", f"You are in room {old.name} already."))
            return
        self._exit(member)
        new = self._enter(member, name)
        self._announcer.left(old, member, "moved", destination=new.name)
        people = self._people(new.members, len(new))
        self.answer(member, events.Moved(member.name, new.name, people))
        self._announcer.joined(new, member, origin=old.name)

    def _ignore(self, member: Member, command: commands.Ignore) -> None:
        if not command.name:
            shown = {person.name for person in member.ignored}
            self.answer(member, events.IgnoreList(tuple(sorted(shown))))
            return
        key = self._known_key(command.name)
        other = self.roster.find(command.name)
        known = [person for person in member.ignored if person.key == key]
        if known and (other is None or other.person in known):
            self._hear_again(member, known)
        elif other or (other := self._find(member, command.name)):
            self._hear_no_more(member, other)

    def _hear_again(self, member: Member, persons: list[Person]) -> None:
        self._seats[member].judge(member)  # what was said before stays unheard
        for person in persons:
            del member.ignored[person]
        self.answer(member, events.Ignoring(persons[-1].name, False))

    def _hear_no_more(self, member: Member, other: Member) -> None:
        if other is member:
            self.answer(member, events.Refused("is-you", "You cannot ignore yourself."))
        elif len(member.ignored) >= self._settings.max_ignored:
            text = f"You ignore {len(member.ignored)} people already; that is the limit."
            self.answer(member, events.Refused("too-many", text))
        else:
            self._seats[member].judge(member)  # they may hear what was said before
            member.ignored[other.person] = None
            self.answer(member, events.Ignoring(other.name, True))

    # --- asking -------------------------------------------------------------------------------

    def _who(self, member: Member, command: commands.Who) -> None:
        room = self._seats[member]
        if command.room:
            found = self.rooms.get(self._known_key(command.room.removeprefix("#")))
            if found is None:
                text = f"There is no room called {clean(command.room)[: names.MAX_LENGTH]}."
                self.answer(member, events.Refused("no-such-room", text))
                return
            room = found
        self.answer(member, self._members_of(room))

    def _members_of(self, room: Room) -> events.Members:
        """The same answer for all who ask within a moment, so that it is rendered once."""
        now = self._clock()
        if room.roll is None or now >= room.roll_until:
            shown = islice(room.members, self._settings.rows_shown)
            room.roll = events.Members(room.name, len(room), tuple(map(self.row, shown)))
            room.roll_until = now + self._settings.answer_seconds
        return room.roll

    def _list_rooms(self, member: Member, _: commands.Rooms) -> None:
        shown = islice(self.rooms.values(), self._settings.rows_shown)
        rows = tuple(events.RoomCount(room.name, len(room)) for room in shown)
        self.answer(member, events.RoomList(len(self.rooms), rows))

    def _stats(self, member: Member, _: commands.Stats) -> None:
        self.answer(member, self._measure())

    def _cancel(self, member: Member, _: commands.Cancel) -> None:
        """What waits is known to the session; a command that comes this far found nothing."""
        text = "Nothing is waiting to be said."
        self.answer(member, events.Refused("nothing-waits", text))

    def _people(self, members: Iterable[Member], total: int) -> events.People:
        shown = islice(members, self._settings.names_shown)
        return events.People(total, tuple(member.name for member in shown))

    def _find(self, member: Member, name: str) -> Member | None:
        """The member of this name; whoever asked is told when there is none."""
        found = self.roster.find(name)
        if found is None:
            text = f"There is nobody called {clean(name)[: names.MAX_LENGTH]} here."
            self.answer(member, events.Refused("no-such-name", text))
        return found

    def _room_name(self, wanted: str) -> str:
        """Raises Unavailable."""
        try:
            return names.enforce(wanted.removeprefix("#"), "room name")
        except names.BadName as error:
            raise Unavailable("bad-room", str(error)) from None

    def _known_key(self, name: str) -> str:
        try:
            return names.key(names.enforce(name))
        except names.BadName:
            return ""


def _wait(seconds: float) -> str:
    """Rounded up to what is told, or whoever waits so long is refused again."""
    unit = 60 if seconds > 60 else 1
    return duration(math.ceil(seconds / unit) * unit)


def _mark(member: Member, ref: commands.Ref) -> None:
    """Remember how far they have come."""
    if ref is not None:
        member.last = ref


def _limits(settings: Settings) -> events.Limits:
    return events.Limits(
        text=settings.max_line,
        name=names.MAX_LENGTH,
        line=settings.max_object,
        rate=settings.rate,
        burst=settings.rate * settings.burst_seconds,
    )
