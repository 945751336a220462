"""A month of a calendar: click on a day, or choose one with the arrow keys."""

import tkinter
from collections.abc import Callable
from datetime import date, timedelta

from chatroom.client.window.dates import month_after, month_name, weeks
from chatroom.client.window.theme import Look

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_STEPS = {"Left": -1, "Right": 1, "Up": -7, "Down": 7}


class MonthView(tkinter.Canvas):
    """`choose` is called with a day. Days after `today` cannot be chosen."""

    def __init__(
        self, master: tkinter.Misc, look: Look, today: date, choose: Callable[[date], object]
    ) -> None:
        super().__init__(master, borderwidth=0, highlightthickness=0, takefocus=True)
        self._look = look
        self._today = today
        self._choose = choose
        self.day = today
        self._hovered: date | None = None
        self._cell = look.line_height + look.grid(3)
        self.configure(width=7 * self._cell, height=8 * self._cell)
        self.bind("<Motion>", lambda event: self._hover(self._day_at(event.x, event.y)))
        self.bind("<Leave>", lambda _: self._hover(None))
        self.bind("<ButtonRelease-1>", lambda event: self._clicked(event.x, event.y))
        for key, step in _STEPS.items():
            self.bind(f"<{key}>", lambda _, step=step: self._go(step))  # type: ignore[misc]
        self.bind("<Prior>", lambda _: self.turn(-1))
        self.bind("<Next>", lambda _: self.turn(1))
        self.bind("<Return>", lambda _: self._choose(self.day))
        self._draw()

    def turn(self, months: int) -> None:
        """To the same day of another month, or the last one that it has."""
        year, month = month_after(self.day.year, self.day.month, months)
        last = max(day for week in weeks(year, month) for day in week if day)
        self.day = min(last.replace(day=min(self.day.day, last.day)), self._today)
        self._draw()

    def _go(self, days: int) -> None:
        if self.day.toordinal() + days > 366:
            self.day = min(self.day + timedelta(days=days), self._today)
        self._draw()

    def _draw(self) -> None:
        look, colours, cell = self._look, self._look.palette, self._cell
        self.configure(background=colours.background)
        self.delete("all")
        title = month_name(self.day.year, self.day.month)
        middle = cell // 2
        self.create_text(look.grid(1), middle, text=title, anchor="w", font="ChatBold")
        self.itemconfigure("all", fill=colours.text)
        for at, name, months in ((5.5, "left", -1), (6.5, "right", 1)):
            arrow = self.create_image(at * cell, middle, image=look.icon(name, colours.muted))
            self.tag_bind(
                *(arrow, "<Button-1>"), lambda _, months=months: self.turn(months)  # type: ignore[misc]
            )  # fmt: skip
        for column, name in enumerate(_DAYS):
            self.create_text(
                *((column + 0.5) * cell, 1.5 * cell), text=name, fill=colours.muted,
                font="ChatSmall",
            )  # fmt: skip
        for row, week in enumerate(weeks(self.day.year, self.day.month)):
            for column, day in enumerate(week):
                if day:
                    self._draw_day(day, round((column + 0.5) * cell), round((row + 2.5) * cell))

    def _draw_day(self, day: date, x: int, y: int) -> None:
        look, colours = self._look, self._look.palette
        ink = colours.text if day <= self._today else colours.line
        size = self._cell - look.grid(0.5)
        if day == self.day:
            self.create_image(x, y, image=look.rounded(size, size, colours.accent))
            ink = colours.accent_text
        elif day == self._hovered:
            self.create_image(x, y, image=look.rounded(size, size, colours.hover))
        font = "ChatBold" if day == self._today else "ChatText"
        self.create_text(x, y, text=str(day.day), fill=ink, font=font)

    def _day_at(self, x: int, y: int) -> date | None:
        row, column = y // self._cell - 2, x // self._cell
        month = weeks(self.day.year, self.day.month)
        if not (0 <= row < len(month) and 0 <= column < 7):
            return None
        day = month[row][column]
        return day if day and day <= self._today else None

    def _hover(self, day: date | None) -> None:
        if day != self._hovered:
            self._hovered = day
            self.configure(cursor="hand2" if day else "")
            self._draw()

    def _clicked(self, x: int, y: int) -> None:
        if day := self._day_at(x, y):
            self._choose(day)
