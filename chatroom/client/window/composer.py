"""Where one writes: a text that grows with its lines, a button, and what was written before."""

import tkinter
from collections import deque
from collections.abc import Callable
from tkinter import font, ttk

from chatroom.client.completion import last_word
from chatroom.client.window.drafts import addressed
from chatroom.client.window.input_history import InputHistory
from chatroom.client.window.theme import LIGHT, Theme

_RECALLED = 100  # lines that Up brings back
_ROWS = 6  # at most; a longer draft scrolls
_SHARE = 4  # and at most this part of the window's height


class Composer(ttk.Frame):
    """`send` is called with what was written, which may be several lines.

    `complete` is asked what the word before the cursor can become.
    """

    def __init__(
        self,
        master: tkinter.Misc,
        send: Callable[[str], None],
        complete: Callable[[str], list[str]],
    ) -> None:
        super().__init__(master)
        self._submit = send
        self._complete = complete
        self._history = InputHistory(_RECALLED)
        self._offers: deque[str] = deque()  # what Tab offers, the one that was taken first
        self._stem = ""  # what stands before the word that is completed
        self._completed = ""  # everything before the cursor, as Tab has left it
        self._theme = LIGHT
        self.button = ttk.Button(self, text="Send", style="Accent.TButton", command=self._send)
        self.button.pack(side="right", anchor="s", padx=(10, 0))
        self.entry = tkinter.Text(
            self,
            font="ChatText",
            wrap="word",
            undo=True,
            width=1,
            height=1,
            borderwidth=0,
            highlightthickness=1,
            padx=8,
            pady=7,
        )
        self.entry.pack(side="left", fill="x", expand=True)
        self._bind_keys()

    def _bind_keys(self) -> None:
        entry = self.entry
        for key in ("<Return>", "<KP_Enter>"):
            entry.bind(key, lambda _: self._send())
        entry.bind("<Shift-Return>", lambda _: None)  # a new line, which is what a text does
        entry.bind("<Up>", lambda _: self._turn(-1))
        entry.bind("<Down>", lambda _: self._turn(1))
        entry.bind("<Tab>", lambda _: self._tab())
        entry.bind("<Control-a>", lambda _: self._select_all())
        entry.bind("<<Paste>>", lambda _: self._paste())
        entry.bind("<<Modified>>", lambda _: self._modified())
        entry.bind("<Configure>", lambda _: self._fit())

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.entry.configure(
            background=theme.panel,
            foreground=theme.text,
            insertbackground=theme.text,
            selectbackground=theme.selection,
            selectforeground=theme.text,
            inactiveselectbackground=theme.selection,
            highlightbackground=theme.border,
            highlightcolor=theme.accent,
        )
        self._shade()

    @property
    def text(self) -> str:
        """What is being written."""
        return self.entry.get("1.0", "end-1c")

    def address(self, name: str) -> None:
        """Write to this person; what has been written already goes to them."""
        text, cursor = addressed(self.text, len(self._before), name)
        self._set(text[:cursor])
        place = self.entry.index("insert")
        self.entry.insert("insert", text[cursor:])
        self.entry.mark_set("insert", place)
        self.entry.focus_set()

    def add(self, text: str) -> None:
        """Go on with this text."""
        self.entry.focus_set()
        self.entry.insert("insert", text)
        self.entry.see("insert")

    def swap(self, draft: str) -> str:
        """Write on this draft; returns the one that was being written."""
        written = self._history.leave(self.text)
        enabled = self.entry.cget("state")
        self.entry.configure(state="normal")
        self._set(draft)
        self.entry.edit_reset()
        self.entry.configure(state=enabled)
        return written

    def close(self, offer: str, accept: Callable[[], None]) -> None:
        """There is nobody to write to; the button makes an offer instead."""
        self.entry.configure(state="disabled")
        self.button.configure(text=offer, command=accept)
        self._shade()

    def open(self) -> None:
        """One can write again."""
        self.entry.configure(state="normal")
        self.button.configure(text="Send", command=self._send)
        self._shade()

    def fonts_changed(self) -> None:
        """The letters have another size."""
        self._fit()

    # --- the keys -----------------------------------------------------------------------------

    def _send(self) -> str:
        text = self.text
        if text.strip() and self.entry.cget("state") == "normal":
            self._set(self._history.sent(text))
            self.entry.edit_reset()  # what was sent cannot be undone
            self._submit(text)
        return "break"

    def _turn(self, step: int) -> str | None:
        """Bring back what was written before; within a draft of several rows, move."""
        here = ("1.0", "insert") if step < 0 else ("insert", "end-1c")
        if self._rows(*here):
            return None
        text = self._history.turn(self.text, step)
        if text is not None:
            self._set(text)
        return "break"

    def _tab(self) -> str:
        """Complete the word before the cursor; once more is the next that fits. Or move on."""
        before = self._before
        if not before.strip():
            following = self.entry.tk_focusNext()
            if following is not None:
                following.focus_set()
        elif self._offers and before == self._completed:
            self._offers.rotate(-1)
            self._take_offer()
        else:
            self._offers = deque(self._complete(before))
            self._stem = before.removesuffix(last_word(before))
            self._take_offer()
        return "break"

    def _take_offer(self) -> None:
        """Put the first of what Tab offers in the place of the word."""
        if not self._offers:
            return
        offer = self._offers[0]
        following = self.entry.get("insert")
        if following != "\n" and not following.isalnum():
            offer = offer.removesuffix(" ")
        self.entry.delete("1.0", "insert")
        self.entry.insert("1.0", self._stem + offer)
        self._completed = self._before

    def _select_all(self) -> str:
        self.entry.tag_add("sel", "1.0", "end-1c")
        return "break"

    def _paste(self) -> str:
        """Instead of what is selected. A line break at the end would be one line more."""
        try:
            text = self.entry.clipboard_get()
        except tkinter.TclError:  # nothing was copied, or no text
            return "break"
        if self.entry.tag_ranges("sel"):
            self.entry.delete("sel.first", "sel.last")
        self.entry.insert("insert", text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n"))
        self.entry.see("insert")
        return "break"

    # --- the text -----------------------------------------------------------------------------

    @property
    def _before(self) -> str:
        return self.entry.get("1.0", "insert")

    def _set(self, text: str) -> None:
        self.entry.delete("1.0", "end")
        self.entry.insert("1.0", text)
        self.entry.mark_set("insert", "end-1c")
        self.entry.see("insert")

    def _modified(self) -> None:
        if self.entry.edit_modified():
            self.entry.edit_modified(False)
            self._fit()

    def _fit(self) -> None:
        """As high as what is written, within reason."""
        line = font.nametofont("ChatText", self).metrics("linespace")
        room = self.winfo_toplevel().winfo_height() // _SHARE // line
        rows = max(1, min(self._rows("1.0", "end"), _ROWS, room))
        if rows != self.entry.cget("height"):
            self.entry.configure(height=rows)
            self.entry.see("insert")

    def _rows(self, begin: str, end: str) -> int:
        """Rows on the screen from one place to the other."""
        return int(self.entry.tk.call(self.entry, "count", "-displaylines", begin, end))

    def _shade(self) -> None:
        usable = self.entry.cget("state") == "normal"
        self.entry.configure(background=self._theme.panel if usable else self._theme.window)
