"""The sidebar: rooms, private conversations and people, and below them who we are."""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from chatroom.client.window.grid import SIDEBAR
from chatroom.client.window.shortened import shortened
from chatroom.client.window.side_list import SideList
from chatroom.client.window.side_rows import SideRow
from chatroom.client.window.theme import Look


class Sidebar(ttk.Frame):
    """`open_settings` is called when the button of the menu is pressed; the others are those of
    `SideList`."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        choose: Callable[[SideRow], object],
        act: Callable[[SideRow], object],
        open_menu: Callable[[SideRow, int, int], object],
        key: Callable[["tkinter.Event[tkinter.Misc]"], str | None],
        open_settings: Callable[[], object],
    ) -> None:
        super().__init__(master, style="Side.TFrame")
        self._look = look
        self._shown: tuple[object, ...] = ()
        self._foot = ttk.Frame(self, style="Side.TFrame")
        self._foot.pack(side="bottom", fill="x")
        self._dot = ttk.Label(self._foot, style="Side.TLabel")
        self._name = ttk.Label(self._foot, style="SideBold.TLabel")
        self._status = ttk.Label(self._foot, style="SideMuted.TLabel")
        self.settings = ttk.Button(self._foot, style="Side.TButton", command=open_settings)
        self.list = SideList(self, look, choose, act, open_menu, key)
        self.list.pack(fill="both", expand=True)
        self._line = ttk.Frame(self, style="Line.TFrame", width=1)
        self._line.place(relx=1.0, anchor="ne", relheight=1.0, width=look.grid.pixels(1))
        self._build_foot()
        self.apply_look()

    def _build_foot(self) -> None:
        grid = self._look.grid
        self._dot.grid(row=0, column=0, rowspan=2, padx=(grid(4), grid(2)))
        self._name.grid(row=0, column=1, sticky="ew", pady=(grid(2), 0))
        self._status.grid(row=1, column=1, sticky="ew", pady=(0, grid(3)))
        self.settings.grid(row=0, column=2, rowspan=2, padx=(0, grid(2)), pady=grid(1))
        self._foot.columnconfigure(1, weight=1)

    def apply_look(self) -> None:
        """The colours or the letters have changed."""
        self._shown = ()
        colours = self._look.palette
        self.settings.configure(image=self._look.icon("more", colours.muted))
        self.list.draw()

    @property
    def wanted_width(self) -> int:
        """Larger letters need more."""
        return max(self._look.grid(SIDEBAR), self._look.measure("n" * 26))

    def show_rows(self, rows: Sequence[SideRow]) -> None:
        """Draw them anew, if any has changed."""
        if list(rows) != self.list.rows:
            self.list.show(rows)

    def show_self(self, name: str, status: str, is_well: bool) -> None:
        """Who we are, and how the connection is."""
        shown = (name, status, is_well, self.winfo_width())
        if shown == self._shown:
            return
        self._shown = shown
        colours = self._look.palette
        colour = colours.accent if is_well else colours.danger
        self._dot.configure(image=self._look.dot(colour))
        space = self.wanted_width - self._look.grid(20)
        self._name.configure(
            text=shortened(name, space, lambda text: self._look.measure(text, "ChatBold"))
        )
        self._status.configure(
            text=shortened(status, space, lambda text: self._look.measure(text, "ChatSmall"))
        )
