"""What has happened, as pieces of text with their styles."""

from collections.abc import Callable, Iterable

from prompt_toolkit.styles import Style

from chatroom.client.events import (
    ClientEvent,
    Connected,
    ConnectFailed,
    ConnectionLost,
    Ended,
    NameRequired,
)
from chatroom.client.presentation import clock_time, colour_number, mentions, other_end, plain_lines
from chatroom.client.text import INDENT
from chatroom.vocabulary import events

Pieces = list[tuple[str, str]]
"""Text with its styles: (style, text)."""

# The colours that can be read on a light and on a dark terminal alike.
_COLOURS = (
    *("ansired", "ansigreen", "ansiyellow", "ansiblue", "ansimagenta", "ansicyan"),
    *("ansibrightred", "ansibrightblue", "ansibrightmagenta"),
)
STYLE = Style.from_dict(
    {
        "time": "ansibrightblack",
        "notice": "italic ansibrightblack",
        "problem": "bold ansired",
        "mention": "bold underline",
        "private": "bold",
        "heading": "bold",
        "bottom-toolbar": "noreverse ansibrightblack",
        "bottom-toolbar.trouble": "bold ansired",
        "bottom-toolbar.room": "bold",
    }
)

_RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
_HEADING = 60  # columns

Fit = Callable[[Iterable[str]], list[str]]
"""Breaks lines between words where the screen ends."""


def drawn(event: ClientEvent, me: str, where: str, fit: Fit) -> Pieces:
    """Whole lines. `me` is our own name, `where` the server's address."""
    match event:
        case Connected():
            return [("", f"Successfully connected to {where}\n")]
        case events.Said(_, _, name, text, time):
            head = [(_colour(name), f"{name}:"), ("", " ")]
            return [*_time(time), *head, *_text(text, _is_mention(name, text, me))]
        case events.Acted(_, _, name, text, time):
            head = [("", "* "), (_colour(name), name), ("", " ")]
            return [*_time(time), *head, *_text(text, _is_mention(name, text, me))]
        case events.Told(_, _, text, time):
            head = [("class:private", f"[private {other_end(event, me)}] ")]
            return [*_time(time), *head, *_text(text, False)]
        case ConnectFailed() | ConnectionLost() | Ended():
            style = "class:problem"
        case NameRequired():
            style = ""
        case _:
            style = "class:notice"
    return [(style, f"{line}\n") for line in fit(plain_lines(event, me))]


def heading(room: str, columns: int) -> Pieces:
    """What is printed when another room is shown."""
    line = f"{_RULE * 2} #{room} ".ljust(min(columns - 1, _HEADING), _RULE)
    return [("class:heading", line), ("", "\n")]


def _text(text: str, mention: bool) -> Pieces:
    """All lines of a message; the style of a mention is not that of the indent."""
    style = "class:mention" if mention else ""
    first, *others = text.split("\n")
    pieces: Pieces = [(style, first), ("", "\n")]
    for line in others:
        pieces += [("", _BELOW), (style, line), ("", "\n")]
    return pieces


def _is_mention(name: str, text: str, me: str) -> bool:
    return name != me and mentions(text, me)


def _colour(name: str) -> str:
    return f"bold {_COLOURS[colour_number(name, len(_COLOURS))]}"


def _time(seconds: float) -> Pieces:
    return [("class:time", f"{clock_time(seconds)} ")]


_BELOW = " " * len("00:00 ") + INDENT
