"""Where one writes: an entry, a button, and what was written before."""

import tkinter
from collections import deque
from collections.abc import Callable
from tkinter import ttk

_RECALLED = 100  # lines that Up brings back


class Composer(ttk.Frame):
    """`send` is called with what was written, which may be several lines if they were pasted."""

    def __init__(self, master: tkinter.Misc, send: Callable[[str], None]) -> None:
        super().__init__(master)
        self._submit = send
        self._written: deque[str] = deque(maxlen=_RECALLED)
        self._recalled = 0
        self.button = ttk.Button(self, text="Send", style="Accent.TButton", command=self._send)
        self.button.pack(side="right", padx=(10, 0))
        self.entry = ttk.Entry(self, font="ChatText")
        self.entry.pack(side="left", fill="x", expand=True)
        self.entry.bind("<Return>", lambda _: self._send())
        self.entry.bind("<KP_Enter>", lambda _: self._send())
        self.entry.bind("<Up>", lambda _: self._recall(1))
        self.entry.bind("<Down>", lambda _: self._recall(-1))

    def put(self, text: str) -> None:
        """Begin with this text instead of what is there."""
        self.entry.delete(0, "end")
        self.entry.insert(0, text)
        self.entry.focus_set()

    def add(self, text: str) -> None:
        """Go on with this text."""
        self.entry.focus_set()
        self.entry.insert("end", text)

    def close(self, offer: str, accept: Callable[[], None]) -> None:
        """There is nobody to write to; the button makes an offer instead."""
        self.entry.state(["disabled"])
        self.button.configure(text=offer, command=accept)

    def open(self) -> None:
        """One can write again."""
        self.entry.state(["!disabled"])
        self.button.configure(text="Send", command=self._send)

    def measure(self) -> None:
        """The letters have another size: the cursor would stay at its old pixel."""
        self.entry.icursor(self.entry.index("insert"))

    def _send(self) -> None:
        text = self.entry.get()
        self.entry.delete(0, "end")
        self._recalled = 0
        if text.strip():
            self._written.append(text)
            self._submit(text)

    def _recall(self, step: int) -> str:
        """Bring back what was written before."""
        self._recalled = min(max(self._recalled + step, 0), len(self._written))
        self.entry.delete(0, "end")
        if self._recalled:
            self.entry.insert(0, self._written[-self._recalled])
        return "break"
