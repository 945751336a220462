"""Who is here, and which rooms there are."""

import tkinter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tkinter import ttk

from chatroom.client.presentation import colour_number
from chatroom.client.rooms import Rooms
from chatroom.client.window.list_view import ListView, Row
from chatroom.client.window.theme import Theme

_GAP = 12  # pixels to what is said
_PEOPLE, _ROOMS = 10, 5  # rows, if there is the space


@dataclass(frozen=True, slots=True)
class RoomRow:
    """`entered`: we are there; then `unread` lines were said there, `mentions` of them to us."""

    name: str
    people: int
    entered: bool = False
    unread: int = 0
    mentions: int = 0

    @property
    def text(self) -> str:
        return f"{self.name}  {self.people}{news(self.unread, self.mentions)}"


def news(unread: int, mentions: int) -> str:
    """What stands behind a room of which so many lines are unread."""
    return (f"  +{unread}" if unread else "") + ("!" if mentions else "")


def room_rows(rooms: Rooms) -> list[RoomRow]:
    """Those that we are in, in their order, and then the others."""
    entered = [
        RoomRow(room.name, room.roster.count, True, room.unread, room.mentions) for room in rooms
    ]
    others = sorted(rooms.listed, key=lambda row: row[0].casefold())
    return [*entered, *(RoomRow(*row) for row in others if rooms.find(row[0]) is None)]


class Sidebar(ttk.Frame):
    """`go_to` is called with a room, `write_to` with a person that was chosen, by mouse or with
    Return; `key` when another key is pressed in one of the lists."""

    def __init__(
        self,
        master: tkinter.Misc,
        go_to: Callable[[str], None],
        write_to: Callable[[str], None],
        key: Callable[["tkinter.Event[tkinter.Misc]"], str | None],
    ) -> None:
        super().__init__(master, padding=(_GAP, 0, 0, 0))
        self._go_to = go_to
        self._write_to = write_to
        self._shown: tuple[object, ...] = ()
        self._theme: Theme | None = None
        self._heading = ttk.Label(self, text="People", style="Faint.TLabel")
        self._heading.grid(row=0, sticky="w", pady=(0, 4))
        self._people_list = ListView(self, _PEOPLE)
        self._people_list.grid(row=1, sticky="nsew")
        ttk.Label(self, text="Rooms", style="Faint.TLabel").grid(row=2, sticky="w", pady=(12, 4))
        self._room_list = ListView(self, _ROOMS)
        self._room_list.grid(row=3, sticky="nsew")
        self.columnconfigure(0, weight=1)
        self.rowconfigure(1, weight=3)  # shares of what there is too much of, or too little
        self.rowconfigure(3, weight=1)
        self.people, self.rooms = self._people_list.box, self._room_list.box
        self.people_bar = self._people_list.bar
        for event in ("<Double-Button-1>", "<Return>"):
            self.people.bind(event, lambda _: self._choose_person())
        # Not when it is selected: the arrow keys do that as well, on their way through the list.
        for event in ("<ButtonRelease-1>", "<Return>"):
            self.rooms.bind(event, lambda _: self._choose_room())
        for box in (self.people, self.rooms):
            box.bind("<Key>", key)

    def apply_theme(self, theme: Theme) -> None:
        for listing in (self._people_list, self._room_list):
            listing.apply_theme(theme)
        self._theme = theme
        self._shown = ()

    def show(
        self,
        me: str,
        people: Sequence[str],
        count: int,
        room: str,
        rooms: Sequence[RoomRow],
    ) -> None:
        """Draw it anew, if anything has changed."""
        shown = (me, tuple(people), count, room, tuple(rooms))
        if shown == self._shown or self._theme is None:
            return
        self._shown = shown
        self._heading.configure(text=f"People  {count}")
        self._people_list.show(_people_rows(self._theme, me, people, count))
        self._room_list.show(_room_list_rows(self._theme, rooms))
        self._room_list.choose(room)

    def _choose_person(self) -> None:
        if self._people_list.chosen:
            self._write_to(self._people_list.chosen)

    def _choose_room(self) -> None:
        if self._room_list.chosen:
            self._go_to(self._room_list.chosen)


def _people_rows(theme: Theme, me: str, people: Sequence[str], count: int) -> list[Row]:
    rows = []
    for name in people:
        colour = theme.people[colour_number(name, len(theme.people))]
        rows.append(_row(name, f"{name} (you)" if name == me else name, colour))
    if count > len(people):
        rows.append(Row((1, "", ""), "", f" and {count - len(people)} more", theme.faint))
    return rows


def _room_list_rows(theme: Theme, rooms: Sequence[RoomRow]) -> list[Row]:
    rows = []
    for number, room in enumerate(rooms):
        colour = theme.text if room.entered else theme.faint
        if room.mentions:
            colour = theme.problem
        elif room.unread:
            colour = theme.link
        rows.append(Row((0, f"{number:04}", room.name), room.name, f" {room.text}", colour))
    return rows


def _row(name: str, text: str, colour: str) -> Row:
    return Row((0, name.casefold(), name), name, f" {text}", colour)
