"""The small form in front: where to, and as whom; with what was wrong with it."""

import tkinter
from collections.abc import Callable
from dataclasses import dataclass
from tkinter import ttk

from chatroom.client.preferences import Preferences
from chatroom.client.window.theme import Look
from chatroom.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """What was filled in, and looks right."""

    host: str
    port: int
    name: str
    room: str

    def or_else(self, remembered: Preferences) -> "Target":
        """What was not given is what was remembered. A port belongs to its host."""
        port = self.port
        if not self.host and port == Settings().port:
            port = remembered.port or port
        host, name = self.host or remembered.host, self.name or remembered.name
        return Target(host, port, name, self.room)


class ConnectForm(ttk.Frame):
    """`submit` is called with a target that is complete."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        host: str,
        port: int,
        name: str,
        room: str,
        submit: Callable[[Target], None],
    ) -> None:
        super().__init__(master, padding=look.grid(8))
        self._look = look
        self._submit = submit
        ttk.Label(self, text="Join a chatroom", style="Title.TLabel").grid(
            row=0, column=0, columnspan=4, sticky="w", pady=(0, look.grid(5))
        )
        self.host = self._field(1, "Host", host, width=24)
        self.port = self._field(1, "Port", str(port), width=6, column=2)
        self.name = self._field(2, "Name", name)
        self.room = self._field(3, "Room", room)
        self._problem = tkinter.StringVar(self)
        self._label = ttk.Label(
            self, textvariable=self._problem, style="Problem.TLabel", wraplength=380
        )
        self._label.grid(row=4, column=0, columnspan=4, sticky="w", pady=(look.grid(2), 0))
        self.button = ttk.Button(self, text="Join", style="Accent.TButton", command=self.try_it)
        self.button.grid(row=5, column=0, columnspan=4, sticky="e", pady=(look.grid(4), 0))
        self.columnconfigure(1, weight=1)
        self._entries = (self.host, self.port, self.name, self.room)
        for entry in self._entries:
            entry.bind("<Return>", lambda _: self.try_it())
        empty = (entry for entry in (self.host, self.name) if not entry.get())
        next(empty, self.name).focus_set()

    def _field(
        self, row: int, label: str, value: str, width: int = 24, column: int = 0
    ) -> ttk.Entry:
        ttk.Label(self, text=label).grid(row=row, column=column, sticky="w", padx=(0, 10), pady=4)
        entry = ttk.Entry(self, width=width, font="ChatText")
        entry.insert(0, value)
        span = 1 if row == 1 else 3
        gap = (0, 12) if row == 1 and column == 0 else 0
        entry.grid(row=row, column=column + 1, columnspan=span, sticky="ew", pady=4, padx=gap)
        return entry

    def try_it(self) -> None:
        """Check what is filled in, and say what is wrong or go."""
        if self.button.instate(["disabled"]):
            return
        host, name = self.host.get().strip(), self.name.get().strip()
        port = self.port.get().strip()
        if not host:
            self.refuse("Where is the chatroom? Give the name or address of its machine.")
            self.host.focus_set()
        elif not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
            self.refuse("The port is a number from 1 to 65535; a chatroom's is 1060.")
            self.port.focus_set()
        elif not name:
            self.refuse("Choose a name.")
            self.name.focus_set()
        else:
            self._problem.set("")
            self.button.configure(text="Connecting...")
            self.button.state(["disabled"])
            self._submit(Target(host, int(port), name, self.room.get().strip()))

    def fonts_changed(self) -> None:
        """The letters have another size: ttk would leave those in a field at their old pixels."""
        for entry in self._entries:
            entry.configure(font="ChatText")

    @property
    def problem(self) -> str:
        """What is said to be wrong."""
        return self._problem.get()

    def refuse(self, problem: str) -> None:
        """It did not work, for this reason; everything can be changed and tried again."""
        self._problem.set(problem)
        self.button.state(["!disabled"])
        self.button.configure(text="Join")
