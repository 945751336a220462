"""A list that is drawn row by row, as much of it as is seen: thousands of people cost nothing."""

import tkinter
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from tkinter import ttk

from chatroom.client.window.row_painter import RowPainter
from chatroom.client.window.scrolling import bind_wheel
from chatroom.client.window.side_rows import RowKind, SideRow
from chatroom.client.window.theme import Look


class SideList(ttk.Frame):
    """`choose` is called with a row that was clicked on, or with Return; `act` with a heading whose
    button was; `open_menu` with a row and a place on the screen; `key` when another key is
    pressed."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        choose: Callable[[SideRow], object],
        act: Callable[[SideRow], object],
        open_menu: Callable[[SideRow, int, int], object],
        key: Callable[["tkinter.Event[tkinter.Misc]"], str | None],
    ) -> None:
        super().__init__(master, style="Side.TFrame")
        self.rows: list[SideRow] = []
        self._look = look
        self._choose = choose
        self._act = act
        self._open_menu = open_menu
        self._top = 0  # pixels that are scrolled away
        self._hovered = -1
        self._tops = [0]  # where each row begins, and where the last one ends
        self._at = -1  # the row that the arrow keys have come to
        self.canvas = tkinter.Canvas(
            self, borderwidth=0, highlightthickness=0, width=1, height=1, takefocus=True
        )
        self._painter = RowPainter(self.canvas, look)
        self.bar = ttk.Scrollbar(self, style="Side.Vertical.TScrollbar", command=self._bar_moved)
        self.canvas.pack(side="left", fill="both", expand=True)
        self._bind_keys(key)

    def _bind_keys(self, key: Callable[["tkinter.Event[tkinter.Misc]"], str | None]) -> None:
        canvas = self.canvas
        canvas.bind("<Configure>", lambda _: self.draw())
        canvas.bind("<Motion>", lambda event: self._hover(self._row_at(event.y)))
        canvas.bind("<Leave>", lambda _: self._hover(-1))
        canvas.bind("<ButtonRelease-1>", self._clicked)
        canvas.bind("<Button-3>", self._menu_wanted)
        canvas.bind("<Key>", key)
        canvas.bind("<Up>", lambda _: self._move(-1))
        canvas.bind("<Down>", lambda _: self._move(1))
        canvas.bind("<Return>", lambda _: self._return())
        canvas.bind("<space>", lambda _: self._return())
        for menu in ("<Menu>", "<Shift-F10>"):
            canvas.bind(menu, lambda _: self._menu_by_key())
        canvas.bind("<FocusIn>", lambda _: self._focused())
        canvas.bind("<FocusOut>", lambda _: self.draw())
        bind_wheel(canvas, lambda step: self._scroll(step * 2 * self._painter.height))

    def show(self, rows: Sequence[SideRow]) -> None:
        """These rows; what the arrow keys have come to stays it."""
        at = self.rows[self._at] if 0 <= self._at < len(self.rows) else None
        self.rows = list(rows)
        self._tops = [0, *accumulate(self._height(row) for row in rows)]
        found = (n for n, row in enumerate(rows) if at and _same(row, at))
        self._at = next(found, -1)
        self.draw()

    # --- drawing ------------------------------------------------------------------------------

    def draw(self) -> None:
        """What is seen of it."""
        canvas, height = self.canvas, self.canvas.winfo_height()
        canvas.configure(background=self._look.palette.sidebar)
        canvas.delete("all")
        self._top = max(0, min(self._top, self._tops[-1] - height))
        self._show_bar(height)
        focused = canvas.focus_get() is canvas
        first = max(0, bisect_right(self._tops, self._top) - 1)
        for number in range(first, len(self.rows)):
            y = self._tops[number] - self._top
            if y >= height:
                break
            is_hovered, has_focus = number == self._hovered, focused and number == self._at
            self._painter.draw(self.rows[number], y, is_hovered, has_focus)

    def _height(self, row: SideRow) -> int:
        return self._painter.heading if row.kind is RowKind.HEADING else self._painter.height

    def _show_bar(self, height: int) -> None:
        total = self._tops[-1]
        if total <= height:
            self.bar.place_forget()
            return
        self.bar.set(self._top / total, (self._top + height) / total)
        self.bar.place(relx=1.0, rely=0.0, relheight=1.0, anchor="ne", width=self._look.grid(2))

    # --- the mouse ----------------------------------------------------------------------------

    def _row_at(self, y: int) -> int:
        number = bisect_right(self._tops, y + self._top) - 1
        return number if 0 <= number < len(self.rows) else -1

    def _hover(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            known = 0 <= number < len(self.rows)
            hand = known and (self.rows[number].can_be_chosen or self.rows[number].action)
            self.canvas.configure(cursor="hand2" if hand else "")
            self.draw()

    def _clicked(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        number = self._row_at(event.y)
        if number < 0:
            return
        row = self.rows[number]
        if row.can_be_chosen:
            self._choose(row)
        elif row.action:
            self._act(row)

    def _menu_wanted(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        number = self._row_at(event.y)
        if number >= 0 and self.rows[number].can_be_chosen:
            self._open_menu(self.rows[number], event.x_root, event.y_root)

    def _bar_moved(self, action: str, amount: str, *_: str) -> None:
        if action == "moveto":
            self._top = round(float(amount) * self._tops[-1])
            self.draw()
        else:
            self._scroll(int(amount) * self._painter.height)

    def _scroll(self, pixels: int) -> None:
        self._top += pixels
        self.draw()

    # --- the keys -----------------------------------------------------------------------------

    def _focused(self) -> None:
        if self._at < 0:
            self._at = next((n for n, row in enumerate(self.rows) if row.is_current), -1)
        self.draw()

    def _move(self, step: int) -> str:
        number = self._at + step
        while 0 <= number < len(self.rows) and not self.rows[number].can_be_chosen:
            number += step
        if 0 <= number < len(self.rows):
            self._at = number
            top, bottom = self._tops[number], self._tops[number + 1]
            self._top = min(top, max(self._top, bottom - self.canvas.winfo_height()))
            self.draw()
        return "break"

    def _return(self) -> str:
        if 0 <= self._at < len(self.rows):
            self._choose(self.rows[self._at])
        return "break"

    def _menu_by_key(self) -> str:
        if 0 <= self._at < len(self.rows):
            y = self._tops[self._at + 1] - self._top
            left = self.canvas.winfo_rootx() + self._look.grid(4)
            self._open_menu(self.rows[self._at], left, self.canvas.winfo_rooty() + y)
        return "break"


def _same(one: SideRow, other: SideRow) -> bool:
    """Whether they stand for the same room or person."""
    return (one.kind, one.name) == (other.kind, other.name)
