"""What has happened, as pieces of text with their styles."""

from collections.abc import Callable, Iterable

from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from chatroom.client.events import (
    ClientEvent,
    Connected,
    ConnectFailed,
    ConnectionLost,
    Discontinued,
    Ended,
    NameRequired,
    NewSince,
    Recent,
)
from chatroom.client.pages import Mark, Page, Row, before_text, rows
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
        "mark": "bold ansired",
        "bottom-toolbar": "noreverse ansibrightblack",
        "bottom-toolbar.trouble": "bold ansired",
        "bottom-toolbar.room": "bold",
    }
)

_RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
_HEADING = 60  # columns

Fit = Callable[[Iterable[str]], list[str]]
"""Breaks lines between words where the screen ends."""


def drawn(event: ClientEvent, me: str, where: str, room: str, fit: Fit) -> Pieces:
    """Whole lines. `me` is our own name, `where` the server's address, `room` the current one."""
    match event:
        case Connected():
            return [("", f"Successfully connected to {where}\n")]
        case events.Said(_, _, name, text, time) | events.Acted(_, _, name, text, time):
            kind = "said" if isinstance(event, events.Said) else "acted"
            head = [*_time(clock_time(time)), *_author(kind, name)]
            return [*head, *_text(text, _is_mention(name, text, me))]
        case Recent() | events.Page() | events.Found():
            return _page(event, me, room, fit)
        case events.Told(_, _, text, time):
            head = [("class:private", f"[private {other_end(event, me)}] ")]
            return [*_time(clock_time(time)), *head, *_text(text, False)]
        case ConnectFailed() | ConnectionLost() | Ended():
            style = "class:problem"
        case NameRequired():
            style = ""
        case NewSince() | Discontinued():
            style = "class:mark"
        case _:
            style = "class:notice"
    return [(style, f"{line}\n") for line in fit(plain_lines(event, me))]


def heading(room: str, topic: str, columns: int) -> Pieces:
    """What is printed when another room is shown; the topic as far as there is space."""
    line = f"{_RULE * 2} #{room} "
    if topic and get_cwidth(f"{line}{topic} {_RULE * 2}") < columns:
        line = f"{line}{topic} "
    width = max(0, min(columns - 1, _HEADING) - get_cwidth(line))
    return [("class:heading", line + _RULE * max(width, 2)), ("", "\n")]


def _page(page: Page, me: str, room: str, fit: Fit) -> Pieces:
    """Like what is said now, with the date where it was another day, and broken between words."""
    pieces: Pieces = []
    for row in rows(page, room):
        if isinstance(row, Mark):
            pieces += [("class:mark", row.text), ("", "\n")]
        elif isinstance(row, str):
            pieces += [("class:notice", f"{line}\n") for line in fit([row])]
        else:
            pieces += _row(row, me, fit)
    return pieces


def _row(row: Row, me: str, fit: Fit) -> Pieces:
    message = row.message
    if message.kind not in ("said", "acted"):
        lines = fit([f"{row.head} {before_text(message)}{message.text}"])
        return [("class:notice", f"{line}\n") for line in lines]
    head = _time(row.head) + _author(message.kind, message.name)
    before = "".join(text for _, text in head)
    first, *others = message.text.split("\n")
    broken = fit([before + first])
    if broken[0].startswith(before):
        first = "\n".join([broken[0].removeprefix(before), *broken[1:]])
    text = "\n".join([first, *(line for other in others for line in fit([_BELOW + other]))])
    style = "class:mention" if _is_mention(message.name, message.text, me) else ""
    return [*head, (style, text), ("", "\n")]


def _author(kind: str, name: str) -> Pieces:
    if kind == "acted":
        return [("", "* "), (_colour(name), name), ("", " ")]
    return [(_colour(name), f"{name}:"), ("", " ")]


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


def _time(when: str) -> Pieces:
    return [("class:time", f"{when} ")]


_BELOW = " " * len("00:00 ") + INDENT
