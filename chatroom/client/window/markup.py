"""What stands out in the text of a message: links, `code`, blocks of code, and **bold**."""

import re
from dataclasses import dataclass

from chatroom.client.window.links import links

_FENCE = "```"
_MARKED = re.compile(r"`([^`]+)`|\*\*(?=\S)([^*]+?)(?<=\S)\*\*")


@dataclass(frozen=True, slots=True)
class Span:
    """Some text of a line, and its style: "" for none, `code`, `bold` or `link`."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """`code`: one of a block, in which every letter means itself."""

    spans: tuple[Span, ...]
    code: bool = False


def lines(text: str) -> list[Line]:
    """The lines of a message as they are shown; the fences of a block are not.

    A fence that nobody closes is text like any other.
    """
    result: list[Line] = []
    waiting = text.split("\n")
    while waiting:
        line = waiting.pop(0)
        end = _closing(waiting) if line.startswith(_FENCE) else -1
        whole = _one_line_block(line)
        if whole:
            result.append(_code(whole))
        elif end >= 0:
            result += map(_code, waiting[:end] or [""])
            del waiting[: end + 1]
        else:
            result.append(Line(tuple(spans(line.expandtabs(4)))))
    return result


def spans(line: str) -> list[Span]:
    """A line in its parts. Nothing is marked within a link or within code."""
    result: list[Span] = []
    start = 0
    for begin, end, style, text in _marks(line):
        if begin < start:
            continue
        result += (Span(line[start:begin]), Span(text, style))
        start = end
    return [one for one in (*result, Span(line[start:])) if one.text]


def _marks(line: str) -> list[tuple[int, int, str, str]]:
    """In the order of their beginnings. Code comes before a link that begins in it."""
    marks = [(begin, end, "link", line[begin:end]) for begin, end in links(line)]
    for found in _MARKED.finditer(line):
        style = "code" if found[1] else "bold"
        marks.append((found.start(), found.end(), style, found[1] or found[2]))
    return sorted(marks)


def _closing(waiting: list[str]) -> int:
    """Where the next fence is; -1 if there is none."""
    return next((at for at, line in enumerate(waiting) if line.strip() == _FENCE), -1)


def _one_line_block(line: str) -> str:
    """The code of a block that begins and ends in one line."""
    line = line.strip()
    inner = line[len(_FENCE) : -len(_FENCE)]
    return inner if line.startswith(_FENCE) and line.endswith(_FENCE) and "`" not in inner else ""


def _code(line: str) -> Line:
    return Line((Span(line.expandtabs(4)),), code=True)
