"""What has been said in each room: one conversation for each, of which one is shown."""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from chatroom.client.window.conversation import Conversation, Piece
from chatroom.client.window.theme import LIGHT, Theme

_MOST = 64  # conversations; those of rooms that were left long ago go


class Conversations(ttk.Frame):
    """Each keeps at most `kept` lines. `key` is called when a key is pressed in one of them."""

    def __init__(
        self,
        master: tkinter.Misc,
        kept: int,
        open_link: Callable[[str], None],
        key: Callable[["tkinter.Event[tkinter.Misc]"], str | None],
    ) -> None:
        super().__init__(master)
        self._kept = kept
        self._open_link = open_link
        self._key = key
        self._theme = LIGHT
        self._all: dict[str, Conversation] = {}  # the one that was shown last is the last
        self.room = ""
        self.shown = self._of("")
        self.shown.pack(fill="both", expand=True)

    def show(self, room: str) -> None:
        """The first room of all goes on where the attempts to get in have ended."""
        if not self.room:
            self._all = {room: self.shown}
        elif room != self.room:
            self.shown.hide()
            self._all[self.room] = self._all.pop(self.room)
            self.shown = self._of(room)
            self.shown.pack(fill="both", expand=True)
            self.shown.restore()
        self.room = room

    def add(self, room: str, lines: Sequence[Sequence[Piece]]) -> None:
        """Without a room: to the one that is shown."""
        (self._of(room) if room else self.shown).add(lines)

    def prune(self, rooms: set[str]) -> None:
        """Of rooms that are none of these, keep no more than there is space for."""
        for room in [one for one in self._all if one not in rooms and one != self.room]:
            if len(self._all) > _MOST:
                self._all.pop(room).destroy()

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        for one in self._all.values():
            one.apply_theme(theme)

    def fonts_changed(self) -> None:
        """The letters have another size."""
        for one in self._all.values():
            one.fonts_changed()

    def _of(self, room: str) -> Conversation:
        if room not in self._all:
            self._all[room] = one = Conversation(self, self._kept, self._open_link)
            one.apply_theme(self._theme)
            one.text.bind("<Key>", self._key)
        return self._all[room]
