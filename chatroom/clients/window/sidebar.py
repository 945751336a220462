"""Who is here, and which rooms there are."""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import cast

from chatroom.clients.look import colour_number
from chatroom.clients.window.theme import Theme


class Sidebar(ttk.Frame):
    """`go_to` is called with a room, `write_to` with a person that was chosen."""

    def __init__(
        self,
        master: tkinter.Misc,
        go_to: Callable[[str], None],
        write_to: Callable[[str], None],
    ) -> None:
        super().__init__(master)
        self._go_to = go_to
        self._write_to = write_to
        self._names: list[str] = []
        self._rooms: list[str] = []
        self._shown: tuple[object, ...] = ()
        self._theme: Theme | None = None
        self._heading = ttk.Label(self, text="People", style="Faint.TLabel")
        self._heading.pack(anchor="w", pady=(0, 4))
        self.people = self._list()
        self.people.pack(fill="both", expand=True)
        ttk.Label(self, text="Rooms", style="Faint.TLabel").pack(anchor="w", pady=(12, 4))
        self.rooms = self._list()
        self.rooms.configure(height=6)
        self.rooms.pack(fill="x")
        self.people.bind("<Double-Button-1>", self._person_chosen)
        self.rooms.bind("<<ListboxSelect>>", self._room_chosen)

    def _list(self) -> tkinter.Listbox:
        return tkinter.Listbox(
            self,
            font="ChatText",
            width=18,
            borderwidth=0,
            highlightthickness=1,
            activestyle="none",
            exportselection=False,
        )

    def colour(self, theme: Theme) -> None:
        for box in (self.people, self.rooms):
            box.configure(
                background=theme.panel,
                foreground=theme.text,
                selectbackground=theme.selection,
                selectforeground=theme.text,
                highlightbackground=theme.border,
                highlightcolor=theme.border,
            )
        self._theme = theme
        self._shown = ()

    def show(
        self,
        me: str,
        people: Sequence[str],
        count: int,
        room: str,
        rooms: Sequence[tuple[str, int]],
    ) -> None:
        """Draw it anew, if anything has changed."""
        shown = (me, tuple(people), count, room, tuple(rooms))
        if shown == self._shown or self._theme is None:
            return
        self._shown = shown
        self._heading.configure(text=f"People  {count}")
        self._show_people(me, sorted(people, key=str.casefold), count)
        self._show_rooms(room, sorted(rooms, key=lambda row: row[0].casefold()))

    def _show_people(self, me: str, names: list[str], count: int) -> None:
        assert self._theme is not None
        self._names = names
        self.people.delete(0, "end")
        colours = self._theme.people
        for index, name in enumerate(names):
            self.people.insert("end", f" {name} (you)" if name == me else f" {name}")
            self.people.itemconfigure(index, foreground=colours[colour_number(name, len(colours))])
        if count > len(names):
            self.people.insert("end", f" and {count - len(names)} more")
            self.people.itemconfigure("end", foreground=self._theme.faint)

    def _show_rooms(self, here: str, rooms: list[tuple[str, int]]) -> None:
        self._rooms = [name for name, _ in rooms]
        self.rooms.delete(0, "end")
        for name, count in rooms:
            self.rooms.insert("end", f" {name}  {count}")
        if here in self._rooms:
            self.rooms.selection_set(self._rooms.index(here))

    def _person_chosen(self, _: object) -> None:
        for index in _chosen(self.people):
            if index < len(self._names):
                self._write_to(self._names[index])

    def _room_chosen(self, _: object) -> None:
        for index in _chosen(self.rooms):
            self._go_to(self._rooms[index])


def _chosen(box: tkinter.Listbox) -> tuple[int, ...]:
    # the stubs have no types for it
    return cast(tuple[int, ...], box.curselection())  # type: ignore[no-untyped-call]
