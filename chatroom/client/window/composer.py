"""Where one writes: a text that grows with its lines, a button, and what was written before."""

import tkinter
from collections import deque
from collections.abc import Callable
from tkinter import ttk

from chatroom.client.completion import last_word
from chatroom.client.window.grid import composer_rows
from chatroom.client.window.input_history import InputHistory
from chatroom.client.window.theme import Look

_RECALLED = 100  # lines that Up brings back


class Composer(ttk.Frame):
    """`send` is called with what was written, which may be several lines.

    `complete` is asked what the word before the cursor can become.
    """

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        send: Callable[[str], None],
        complete: Callable[[str], list[str]],
    ) -> None:
        super().__init__(master, style="Field.TFrame")
        self._look = look
        self._submit = send
        self._complete = complete
        self._history = InputHistory(_RECALLED)
        self._offers: deque[str] = deque()  # what Tab offers, the one that was taken first
        self._stem = ""  # what stands before the word that is completed
        self._completed = ""  # everything before the cursor, as Tab has left it
        self.button = ttk.Button(self, style="Accent.TButton", command=self._send)
        self.entry = tkinter.Text(
            self,
            font="ChatText",
            wrap="word",
            undo=True,
            width=1,
            height=1,
            borderwidth=0,
            highlightthickness=0,
            padx=0,
            pady=0,
        )
        self.placeholder = ttk.Label(self.entry, style="Placeholder.TLabel", cursor="xterm")
        self._words = ""
        self._pack()
        self._bind_keys()
        self.apply_look()

    def _pack(self) -> None:
        grid = self._look.grid
        self.button.pack(side="right", anchor="s", padx=grid(1.5), pady=grid(1.5))
        self.entry.pack(side="left", fill="x", expand=True, padx=(grid(3), 0), pady=grid(3))
        for part in (self, self.placeholder):
            part.bind("<Button-1>", lambda _: self.entry.focus_set())

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
        entry.bind("<FocusIn>", lambda _: self.state(["focus"]))
        entry.bind("<FocusOut>", lambda _: self.state(["!focus"]))

    def apply_look(self) -> None:
        """The colours or the letters have changed."""
        colours = self._look.palette
        self.entry.configure(
            background=colours.background,
            foreground=colours.text,
            insertbackground=colours.text,
            selectbackground=colours.selection,
            selectforeground=colours.text,
            inactiveselectbackground=colours.selection,
        )
        self._show_button()
        self._fit()

    def invite(self, words: str) -> None:
        """What stands there as long as nothing is written."""
        if words != self._words:
            self._words = words
            self._fit()

    @property
    def text(self) -> str:
        """What is being written."""
        return self.entry.get("1.0", "end-1c")

    def start(self, text: str) -> None:
        """Write this, in the place of what has been written; undo brings that back."""
        self._set(text)
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
        self._show_button()

    def open(self) -> None:
        """One can write again."""
        self.entry.configure(state="normal")
        self.button.configure(text="", command=self._send)
        self._show_button()

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
        height = self.winfo_toplevel().winfo_height()
        rows = composer_rows(self._rows("1.0", "end"), height, self._look.line_height)
        if rows != self.entry.cget("height"):
            self.entry.configure(height=rows)
            self.entry.see("insert")
        self.placeholder.configure(text=self._words)
        if self.text:
            self.placeholder.place_forget()
        else:
            self.placeholder.place(x=self._look.grid.pixels(2), rely=0.5, anchor="w")

    def _rows(self, begin: str, end: str) -> int:
        """Rows on the screen from one place to the other."""
        return int(self.entry.tk.call(self.entry, "count", "-displaylines", begin, end))

    def _show_button(self) -> None:
        picture = "" if self.button.cget("text") else self._arrow()
        self.button.configure(image=picture)

    def _arrow(self) -> tkinter.PhotoImage:
        return self._look.icon("send", self._look.palette.accent_text)
