"""The WebSocket, rule by rule of RFC 6455, and the chat's JSON in it.

The numbers in comments are the groups of the Autobahn test suite that a table covers.
"""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols import Hangup, Reply, Request
from chatroom.protocols.web.frames import frame, text_frames, unmask
from chatroom.protocols.web.messages import Messages
from chatroom.protocols.web.websocket import DIALECT, WebSocket
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from tests.browsers import masked

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LIMIT = Settings().max_object


class Echo:
    """A server that says back what it is told, with other limits than ours: what suites judge."""

    def __init__(self, limit: int = 1 << 20, fragments: int = 1 << 16) -> None:
        self._messages = Messages(limit, fragments)

    def receive(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        self._messages.feed(data)
        while message := self._messages.next():
            yield message


def echoed(*pieces: bytes) -> list[tuple[int, bytes]]:
    echo = Echo()
    return [message for piece in pieces for message in echo.receive(piece) if message[0]]


def asked(*pieces: bytes) -> list[Request]:
    """What the pieces ask of the chat, up to the end of the connection."""
    websocket, found = WebSocket(Settings()), list[Request]()
    for piece in pieces:
        for request in websocket.receive(piece):
            found.append(request)
            if isinstance(request, Hangup):
                return found
    return found


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


def closed_with(*pieces: bytes) -> int:
    """The code of the close that this is answered with."""
    for cut in (pieces, bytewise(b"".join(pieces))):
        end = asked(*cut)[-1]
        assert isinstance(end, Hangup)
        first, size, payload = end.farewell[0], end.farewell[1], end.farewell[2:]
        assert (first, size) == (0x88, len(payload))
        payload[2:].decode()
        code = int.from_bytes(payload[:2], "big")
    return code


def said(text: str) -> bytes:
    return json.dumps({"type": "say", "text": text}).encode()


# --- frames (1, 3, 4) ---------------------------------------------------------------------------

SIZES = [0, 1, 124, 125, 126, 127, 128, 65535, 65536, 100_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_a_message_of_any_size_is_read_whole(kind: int, size: int) -> None:
    payload = (b"*" * size)[:size]
    assert echoed(masked(kind, payload)) == [(kind, payload)]


@pytest.mark.parametrize("size", SIZES)
def test_what_a_client_reads_is_what_was_framed(size: int) -> None:
    data = frame(TEXT, b"*" * size)
    assert data[0] == 0x81
    head = 2 if size < 126 else 4 if size < 65536 else 10
    assert len(data) == head + size
    length = data[1] if size < 126 else int.from_bytes(data[2:head], "big")
    assert length == size
    if size >= 126:
        assert data[1] == (126 if size < 65536 else 127)


@given(payload=st.binary(max_size=300), key=st.binary(min_size=4, max_size=4))
def test_a_mask_is_taken_off_byte_by_byte(payload: bytes, key: bytes) -> None:
    assert unmask(payload, key) == bytes(
        byte ^ key[index % 4] for index, byte in enumerate(payload)
    )


@pytest.mark.parametrize("bits", [0x40, 0x20, 0x10, 0x70])
@pytest.mark.parametrize("opcode", [TEXT, PING, CLOSE])
def test_a_reserved_bit_is_a_protocol_error(bits: int, opcode: int) -> None:
    assert closed_with(masked(opcode, b"", first=0x80 | bits | opcode)) == 1002


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_an_unknown_opcode_is_a_protocol_error(opcode: int) -> None:
    assert closed_with(masked(opcode, b"")) == 1002


def test_a_frame_without_a_mask_is_a_protocol_error() -> None:
    assert closed_with(frame(TEXT, b"{}")) == 1002
    assert closed_with(frame(PING, b"")) == 1002


@pytest.mark.parametrize(
    "head", [b"\x81\xfe\0\x7d", b"\x81\xff\0\0\0\0\0\0\xff\xff", b"\x81\xfe\0\0"]
)
def test_a_length_that_is_not_the_shortest_is_a_protocol_error(head: bytes) -> None:
    assert closed_with(head + b"mask") == 1002


def test_a_length_with_the_highest_bit_is_too_big() -> None:
    assert closed_with(b"\x81\xff" + b"\xff" * 8) == 1009


# --- control frames (2) -------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"", b"hello", b"\0\xff\xfe", b"x" * 125])
def test_a_ping_is_answered_with_its_payload(payload: bytes) -> None:
    assert asked(masked(PING, payload)) == [Reply(frame(PONG, payload))]


def test_pings_are_answered_in_their_order() -> None:
    pings = b"".join(masked(PING, b"%d" % n) for n in range(10))
    assert asked(pings) == [Reply(frame(PONG, b"%d" % n)) for n in range(10)]


def test_a_pong_that_nobody_asked_for_is_ignored_and_costs_a_token() -> None:
    assert asked(masked(PONG, b"hello")) == [Reply(b"")]


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_has_at_most_125_bytes(opcode: int) -> None:
    assert closed_with(masked(opcode, b"x" * 126)) == 1002


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_is_not_fragmented(opcode: int) -> None:
    assert closed_with(masked(opcode, b"", first=opcode)) == 1002


# --- fragments (5) ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_fragments_are_one_message(kind: int) -> None:
    data = (masked(kind, b"a", first=kind), masked(0, b"", first=0), masked(0, b"b"))
    assert echoed(*data) == echoed(b"".join(data)) == [(kind, b"ab")]


def test_a_ping_between_fragments_is_answered_at_once() -> None:
    data = masked(TEXT, said("hi")[:9], first=TEXT), masked(PING, b"p"), masked(0, said("hi")[9:])
    assert asked(*data) == [Reply(b""), Reply(frame(PONG, b"p")), commands.Say("hi")]


@pytest.mark.parametrize(
    "frames",
    [
        (masked(0, b"a"),),
        (masked(0, b"a", first=0),),
        (masked(TEXT, b"a", first=TEXT), masked(TEXT, b"b")),
        (masked(TEXT, b"a", first=TEXT), masked(BINARY, b"b")),
        (masked(TEXT, b"a", first=TEXT), masked(0, b"{}"), masked(0, b"c")),
    ],
    ids=["alone", "alone and open", "two texts", "text and binary", "one too many"],
)
def test_a_fragment_out_of_order_is_a_protocol_error(frames: tuple[bytes, ...]) -> None:
    assert closed_with(*frames) == 1002


def test_a_message_has_at_most_so_many_fragments() -> None:
    most = Settings().max_fragments
    first = masked(TEXT, b"{", first=TEXT)
    fine = [first, *[masked(0, b"", first=0)] * (most - 2), masked(0, b"}")]
    assert isinstance(asked(*fine)[-1], Reply)
    assert closed_with(first, *[masked(0, b"", first=0)] * most) == 1008


def test_every_fragment_costs_a_token() -> None:
    data = masked(TEXT, b"{", first=TEXT) + masked(0, b"", first=0) * 9
    assert asked(data) == [Reply(b"")] * 10


def test_a_message_of_the_limit_is_read_and_one_byte_more_is_too_big() -> None:
    text = said("x" * 100).ljust(LIMIT)
    assert asked(masked(TEXT, text)) == [commands.Say("x" * 100)]
    assert closed_with(b"\x81\xfe" + (LIMIT + 1).to_bytes(2, "big")) == 1009


def test_fragments_that_are_too_big_together_are_too_big() -> None:
    half = masked(TEXT, b" " * (LIMIT // 2), first=TEXT)
    assert closed_with(half, masked(0, b" " * (LIMIT // 2 + 1))) == 1009


# --- UTF-8 (6) ----------------------------------------------------------------------------------

VALID = [
    "Hello-\u00b5@\u00df\u00f6\u00e4",
    "\u03ba\u1f79\u03c3\u03bc\u03b5",
    "\U0010ffff",
    "\ufffe",
    "\x7f",
]
INVALID = [
    *(b"\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"),
    *(b"\xc3", b"\xe6\x97", b"\xf0\x9f\x98", b"ok\xfe", b"\xce\xba\xe1\xbd\xb9\xcf\xed\xa0\x80"),
]


@pytest.mark.parametrize("text", VALID)
def test_valid_text_is_read_wherever_it_is_fragmented(text: str) -> None:
    data = text.encode()
    for cut in range(len(data) + 1):
        pieces = masked(TEXT, data[:cut], first=TEXT), masked(0, data[cut:])
        assert echoed(*pieces) == [(TEXT, data)]


@pytest.mark.parametrize("data", INVALID)
def test_invalid_text_is_invalid_data(data: bytes) -> None:
    assert closed_with(masked(TEXT, data)) == 1007
    assert closed_with(masked(TEXT, b"{", first=TEXT), masked(0, data)) == 1007
    for cut in range(len(data)):
        pieces = masked(TEXT, data[:cut], first=TEXT), masked(0, data[cut:])
        assert closed_with(*pieces) == 1007


def test_invalid_text_is_refused_before_its_message_is_complete() -> None:
    assert closed_with(masked(TEXT, b"\xff", first=TEXT)) == 1007


@pytest.mark.parametrize("data", INVALID)
def test_binary_data_is_not_looked_at(data: bytes) -> None:
    assert echoed(masked(BINARY, data)) == [(BINARY, data)]


# --- the closing handshake (7) ------------------------------------------------------------------

CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
NO_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


@pytest.mark.parametrize("code", CODES)
def test_a_close_is_answered_with_its_code(code: int) -> None:
    assert closed_with(masked(CLOSE, code.to_bytes(2, "big") + "schluß".encode())) == code


@pytest.mark.parametrize("code", NO_CODES)
def test_a_code_that_must_not_be_sent_is_a_protocol_error(code: int) -> None:
    assert closed_with(masked(CLOSE, code.to_bytes(2, "big"))) == 1002


def test_a_close_without_a_code_is_answered_without_one() -> None:
    assert asked(masked(CLOSE)) == [Hangup("closed", frame(CLOSE, b""))]


def test_half_a_code_is_a_protocol_error() -> None:
    assert closed_with(masked(CLOSE, b"\x03")) == 1002


def test_a_reason_that_is_no_text_is_invalid_data() -> None:
    assert closed_with(masked(CLOSE, b"\x03\xe8\xff")) == 1007


def test_nothing_behind_a_close_is_read() -> None:
    websocket = WebSocket(Settings())
    found = list(websocket.receive(masked(CLOSE) + masked(TEXT, said("hi")) + masked(PING)))
    assert found == [Hangup("closed", frame(CLOSE, b""))]


def test_nothing_behind_an_error_is_read() -> None:
    websocket = WebSocket(Settings())
    (end,) = websocket.receive(frame(TEXT, b"{}") + masked(TEXT, said("hi")))
    assert isinstance(end, Hangup)
    assert not websocket.has_more()


def test_a_close_in_the_middle_of_a_message_ends_it() -> None:
    assert closed_with(masked(TEXT, b"{", first=TEXT), masked(CLOSE, b"\x03\xe8")) == 1000


def test_the_end_of_input_without_a_close_is_no_wish_to_leave() -> None:
    assert asked(b"") == [commands.Quit("end of input", meant=False)]


def test_a_server_that_stops_goes_away_and_otherwise_the_end_is_normal() -> None:
    assert DIALECT.end is not None
    assert DIALECT.end("shutdown") == b"\x88\x02\x03\xe9"
    assert DIALECT.end("quit") == b"\x88\x02\x03\xe8"


# --- the chat (and 10: one message in many small frames) ----------------------------------------


def test_a_message_in_many_small_frames_is_one_request() -> None:
    data = said("hello")
    *parts, last = bytewise(data)
    first = masked(TEXT, b"", first=TEXT)
    requests = asked(first, *(masked(0, part, first=0) for part in parts), masked(0, last))
    assert requests == [*[Reply(b"")] * len(data), commands.Say("hello")]


def test_a_message_may_hold_several_lines() -> None:
    text = said("a") + b"\n\r\n" + said("b") + b"\r\n" + said("c") + b"\n"
    assert asked(masked(TEXT, text)) == [commands.Say(text) for text in "abc"]


def test_the_lines_of_a_message_are_given_one_by_one() -> None:
    websocket = WebSocket(Settings())
    requests = websocket.receive(masked(TEXT, said("a") + b"\n" + said("b")))
    assert next(requests) == commands.Say("a")
    assert websocket.has_more()
    assert websocket.count_waiting(b"") == 1
    assert next(requests) == commands.Say("b")
    assert not websocket.has_more()
    assert websocket.count_waiting(masked(TEXT, said("c")) * 2) == 2


def test_counting_what_waits_changes_nothing() -> None:
    websocket = WebSocket(Settings())
    data = masked(TEXT, said("hi")[:7], first=TEXT) + masked(0, said("hi")[7:])[:-1]
    list(websocket.receive(data))
    assert websocket.count_waiting(masked(0, said("hi")[7:])[-1:]) == 1
    assert list(websocket.receive(masked(0, said("hi")[7:])[-1:])) == [commands.Say("hi")]


@pytest.mark.parametrize("text", [b"", b"\n", b" \r\n"])
def test_a_message_without_a_line_costs_a_token(text: bytes) -> None:
    assert asked(masked(TEXT, text)) == [Reply(b"")]


def test_a_line_that_is_wrong_is_answered_and_the_next_is_read() -> None:
    refusal, request = asked(masked(TEXT, b"what\n" + said("hi")))
    assert isinstance(refusal, Reply)
    assert refusal.data[0] == 0x81
    assert json.loads(refusal.data[2:] if refusal.data[1] < 126 else refusal.data[4:])["code"]
    assert request == commands.Say("hi")


def test_a_ping_of_the_json_protocol_is_answered() -> None:
    (pong,) = asked(masked(TEXT, b'{"type":"ping","ref":7}'))
    assert pong == Reply(frame(TEXT, b'{"type":"pong","ref":7}\n'))


def test_binary_data_is_unacceptable() -> None:
    assert closed_with(masked(BINARY, b"{}")) == 1003


def test_an_answer_is_one_message_with_its_ref() -> None:
    event = events.Notice("hello")
    websocket = WebSocket(Settings())
    assert json.loads(websocket.answer(event, 3)[2:]) == {
        "type": "notice",
        "text": "hello",
        "ref": 3,
    }
    assert DIALECT.encode(event) == websocket.answer(event, None)


def test_many_lines_are_few_messages_and_no_line_is_cut() -> None:
    lines = [b"%d" % n + b"x" * 999 + b"\n" for n in range(200)]
    lines.insert(100, b"y" * 70_000 + b"\n")
    data, texts = text_frames(b"".join(lines)), []
    while data:
        assert data[0] == 0x81
        head = 10 if data[1] == 127 else 4
        size = int.from_bytes(data[2:head], "big")
        texts.append(data[head : head + size])
        data = data[head + size :]
    assert b"".join(texts) == b"".join(lines)
    assert all(text.endswith(b"\n") for text in texts)
    assert max(map(len, texts)) == 70_001
    assert len(texts) < 8


FRAMES = st.lists(
    st.one_of(
        st.builds(
            masked,
            st.sampled_from((TEXT, TEXT, CONTINUATION, PING, PONG, CLOSE, BINARY)),
            st.sampled_from((b"", b"{}", said("hi"), b"\xc3", b"\xa4", b"\x03\xe8", b"x" * 126)),
        ),
        st.builds(
            lambda opcode, payload: masked(opcode, payload, first=opcode),
            st.sampled_from((TEXT, CONTINUATION)),
            st.sampled_from((b"", b"{}", said("hi")[:5], b"\xc3", b"\xa4")),
        ),
        st.binary(max_size=3),
    ),
    max_size=8,
)


@given(frames=FRAMES)
def test_how_frames_are_cut_makes_no_difference(frames: list[bytes]) -> None:
    data = b"".join(frames)
    whole = asked(data) if data else []
    assert asked(*filter(None, frames)) == whole
    assert asked(*bytewise(data)) == whole
