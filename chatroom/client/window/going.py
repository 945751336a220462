"""Going from one place to another, by mouse or by keyboard."""

from collections.abc import Callable

from chatroom.client.core import Client
from chatroom.client.window import tour
from chatroom.client.window.chat import Chat
from chatroom.client.window.places import Place, Places
from chatroom.client.window.session import WindowSession
from chatroom.client.window.side_rows import RowKind, SideRow


class Going:
    """`tell` is called with why one cannot go there. `chat` must be set before anything is done."""

    chat: Chat

    def __init__(
        self, session: WindowSession, places: Places, tell: Callable[[str], object]
    ) -> None:
        self._session = session
        self._places = places
        self.tell = tell

    @property
    def _client(self) -> Client | None:
        return self._session.client

    def show(self, place: Place) -> None:
        """This place, in the place of the one that is shown."""
        left = self._places.current
        if place is left:
            return
        left.log.leave()
        self._places.show(place)
        place.log.look()
        self.chat.show_place(place, left)
        if client := self._client:
            self._places.prune(room.name for room in client.rooms)

    def switched(self, room: str) -> None:
        """The core's current room is another one."""
        self.show(self._places.room(room))

    def go_to_room(self, name: str) -> None:
        """Show it; if we are not there, enter it, and show it then."""
        self._session.choose(name)
        if self._client and (room := self._client.rooms.find(name)):
            self.show(self._places.room(room.name))

    def write_to(self, name: str) -> None:
        """The private conversation with this person."""
        if self._client and name != self._client.name:
            self.show(self._places.private(name))
            self.chat.composer.entry.focus_set()

    def go_to(self, place: Place | None) -> None:
        if place is None:
            return
        if place.is_private:
            self.write_to(place.name)
        else:
            self.go_to_room(place.name)

    def choose(self, row: SideRow) -> None:
        """A row of the sidebar."""
        if row.kind in (RowKind.ROOM, RowKind.OTHER_ROOM):
            self.go_to_room(row.name)
        else:
            self.write_to(row.name)

    def step(self, step: int) -> None:
        """The next place of the sidebar, or the one before."""
        if self._client:
            self.go_to(tour.neighbour(self._client.rooms, self._places, step))

    def next_unread(self) -> None:
        if self._client:
            self.go_to(tour.next_unread(self._client.rooms, self._places))

    def go_to_number(self, number: int) -> None:
        """Our room with this number, from 1."""
        rooms = list(self._client.rooms) if self._client else []
        if 0 < number <= len(rooms):
            self.go_to_room(rooms[number - 1].name)
        else:
            self.tell(f"You are in no room with number {number}.")

    def switch(self) -> None:
        """Choose from all places by some letters."""
        if client := self._client:
            names = tour.switchable(client.rooms, self._places, client.name)
            self.chat.open_switcher(names, self._switch_to)

    def _switch_to(self, name: str) -> None:
        sign, bare = name[:1], name[1:]
        if sign == "@":
            self.write_to(bare)
        elif bare.strip():
            self.go_to_room(bare.strip())
