"""How we come into our rooms: for the first time, or back to where the last connection ended.

A room that is new to us shows its last messages. In one that we come back to the server says what
was missed, in order and once, before it goes on; the person is told where that begins, and when it
does not continue what is there.
"""

from collections.abc import Callable

from chatroom.client.events import ClientEvent, Discontinued, NewSince
from chatroom.client.last_read import LastRead
from chatroom.client.past import Past
from chatroom.client.record import Spoken
from chatroom.client.rooms import Rooms
from chatroom.vocabulary import events, names


class Arrival:
    """`tell` is called with what the person is to know; `wall` gives the time of day."""

    def __init__(
        self,
        rooms: Rooms,
        past: Past,
        last_read: LastRead,
        wall: Callable[[], float],
        tell: Callable[[ClientEvent], None],
    ) -> None:
        self._rooms = rooms
        self._past = past
        self._last_read = last_read
        self._wall = wall
        self._tell = tell
        self._epoch = ""  # of the server's history
        self._lost_at = 0.0  # when the last connection was lost

    def lost(self) -> None:
        """The connection is gone; what comes over the next one is new since now."""
        self._lost_at = self._wall()
        self._past.lost()

    def welcomed(self, epoch: str) -> None:
        """The server's history is this one."""
        self._epoch = epoch
        self._last_read.begin(epoch)

    def arrive(
        self, told: events.Welcomed | events.Moved | events.Entered, again: bool = False
    ) -> None:
        """We are in the room of `told`; `again`: we have asked for what we have missed."""
        room = self._rooms.find(told.room)
        if room is None:
            return
        room.topic = told.topic
        record, before = room.record, room.record.epoch
        if not before:
            record.begin(self._epoch, told.first, told.last)
            record.read, record.read_at = self._last_read.find(names.key(room.name))
        elif again and not (
            isinstance(told, events.Moved)
            or record.resume(self._epoch, told.first, told.last, told.reset)
        ):
            self._tell(Discontinued(room.name, before != self._epoch))
        self._past.ask_recent(room)

    def admit(self, message: Spoken, me: str, is_receipt: bool) -> bool:
        """Whether it is new to us. The first of what we missed of others has a mark before it."""
        room = self._rooms.find(message.room)
        if room is None or not room.record.epoch:
            return True
        record, had = room.record, room.record.last
        if not record.admit(message.id, is_receipt):
            return False
        if message.name != me and record.is_first_missed(message.id):
            self._tell(NewSince(room.name, had, self._lost_at, self._wall()))
        return True

    def mark_read(self, name: str, id: int) -> None:
        """The person has read the room up to this id; 0: all that we have."""
        room = self._rooms.find(name)
        if room is None or (room.record.recent_before and not id):
            return  # the last messages are not shown yet
        id, now = id or room.record.last, self._wall()
        if room.record.mark_read(id, now):
            self._last_read.note(names.key(room.name), id, now)
