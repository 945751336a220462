"""What is received over one connection, as messages; and whether a chatroom sends it."""

from collections.abc import Iterator

from chatroom.protocols.framing import Lines
from chatroom.protocols.objects import Message, read_message
from chatroom.protocols.rendering import PROMPT
from chatroom.protocols.shapes import Wrong
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.notices import FULL

HINT = "Is that the port of a chatroom?"

# What a server sends to a person, and to a program that was slow to speak: a line, perhaps in parts
# whose rest is indented, and a question without an end.
_GREETING = b"Welcome to the chatroom"
_INDENT = b"  "
_QUESTION = PROMPT.encode()


class ProtocolError(Exception):
    """The other end is no chatroom, or has no room for us; the text says so to a person."""


class Decoder:
    """`where` is what the server is called in a complaint; `max_message` is in bytes."""

    def __init__(self, where: str, max_message: int) -> None:
        self.verified = False  # whether the server has shown that it is a chatroom
        self._where = where
        self._lines = Lines(max_message)
        self._greeted = False  # as a person is

    def messages(self, data: bytes) -> Iterator[tuple[Message | None, Ref]]:
        """Each message with its ref; None for one of an unknown type. Raises ProtocolError."""
        for line in self._lines.split(data):
            if line is not None and not self.verified:
                line = self._without_greeting(line)
                if not line:
                    continue
            try:
                message = read_message(line or b"")  # None is too long to be anything
            except Wrong:
                if self.verified:
                    continue  # one bad line of a chatroom is ignored
                raise self._error(line or b"") from None
            self.verified = True
            yield message

    def _without_greeting(self, line: bytes) -> bytes:
        """Our first request was late, and the server took us for a person: that is no message."""
        if line.startswith(_GREETING):
            self._greeted = True
            return b""
        if not self._greeted:
            return line
        return b"" if line.startswith(_INDENT) else line.removeprefix(_QUESTION)

    def _error(self, line: bytes) -> ProtocolError:
        if line.startswith(FULL.encode()):
            return ProtocolError(FULL)
        return ProtocolError(f"What answers at {self._where} is not a chatroom. {HINT}")
