"""A search, and what it has found, beside or over the conversation."""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from chatroom.client.presentation import colour_number
from chatroom.client.window.dates import when
from chatroom.client.window.scrolling import bind_wheel
from chatroom.client.window.theme import Look
from chatroom.vocabulary import events

_HINT = "Words, the last one may be a beginning.\nfrom:NAME finds what one person said."
_WHEEL = 60


class SearchPanel(ttk.Frame):
    """`search` is called with the words, whether all rooms are meant, and the id before which to go
    on, None for a new search; `choose` with a message to show; `closed` when it goes."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        search: Callable[[str, bool, int | None], object],
        choose: Callable[[events.Hit], object],
        closed: Callable[[], object],
    ) -> None:
        super().__init__(master)
        self._look = look
        self._search = search
        self._choose = choose
        self._closed = closed
        self._hits: list[events.Hit] = []
        self._at = -1
        self._searched = ""
        self._next: int | None = None
        self._now = 0.0
        self._everywhere = tkinter.BooleanVar(self, value=False)
        self._build()
        self.apply_look()

    def _build(self) -> None:
        grid = self._look.grid
        edge = ttk.Frame(self, style="Line.TFrame", width=grid.pixels(1))
        edge.pack(side="left", fill="y")
        top = ttk.Frame(self)
        top.pack(fill="x", padx=grid(3), pady=(grid(2), 0))
        self.close_button = ttk.Button(top, style="Flat.TButton", command=self.close)
        self.close_button.pack(side="right", padx=(grid(1), 0))
        self.entry = ttk.Entry(top, font="ChatText", width=10)
        self.entry.pack(fill="x", expand=True)
        self._scope = ttk.Checkbutton(
            self, text="In all rooms", variable=self._everywhere, command=self.start
        )
        self._scope.pack(anchor="w", padx=grid(3), pady=grid(2))
        self.state_label = ttk.Label(self, style="Muted.TLabel", text=_HINT)
        self.state_label.pack(anchor="w", padx=grid(3), pady=(0, grid(2)))
        self.more = ttk.Button(self, text="Show more", style="Flat.TButton", command=self._go_on)
        self.text = tkinter.Text(
            self,
            state="disabled",
            wrap="word",
            font="ChatText",
            borderwidth=0,
            highlightthickness=0,
            padx=0,
            width=1,
            height=1,
            cursor="arrow",
            takefocus=False,
        )
        self.text.pack(fill="both", expand=True)
        self._bind_keys()

    def _bind_keys(self) -> None:
        self.entry.bind("<Return>", lambda _: self._return())
        self.entry.bind("<Down>", lambda _: self._move(1))
        self.entry.bind("<Up>", lambda _: self._move(-1))
        for part in (self.entry, self.text, self.close_button, self._scope):
            part.bind("<Escape>", lambda _: self.close())
        self.text.bind("<ButtonRelease-1>", self._clicked)
        self.text.bind("<Motion>", self._hover)
        pixels = self._look.grid.pixels(_WHEEL)
        bind_wheel(self.text, lambda step: self.text.yview_scroll(step * pixels, "pixels"))

    def apply_look(self) -> None:
        """The colours or the letters have changed."""
        look, colours = self._look, self._look.palette
        grid, text = look.grid, self.text
        self.close_button.configure(image=look.icon("close", colours.muted))
        text.configure(background=colours.background, foreground=colours.text)
        for tag in ("head", "body"):
            text.tag_configure(tag, lmargin1=grid(3), lmargin2=grid(3), rmargin=grid(3))
        text.tag_configure("head", spacing1=grid(2))
        text.tag_configure("body", spacing3=grid(2))
        text.tag_configure("muted", foreground=colours.muted, font="ChatSmall")
        text.tag_configure("chosen", background=colours.chosen, lmargincolor=colours.chosen)
        text.tag_configure("chosen", rmargincolor=colours.chosen)
        for number, colour in enumerate(colours.people):
            text.tag_configure(f"person{number}", foreground=colour, font="ChatBold")
        self._redraw()

    # --- searching ----------------------------------------------------------------------------

    @property
    def words(self) -> str:
        return self.entry.get().strip()

    def open(self, words: str = "") -> None:
        """Ready to be written in; with words, they are searched for."""
        if words:
            self.entry.delete(0, "end")
            self.entry.insert(0, words)
            self.start()
        self.entry.focus_set()
        self.entry.select_range(0, "end")

    def start(self) -> None:
        """Search for what is written."""
        self._hits, self._at, self._next = [], -1, None
        self._searched = self.words
        self._redraw()
        self.state_label.configure(text="Searching..." if self.words else _HINT)
        if self.words:
            self._search(self.words, self._everywhere.get(), None)

    def found(self, hits: Sequence[events.Hit], before: int | None, now: float) -> None:
        """What was found; `before`: where to go on, None: there is no more."""
        self._hits += hits
        self._next = before
        self._now = now
        count = f"{len(self._hits)}{'+' if before is not None else ''} found, the newest first"
        self.state_label.configure(text=count if self._hits else "Nothing was found.")
        self._redraw()

    def refuse(self, why: str) -> None:
        """There is no answer."""
        self.state_label.configure(text=why)

    def close(self) -> str:
        self._closed()
        return "break"

    def _go_on(self) -> None:
        self._search(self.words, self._everywhere.get(), self._next)

    # --- what was found -----------------------------------------------------------------------

    def _redraw(self) -> None:
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        for number, hit in enumerate(self._hits):
            self._draw(number, hit)
        self.text.configure(state="disabled")
        if self._next is None:
            self.more.pack_forget()
        else:
            self.more.pack(side="bottom", fill="x", before=self.text)
        self._mark()

    def _draw(self, number: int, hit: events.Hit) -> None:
        tag = f"hit{number}"
        person = f"person{colour_number(hit.name, len(self._look.palette.people))}"
        room = f"#{hit.room}  " if self._everywhere.get() else ""
        said = f"   {room}{when(hit.time, self._now)}\n"
        self.text.insert("end", hit.name, ("head", person, tag), said, ("head", "muted", tag))
        text = " ".join(hit.text.split())
        self.text.insert("end", text[:300] + "\n", ("body", tag))

    def _mark(self) -> None:
        self.text.tag_remove("chosen", "1.0", "end")
        if ranges := self.text.tag_ranges(f"hit{self._at}"):
            self.text.tag_add("chosen", str(ranges[0]), str(ranges[-1]))
            self.text.see(str(ranges[-1]))
            self.text.see(str(ranges[0]))

    def _move(self, step: int) -> str:
        if self._hits:
            self._at = max(0, min(self._at + step, len(self._hits) - 1))
            self._mark()
        return "break"

    def _return(self) -> str:
        if 0 <= self._at < len(self._hits) and self.words == self._searched:
            self._choose(self._hits[self._at])
        else:
            self.start()
        return "break"

    def _number_at(self, event: "tkinter.Event[tkinter.Misc]") -> int:
        tags = self.text.tag_names(f"@{event.x},{event.y}")
        found = [int(tag[3:]) for tag in tags if tag.startswith("hit")]
        return found[0] if found else -1

    def _clicked(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if (number := self._number_at(event)) >= 0:
            self._at = number
            self._mark()
            self._choose(self._hits[number])

    def _hover(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self.text.configure(cursor="hand2" if self._number_at(event) >= 0 else "arrow")
