"""What attackers do to a server on purpose: the kinds of attack, each a function with its bytes.

A function is given the number of a visit, which is never the same twice in an attack, and
returns what this visitor does: what it says first, what it sends again and again as fast as the
kernel takes it, how fast it reads, and when it leaves. ``attackers.py`` does it.

Nothing here waits for answers or respects a limit. The bytes are those of the attacks that the
server once did not withstand, and variations of them.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

BURST = 19  # commands in one packet: one fewer than the burst that the server allows
REQUESTS = 15_700  # bytes: just within what the server reads at once
LONG_LINE = 4000  # bytes: just within what the server takes for a line
SLOW = 2_000  # bytes a second
VICTIM = b"victim"
VICTIM_READS = 100_000.0  # bytes a second
ZALGO = "Z" + "\u0300\u0316\u0338" * 30
OPENING = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
HALVES = (b"GE", b"POS", b"HEA", b"OPTION", b"GET / HTTP/1.1\r\nHost: x", b"FOO / HTTP/1.1\r\n")


class Leaves(enum.Enum):
    """When a visit is over: the visitor then says ``bye``, or without one resets the connection."""

    NEVER = enum.auto()
    WHEN_SENT = enum.auto()
    WHEN_LET_IN = enum.auto()


@dataclass(frozen=True)
class Visit:
    """``packet`` is sent without end; ``reads`` is in bytes a second. ``asks``: the packet waits
    for an answer to the hello.
    """

    hello: bytes = b""
    packet: bytes = b""
    reads: float = inf
    leaves: Leaves = Leaves.NEVER
    bye: bytes = b""
    asks: bool = False


@dataclass(frozen=True)
class Kind:
    """An attack: what each of "200 clients" does, and how.

    There are ``times`` as many clients as were asked for, and each makes up to ``visits`` visits,
    one after the other. ``together``: all clients connect first and send their packets at one later
    moment. ``victim``: the attack is aimed at one client, which only reads.
    """

    about: str
    visit: Callable[[int], Visit]
    times: int = 1
    visits: int = 10
    together: bool = False
    victim: bool = False


def name(number: int) -> bytes:
    return b"h%06d\n" % number


def request(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def program(number: int) -> bytes:
    return request(type="join", name=f"h{number:06}")


def fill(size: int, *lines: bytes) -> bytes:
    """As many whole rounds of these lines as fit."""
    round_ = b"".join(lines)
    return round_ * (size // len(round_))


def telnet(number: int) -> Visit:
    return Visit(packet=b"\xff\xfa" * 8192)


def who(number: int) -> Visit:
    return Visit(name(number), b"/who\n" * BURST)


def moves(number: int) -> Visit:
    return Visit(name(number), b"/join r%d\n/join lobby\n" % number * BURST)


def says(number: int) -> Visit:
    return Visit(program(number), request(type="say", text="hello") * BURST)


def requests(number: int) -> Visit:
    questions = [request(type=verb, ref=number) for verb in ("who", "ping", "rooms")]
    return Visit(program(number), fill(REQUESTS, *questions))


def lined_up(number: int) -> Visit:
    """Every 25th makes one tick long, so that the next tick has to handle what all others sent."""
    if number % 25 == 0:
        return telnet(number)
    text = "x" * (REQUESTS // BURST - 50)
    return Visit(program(number), request(type="say", text=text, ref=number) * BURST)


def endless(number: int) -> Visit:
    return Visit(name(number), b"x" * 16_384)


def deaf(number: int) -> Visit:
    return Visit(name(number), b"/who\n/rooms\n/help\n" * BURST, reads=0)


def slow(number: int) -> Visit:
    """Every 20th fills the room with long lines; half of the others read slowly, half nothing."""
    if number % 20 == 0:
        return Visit(name(number), b"x" * LONG_LINE + b"\n")
    return Visit(name(number), reads=SLOW if number % 2 else 0)


def private(number: int) -> Visit:
    return Visit(name(number), b"/msg %s %s\n" % (VICTIM, b"x" * LONG_LINE))


def resets(number: int) -> Visit:
    half_a_name = name(number)[: number % 8]
    return Visit(half_a_name, leaves=Leaves.WHEN_SENT)


def storm(number: int) -> Visit:
    return Visit(name(number), leaves=Leaves.WHEN_LET_IN, bye=b"QUIT\n")


def held(number: int) -> Visit:
    return Visit(name(number), leaves=Leaves.WHEN_LET_IN)


def halves(number: int) -> Visit:
    return Visit(HALVES[number % len(HALVES)])


def garbage(number: int) -> Visit:
    lines = (
        b"\xff\xfe\x80\xc3\x28" * 100,
        b"\x1b[2J\x07\x00\x08" * 100,
        ZALGO.encode() * 8,
        "\u202e\u2066\ufeff".encode() * 100,
    )
    return Visit(name(number), b"\n".join(lines) + b"\n")


def nested(number: int) -> Visit:
    half = REQUESTS // 2 - 20
    deep = b'{"type":"say","text":' + b"[" * half + b"]" * half + b"}\n"
    objects = b'{"type":' * (REQUESTS // 8) + b"\n"
    return Visit(program(number), deep + objects)


def renames(number: int) -> Visit:
    """All ask for the same names, and each also takes some that nobody else wants."""
    wanted = b"".join(b"/nick mallory%d\n/nick n%d\n" % (n, number) for n in range(BURST))
    return Visit(name(number), wanted)


def same_name(number: int) -> Visit:
    return Visit(b"mallory\n", b"mallory\n" * BURST)


def rooms(number: int) -> Visit:
    """Most are in the same 50 rooms, say something in each and have many names.

    One in four is in one of these rooms alone, and so hears in it what the others hear elsewhere.
    """
    names = [f"room{n}" for n in range(49)]
    if number % 4 == 0:
        move = request(type="move", room=names[number // 4 % len(names)])
        return Visit(program(number) + move, request(type="rename", name=f"n{number}"))
    enters = b"".join(request(type="enter", room=name) for name in names)
    says = b"".join(request(type="say", text="hi", room=name) for name in names[::5])
    renames = b"".join(request(type="rename", name=f"n{number}x{n}") for n in range(10))
    return Visit(program(number) + enters, says + renames)


def pages(number: int) -> Visit:
    """Texts of a hundred lines."""
    text = "\n".join("x" * 35 for _ in range(100))
    return Visit(program(number), request(type="say", text=text, ref=number) * BURST)


def pings(number: int) -> Visit:
    return Visit(packet=fill(REQUESTS, request(type="ping", ref=number)))


def dribble(number: int) -> Visit:
    return Visit(name(number), b"x")


def catch_up(number: int) -> Visit:
    """Every 20th says what the others come back for, again and again, each from another place."""
    if number % 20 == 0:
        return Visit(program(number), request(type="say", text="x" * 3000) * BURST)
    fills = b"".join(request(type="enter", room=f"r{room}", after=0) for room in range(9))
    leaves = b"".join(request(type="leave", room=f"r{room}") for room in range(9))
    hello = request(type="join", name=f"h{number:06}", after=number, ticket=f"t{number}")
    return Visit(hello, fills + leaves, reads=SLOW if number % 2 else inf)


def search(number: int) -> Visit:
    """Questions that take long, in a history of texts that take long."""
    texts = ("\ufdfa" * 1300, "\uac01" * 1300, "x " * 2000)
    asked = ("q", " ".join(f"w{n}" for n in range(700)), "x " * 2000 + "qq", "\u4e2d" * 1300)
    if number % 4 == 0:
        return Visit(program(number), request(type="say", text=texts[number // 4 % len(texts)]))
    questions = (request(type="search", text=text) for text in asked)
    others = request(type="history", name="nobody", limit=100) + request(type="history", ago=1e300)
    return Visit(program(number), b"".join(questions) + others)


def masked(opcode: int, payload: bytes = b"", final: bool = True) -> bytes:
    """A frame of a client; the mask is zero, and the server has to take it off all the same."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytes((opcode | 0x80 * final,)) + length + bytes(4) + payload


def frames(number: int) -> Visit:
    """Pings, empty messages, and texts in many fragments."""
    hello = masked(0x1, program(number))
    pings = fill(REQUESTS // 3, masked(0x9, b"x" * 100))
    empty = fill(REQUESTS // 3, masked(0x1), masked(0xA))
    ping = request(type="ping")
    pieces = (masked(0x0 if at else 0x1, ping[at : at + 1], False) for at in range(len(ping)))
    packet = hello + pings + empty + b"".join(pieces) + masked(0x0)
    return Visit(OPENING, packet, asks=True)


def heads(number: int) -> Visit:
    """Long heads and large files, of which nothing is read."""
    fields = b"".join(b"x-%d: %s\r\n" % (n, b"y" * 150) for n in range(95))
    path = (b"/chatroom.pyz", b"/room/%E4.txt?since=" + b"9" * 3000, b"/..%2f..%2f")[number % 3]
    get = b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (path, fields)
    return Visit(get * 3, reads=0)


KINDS = {
    "telnet": Kind("send 16 KB of IAC SB again and again, before any name", telnet),
    "who": Kind("send /who 19 times in one packet", who, together=True),
    "moves": Kind("change rooms as fast as they can", moves, together=True),
    "says": Kind("send 19 lines as JSON in one packet", says, together=True),
    "requests": Kind("send 15.7 KB of small JSON requests at a time", requests, together=True),
    "lined-up": Kind(
        "say 15 KB as JSON at one moment, which one in 25 makes long with IAC SB",
        lined_up,
        together=True,
    ),
    "endless": Kind("send a line that never ends", endless),
    "dribble": Kind("send single bytes", dribble),
    "deaf": Kind("ask without reading the answers", deaf),
    "slow": Kind("read 2 KB/s or nothing while one in 20 says long lines", slow),
    "private": Kind("send long private messages to one who reads 100 KB/s", private, victim=True),
    "resets": Kind("connect and reset, 50 times each", resets, visits=50),
    "storm": Kind("and 14 times as many join and leave at once", storm, times=15, visits=1),
    "held": Kind("join and reset, so that their names stay held", held),
    "halves": Kind("send half an HTTP request and wait", halves),
    "garbage": Kind("send invalid UTF-8, control characters and stacked accents", garbage),
    "nested": Kind("send deeply nested JSON", nested),
    "renames": Kind("rename themselves, also to names that are taken", renames),
    "same-name": Kind("all want one name", same_name),
    "rooms": Kind("talk and rename themselves in 50 rooms at once", rooms),
    "pages": Kind("say texts of a hundred lines", pages),
    "pings": Kind("send pings as JSON before any name", pings),
    "catch-up": Kind("come back for everything, in nine rooms again and again", catch_up),
    "search": Kind("search long texts for hundreds of words", search),
    "frames": Kind("send pings, empty frames and fragments over a WebSocket", frames),
    "heads": Kind("ask for files with long heads, and read nothing", heads, visits=50),
}
