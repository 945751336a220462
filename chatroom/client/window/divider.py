"""A line across the conversation with some words in it: a day, or where what is new begins."""

import tkinter
from collections.abc import Callable

from chatroom.client.window.scrolling import bind_wheel
from chatroom.client.window.theme import Look


class Divider(tkinter.Canvas):
    """`strong`: in the colour of the accent. `scroll` is given what the mouse wheel does here."""

    def __init__(
        self,
        master: tkinter.Text,
        look: Look,
        words: str,
        strong: bool,
        scroll: Callable[[int], object],
    ) -> None:
        super().__init__(master, borderwidth=0, highlightthickness=0, cursor="arrow")
        self._look = look
        self._words = words
        self._strong = strong
        bind_wheel(self, scroll)

    def fit(self, width: int, text_at: int, right: int) -> None:
        """Draw it from the beginning of the texts to the right edge of them."""
        look, colours = self._look, self._look.palette
        height = look.line_height
        self.configure(width=width, height=height, background=colours.background)
        self.delete("all")
        line = colours.accent if self._strong else colours.line
        words = colours.accent if self._strong else colours.muted
        middle, gap = height // 2, look.grid(3)
        label = look.measure(self._words, "ChatSmallBold")
        end = width - right
        half = (text_at + end) // 2
        pen = look.grid.pixels(1)
        for begin, stop in ((text_at, half - label // 2 - gap), (half + label // 2 + gap, end)):
            if begin < stop:
                self.create_line(begin, middle, stop, middle, fill=line, width=pen)
        self.create_text(half, middle, text=self._words, fill=words, font="ChatSmallBold")
