"""A small sheet that opens over the window, and goes when one presses Escape or looks elsewhere."""

import tkinter
from collections.abc import Callable
from tkinter import ttk

from chatroom.client.window.theme import Look


class Card:
    """What is in it is put into `inside`. `closed` is called when it goes."""

    def __init__(self, master: tkinter.Misc, look: Look, closed: Callable[[], object]) -> None:
        self._closed = closed
        self.frame = ttk.Frame(master, style="Card.TFrame")
        self.inside = ttk.Frame(self.frame)
        self.inside.pack(fill="both", expand=True, padx=look.grid(3), pady=look.grid(3))

    def open(self, focus: tkinter.Misc, **place: object) -> None:
        """`place`: where, as Tk's placer wants it."""
        self.frame.place(**place)  # type: ignore[arg-type]
        self.frame.lift()
        self.frame.update_idletasks()  # what is not mapped is not given the keys
        focus.focus_set()
        focus.bind("<Escape>", lambda _: self.close(), add=True)
        focus.bind("<FocusOut>", self._left, add=True)

    @property
    def is_open(self) -> bool:
        return bool(self.frame.winfo_exists())

    def close(self) -> str:
        if self.is_open:
            self.frame.destroy()
            self._closed()
        return "break"

    def _left(self, _: object) -> None:
        """The focus is on its way; where it has come to is known a moment later."""
        self.frame.after_idle(self._close_if_left)

    def _close_if_left(self) -> None:
        if not self.is_open:
            return
        focused = self.frame.focus_displayof()
        if focused is not None and not str(focused).startswith(str(self.frame)):
            self.close()
