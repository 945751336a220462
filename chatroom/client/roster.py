"""Who is in our room and which rooms there are, as far as the server has told."""

from collections.abc import Callable

from chatroom.vocabulary import events


class Roster:
    """`clock` is monotonic; in a crowd it wants to ask once in `interval` seconds at most."""

    def __init__(self, room: str, most: int, interval: float, clock: Callable[[], float]) -> None:
        self.room = room
        self.names: dict[str, None] = {}
        self.count = 0
        self.rooms: tuple[tuple[str, int], ...] = ()
        self.ask_at: float | None = None  # when to ask the server who is here
        self._most = most
        self._interval = interval
        self._clock = clock

    def enter(self, room: str, people: events.People) -> None:
        """We are in a room now, with these; many of them are only a number so far."""
        self.room = room
        self.names = dict.fromkeys(people.names)
        self.count = people.count
        self.ask_at = self._clock() if people.count > len(people.names) else None

    def note(self, event: events.Event) -> None:
        """Keep up with what happens."""
        match event:
            case events.Joined(room, name) if room == self.room and name not in self.names:
                self.count += 1
                if len(self.names) < self._most:
                    self.names[name] = None
            case events.Left(room, name) if room == self.room and name in self.names:
                del self.names[name]
                self.count -= 1
            case events.Gone(name) if name in self.names:
                del self.names[name]
                self.count -= 1
            case events.Renamed(old, name):
                self.names = {name if who == old else who: None for who in self.names}
            case events.Presence(room, _, _, count) if room == self.room:
                self.count = count
                if self.ask_at is None:
                    self.ask_at = self._clock() + self._interval
            case events.Moved(_, room, people):
                self.enter(room, people)
            case events.Members(room, count, members) if room == self.room:
                self.names = dict.fromkeys(row.name for row in members)
                self.count = count
            case events.RoomList(_, rooms):
                self.rooms = tuple((one.room, one.count) for one in rooms)
                if dict(self.rooms).get(self.room, self.count) != self.count:
                    self.ask_at = self._clock()  # somebody came or went quietly
