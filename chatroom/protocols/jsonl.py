"""Programs, and our own clients: one JSON object a line, both ways (docs/protocol.md).

A request may carry a `ref`. It is a field of the command, and comes back with the answer. What is
rendered for many has none.

A line that is wrong is answered with an error, and the next line is read.
"""

from collections.abc import Iterator

from chatroom.protocols import Reply, Request
from chatroom.protocols.framing import LF, Lines
from chatroom.protocols.objects import Ping, Pong, encode, read_request
from chatroom.protocols.shapes import Wrong
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect

_BLANKS = b" \t\r\v\f"
_LF_TO_SPACE = bytes.maketrans(LF, b" ")


JSON = Dialect("json", encode, receipts=True)


def read(line: bytes, max_text: int) -> commands.Command | bytes:
    """The command in a line, or the line that answers it at once."""
    try:
        request = read_request(line, max_text)
    except Wrong as wrong:
        return encode(events.Refused(wrong.code, wrong.text), wrong.ref)
    return encode(Pong(), request.ref) if isinstance(request, Ping) else request


class JsonLines:
    """One program. `max_line` limits an object in bytes, `max_text` a text in bytes of UTF-8."""

    __slots__ = ("_lines", "_max_line", "_max_text")

    dialect = JSON

    def __init__(self, max_line: int, max_text: int) -> None:
        self._max_line = max_line
        self._max_text = max_text
        self._lines = Lines(max_line)

    def named(self) -> None:
        """Requests read the same before and after."""

    def has_more(self) -> bool:
        return self._lines.has_more()

    def count_waiting(self, ahead: bytes) -> int:
        """Blank lines do not count. Each other line is made one word, and words are counted."""
        lines = self._lines.unread(ahead).rpartition(LF)[0]
        return len(lines.translate(_LF_TO_SPACE, _BLANKS).split())

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """A program knows its rate from the welcome, and queues on its own side."""
        return None

    def silence(self) -> Iterator[Request]:
        """A program speaks first."""
        yield from ()

    def answer(self, event: events.Event, ref: Ref) -> bytes:
        return encode(event, ref)

    def receive(self, data: bytes) -> Iterator[Request]:
        for line in self._lines.split(data) if data else self._lines.rest():
            if line is None:
                text = f"A line has at most {self._max_line} bytes; that one was dropped."
                yield Reply(encode(events.Refused("too-long", text)))
            elif line and not line.isspace():
                found = read(line, self._max_text)
                yield Reply(found) if isinstance(found, bytes) else found
        if not data:
            yield commands.Quit("end of input", meant=False)  # to leave, a program sends quit
