"""An item as pieces of text with tags: what is written in the columns of a conversation.

A line with a time is: tab, time, tab, text. The first tab ends at the right edge of the column of
times, the second one at the column of the texts. All others begin there by their margin, since a
long word would not be broken behind a tab.
"""

from chatroom.client.presentation import clock_time, colour_number
from chatroom.client.window.items import Item, Kind
from chatroom.client.window.lead import Lead
from chatroom.client.window.markup import Line, lines

Piece = tuple[str, tuple[str, ...]]
"""Some text, and the tags it is shown with."""

_GAP: Piece = ("\n", ("gap",))
_SPACE = "\N{NO-BREAK SPACE}"


def pieces_of(item: Item, above: Lead, colours: int) -> list[Piece]:
    """The item in lines that all end with a line feed."""
    gap = [_GAP] if above.apart else []
    match item.kind:
        case Kind.SAID:
            return gap + _said(item, above.head, colours)
        case Kind.ACTED:
            return gap + _acted(item, colours)
        case Kind.TABLE:
            heading, *rows = item.text.split("\n")
            table: list[Piece] = [(one + "\n", ("body", "columns")) for one in rows]
            return [*gap, (heading + "\n", ("body", "notice")), *table]
        case Kind.PROBLEM:
            return gap + _quiet(item.text, "problem")
    return gap + _quiet(item.text, "notice")


def shows_time(item: Item, above: Lead) -> bool:
    """Whether the time stands there; else it is shown when the mouse is over the item."""
    return above.head and item.is_talk


def pending_pieces(text: str, tag: str, first: bool) -> list[Piece]:
    """Lines of ours that the server has not confirmed."""
    return [*([_GAP] if first else []), *_quiet(text, tag)]


def _said(item: Item, head: bool, colours: int) -> list[Piece]:
    pieces: list[Piece] = []
    if head:
        person = (f"{item.name}\n", ("row", _person(item.name, colours)))
        pieces = [*_time(item), person]
    for line in lines(item.text):
        pieces += _line(line, "body", item.mention)
    return pieces


def _acted(item: Item, colours: int) -> list[Piece]:
    first, *others = lines(item.text)
    marked = ("mention",) if item.mention else ()
    person = (f"{item.name} ", ("row", *marked, _person(item.name, colours)))
    pieces = [*_time(item), person, *_line(first, "row", item.mention, "acted")]
    for line in others:
        pieces += _line(line, "body", item.mention, "acted")
    return pieces


def _line(line: Line, row: str, mention: bool, *more: str) -> list[Piece]:
    """A line of a text. The line feed carries the colour of the ground to the right edge."""
    ground = ("mention",) if mention else ()
    if line.code:
        text = "".join(span.text for span in line.spans)
        return [(f"{_SPACE}{text}\n", (row, *ground, "block"))]
    pieces: list[Piece] = []
    for span in line.spans:
        style = (span.style,) if span.style else ()
        pieces.append((span.text, (row, *ground, *more, *style)))
    return [*pieces, ("\n", (row, *ground))]


def _quiet(text: str, tag: str) -> list[Piece]:
    return [(line + "\n", ("body", tag)) for line in text.split("\n")]


def _time(item: Item) -> list[Piece]:
    return [("\t", ("row",)), (clock_time(item.time), ("row", "time")), ("\t", ("row",))]


def _person(name: str, colours: int) -> str:
    return f"person{colour_number(name, colours)}"
