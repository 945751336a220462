"""The notices of joins and leaves; in crowded rooms they are a count, at most once per interval.

One notice for each, sent to all the others, is quadratic in the size of the room: a thousand people
arriving would be a million lines. Small rooms are told of each one, crowded rooms how many.
"""

from collections.abc import Callable, Iterable

from chatroom.chat.delivery import Delivery
from chatroom.chat.room import Member, Room
from chatroom.settings import Settings
from chatroom.vocabulary.events import Gone, Joined, Left, Presence


class _Tally:
    __slots__ = ("joined", "left", "newcomer")

    def __init__(self) -> None:
        self.joined = 0
        self.left = 0
        self.newcomer: Member | None = None


class Announcer:
    """Tells rooms of joins and leaves, one by one or gathered."""

    def __init__(
        self,
        settings: Settings,
        delivery: Delivery,
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._settings = settings
        self._delivery = delivery
        self._call_later = call_later
        self._tallies: dict[Room, _Tally] = {}

    def joined(self, room: Room, member: Member, origin: str | None = None) -> None:
        """Call it with the member in the room."""
        if member.quiet:
            return
        if len(room) <= self._settings.crowd:
            room.publish(Joined(room.name, member.name, origin), member)
            return
        tally = self._tally(room)
        tally.joined += 1
        tally.newcomer = member

    def left(self, room: Room, member: Member, reason: str, destination: str | None = None) -> None:
        """Call it with the member out of the room."""
        if member.quiet:
            return
        if len(room) < self._settings.crowd:
            room.publish(Left(room.name, member.name, reason, destination))
        else:
            self._tally(room).left += 1

    def gone(self, rooms: Iterable[Room], member: Member, reason: str) -> None:
        """Call it with the member out of all their rooms. A member who shared several of them is
        told once. A kick is told by name in a crowded room as well."""
        event = Gone(member.name, reason)
        if member.quiet and not event.kicked:
            return
        crowded = set() if event.kicked else {r for r in rooms if len(r) >= self._settings.crowd}
        for room in crowded:
            self._tally(room).left += 1
        self._delivery.publish_once((room for room in rooms if room not in crowded), event)

    def _tally(self, room: Room) -> _Tally:
        if not self._tallies:
            self._call_later(self._settings.presence_seconds, self._tell)
        return self._tallies.setdefault(room, _Tally())

    def _tell(self) -> None:
        tallies, self._tallies = self._tallies, {}
        for room, tally in tallies.items():
            only = tally.newcomer if tally.joined == 1 else None  # is not told of themselves
            if tally.joined:
                author = only if only in room.seats else None
                room.publish(Presence(room.name, tally.joined, 0, len(room)), author)
            if tally.left:
                room.publish(Presence(room.name, 0, tally.left, len(room)))
