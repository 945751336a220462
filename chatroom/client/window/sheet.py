"""A text in which items are drawn, with lines for days and for what is new between them."""

import tkinter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from chatroom.client.presentation import clock_time
from chatroom.client.window import tags
from chatroom.client.window.dates import day_name
from chatroom.client.window.divider import Divider
from chatroom.client.window.drawing import Piece, pending_pieces, pieces_of, shows_time
from chatroom.client.window.items import Item, Kind
from chatroom.client.window.lead import lead
from chatroom.client.window.theme import Look

ITEM = "item"  # and a number: the tag of all of the text of an item


@dataclass(frozen=True, slots=True)
class Pending:
    """A line of ours that has no receipt; `lost`: it will get none."""

    text: str
    lost: bool = False


class Sheet:
    """`is_unread` says of an item whether the line "New" stands above it; `scroll` is given what
    the mouse wheel does over a line."""

    def __init__(self, text: tkinter.Text, look: Look, scroll: Callable[[int], object]) -> None:
        self.drawn: list[Item] = []
        self._timeless: set[int] = set()  # the numbers of items whose time does not stand there
        self.pending: list[Pending] = []
        self._text = text
        self._look = look
        self._scroll = scroll
        self._dividers: list[Divider] = []
        self._columns = tags.Columns(look, 0)
        text.mark_set("tail", "end-1c")
        text.mark_gravity("tail", "left")

    def fit(self) -> None:
        """The text has another width, other letters or other colours."""
        width = max(1, self._text.winfo_width())
        self._columns = tags.Columns(self._look, width)
        tags.configure(self._text, self._look, self._columns)
        for divider in self._dividers:
            divider.fit(width, self._columns.text, self._columns.right)

    @property
    def time_end(self) -> int:
        """The right edge of the column of times."""
        return self._columns.time_end

    def hidden_time(self, tag: str) -> str:
        """The time of the item with this tag, if it does not stand there."""
        number = int(tag.removeprefix(ITEM)) if tag else -1
        return clock_time(self.drawn[number].time) if number in self._timeless else ""

    def draw(self, items: Sequence[Item], is_unread: Callable[[Item], bool]) -> None:
        """These, in the place of all that there is."""
        self._text.configure(state="normal")
        self._text.delete("1.0", "end")
        self._text.tag_delete(*(f"{ITEM}{number}" for number in range(len(self.drawn))), "none")
        for divider in self._dividers:
            divider.destroy()
        self._dividers = []
        self.drawn = []
        self._timeless = set()
        self._add(items, is_unread)

    def append(self, items: Sequence[Item], is_unread: Callable[[Item], bool]) -> None:
        """These as well, above what is pending."""
        self._text.configure(state="normal")
        self._text.delete("tail", "end-1c")
        self._add(items, is_unread)

    def show_pending(self, pending: Sequence[Pending]) -> None:
        """What we have said and nobody has confirmed, below everything."""
        self.pending = list(pending)
        self._text.configure(state="normal")
        self._text.delete("tail", "end-1c")
        self._add((), lambda _: False)

    def _add(self, items: Sequence[Item], is_unread: Callable[[Item], bool]) -> None:
        today = date.today()
        for item in items:
            self._draw_item(item, is_unread(item), lambda day: day_name(day, today))
        self._text.mark_set("tail", "end-1c")
        for number, one in enumerate(self.pending):
            tag = "unsent" if one.lost else "waiting"
            self._insert(pending_pieces(one.text, tag, number == 0), "pending")
        self._text.configure(state="disabled")

    def _draw_item(self, item: Item, is_unread: bool, name: Callable[..., str]) -> None:
        previous = self.drawn[-1] if self.drawn else None
        above = lead(previous, item, is_unread)
        tag = f"{ITEM}{len(self.drawn)}"
        if not shows_time(item, above):
            self._timeless.add(len(self.drawn))
        self.drawn.append(item)
        if above.day:
            self._divide(name(above.day), strong=False)
        if above.new:
            self._divide("New", strong=True)
        if item.kind is Kind.BREAK:
            self._divide(item.text, strong=False)
        else:
            self._insert(pieces_of(item, above, len(self._look.palette.people)), tag)

    def _insert(self, pieces: Sequence[Piece], tag: str) -> None:
        parts: list[str | tuple[str, ...]] = []
        for text, styles in pieces:
            parts += (text, (*styles, tag))
        # Tk takes any number of texts and tags in one call; the stubs know of one pair only.
        self._text.insert("end-1c", *parts)  # type: ignore[arg-type]

    def _divide(self, words: str, strong: bool) -> None:
        divider = Divider(self._text, self._look, words, strong, self._scroll)
        width = max(1, self._text.winfo_width())
        divider.fit(width, self._columns.text, self._columns.right)
        self._dividers.append(divider)
        self._text.window_create("end-1c", window=divider)
        self._text.insert("end-1c", "\n")
        self._text.tag_add("divider", "end-2l", "end-1c")
