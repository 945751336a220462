"""The past of our rooms: what was said before we came, and pages that are asked for by a window.

Whoever comes into a room is shown its last messages. They have to be asked for, and what is said
until they are there is held, to be shown behind them.
"""

from collections.abc import Callable, Iterable

from chatroom.client.delivery import Delivery
from chatroom.client.events import Answer, Entry, Recent
from chatroom.client.last_read import LastRead
from chatroom.client.pager import Pager
from chatroom.client.rooms import Room, Rooms
from chatroom.client.settings import ClientSettings
from chatroom.protocols.objects import encode
from chatroom.vocabulary import commands, events, names
from chatroom.vocabulary.commands import Ref

_LOST = events.Refused("lost", "The connection was lost before the answer came.")


class Past:
    """`show` is called with entries, in the order in which they are to be shown."""

    def __init__(
        self,
        rooms: Rooms,
        delivery: Delivery,
        settings: ClientSettings,
        last_read: LastRead,
        pager: Pager,
        show: Callable[[Iterable[Entry]], None],
    ) -> None:
        self._rooms = rooms
        self._delivery = delivery
        self._settings = settings
        self._last_read = last_read
        self._pager = pager
        self._show = show
        self._output = bytearray()
        self._asked: set[int] = set()  # the refs of requests whose answers the window waits for
        self._recent: dict[int, Room] = {}  # by refs: the rooms whose last messages are under way
        self._held: dict[Room, list[Entry]] = {}  # until these are there

    def take_output(self) -> bytes:
        """What is to be sent."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def ask(self, command: commands.Recall | commands.Search) -> int:
        """Returns the number of the request, which its answer will have."""
        ref = self._request(command)
        self._asked.add(ref)
        return ref

    def ask_recent(self, room: Room) -> None:
        """Ask for what was said last in a room, if it was not shown yet."""
        before = room.record.recent_before
        limit = self._limit(room)
        if not (before and limit):
            room.record.recent_before = 0
            return
        ref = self._request(commands.Recall(room.name, before=before, limit=limit))
        self._recent[ref] = room
        self._held.setdefault(room, [])

    def hold(self, entry: Entry) -> bool:
        """Whether the entry is kept back, since its room's last messages are not there yet."""
        room = self._rooms.find(entry.rooms[0]) if len(entry.rooms) == 1 else None
        held = self._held.get(room) if room else None
        if room is None or held is None:
            return False
        held.append(entry)
        if len(held) > self._settings.max_held:
            self._release(room)
        return True

    def take(self, message: events.Event, ref: Ref) -> bool:
        """Whether the message is an answer that was asked for here."""
        if not isinstance(ref, int):
            return False
        if ref in self._asked and isinstance(message, events.Page | events.Found | events.Refused):
            self._asked.discard(ref)
            self._show([Entry(Answer(ref, message))])
            return True
        room = self._recent.pop(ref, None)
        if room is None:
            return False
        room.record.recent_before = 0
        if isinstance(message, events.Page) and message.messages:
            self._show([Entry(self._new(room, message), (room.name,))])
        self._release(room)
        return True

    def lost(self) -> None:
        """The connection is gone, and so are the answers."""
        self._show(Entry(Answer(ref, _LOST)) for ref in sorted(self._asked))
        self._output.clear()
        self._asked.clear()
        self._recent.clear()
        for room in list(self._held):
            self._release(room)

    def _request(self, command: commands.Recall | commands.Search) -> int:
        ref = self._delivery.next_ref()
        self._delivery.spend()
        self._output += encode(command, ref)
        return ref

    def _limit(self, room: Room) -> int:
        """Nothing at all where no past is wanted."""
        read, _ = self._last_read.find(names.key(room.name))
        some_unread = 0 < read < room.record.last
        most = self._settings.recent
        return max(most, self._settings.recent_unread) if some_unread and most else most

    def _new(self, room: Room, page: events.Page) -> Recent:
        read, since = self._last_read.find(names.key(room.name))
        messages = page.messages
        new = sum(message.id > read for message in messages) if read else 0
        shown = max(new, self._settings.recent)
        more = events.More(page.more.before or len(messages) > shown, page.more.after)
        if room is self._rooms.current:
            self._pager.begin(room.name, messages[-shown:][0].id, more.before)
        return Recent(room.name, messages[-shown:], more, read, since, page.time)

    def _release(self, room: Room) -> None:
        self._show(self._held.pop(room, []))
