"""What has been said: a text that scrolls by itself, unless one is reading back."""

import tkinter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from tkinter import font, ttk

from chatroom.client.events import ClientEvent, ConnectFailed, ConnectionLost, Ended
from chatroom.client.presentation import clock_time, colour_number, mentions, plain_lines
from chatroom.client.window.links import links
from chatroom.client.window.theme import Theme
from chatroom.vocabulary import events
from chatroom.vocabulary.counts import counted

Piece = tuple[str, tuple[str, ...]]
"""Some text, and the tags it is shown with."""

_EDGE = 12  # pixels between the text and the border


class Conversation(ttk.Frame):
    """At most `kept` lines; the oldest go. `open_link` is called with what was clicked on."""

    def __init__(self, master: tkinter.Misc, kept: int, open_link: Callable[[str], None]) -> None:
        super().__init__(master)
        self._kept = kept
        self._open_link = open_link
        self._unseen = 0
        self._was_at_end = True
        self.text = tkinter.Text(
            self,
            state="disabled",
            wrap="word",
            font="ChatText",
            borderwidth=0,
            highlightthickness=1,
            padx=_EDGE,
            pady=_EDGE // 2,
            spacing1=2,
            spacing3=2,
            width=1,
            height=1,
            cursor="arrow",
        )
        self.bar = ttk.Scrollbar(self, command=self.text.yview)
        self.text.configure(yscrollcommand=self._scrolled)
        # The bar first: what is packed last is what a narrow window cuts off.
        self.bar.pack(side="right", fill="y")
        self.text.pack(side="left", fill="both", expand=True)
        self.new = ttk.Button(self, style="New.TButton", command=self.show_end)
        # A text that cannot be edited is not given the focus by a click, and what is selected in it
        # could not be copied.
        self.text.bind("<Button-1>", lambda _: self.text.focus_set())
        self.text.bind("<Configure>", self._resized)
        self.text.tag_bind("link", "<Button-1>", self._clicked)
        self.text.tag_bind("link", "<Enter>", lambda _: self.text.configure(cursor="hand2"))
        self.text.tag_bind("link", "<Leave>", lambda _: self.text.configure(cursor="arrow"))
        self._make_menu()

    def _make_menu(self) -> None:
        self._menu = menu = tkinter.Menu(self, tearoff=False, font="ChatText", borderwidth=1)
        menu.add_command(label="Copy", command=lambda: self.text.event_generate("<<Copy>>"))
        menu.add_command(label="Select all", command=self._select_all)
        self.text.bind("<Button-3>", lambda event: menu.tk_popup(event.x_root, event.y_root))

    def _select_all(self) -> None:
        self.text.tag_add("sel", "1.0", "end-1c")

    def apply_theme(self, theme: Theme) -> None:
        """Show everything, also what is there already, in these colours."""
        text = self.text
        text.configure(
            background=theme.panel,
            foreground=theme.text,
            selectbackground=theme.selection,
            selectforeground=theme.text,
            inactiveselectbackground=theme.selection,
            highlightbackground=theme.border,
            highlightcolor=theme.border,
        )
        self._menu.configure(
            background=theme.panel,
            foreground=theme.text,
            activebackground=theme.selection,
            activeforeground=theme.text,
        )
        text.tag_configure("time", foreground=theme.faint)
        text.tag_configure("notice", foreground=theme.faint)
        text.tag_configure("problem", foreground=theme.problem)
        text.tag_configure("columns", font="ChatMono")
        text.tag_configure("private", foreground=theme.faint, font="ChatBold")
        text.tag_configure("mention", background=theme.mention)
        text.tag_configure("link", foreground=theme.link, underline=True)
        for number, colour in enumerate(theme.people):
            text.tag_configure(f"person{number}", foreground=colour, font="ChatBold")
        text.tag_raise("sel")
        self.fonts_changed()

    def fonts_changed(self) -> None:
        """Lines that are wrapped go on below the text, not below the time."""
        indent = font.nametofont("ChatText", self).measure("00:00  ")
        self.text.tag_configure("line", lmargin2=indent)
        below = indent + font.nametofont("ChatText", self).measure("  ")
        self.text.tag_configure("below", lmargin1=below, lmargin2=below)
        # The rows of a table need all the width there is.
        letter = font.nametofont("ChatMono", self).measure("0")
        self.text.tag_configure("columns", lmargin1=2 * letter, lmargin2=6 * letter)
        self.text.tag_raise("columns", "line")
        self.text.tag_raise("below", "line")

    def add(self, lines: Sequence[Sequence[Piece]]) -> None:
        """Append the lines, and keep to the end if it was to be seen."""
        if not lines:
            return
        following = self._sees_end()
        pieces: list[str | tuple[str, ...]] = []
        for line in lines:
            pieces += ("\n", ("line",))
            for text, tags in line:
                pieces += (text, ("line", *tags))
        if not self.lines:
            del pieces[:2]  # nothing stands above the first line, and nothing below the last
        self.text.configure(state="normal")
        # Tk takes any number of texts and tags in one call; the stubs know of one pair only.
        self.text.insert("end", *pieces)  # type: ignore[arg-type]
        surplus = self.lines - self._kept
        if surplus > 0:
            self.text.delete("1.0", f"{surplus + 1}.0")
        self.text.configure(state="disabled")
        if following:
            self.text.see("end")
        else:
            self._unseen += sum(not _is_below(line) for line in lines)
            messages = counted(self._unseen, "new message")
            self.new.configure(text=f"{messages} \N{DOWNWARDS ARROW}")
            self.new.place(in_=self.text, relx=0.5, rely=1.0, y=-_EDGE, anchor="s")

    def hide(self) -> None:
        """Another conversation takes our place."""
        self._was_at_end = self._sees_end()
        self.pack_forget()

    def restore(self) -> None:
        """We are shown again."""
        at_end, self._was_at_end = self._was_at_end, True
        if at_end:
            self.show_end()

    @property
    def lines(self) -> int:
        last = self.text.index("end-1c")
        return 0 if last == "1.0" else int(last.split(".")[0])

    def show_end(self) -> None:
        self.text.see("end")
        self._seen()

    def _sees_end(self) -> bool:
        """Whether the last line is on the screen, or was when we were last shown."""
        if not self.text.winfo_viewable():
            return self._was_at_end
        return self.text.dlineinfo("end-1c") is not None

    def _scrolled(self, first: float, last: float) -> None:
        self.bar.set(first, last)
        if self._unseen and self._sees_end():
            self._seen()

    def _resized(self, _: object) -> None:
        if not self._unseen:
            self.text.see("end")

    def _seen(self) -> None:
        self._unseen = 0
        self.new.place_forget()

    def _clicked(self, event: "tkinter.Event[tkinter.Text]") -> None:
        span = self.text.tag_prevrange("link", f"@{event.x},{event.y}+1c")
        if span:
            self._open_link(self.text.get(*span))


def _is_below(line: Sequence[Piece]) -> bool:
    return any("below" in tags for _, tags in line)


def lines_of(event: ClientEvent, me: str, now: float, colours: int) -> list[list[Piece]]:
    """What has happened, as lines of pieces. `now` is the time of what has none of its own."""
    match event:
        case events.Said(_, _, name, text, time):
            who = (f"{name}  ", (_person(name, colours),))
            return _message([_time(time), who], text, _is_mention(name, text, me))
        case events.Acted(_, _, name, text, time):
            who = (f"{name} ", (_person(name, colours),))
            return _message([_time(time), ("* ", ()), who], text, _is_mention(name, text, me))
        case events.Told(name, to, text, time):
            other = f"to {to}  " if name == me else f"from {name}  "
            return _message([_time(time), (f"private {other}", ("private",))], text, False)
        case events.Page(messages=messages) if messages:
            return list(_page(messages, me, colours))
        case events.Members() | events.RoomList() | events.Stats():
            heading, *rows = plain_lines(event, me)
            return [[_time(now), _notice(heading)], *_columns(rows)]
        case ConnectFailed() | ConnectionLost() | Ended():
            return [[_time(now), (line, ("problem",))] for line in plain_lines(event, me)]
    return [[_time(now), _notice(line)] for line in plain_lines(event, me)]


def _page(messages: Sequence[events.Kept], me: str, colours: int) -> Iterator[list[Piece]]:
    """What was said, with a line for each day."""
    day = ""
    for message in messages:
        if (that_day := f"{datetime.fromtimestamp(message.time):%A, %d %B %Y}") != day:
            day = that_day
            yield [_time(message.time), _notice(day)]
        kind = events.Acted if message.kind == "acted" else events.Said
        event = kind(message.id, "", message.name, message.text, message.time)
        yield from lines_of(event, me, message.time, colours)


def answer_lines(answer: str, now: float) -> list[list[Piece]]:
    """What the window itself answers to a line that was typed; several lines are the help."""
    first, *others = answer.removesuffix("\n").split("\n")
    if not others:
        return [[_time(now), _notice(first)]]
    return [[_time(now), _notice("Commands:")], *_columns([first, *others])]


def _columns(rows: Sequence[str]) -> list[list[Piece]]:
    """The rows of a table: letters of one width, and no time."""
    return [[(row.removeprefix("  "), ("notice", "columns"))] for row in rows]


def _notice(line: str) -> Piece:
    return (line.removeprefix("Server: "), ("notice",))


def _time(seconds: float) -> Piece:
    return (f"{clock_time(seconds)}  ", ("time",))


def _person(name: str, colours: int) -> str:
    return f"person{colour_number(name, colours)}"


def _is_mention(name: str, text: str, me: str) -> bool:
    return name != me and mentions(text, me)


def _message(head: list[Piece], text: str, mention: bool) -> list[list[Piece]]:
    """The text behind its head, and its other lines below."""
    first, *others = text.split("\n")
    marked = ("mention",) if mention else ()
    lines = [[*head, *_words(first, marked)]]
    return lines + [_words(line, ("below", *marked)) for line in others]


def _words(text: str, tags: tuple[str, ...]) -> list[Piece]:
    """The text of a line, its links tagged."""
    pieces: list[Piece] = []
    start = 0
    for begin, end in links(text):
        pieces += ((text[start:begin], tags), (text[begin:end], (*tags, "link")))
        start = end
    return [*pieces, (text[start:], tags)]
