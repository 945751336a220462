"""A progress bar on a terminal."""

from __future__ import annotations

import sys
from typing import TextIO

WIDTH = 30  # characters
CLEAR = "\r\x1b[K"


class Bar:
    """Draws itself on standard error, and only if that is a terminal."""

    def __init__(self, title: str = "", stream: TextIO | None = None) -> None:
        self.title = title
        self.stream = stream or sys.stderr
        self.drawn = False

    def __call__(self, what: str, done: float) -> None:
        if self.stream.isatty():
            full = round(WIDTH * min(max(done, 0.0), 1.0))
            bar = "#" * full + "." * (WIDTH - full)
            self.stream.write(f"{CLEAR}[{bar}] {self.title}{what}")
            self.stream.flush()
            self.drawn = True

    def clear(self) -> None:
        if self.drawn:
            self.stream.write(CLEAR)
            self.stream.flush()
            self.drawn = False
