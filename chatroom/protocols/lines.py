"""What lines of text for people are made of: wrapping, authors and times."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

WIDTH = 79
"""The most columns of the server's own lines, with names of ordinary length in them."""

_INDENT = "  "  # of a line that goes on; no name begins with a space


def wrapped(line: str, columns: int = WIDTH, measure: Callable[[str], int] = len) -> list[str]:
    """The line in as many as it needs, broken between words. `measure` tells how wide text is."""
    if measure(line) <= columns:
        return [line]
    lines: list[str] = []
    first, *words = line.split(" ")
    for word in words:
        if measure(first) + 1 + measure(word) > columns:
            lines.append(first)
            first = _INDENT + word
        else:
            first = f"{first} {word}"
    return [*lines, first]


def of_server(text: str) -> list[str]:
    """What the server says."""
    return wrapped(f"Server: {text}")


def spoken(start: str, text: str) -> list[str]:
    """The lines of a text, each behind its author."""
    return [f"{start} {line}" for line in text.split("\n")]


def minute(time: float, dated: bool) -> str:
    """A time where the server is, with the date or without it."""
    return _clock_minute(int(time // 60), dated)


@lru_cache(maxsize=1024)  # each answer to /who has up to 100 of them, mostly the same
def _clock_minute(minute: int, dated: bool) -> str:
    return f"{datetime.fromtimestamp(minute * 60):{'%Y-%m-%d %H:%M' if dated else '%H:%M'}}"
