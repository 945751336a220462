"""Telnet's commands taken out of a stream (RFC 854, RFC 855).

Some people use telnet instead of nc. It sends sequences that begin with IAC (0xFF), a byte that
UTF-8 never uses: two bytes for a command, three for a negotiation, any number for a subnegotiation
that ends in IAC SE. The defaults of the protocol suit us, so we negotiate nothing and drop the
sequences. Only IAC IP (Ctrl-C in telnet) has an effect: the visitor leaves.

IAC before a byte that is no telnet command is left in the text as invalid UTF-8: a person with a
Latin-1 terminal loses one letter and not the rest of the line. A subnegotiation that does not end
in time is left in the text as well.

Any bytes take linear time. Every quantifier is possessive, and each alternative consumes what it
has looked at: a subnegotiation that does not end is one token and not searched for others. An
unfinished sequence has at most some 500 bytes, which are looked at again when more bytes arrive.
"""

import re

IAC = b"\xff"
_INTERRUPT = b"\xff\xf4"
_DROPPED = rb"""
        [\xf0-\xf3\xf5-\xf9]  # a command
      | [\xfb-\xfe][\x00-\xff]  # a negotiation and its option
"""
_INSIDE = rb"(?:[^\xff]|\xff[^\xf0])"  # one byte of a subnegotiation, maybe escaped
_BEGUN = rb"\xfa" + _INSIDE + rb"{0,256}+"  # a longer one is taken for text

_SEQUENCE = re.compile(
    rb"""
    (?:\xff(?:""" + _DROPPED + rb"|" + _BEGUN + rb"""\xff\xf0))++
  | (?P<escaped>(?:\xff\xff)++)
  | \xff\xf4
  | (?P<disbelieved>\xff""" + _BEGUN + _INSIDE + rb""")
  | (?P<unfinished>\xff(?:[\xfb-\xfe]|""" + _BEGUN + rb"""\xff?)?\Z)
    """,
    re.DOTALL | re.VERBOSE,
)  # fmt: skip


class Telnet:
    """A filter; `interrupted` is set when the peer has asked to leave."""

    __slots__ = ("_after_cr", "_tail", "interrupted")

    def __init__(self) -> None:
        self._tail = b""
        self._after_cr = False  # the text so far ends in CR
        self.interrupted = False

    def strip(self, data: bytes) -> bytes:
        """The bytes that are text, up to an interrupt; an unfinished sequence waits."""
        if self._tail or IAC in data:
            data = self._take_out(self._tail + data)
        text = self.end_lines(data)
        if data:
            self._after_cr = data.endswith(b"\r")
        return text

    def forget(self) -> None:
        """The bytes received next do not continue those received last."""
        self._tail, self._after_cr = b"", False

    def _take_out(self, data: bytes) -> bytes:
        self._tail = b""
        text: list[bytes] = []
        start = 0
        for sequence in _SEQUENCE.finditer(data):
            text.append(data[start : sequence.start()])
            start = sequence.end()
            match sequence.lastgroup:
                case "escaped":
                    text.append(sequence[0][::2])
                case "disbelieved":
                    text.append(sequence[0])
                case "unfinished":
                    self._tail = sequence[0]
                case None if sequence[0] == _INTERRUPT:
                    self.interrupted = True
                    return b"".join(text)
        text.append(data[start:])
        return b"".join(text)

    def end_lines(self, text: bytes) -> bytes:
        """Replace each CR NUL, which some clients send for Enter, by CR LF.

        The bytes may be peeked at and not received yet: no state is kept of them.
        """
        if b"\0" not in text:
            return text
        if self._after_cr and text[0] == 0:
            text = b"\n" + text[1:]
        return text.replace(b"\r\0", b"\r\n")
