"""The hub: who is here, in which rooms, and the ways of telling them.

A command arrives raw, with the member who gave it, and a rule of `rules/` decides it: it cleans the
text, changes what the hub holds, and publishes what happened to a room or answers the member alone.
The hub never sees sockets or protocols, and it waits for nothing: time comes in as two clocks
(`clock` for durations, `wall` for stamps) and as `call_later`, so an hour is one line of a test.

A member is in at least one room from the moment they have a name until they leave, and a room
exists while somebody is in it. What a slow reader has missed is read to them from the history when
their queue has drained (`drained`).
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from chatroom.chat.bars import Bars
from chatroom.chat.catchup import CatchUp
from chatroom.chat.delivery import Delivery
from chatroom.chat.followers import Followers
from chatroom.chat.history import Gap, History, Page
from chatroom.chat.ids import Ids, time_of
from chatroom.chat.kept import heard_by, kept
from chatroom.chat.pending import Pending
from chatroom.chat.presence import Announcer
from chatroom.chat.private import Private
from chatroom.chat.room import Member, Room, Seat
from chatroom.chat.roster import Roster
from chatroom.metrics import Metrics
from chatroom.settings import Settings
from chatroom.vocabulary import events, names
from chatroom.vocabulary.commands import Command
from chatroom.vocabulary.counts import counted
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.text import clean

_TOO_HEAVY = 16  # times the batch that is sent at once
_USUAL = 512  # bytes of a message; sending so many costs hardly more than sending one

log = logging.getLogger(__name__)


class Hub:
    """`decide` is the table of rules; `call_later(seconds, call)` must call once, later; `measure`
    answers /stats."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], float],
        wall: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], object],
        measure: Callable[[], events.Stats],
        decide: Callable[["Hub", Member, Any], Pending | None],
        history: History,
    ) -> None:
        self.settings = settings
        self.metrics = metrics
        self.clock = clock
        self.wall = wall
        self.measure = measure
        self.roster = Roster(settings.hold_seconds, clock)
        self.rooms: dict[str, Room] = {}  # by the key of their names
        self.delivery = Delivery(metrics)
        self.announcer = Announcer(settings, self.delivery, call_later)
        self.bars = Bars(settings.max_bars, clock)
        self.private = Private(settings, self.roster, self.delivery, clock, wall, call_later)
        self.history = history
        self.ids = Ids(wall, clock, history.last)
        self.catching_up = CatchUp(settings, metrics, history, call_later, clock)
        self.followers = Followers(settings, self.catching_up, call_later, clock)
        self.load = 0
        """Bytes that all receivers together are sent of long texts; it only grows."""
        self._decide = decide

    # --- what a session calls -----------------------------------------------------------------

    def handle(self, member: Member, command: Command) -> Pending | None:
        """Decide one command. Everything it causes is queued when this returns, nothing is sent.

        A `Pending` is a decision that takes time: the next command of this member must wait for it.
        """
        member.ref = command.ref
        return self._decide(self, member, command)

    def speak(self, member: Member, dialect: Dialect) -> None:
        """From here on the member is told everything in this dialect."""
        self.delivery.catch_up(member)
        for seat in member.seats:
            seat.room.set_apart(seat)
            seat.room.touch()
        member.dialect = dialect

    def reply(self, member: Member, data: bytes) -> bool:
        """Tell this member alone something that is rendered already.

        False: they are not reading, and it was counted as missed.
        """
        return self.delivery.reply(member, data)

    def drained(self, member: Member) -> None:
        """The member's queue is empty again. If they are behind, they are caught up."""
        if member.behind:
            self.catching_up.add(member)
        else:
            self.followers.drained(member)

    def last_words(self, member: Member, *last: events.Event) -> bytes:
        """The last bytes of a connection: how many lines were missed, if any, and these events."""
        lines = self.catching_up.missed(member)
        missed = (events.Skipped(lines),) if lines else ()
        return bytes(member.arranged(b"".join(map(member.dialect.encode, (*missed, *last)))))

    def leave(self, member: Member, reason: str) -> None:
        """The connection is lost; nothing happens to somebody who left by themselves before."""
        self.followers.remove(member)
        if member.seats:
            self.depart(member, reason, hold=True)

    @property
    def has_news(self) -> bool:
        """Whether anything was published since the last flush."""
        return self.delivery.has_news

    def catch_up(self) -> None:
        """Near the end of the tick: those who have missed something are given some of it."""
        self.catching_up.serve()
        self.followers.serve()

    def flush(self) -> None:
        """The end of the tick: what was said is kept, and then every room hands it out."""
        self.history.commit(wait=True)
        self.delivery.flush()

    # --- what the server calls ----------------------------------------------------------------

    def notice(self, text: str) -> str:
        """Say something to everybody, as the server; returns what can be shown of it."""
        if text := clean(text):
            self.delivery.publish_once(self.rooms.values(), events.Notice(text))
        return text

    def shut_down(self) -> None:
        """Hand out what was published and forget everybody: no leave is announced any more."""
        self.private.shut_down()
        self.flush()
        for member in self.roster:
            log.info("%s left: shutdown", member)
            for seat in member.seats:
                self.catching_up.give_up(seat)
            member.sit(())
        self.rooms.clear()
        self.roster.clear()

    # --- what the rules call: telling ---------------------------------------------------------

    def answer(self, member: Member, event: events.Event) -> None:
        """Answer the command that this member has given."""
        self.delivery.answer(member, event)

    def refuse(self, member: Member, code: str, text: str) -> None:
        self.answer(member, events.Refused(code, text))

    def tell(self, member: Member, event: events.Event) -> bool:
        """Tell this member alone something that they have not asked for.

        False: they are not reading, and it was counted as missed.
        """
        return self.delivery.tell(member, event)

    def say(self, room: Room, event: events.Message, author: Member) -> None:
        """Keep it, and tell everybody in the room except the author, at the tick's end.

        A heavy batch does not wait for that, unless the history waits for the disk. A very heavy
        one does not even then. All rooms are flushed with it, to keep the order that is promised to
        members of several rooms.
        """
        self.history.append(room.key, event, author.ticket, author.ref, room.made)
        self.followers.said(room.key)
        before = room.batch.weight
        room.publish(event, author)
        self.load += max(0, room.batch.weight - before - _USUAL) * len(room)
        if room.heavy:
            is_too_heavy = room.batch.weight > _TOO_HEAVY * self.settings.max_batch
            if self.history.commit(wait=is_too_heavy):
                self.delivery.flush()

    def page(
        self,
        room: Room,
        limit: int,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        at: float | None = None,
        name: str | None = None,
    ) -> events.Page:
        """What was said in a room: the last messages, or those before, after or around an id, or
        since a time; with a name only what this person said."""
        page = self.history.page(
            room.key, before=before, after=after, around=around, at=at, limit=limit, name=name
        )
        messages = tuple(_with_gaps(page))
        more = events.More(page.more_before, page.more_after)
        return events.Page(room.name, messages, more, self.wall())

    def resume(self, seat: Seat, after: int | None, epoch: str) -> bool:
        """Whoever has a new seat, and has everything up to this id, gets what came since. True:
        what comes does not continue what they have."""
        return after is not None and self.catching_up.resume(seat, after, epoch)

    def show_recent(self, member: Member, room: Room) -> None:
        """The last messages, for somebody who has come into the room."""
        if member.dialect.recent and self.settings.recent_lines:
            page = self.page(room, self.settings.recent_lines)
            if shown := tuple(filter(heard_by(member), page.messages)):
                self.tell(member, replace(page, messages=shown))

    # --- what the rules call: coming and going ------------------------------------------------

    def enter(self, member: Member, name: str) -> Seat:
        """Give the member a seat in the room of this name, which is made if there is none."""
        key = names.key(name)
        room = self.rooms.get(key)
        if room is None:
            room = Room(
                *(name, key, self.metrics, self.delivery.changed, self.settings.max_batch),
                made=(member.name, self.wall()),
                last=self.history.last,
            )
            room.topic = self._topic(room)
            self.rooms[key] = room
        return room.enter(member)

    def _topic(self, room: Room) -> events.TopicSet | None:
        """What a room was about when it was last there."""
        topic = self.history.topic(room.key)
        if topic is None:
            return None
        return events.TopicSet(0, room.name, topic.name, topic.text, topic.time)

    def exit(self, seat: Seat) -> Room:
        """Take the member out of this room, with everything that was published until now."""
        self.delivery.leave(seat)
        self.catching_up.give_up(seat)
        if not seat.room:
            del self.rooms[seat.room.key]
        return seat.room

    def depart(self, member: Member, reason: str, hold: bool) -> None:
        """Take the member out of the chat, and tell those who shared a room with them."""
        log.info("%s left: %s", member, reason)
        self.roster.release(member, hold)
        self.private.left(member)
        rooms = [self.exit(seat) for seat in member.seats]
        self.announcer.gone(rooms, member, reason)

    # --- what the rules call: looking up ------------------------------------------------------

    def find(self, member: Member, name: str) -> Member | None:
        """The member of this name. If there is none, the member who asked is told."""
        found = self.roster.find(name)
        if found is None:
            text = f"There is nobody called {clean(name)[: names.MAX_LENGTH]} here."
            self.refuse(member, "no-such-name", text)
        return found

    def people(self, members: Iterable[Member], total: int) -> events.People:
        shown = islice(members, self.settings.names_shown)
        return events.People(total, tuple(member.name for member in shown))

    def row(self, member: Member) -> events.Row:
        now = self.clock()
        stayed = now - member.since
        return events.Row(member.name, self.wall() - stayed, stayed, now - member.active)


def _with_gaps(page: Page) -> Iterator[events.Kept]:
    """The messages of a page, and where some are missing a word of that."""
    gaps = list(page.gaps)
    for event in page.events:
        while gaps and gaps[0].last < event.id:
            yield _missing(gaps.pop(0))
        yield kept(event)
    yield from map(_missing, gaps)


def _missing(gap: Gap) -> events.Kept:
    text = f"{counted(gap.count, 'message')} could not be kept."
    return events.Kept(gap.last, "gap", "", text, time_of(gap.last))
