"""The wire protocols that the load can speak, each as far as joining, talking and counting need it.

``line``  a name, then lines: chatroom as people with ``nc`` meet it.
``raw``   nothing but lines, relayed to everybody else: the peers of our own.
``json``  JSON, one object a line: chatroom as programs meet it.
``websocket``  an HTTP upgrade, then JSON in text messages: chatroom as browsers meet it.
``irc``   NICK, USER, JOIN, PRIVMSG: the IRC servers.
``ncat``  ``ncat --chat``: relayed, with a number for a name before each packet.

In a ``mixed`` room those who listen speak the dialects of chatroom by turns (``plan.py``).

A message of ours is ``~NUMBER DUE xxx...``: eight digits of number, sixteen of the
microsecond of the monotonic clock at which it was due, and filling up to its size. The
number determines the sender, so each delivery can be checked by itself: one regular
expression per dialect recognises a whole, unchanged message under its author's name, and
everything that it does not recognise (notices, pings, a line cut in half) is no delivery.

This module knows no sockets: bytes in, bytes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CHANNEL = b"#flood"
MARK = b"~0"  # stands in every delivery of ours, and in hardly anything else
PROBE = b"~probe"
TEXT, PING = 0x81, 0x89  # the first bytes of whole frames
IN_2_BYTES, IN_8_BYTES = 126, 127  # stand for a length that follows, and is that wide
SMALLEST = len(b"~00000000 0000000000000000 x\n")


def body(number: int, due: int, size: int) -> bytes:
    """The text of a message, ``size`` bytes with its line feed."""
    return (b"~%08d %016d " % (number, due)).ljust(size - 1, b"x")


@dataclass(frozen=True)
class Dialect:
    """How to join, how to talk, and how a delivery looks.

    ``answer`` is given each complete line that arrives before the client is let in, and
    returns what to say to it. ``ping`` stands in what has to be answered after that as well.
    ``asks``: the server asks for a name, after a moment in which a program would have spoken
    first. ``settle_seconds`` is how long silence must last before no more join notices can
    come: chatroom sends them once a second.
    ``concurrent_joins`` is how many clients may be joining at a time, unless the plan says
    otherwise: ncat listens with a backlog of ten, and further clients wait for ever.
    ``around`` is about how many bytes a delivery has besides the message.
    ``framed``: a ping is a frame of its own, and has no line feed.
    """

    name: str
    largest: int
    settle_seconds: float
    newline: bytes
    greets: bool
    asks: bool = False
    ping: bytes = b""
    concurrent_joins: int = 64
    around: int = 40
    framed: bool = False

    def hello(self, name: bytes) -> bytes:
        return b""

    def answer(self, line: bytes, name: bytes = b"") -> bytes:
        return b""

    def admits(self, line: bytes) -> bool:
        return True

    def say(self, text: bytes) -> bytes:
        return text + self.newline

    def before(self, name: bytes) -> bytes:
        """What stands before the text of a delivery, as a regular expression."""
        return b"()"

    def length(self, name: bytes, size: int) -> int:
        """Bytes of one delivery of a message of ``size`` bytes; 0 if it cannot be known."""
        return size

    def pattern(self, size: int) -> re.Pattern[bytes]:
        """Matches one delivery: groups are the author's name, the number, the due time."""
        filling = size - SMALLEST + 1
        text = rb"~(\d{8}) (\d{16}) x{%d}\r?\n" % filling
        return re.compile(rb"^" + self.before(rb"([A-Za-z]\w*)") + text, re.MULTILINE)

    def deliveries(
        self, pattern: re.Pattern[bytes], stream: bytes
    ) -> Iterator[tuple[re.Match[bytes], int]]:
        """Every delivery in a stream, and after how many bytes of it the client can have it."""
        for match in pattern.finditer(stream):
            yield match, match.end()

    def lines(self, stream: bytes) -> int:
        return stream.count(b"\n")


class Line(Dialect):
    def hello(self, name: bytes) -> bytes:
        return name + b"\n"

    def admits(self, line: bytes) -> bool:
        # The prompt "Your name: " has no line feed and may stand before it.
        return b"All set, " in line

    def before(self, name: bytes) -> bytes:
        return name + b": "

    def length(self, name: bytes, size: int) -> int:
        return len(name) + 2 + size


class Irc(Dialect):
    def hello(self, name: bytes) -> bytes:
        return b"NICK %s\r\nUSER %s 0 * :flood\r\n" % (name, name)

    def answer(self, line: bytes, name: bytes = b"") -> bytes:
        words = line.split()
        if words[:1] == [b"PING"]:
            return b"PONG " + b" ".join(words[1:]) + b"\r\n"
        if words[1:2] == [b"001"]:
            return b"JOIN " + CHANNEL + b"\r\n"
        return b""

    def admits(self, line: bytes) -> bool:
        return line.split()[1:2] == [b"366"]

    def say(self, text: bytes) -> bytes:
        return b"PRIVMSG " + CHANNEL + b" :" + text + self.newline

    def before(self, name: bytes) -> bytes:
        return b":" + name + rb"!\S+ PRIVMSG " + CHANNEL + b" :"

    def length(self, name: bytes, size: int) -> int:
        return 0


class Json(Dialect):
    def hello(self, name: bytes) -> bytes:
        return b'{"type":"join","name":"%s"}\n' % name

    def admits(self, line: bytes) -> bool:
        return b'"type":"welcome"' in line

    def say(self, text: bytes) -> bytes:
        # the ref tells the receipt from what others said
        return b'{"type":"say","text":"%s","ref":1}\n' % text

    def length(self, name: bytes, size: int) -> int:
        return 0

    def pattern(self, size: int) -> re.Pattern[bytes]:
        said = rb'^\{"type":"said",(?:"\w+":[^,\n]+,)*?"name":"([A-Za-z]\w*)","text":"'
        text = rb"~(\d{8}) (\d{16}) x{%d}" % (size - SMALLEST + 1)
        return re.compile(said + text + rb'","time":[\d.e+]+\}\n', re.MULTILINE)

    def lines(self, stream: bytes) -> int:
        return stream.count(b"}\n")


class WebSocket(Json):
    """A client has to mask its frames; a mask of zeros changes nothing and costs nothing."""

    def hello(self, name: bytes) -> bytes:
        return (
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Zmxvb2QgZmxvb2QgZmxvbw==\r\n\r\n"
        )

    def answer(self, line: bytes, name: bytes = b"") -> bytes:
        if line == b"\r":  # behind the head of the response
            return self.frame(super().hello(name))
        return b"\x8a\x80\0\0\0\0" if self.ping in line else b""

    def say(self, text: bytes) -> bytes:
        return self.frame(super().say(text))

    def frame(self, text: bytes) -> bytes:
        size = len(text)
        length = bytes((0x80 | size,)) if size < IN_2_BYTES else b"\xfe" + size.to_bytes(2, "big")
        return b"\x81" + length + b"\0\0\0\0" + text

    def deliveries(
        self, pattern: re.Pattern[bytes], stream: bytes
    ) -> Iterator[tuple[re.Match[bytes], int]]:
        """A frame may hold many lines, and a browser has none of them before it has them all."""
        for text, end in frames(stream):
            for match in pattern.finditer(text):
                yield match, end


def frames(stream: bytes) -> Iterator[tuple[bytes, int]]:
    """The texts of a server, and where each ends. What is no whole frame is the end of them."""
    start = 0
    while len(stream) - start >= 2:
        opcode, size, begin = stream[start], stream[start + 1], start + 2
        if opcode not in (TEXT, PING) or size > IN_8_BYTES:
            return
        if size >= IN_2_BYTES:
            width = 2 if size == IN_2_BYTES else 8
            size, begin = int.from_bytes(stream[begin : begin + width], "big"), begin + width
        start = begin + size
        if start > len(stream):
            return
        if opcode == TEXT:
            yield stream[begin:start], start


class Ncat(Dialect):
    def admits(self, line: bytes) -> bool:
        return line.startswith(b"<announce> already connected: ")

    def before(self, name: bytes) -> bytes:
        # Lines that were read together go out together, and only the first has a name.
        return rb"(?:<user\d+> )?()"

    def length(self, name: bytes, size: int) -> int:
        return 0


DIALECTS: dict[str, Dialect] = {
    "line": Line("line", 4000, settle_seconds=1.3, newline=b"\n", greets=True, asks=True),
    "irc": Irc("irc", 400, settle_seconds=0.5, newline=b"\r\n", greets=True, ping=b"PING"),
    "ncat": Ncat("ncat", 4000, settle_seconds=0.5, newline=b"\n", greets=True, concurrent_joins=8),
    "json": Json("json", 4000, settle_seconds=1.3, newline=b"\n", greets=True, around=100),
    "websocket": WebSocket(
        "websocket",
        4000,
        settle_seconds=1.3,
        newline=b"\n",
        greets=True,
        ping=b"\x89\0",
        around=100,
        framed=True,
    ),
    "raw": Dialect("raw", 4000, settle_seconds=0.3, newline=b"\n", greets=False),
}
