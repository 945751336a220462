"""Telnet's commands taken out of a stream (RFC 854, RFC 855).

Some people come with telnet instead of nc. It talks to the other end in sequences that begin with
IAC (0xFF), a byte that UTF-8 never uses: two bytes for a command, three for a negotiation, any
number for a subnegotiation that ends in IAC SE. We negotiate nothing, the protocol's defaults are
what we want, so the sequences are dropped. IAC IP (Ctrl-C in telnet) is the one we obey: it means
leave.

IAC before a byte that is no telnet command is left in the text, where it is invalid UTF-8 like any
other: a person with a Latin-1 terminal loses one letter and not the rest of the line.
"""

import re

IAC = b"\xff"
_INTERRUPT = b"\xff\xf4"

# The first four are whole sequences (the fourth is an escaped 0xFF); the last is one whose end has
# yet to arrive. A subnegotiation of more than 256 bytes is not believed to be one.
_SEQUENCE = re.compile(
    rb"""\xff(?:
        [\xf0-\xf3\xf5-\xf9](?:\xff[\xf0-\xf3\xf5-\xf9])*+
      | \xf4
      | [\xfb-\xfe].
      | \xfa(?:[^\xff]|\xff[^\xf0]){0,256}+\xff\xf0
      | \xff
      | (?P<unfinished>(?:[\xfb-\xfe]|\xfa(?:[^\xff]|\xff[^\xf0]){0,256}+\xff?)?\Z)
    )""",
    re.DOTALL | re.VERBOSE,
)


class Telnet:
    """A filter; `interrupted` is set when the peer has asked to leave."""

    __slots__ = ("_tail", "interrupted")

    def __init__(self) -> None:
        self._tail = b""
        self.interrupted = False

    def strip(self, data: bytes) -> bytes:
        """The bytes that are text, up to an interrupt; an unfinished sequence waits."""
        if not self._tail and IAC not in data:
            return data
        data, self._tail = self._tail + data, b""
        text: list[bytes] = []
        start = 0
        for sequence in _SEQUENCE.finditer(data):
            text.append(data[start : sequence.start()])
            start = sequence.end()
            if sequence["unfinished"] is not None:
                self._tail = sequence[0]
            elif sequence[0] == IAC + IAC:
                text.append(IAC)
            elif sequence[0] == _INTERRUPT:
                self.interrupted = True
                return b"".join(text)
        text.append(data[start:])
        return b"".join(text)
