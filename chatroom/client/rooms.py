"""The rooms that we are in: who is there, what is unread, and which one is the current one.

What a person types goes to the current room. It changes when they switch, which the server does not
know of, and when they enter, leave or move, once the server has answered. What is typed before the
answer is meant for the room that they have asked for: `target`.
"""

from collections.abc import Callable, Iterator

from chatroom.client.events import Discontinued, NewSince, Recent
from chatroom.client.presentation import mentions
from chatroom.client.record import Record
from chatroom.client.roster import Roster
from chatroom.client.settings import ClientSettings
from chatroom.vocabulary import events, names


class Room:
    """`unread` lines were said there while another room was the current one; `mentions` of them
    have our name in them. `topic` is empty where there is none."""

    def __init__(self, name: str, roster: Roster) -> None:
        self.name = name
        self.topic = ""
        self.roster = roster
        self.record = Record()
        self.unread = 0
        self.mentions = 0


class Rooms:
    """In the order in which they were entered. `first` is the one to join, and the current one
    until we are in."""

    def __init__(self, first: str, settings: ClientSettings, clock: Callable[[], float]) -> None:
        self.listed: tuple[tuple[str, int], ...] = ()  # all rooms of the server, with their counts
        self._settings = settings
        self._clock = clock
        self._entered: dict[str, Room] = {}  # by their keys
        self.current = self._new(first)
        self._default = ""  # the key of the room that a move leaves
        self._requested = ""  # the room that is to be the current one, once we are in it
        self._recent: list[Room] = []  # rooms that were the current one, the latest last

    def __iter__(self) -> Iterator[Room]:
        return iter(self._entered.values())

    def __len__(self) -> int:
        return len(self._entered)

    def find(self, name: str) -> Room | None:
        """The room, if we are in it; however its name is written."""
        return self._entered.get(names.key(name))

    @property
    def target(self) -> str:
        """The room that what is typed now is meant for."""
        return self._requested or self.current.name

    @property
    def unread(self) -> int:
        return sum(room.unread for room in self)

    @property
    def ask_at(self) -> float | None:
        """When the server is to be asked who is in one of them."""
        due = [room.roster.ask_at for room in self if room.roster.ask_at is not None]
        return min(due, default=None)

    def take_due(self, now: float) -> list[str]:
        """The rooms of which the server is to be asked now who is there."""
        due = [r for r in self if r.roster.ask_at is not None and r.roster.ask_at <= now]
        for room in due:
            room.roster.ask_at = None
        return [room.name for room in due]

    # --- where we are -------------------------------------------------------------------------

    def choose_first(self, name: str) -> None:
        """The room to join first."""
        if name and not self._entered:
            self.current.name = name

    def switch(self, room: Room) -> None:
        """Make it the current one."""
        self._requested = ""
        self._show(room)

    def request(self, name: str) -> None:
        """The server was asked to let us in there."""
        self._requested = name

    def request_leave(self, name: str) -> None:
        """The server was asked to let us out of there."""
        room = self.find(self.target)
        if room is not None and room is self.find(name):
            self._requested = self._successor(room).name

    def refuse(self, name: str) -> None:
        """The server does not let us in there."""
        if names.key(self._requested) == names.key(name):
            self._requested = ""

    def join(self, name: str, people: events.People) -> None:
        """The server has welcomed us in this room."""
        if self.find(name) is None:
            self._replace(self.current, self._new(name))
        room = self._entered[names.key(name)]
        room.roster.reset(people)
        self._default = names.key(name)
        self._show(room)

    def move(self, name: str, people: events.People) -> None:
        """We have left the default room for this one."""
        only = next(iter(self._entered), "") if len(self) == 1 else ""
        left = self._entered.get(self._default) or self._entered.get(only)
        room = self.find(name) or self._new(name)
        if left is not None and left is not room:
            self._replace(left, room)
        else:
            self._entered[names.key(name)] = room
        room.roster.reset(people)
        self._default = names.key(name)
        if left is self.current or names.key(self._requested) == self._default:
            self._requested = "" if self._is_requested(room) else self._requested
            self._show(room)

    def enter(self, name: str, people: events.People | None) -> None:
        """We are in this room as well; None: who else is there we are not told."""
        room = self._entered.setdefault(names.key(name), self._new(name))
        if people is None:
            room.roster.ask()
        else:
            room.roster.reset(people)
        if self._is_requested(room):
            self.switch(room)

    def leave(self, name: str) -> None:
        """We are no longer in this room."""
        room = self.find(name)
        if room is None or len(self) == 1:
            return
        successor = self._successor(room)
        del self._entered[names.key(name)]
        self._recent = [one for one in self._recent if one is not room]
        if room is self.current:
            self._requested = "" if self._is_requested(successor) else self._requested
            self._show(successor)

    def _new(self, name: str) -> Room:
        settings = self._settings
        roster = Roster(settings.max_people, settings.roster_interval, self._clock)
        return Room(name, roster)

    def _replace(self, old: Room, new: Room) -> None:
        """In its place, so that the others keep their numbers."""
        rooms = [new if room is old else room for room in self if room is not new]
        if new not in rooms:
            rooms.append(new)
        self._entered = {names.key(room.name): room for room in rooms}
        self._recent = [room for room in self._recent if room is not old]

    def _show(self, room: Room) -> None:
        self._recent = [*(one for one in self._recent if one is not room), room]
        self.current = room
        room.unread = room.mentions = 0

    def _successor(self, room: Room) -> Room:
        """The one that is shown when this one is left: the one that was shown last before it."""
        others = [one for one in self._recent if one is not room]
        others = others or [one for one in self if one is not room]
        return others[-1] if others else room

    def _is_requested(self, room: Room) -> bool:
        return bool(self._requested) and names.key(self._requested) == names.key(room.name)

    # --- what happens in them -----------------------------------------------------------------

    def places(self, event: object) -> tuple[str, ...]:
        """The rooms in whose logs the event belongs, of those that we are in; else none."""
        match event:
            case events.Gone(name=name) | events.Renamed(old=name):
                return tuple(room.name for room in self if name in room.roster.names)
            case (
                events.Said(room=name)
                | events.Acted(room=name)
                | events.Joined(room=name)
                | events.Left(room=name)
                | events.Presence(room=name)
                | events.Moved(room=name)
                | events.Entered(room=name)
                | events.TopicSet(room=name)
                | Recent(room=name)
                | NewSince(room=name)
                | Discontinued(room=name)
            ):
                found = self.find(name)
                return () if found is None else (found.name,)
        return ()

    def note(self, event: object, me: str) -> None:
        """Keep up with what happens; `me` is our own name."""
        match event:
            case (
                events.Said(room=name, name=who, text=text)
                | events.Acted(room=name, name=who, text=text)
            ):
                self._count(name, who != me, mentions(text, me))
            case events.TopicSet(room=name, text=text):
                if (room := self.find(name)) is not None:
                    room.topic = text
            case events.Skipped():
                for room in self:
                    room.roster.ask()
            case events.Gone(name=name):
                for room in self:
                    room.roster.remove(name)
            case events.Renamed(old=old, name=name):
                for room in self:
                    room.roster.rename(old, name)
            case events.RoomList(_, rows):
                self.listed = tuple((row.room, row.count) for row in rows)
                self._compare(dict(self.listed))
            case events.Joined() | events.Left() | events.Presence() | events.Members():
                if (found := self.find(event.room)) is not None:
                    _keep_up(found.roster, event)

    def _count(self, name: str, is_others: bool, mentioned: bool) -> None:
        room = self.find(name)
        if room is not None and room is not self.current and is_others:
            room.unread += 1
            room.mentions += mentioned

    def _compare(self, counts: dict[str, int]) -> None:
        """Ask where somebody came or went quietly."""
        for room in self:
            if counts.get(room.name, room.roster.count) != room.roster.count:
                room.roster.ask()


def _keep_up(
    roster: Roster, event: events.Joined | events.Left | events.Presence | events.Members
) -> None:
    match event:
        case events.Joined(name=name):
            roster.add(name)
        case events.Left(name=name):
            roster.remove(name)
        case events.Presence(count=count):
            roster.count = count
            roster.ask(soon=False)
        case events.Members(count=count, members=members):
            roster.names = dict.fromkeys(member.name for member in members)
            roster.count = count
