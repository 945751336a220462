"""A list that is kept up to date row by row, so that whoever looks through it keeps their place."""

import tkinter
from collections.abc import Sequence
from dataclasses import dataclass
from tkinter import ttk
from typing import cast

from chatroom.client.window.theme import Theme


@dataclass(frozen=True, slots=True)
class Row:
    """`order` says where it stands; `name` is what it stands for, empty if it is a remark."""

    order: tuple[int, str, str]
    name: str
    text: str
    colour: str


class ListView(ttk.Frame):
    """The box, and a scrollbar where there is more than fits."""

    def __init__(self, master: tkinter.Misc, height: int) -> None:
        super().__init__(master)
        self._rows: list[Row] = []
        self.box = tkinter.Listbox(
            self,
            font="ChatText",
            width=18,
            height=height,
            borderwidth=0,
            highlightthickness=1,
            activestyle="none",
            exportselection=False,
        )
        self.bar = ttk.Scrollbar(self, command=self.box.yview)
        self.box.configure(yscrollcommand=self._scrolled)
        self.bar.pack(side="right", fill="y")
        self.box.pack(side="left", fill="both", expand=True)

    def apply_theme(self, theme: Theme) -> None:
        self.box.configure(
            background=theme.panel,
            foreground=theme.text,
            selectbackground=theme.selection,
            selectforeground=theme.text,
            highlightbackground=theme.border,
            highlightcolor=theme.accent,
        )

    def show(self, rows: Sequence[Row]) -> None:
        """These rows, in their order; only what differs is touched."""
        wanted = sorted(rows, key=lambda row: row.order)
        keep = set(wanted)
        for index in range(len(self._rows) - 1, -1, -1):
            if self._rows[index] not in keep:
                del self._rows[index]
                self.box.delete(index)
        for index, row in enumerate(wanted):
            if index == len(self._rows) or self._rows[index] != row:
                self._rows.insert(index, row)
                self.box.insert(index, row.text)
                self.box.itemconfigure(index, foreground=row.colour)

    @property
    def chosen(self) -> str:
        """What the selected row stands for; empty if there is none."""
        # the stubs have no types for it
        places = cast(tuple[int, ...], self.box.curselection())  # type: ignore[no-untyped-call]
        return self._rows[places[0]].name if places else ""

    def choose(self, name: str) -> None:
        """Select the row of this name only."""
        self.box.selection_clear(0, "end")
        for index, row in enumerate(self._rows):
            if row.name == name:
                self.box.selection_set(index)

    def _scrolled(self, first: float, last: float) -> None:  # in truth Tk gives strings
        self.bar.set(first, last)
        if float(first) <= 0.0 and float(last) >= 1.0:
            self.bar.pack_forget()
        elif not self.bar.winfo_manager():
            self.bar.pack(side="right", fill="y", before=self.box)
