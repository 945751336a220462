"""Ctrl-K: some letters of a name, Return, and one is there."""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from chatroom.client.window.card import Card
from chatroom.client.window.matching import matches
from chatroom.client.window.theme import Look

_ROWS = 8


class Switcher:
    """`names` are those of places, with a `#` or an `@`, the likeliest first; `choose` is called
    with one of them, or with a room that does not exist yet."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        names: Sequence[str],
        choose: Callable[[str], object],
        closed: Callable[[], object],
    ) -> None:
        self._names = names
        self._choose = choose
        self.card = Card(master, look, closed)
        inside = self.card.inside
        label = ttk.Label(inside, text="Go to a room or a person", style="Muted.TLabel")
        label.pack(anchor="w", pady=(0, look.grid(2)))
        self.entry = ttk.Entry(inside, font="ChatText", width=28)
        self.entry.pack(fill="x")
        self.list = tkinter.Listbox(
            inside,
            height=_ROWS,
            font="ChatText",
            borderwidth=0,
            highlightthickness=0,
            activestyle="none",
            exportselection=False,
            takefocus=False,
            background=look.palette.background,
            foreground=look.palette.text,
            selectbackground=look.palette.chosen,
            selectforeground=look.palette.text,
        )
        self.list.pack(fill="both", expand=True, pady=(look.grid(2), 0))
        self.entry.bind("<KeyRelease>", self._typed)
        self.entry.bind("<Down>", lambda _: self._move(1))
        self.entry.bind("<Up>", lambda _: self._move(-1))
        self.entry.bind("<Return>", lambda _: self._go())
        self.list.bind("<ButtonRelease-1>", lambda _: self._go())
        self._shown = ""
        self._show()

    def open(self) -> None:
        self.card.open(self.entry, relx=0.5, rely=0.12, anchor="n")

    def _typed(self, _: object) -> None:
        if self.entry.get() != self._shown:
            self._show()

    def _show(self) -> None:
        self._shown = self.entry.get()
        self.list.delete(0, "end")
        found = matches(self._shown, self._names)
        self.list.insert("end", *(f"  {name}" for name in found))
        if not found and self._shown.strip():
            self.list.insert("end", f"  #{self._shown.strip().lstrip('#')}  (a new room)")
        self.list.configure(height=max(1, min(self.list.size(), _ROWS)))
        self._select(0)

    def _move(self, step: int) -> str:
        self._select(self._selected + step)
        return "break"

    def _select(self, row: int) -> None:
        if self.list.size():
            row = max(0, min(row, self.list.size() - 1))
            self.list.selection_clear(0, "end")
            self.list.selection_set(row)
            self.list.see(row)

    @property
    def _selected(self) -> int:
        chosen: tuple[int, ...] = self.list.curselection()  # type: ignore[no-untyped-call]
        return chosen[0] if chosen else 0

    def _go(self) -> str:
        name = str(self.list.get(self._selected)).strip() if self.list.size() else ""
        self.card.close()
        if name:
            self._choose(name.removesuffix("  (a new room)"))
        return "break"
