"""What stands above a conversation: its name, what it is about, and the buttons for its past."""

import tkinter
from collections.abc import Callable
from tkinter import ttk

from chatroom.client.window.shortened import shortened
from chatroom.client.window.theme import Look
from chatroom.vocabulary.counts import counted


class Header(ttk.Frame):
    """`open_sidebar`, `open_calendar` and `open_search` are called by the buttons."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        open_sidebar: Callable[[], object],
        open_calendar: Callable[[], object],
        open_search: Callable[[], object],
    ) -> None:
        super().__init__(master)
        self._look = look
        self._texts = ("", "")
        self._news = (0, False)
        grid = look.grid
        line = ttk.Frame(self, style="Line.TFrame", height=grid.pixels(1))
        line.pack(side="bottom", fill="x")
        self.sidebar = ttk.Button(self, style="Flat.TButton", command=open_sidebar)
        self.search = ttk.Button(self, style="Flat.TButton", command=open_search)
        self.calendar = ttk.Button(self, style="Flat.TButton", command=open_calendar)
        self._space = ttk.Frame(self)
        self._name = ttk.Label(self, style="Title.TLabel")
        self._about = ttk.Label(self, style="Muted.TLabel")
        self.people = ttk.Label(self, style="Muted.TLabel")
        self._pack(narrow=False, has_past=True)
        self.bind("<Configure>", lambda _: self._fit())
        self.apply_look()

    def _pack(self, narrow: bool, has_past: bool) -> None:
        grid = self._look.grid
        for part in (self.sidebar, self.search, self.calendar, self._name, self.people):
            part.pack_forget()
        self._about.pack_forget()
        self._packed = (narrow, has_past)
        if narrow:
            self.sidebar.pack(side="left", padx=(grid(2), 0), pady=grid(2))
        self.search.pack(side="right", padx=(0, grid(2)), pady=grid(2))
        if has_past:
            self.calendar.pack(side="right", pady=grid(2))
        if not narrow:
            self.people.pack(side="right", padx=(grid(2), grid(2)))
        self._name.pack(side="left", padx=(grid(1 if narrow else 5), 0), pady=grid(3))
        self._about.pack(side="left", padx=(grid(3), 0), fill="x")

    def apply_look(self) -> None:
        """The colours or the letters have changed."""
        colour = self._look.palette.muted
        self.search.configure(image=self._look.icon("search", colour))
        self.calendar.configure(image=self._look.icon("calendar", colour))
        self.sidebar.configure(image=self._look.icon("menu", colour), compound="left")
        self._fit()

    def show(self, name: str, about: str, people: int, has_past: bool, narrow: bool) -> None:
        """`people`: how many are in the room; of a private conversation that is not told."""
        if self._packed != (narrow, has_past):
            self._pack(narrow, has_past)
        count = counted(people, "person", "people") if people else ""
        if self.people.cget("text") != count:
            self.people.configure(text=count)
        if self._texts != (name, about):
            self._texts = (name, about)
            self._fit()

    def show_news(self, unread: int, urgent: bool) -> None:
        """Unread lines of other places, where the sidebar cannot be seen."""
        if self._news != (unread, urgent):
            self._news = (unread, urgent)
            self.sidebar.configure(text=f" {unread}{'!' if urgent else ''}" if unread else "")
            self._fit()

    def _fit(self) -> None:
        """The name comes first; of what it is about there is as much as there is space for."""
        look = self._look
        name, about = self._texts
        parts = (self.sidebar, self.search, self.calendar, self.people)
        taken = sum(one.winfo_reqwidth() for one in parts if one.winfo_manager())
        space = self.winfo_width() - taken - look.grid(16)
        name = shortened(name, space, lambda text: look.measure(text, "ChatTitle"))
        space -= look.measure(name, "ChatTitle")
        fits = space > look.grid(12)
        about = shortened(about, space, lambda text: look.measure(text, "ChatSmall"))
        self._name.configure(text=name)
        self._about.configure(text=about if fits else "")
