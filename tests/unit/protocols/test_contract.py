"""What every protocol promises: any bytes, cut anywhere, and no exception."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatroom.protocols import Become, Hangup, Protocol, Reply, Request
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.tutorial import Tutorial
from chatroom.protocols.undecided import Undecided, table
from chatroom.protocols.web.websocket import WebSocket
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from tests.browsers import asking, browser, masked

LIMIT = 40

PEOPLE: dict[str, Callable[[], Protocol]] = {
    "line": lambda: Line(LIMIT),
    "line-or-program": lambda: Line(LIMIT, program),
    "undecided": lambda: Undecided(table(program, browser), lambda: Line(LIMIT, program)),
}


def program() -> JsonLines:
    return JsonLines(LIMIT, LIMIT)


# What is cut anywhere and still the same; the tutorial's client frames nothing.
FRAMED = {
    **PEOPLE,
    "json": lambda: JsonLines(LIMIT, LIMIT),
    "http": browser,
    "websocket": lambda: WebSocket(replace(Settings(), max_object=LIMIT, max_line=LIMIT)),
}
ALL = {**FRAMED, "tutorial": lambda: Tutorial("ann", LIMIT)}


def each(protocols: dict[str, Callable[[], Protocol]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("make", protocols.values(), ids=protocols.keys())


class Peer:
    """Consumes requests as a session does, with a hub that accepts every name but `taken`."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.requests: list[Request] = []
        self.over = False

    def receive(self, data: bytes) -> None:
        if not self.over:
            self._consume(self.protocol.receive(data))

    def silence(self) -> None:
        if not self.over:
            self._consume(self.protocol.silence())

    def _consume(self, requests: Iterator[Request]) -> None:
        for request in requests:
            if isinstance(request, Become):
                self.protocol = request.protocol
                continue
            self.requests.append(request)
            if isinstance(request, commands.Join) and request.name != "taken":
                self.protocol.named()
            if isinstance(request, commands.Quit | Hangup):
                self.over = True
                return


def requests_of(make: Callable[[], Protocol], pieces: list[bytes]) -> list[Request]:
    peer = Peer(make())
    for piece in pieces:
        if piece:  # empty bytes would mean the end
            peer.receive(piece)
    peer.receive(b"")
    assert peer.over
    return peer.requests


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


TOKENS = (
    *(b"\n", b"\r\n", b"\r", b" ", b"ann", b"taken", b"hello", b"QUIT", b"/quit", b"/who"),
    *(b"/msg bob hi", b"/nick x", b"/help", b"/wat", b"//", b"/join", b"x" * 45, b"x" * 40),
    *(b"\xff", b"\xff\xfa", b"\xff\xf0", b"\xff\xf4", b"\xff\xfd", b"\xc3\xbc", b"\xe6\x97"),
    *(b"\0", b"\x1b[31m", b"\xef\xbb\xbf", b"\r\0", b"\n{", b"/reply x", b"/cancel\n"),
    *(b"PROXY ", b" HTTP/1.1\r\n", b"FOO / ", b"Host: x", b"\0\r\nQUIT\n", b"\t"),
    *(b"GET ", b"GE", b"POST ", b"P", b"\x16\x03", b"SSH-2.0", b"{", b"NICK "),
    *(b'{"type":"join","name":"ann"}\n', b'{"type":"say","text":"hi","ref":1}\n'),
    *(asking(), b"\r\n\r\n", b"\x81", b"\x88\x80", b"\xfe"),
    *(masked(1, b'{"type":"ping"}'), masked(1, b"\xff"), masked(9, b"hi"), masked(8)),
    *(masked(1, b'{"type":', 1), masked(0, b'"ping"}\n{}'), masked(0, b"\xc3", 0), masked(2)),
    *(b'{"type":"ping"}\n', b'{"type":', b'"ref":', b"[[[[", b"null", b"}", b"ann: "),
)
STREAMS = st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)), max_size=16)


@each(ALL)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_requests_and_no_exception(
    make: Callable[[], Protocol], data: bytes
) -> None:
    requests_of(make, [data])


@each(FRAMED)
@given(pieces=STREAMS)
def test_how_the_bytes_were_cut_makes_no_difference(
    make: Callable[[], Protocol], pieces: list[bytes]
) -> None:
    data = b"".join(pieces)
    assume(b"{" not in data or not (b"\xff" in data or b"\r\0" in data))  # no program sends these
    whole = requests_of(make, [data])
    assert requests_of(make, pieces) == whole
    assert requests_of(make, bytewise(data)) == whole


def person() -> Protocol:
    protocol = Line(LIMIT)
    _received(protocol, b"ann\n")
    protocol.named()
    return protocol


LINES = st.lists(
    st.sampled_from(
        (
            *(b"\n", b"\r\n", b"\r\0", b" \n", b"a\n", b"b\r\n", b"c\r\0", b"x" * 45 + b"\n"),
            *(b"/cancel\n", b"/Cancel \r\n", b"/cancel\r\0", b"no /cancel\n", b"/cancel x\n"),
        )
    ),
    max_size=16,
)


@pytest.mark.parametrize("make", [person, FRAMED["json"]])
@given(lines=LINES, cut=st.integers(0, 99), handled=st.integers(1, 16))
def test_what_waits_is_what_is_still_to_come(
    make: Callable[[], Protocol], lines: list[bytes], cut: int, handled: int
) -> None:
    protocol, data = make(), b"".join(lines)
    assume(make is person or b"\0" not in data)
    requests = protocol.receive(data[:cut]) if data[:cut] else iter(())
    for _ in range(handled):
        next(requests, None)
    waiting = protocol.count_waiting(data[cut:])
    assert waiting == sum(1 for _ in (*requests, *_received(protocol, data[cut:])))


@given(lines=LINES, cut=st.integers(0, 99), handled=st.integers(1, 16))
def test_cancel_drops_the_lines_before_it_and_nothing_else(
    lines: list[bytes], cut: int, handled: int
) -> None:
    whole = _received(person(), b"".join(lines))
    protocol, data = person(), b"".join(lines)
    requests = protocol.receive(data[:cut]) if data[:cut] else iter(())
    done = [request for _ in range(handled) if (request := next(requests, None))]
    found = protocol.cancel(data[cut:])
    dropped, size = found or (0, 0)
    rest = [*requests, *_received(protocol, data[cut + size :])]
    if found:
        assert whole[len(done) + dropped] == commands.Cancel()
        assert commands.Cancel() not in whole[len(done) + 1 : len(done) + dropped]
        assert rest == whole[len(done) + dropped + 1 :]
    else:
        assert commands.Cancel() not in rest[1:]
        assert done + rest == whole


def _received(protocol: Protocol, data: bytes) -> list[Request]:
    return list(protocol.receive(data)) if data else []


@each(ALL)
@given(data=st.binary(max_size=200), ahead=st.binary(max_size=200))
def test_what_waits_can_be_asked_for_at_any_time(
    make: Callable[[], Protocol], data: bytes, ahead: bytes
) -> None:
    protocol = make()
    for request in protocol.receive(data):
        assert protocol.count_waiting(ahead) >= 0
        if isinstance(request, Become):
            protocol = request.protocol
    _, size = protocol.cancel(ahead) or (0, 0)
    assert 0 <= size <= len(ahead)


@each(ALL)
def test_the_end_of_input_without_any_ends_it(make: Callable[[], Protocol]) -> None:
    (end,) = requests_of(make, [])
    assert isinstance(end, commands.Quit)
    assert end.reason == "end of input"


@each(PEOPLE)
def test_silence_greets_and_does_so_once(make: Callable[[], Protocol]) -> None:
    peer = Peer(make())
    peer.silence()
    peer.silence()
    peer.receive(b"ann\nhello\n")
    assert peer.requests == [commands.Greet(), commands.Join("ann"), commands.Say("hello")]


@each(ALL)
@pytest.mark.parametrize(
    "event",
    [
        events.Said(1, "lobby", "ann", "hi", 0.0),
        events.Joined("lobby", "ann"),
        events.Closing("shutdown", "bye"),
        events.Skipped(3),
    ],
    ids=lambda event: type(event).__name__,
)
def test_encoding_is_pure(make: Callable[[], Protocol], event: events.Event) -> None:
    fresh, used = make(), Peer(make())
    used.receive(b"ann\nhello\n/who\npartial")
    assert used.protocol.dialect == fresh.dialect
    assert (
        fresh.dialect.encode(event)
        == fresh.dialect.encode(event)
        == used.protocol.dialect.encode(event)
    )


@each(ALL)
def test_the_dialect_is_fixed_once_there_is_a_name(make: Callable[[], Protocol]) -> None:
    peer = Peer(make())
    peer.receive(b"ann\r\n")
    dialect = peer.protocol.dialect
    peer.receive(b"hello\nhello\r\n")
    assert peer.protocol.dialect == dialect
    assert hash(dialect) == hash(peer.protocol.dialect)


@each(PEOPLE)
def test_a_request_is_decided_before_the_next_line_is_looked_at(
    make: Callable[[], Protocol],
) -> None:
    peer = Peer(make())
    peer.receive(b"taken\nhello\nhello\n")
    assert [request for request in peer.requests if not isinstance(request, Reply)] == [
        commands.Greet(),
        commands.Join("taken"),
        commands.Join("hello"),
        commands.Say("hello"),
    ]
