"""The work for the worst bytes: at most a constant number of steps for each byte.

A step is a line of Python that is run. A tracer does not see what a pattern or a search does
within a step; these are linear by construction: patterns that cannot backtrack, and bytes that are
given to them once.
"""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from chatroom.protocols import Become, Protocol, line, objects, spelling, telnet, tutorial, typed
from chatroom.protocols.framing import Lines
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.rendering import lines_of
from chatroom.protocols.shapes import Wrong
from chatroom.protocols.telnet import Telnet
from chatroom.protocols.tutorial import Tutorial, arrange, introduction
from chatroom.protocols.undecided import Undecided, table
from chatroom.protocols.web.websocket import WebSocket
from chatroom.settings import Settings
from chatroom.vocabulary import events, names, text
from tests.browsers import asking, browser, masked

READ = 16 * 1024  # bytes that a connection receives at once
MOST = 120  # steps for a byte: a read of one byte is a command, a line and a name at worst
GROWTH = 4.5  # times the steps for four times the bytes

Feed = Callable[[bytes], object]


def steps(call: Callable[[], object]) -> int:
    """How many lines of Python it takes."""
    count = 0

    def trace(_frame: FrameType, what: str, _arg: object) -> Any:
        nonlocal count
        count += what == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


class Consumer:
    """Consumes requests as a session does whose hub accepts no name, or any."""

    def __init__(self, protocol: Protocol, named: bool = False) -> None:
        self.protocol = protocol
        if named:
            protocol.named()

    def __call__(self, data: bytes) -> None:
        for request in self.protocol.receive(data):
            if isinstance(request, Become):
                self.protocol = request.protocol


def splitter(limit: int) -> Feed:
    lines = Lines(limit)
    return lambda data: list(lines.split(data))


def detector() -> Feed:
    def program() -> JsonLines:
        return JsonLines(READ, 4096)

    return Consumer(Undecided(table(program, browser), lambda: Line(4096, program)))


def waiting() -> Feed:
    """How many lines wait is asked for again and again."""
    consume = Consumer(WebSocket(Settings()))

    def feed(data: bytes) -> None:
        consume.protocol.count_waiting(data)
        consume(data)

    return feed


STREAMS: dict[str, Callable[[], Feed]] = {
    "telnet": lambda: Telnet().strip,
    "framing": lambda: splitter(4096),
    "undecided": detector,
    "newcomer": lambda: Consumer(Line(4096)),
    "member": lambda: Consumer(Line(4096), named=True),
    "json": lambda: Consumer(JsonLines(READ, 4096)),
    "tutorial": lambda: Consumer(Tutorial("ann", 4096), named=True),
    "http": lambda: Consumer(browser()),
    "websocket": lambda: Consumer(WebSocket(Settings())),
    "websocket-waiting": waiting,
}


BYTES = {
    "iac-sb": b"\xff\xfa",
    "iac-sb-escaped": b"\xff\xfa\xff\xff",
    "iac-sb-se": b"\xff\xfa\xff\xf0",
    "iac-nop": b"\xff\xf1",
    "iac-iac": b"\xff\xff",
    "iac-nop-iac-iac": b"\xff\xf1\xff\xff",
    "iac-text": b"\xffa",
    "lf": b"\n",
    "cr": b"\r",
    "cr-nul": b"\r\0",
    "nul": b"\0",
    "letters": b"a",
    "spaces": b" ",
    "lines": b"a\n",
    "commands": b"/a\n",
    "slashes": b"/",
    "brackets": b"[",
    "objects": b'{"":',
    "empty-objects": b"{}\n",
    "numbers": b"9",
    "escapes": b'"\\u00ff',
    "verbs": b"GET ",
    "fields": b"a: b\r\n",
    "request": asking(),
    "empty-pings": masked(9),
    "empty-texts": masked(1),
    "fragments": masked(1, b"", 1) + masked(0) * 9,
    "small-objects": masked(1, b"{}"),
    "many-objects": masked(1, b"{}\n" * 60),
    "large-texts": masked(1, b"a" * 1000),
    "own-name": b"ann: ",
    "own-names": b"ann: \n",
    "sentence": b"Server: a",
    "sentences": b"Server: ann has joined the chat. Say hi!bob: ",
    "goodbyes": b"Server: ann has left the chat.",
    "marks": "\u0301".encode(),
    "cut-letters": b"\xe6\x97",
}


def whole(data: bytes) -> list[bytes]:
    return [data[start : start + READ] for start in range(0, len(data), READ)]


def bytewise(data: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in data]


def feed(make: Callable[[], Feed], pieces: list[bytes]) -> int:
    def run() -> None:
        receive = make()
        for piece in pieces:
            receive(piece)

    return steps(run)


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES.keys())
@pytest.mark.parametrize("make", STREAMS.values(), ids=STREAMS.keys())
@pytest.mark.parametrize("cut", [whole, bytewise])
def test_any_stream_takes_a_constant_number_of_steps_for_each_byte(
    make: Callable[[], Feed], data: bytes, cut: Callable[[bytes], list[bytes]]
) -> None:
    few = (data * READ)[: READ // 4] if cut is whole else (data * 256)[:256]
    many = (data * 4 * len(few))[: 4 * len(few)]
    taken, taken_by_more = feed(make, cut(few)), feed(make, cut(many))
    assert taken_by_more <= MOST * len(many)
    assert taken_by_more <= GROWTH * taken + 1000


TEXTS: dict[str, Callable[[str], object]] = {
    "clean": text.clean,
    "clean-lines": text.clean_lines,
    "unbroken": text.unbroken,
    "rendered": lambda value: lines_of(
        events.Said(1, "lobby", "ann", text.clean_lines(value), 0.0)
    ),
    "tutorial": lambda value: Tutorial.dialect.encode(
        events.Acted(1, "lobby", "ann", text.clean_lines(value), 0.0)
    ),
    "name": names.enforce,
    "key": lambda value: names.key(names.enforce(value)),
    "typed": typed.parse,
    "typed-verb": lambda value: typed.parse(f"/{value}"),
    "spelling": lambda value: spelling.nearest(value, typed.VERBS),
    "object": lambda value: objects.read_request(value.encode(), 4096),
    "arrange": lambda value: arrange(value.encode(), 0),
    "introduction": lambda value: introduction(value.encode()),
}

LETTERS = {
    "a": "a",
    "space": " ",
    "e-acute": "\u00e9",
    "mark": "\u0301",
    "joiner": "\u200d",
    "ligature": "\ufdfa",  # eighteen characters when it is normalized
    "bracket": "[",
    "brace": '{"a":',
    "digit": "9",
    "minus": "-",
    "quote": '"',
    "lf": "\n",
    "crlf": "\r\n",
    "nel": "\x85",
    "separator": "\u2028",
    "letter-lines": "a\n",
    "mark-lines": "\u0301\n",
    "colon": ":",
    "sentence": "Server:  has joined the chat. Say hi!",
    "own-name": "Server: a has joined the chat. Say hi!a: ",
}


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS.keys())
@pytest.mark.parametrize("read", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_takes_a_constant_number_of_steps_for_each_letter(
    read: Callable[[str], object], letter: str
) -> None:
    def take(value: str) -> Callable[[], None]:
        def run() -> None:
            with contextlib.suppress(names.BadName, Wrong):
                read(value)

        return run

    few = (letter * READ)[: READ // 4]
    taken, taken_by_more = steps(take(few)), steps(take(few * 4))
    assert taken_by_more <= MOST * len(few) * 4
    assert taken_by_more <= GROWTH * taken + 1000


# --- what a tracer does not see -----------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"[" * READ,
        b'{"a":' * 3000,
        b"9" * READ,
        b'{"ref":-' + b"9" * 5000 + b"}",
        b"1e" + b"9" * 99,
    ],
    ids=["brackets", "objects", "digits", "mark", "exponent"],
)
def test_json_that_is_deep_or_long_is_bad_json_and_no_exception(data: bytes) -> None:
    with pytest.raises(Wrong) as wrong:
        objects.read_request(data, 4096)
    assert wrong.value.code == "bad-json"


def quantifiers(pattern: Any) -> Iterator[tuple[str, int, int]]:
    """(kind, least, most) of each quantifier in a parsed pattern."""
    for kind, value in pattern:
        if "REPEAT" in str(kind):
            yield str(kind), value[0], value[1]
        parts = value if isinstance(value, tuple | list) else (value,)
        for part in parts:
            for inner in part if isinstance(part, list) else (part,):
                if hasattr(inner, "data"):
                    yield from quantifiers(inner)


def parsed(pattern: "re.Pattern[bytes]") -> Any:
    return sys.modules["re._parser"].parse(pattern.pattern, pattern.flags)


def test_the_pattern_of_telnet_cannot_backtrack() -> None:
    found = [
        quantifier for quantifier in quantifiers(parsed(telnet._SEQUENCE)) if quantifier[2] > 1
    ]
    assert found
    assert {kind for kind, *_ in found} == {"POSSESSIVE_REPEAT"}


def test_the_pattern_of_an_introduction_tries_few_lengths_of_a_name() -> None:
    """The rest of it is taken to the end, or not at all."""
    least_and_most = [quantifier[1:] for quantifier in quantifiers(parsed(tutorial._JOIN))]
    assert sorted(least_and_most)[1] == (0, 64)
    assert len(least_and_most) == 3


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES.keys())
@pytest.mark.parametrize("make", [Line, lambda limit: JsonLines(READ, limit)])
def test_what_waits_is_counted_and_cancelled_in_few_steps(
    make: Callable[[int], Protocol], data: bytes
) -> None:
    protocol = make(4096)
    ahead = (data * READ)[:READ]
    assert steps(lambda: (protocol.count_waiting(ahead), protocol.cancel(ahead))) < 100


def test_the_pattern_of_cancel_cannot_backtrack() -> None:
    (found,) = quantifiers(parsed(line._CANCEL))
    assert found[0] == "POSSESSIVE_REPEAT"


class Counted:
    """A pattern that counts the bytes it is given."""

    def __init__(self, pattern: "re.Pattern[bytes]") -> None:
        self.pattern = pattern
        self.given = 0

    def finditer(self, data: bytes) -> Iterator["re.Match[bytes]"]:
        self.given += len(data)
        return self.pattern.finditer(data)


@pytest.mark.parametrize("data", [b"\xff\xfa", b"\xff\xfa\xff\xff", b"\xff\xfax"], ids=repr)
def test_an_unfinished_sequence_is_short_however_it_dribbles_in(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(telnet._SEQUENCE)
    monkeypatch.setattr(telnet, "_SEQUENCE", counted)
    stream, longest = Telnet(), 0
    for byte in bytewise(data * 2000):
        before = counted.given
        stream.strip(byte)
        longest = max(longest, counted.given - before)
    assert longest <= 2 + 2 * 256 + 2
