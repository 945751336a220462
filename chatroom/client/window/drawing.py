"""An item as pieces of text with tags: what is written in the columns of a conversation.

Each line is: tab, time, tab, text. The first tab ends at the right edge of the column of times, the
second one at the column of the texts. What continues a group has its time in the colour of the
ground, until the mouse is over it.
"""

from chatroom.client.presentation import clock_time, colour_number
from chatroom.client.window.items import Item, Kind
from chatroom.client.window.lead import Lead
from chatroom.client.window.markup import Line, lines

Piece = tuple[str, tuple[str, ...]]
"""Some text, and the tags it is shown with."""

_SPACE = "\N{NO-BREAK SPACE}"


def pieces_of(item: Item, above: Lead, colours: int) -> list[Piece]:
    """The item in lines that all end with a line feed."""
    row = ("row", "apart") if above.apart else ("row",)
    match item.kind:
        case Kind.SAID:
            return _said(item, above, row, colours)
        case Kind.ACTED:
            return _acted(item, row, colours)
        case Kind.TABLE:
            heading, *rows = item.text.split("\n")
            table = [("\t\t" + one + "\n", ("row", "columns")) for one in rows]
            return [*_quiet(heading, item, row, "notice"), *table]
        case Kind.PROBLEM:
            return _quiet(item.text, item, row, "problem")
    return _quiet(item.text, item, row, "notice")


def pending_pieces(text: str, tag: str, first: bool) -> list[Piece]:
    """Lines of ours that the server has not confirmed."""
    row = ("row", "apart") if first else ("row",)
    return [(f"\t\t{line}\n", (*row, tag)) for line in text.split("\n")]


def _said(item: Item, above: Lead, row: tuple[str, ...], colours: int) -> list[Piece]:
    pieces: list[Piece] = []
    if above.head:
        pieces += _time(item, row, "time")
        pieces.append((f"{item.name}\n", (*row, _person(item.name, colours))))
        row = ("row",)
    for number, line in enumerate(lines(item.text)):
        hidden = number == 0 and not above.head
        pieces += _time(item, row, "hidden") if hidden else [("\t\t", row)]
        pieces += _line(line, row, item.mention)
        row = ("row",)
    return pieces


def _acted(item: Item, row: tuple[str, ...], colours: int) -> list[Piece]:
    first, *others = lines(item.text)
    marked = ("mention",) if item.mention else ()
    person = (f"{item.name} ", (*row, *marked, _person(item.name, colours)))
    pieces = [*_time(item, row, "time"), person, *_line(first, row, item.mention, "acted")]
    for line in others:
        pieces += [("\t\t", ("row",)), *_line(line, ("row",), item.mention, "acted")]
    return pieces


def _line(line: Line, row: tuple[str, ...], mention: bool, *more: str) -> list[Piece]:
    """A line behind its tabs. The line feed carries the colour of the ground to the right edge."""
    ground = ("mention",) if mention else ()
    if line.code:
        text = "".join(span.text for span in line.spans)
        return [(f"{_SPACE}{text}\n", (*row, *ground, "block"))]
    pieces: list[Piece] = []
    for span in line.spans:
        style = (span.style,) if span.style else ()
        pieces.append((span.text, (*row, *ground, *more, *style)))
    return [*pieces, ("\n", (*row, *ground))]


def _quiet(text: str, item: Item, row: tuple[str, ...], tag: str) -> list[Piece]:
    first, *others = text.split("\n")
    time = "time" if tag == "problem" else "hidden"
    pieces: list[Piece] = [*_time(item, row, time), (first + "\n", (*row, tag))]
    return pieces + [(f"\t\t{line}\n", ("row", tag)) for line in others]


def _time(item: Item, row: tuple[str, ...], tag: str) -> list[Piece]:
    return [("\t", row), (clock_time(item.time), (*row, tag)), ("\t", row)]


def _person(name: str, colours: int) -> str:
    return f"person{colour_number(name, colours)}"
