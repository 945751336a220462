import pytest

from load.wire import DIALECTS, SMALLEST, body, frames

SAID = b'{"type":"said","id":7,"room":"lobby","name":"fab00003","text":"%s","time":17.25}\n'


def test_a_body_has_the_size_asked_for() -> None:
    assert len(DIALECTS["raw"].say(body(7, 123, 64))) == 64
    assert len(DIALECTS["line"].say(body(99_999_999, 10**15, SMALLEST))) == SMALLEST


@pytest.mark.parametrize(
    ("speak", "delivered"),
    [
        ("line", b"fab00003: %s\n"),
        ("raw", b"%s\n"),
        ("ncat", b"<user4> %s\n"),
        ("ncat", b"%s\n"),
        ("json", SAID),
        ("irc", b":fab00003!~u@127.0.0.1 PRIVMSG #flood :%s\r\n"),
    ],
)
def test_a_delivery_is_recognised_with_author_number_and_time(speak: str, delivered: bytes) -> None:
    pattern = DIALECTS[speak].pattern(64)
    found = pattern.search(b"Server: hello\n" + delivered % body(42, 1_000_001, 64))
    assert found is not None
    assert found[1] in (b"fab00003", b"")
    assert (int(found[2]), int(found[3])) == (42, 1_000_001)


@pytest.mark.parametrize(
    "damaged",
    [
        body(42, 1, 64)[:-1] + b"\n",
        body(42, 1, 64) + b"x\n",
        b"?" + body(42, 1, 64) + b"\n",
        body(42, 1, 64).replace(b"x", b"y", 1) + b"\n",
        body(42, 1, 64),
    ],
)
def test_a_damaged_message_is_no_delivery(damaged: bytes) -> None:
    assert DIALECTS["raw"].pattern(64).search(damaged) is None


def said(number: int) -> bytes:
    return SAID % body(number, 1_000_001, 64)


def frame(text: bytes) -> bytes:
    return b"\x81\x7e" + len(text).to_bytes(2, "big") + text


def test_the_lines_of_a_frame_are_there_when_all_of_it_is() -> None:
    first = frame(said(1) + b'{"type":"notice","text":"hello"}\n' + said(2))
    stream = first + b"\x89\0" + frame(said(3))
    websocket = DIALECTS["websocket"]
    found = list(websocket.deliveries(websocket.pattern(64), stream))
    assert [int(match[2]) for match, _ in found] == [1, 2, 3]
    assert [end for _, end in found] == [len(first), len(first), len(stream)]
    assert websocket.lines(stream) == 4


def test_lengths_of_frames_take_one_three_or_nine_bytes() -> None:
    texts = [b"", b"x" * 125, b"x" * 126, b"x" * 70_000]
    nine = b"\x81\x7f" + len(texts[3]).to_bytes(8, "big") + texts[3]
    stream = b"\x81\0\x81\x7d" + texts[1] + frame(texts[2]) + nine
    assert [text for text, _ in frames(stream)] == texts


@pytest.mark.parametrize(
    "damaged",
    [
        frame(said(1))[:-1],
        frame(said(1))[1:],
        b"\x81" + frame(said(1)),
        b"\x81\xfe" + frame(said(1))[2:],
        b"\x82" + frame(said(1))[1:],
        frame(said(1).replace(b"~", b"\n~")),
        frame(b"and " + said(1)),
        frame(said(1)[:60]) + frame(said(1)[60:]),
        b"\x81\x7f\0",
    ],
    ids=["cut off", "no opcode", "opcode twice", "masked", "binary", "in two lines",
         "behind something", "in two frames", "half a length"],
)  # fmt: skip
def test_a_damaged_frame_is_no_delivery(damaged: bytes) -> None:
    websocket = DIALECTS["websocket"]
    assert not list(websocket.deliveries(websocket.pattern(64), damaged))


def test_the_length_of_a_delivery_is_known_where_the_server_adds_only_the_name() -> None:
    line = b"fab00003: " + body(1, 1, 64) + b"\n"
    assert DIALECTS["line"].length(b"fab00003", 64) == len(line)
    assert DIALECTS["irc"].length(b"fab00003", 64) == 0


def test_a_line_client_is_in_when_the_server_says_so() -> None:
    line = DIALECTS["line"]
    assert line.hello(b"ada") == b"ada\n"
    assert line.admits(b"Your name: All set, ada!")
    assert not line.admits(b"Server: that name is taken.")


def test_an_irc_client_registers_answers_pings_and_joins() -> None:
    irc = DIALECTS["irc"]
    assert irc.hello(b"ada") == b"NICK ada\r\nUSER ada 0 * :flood\r\n"
    assert irc.answer(b"PING :cookie\r") == b"PONG :cookie\r\n"
    assert irc.answer(b":host 001 ada :Welcome\r") == b"JOIN #flood\r\n"
    assert irc.answer(b":host 002 ada :Your host is\r") == b""
    assert irc.admits(b":host 366 ada #flood :End of NAMES list\r")


def test_a_websocket_client_upgrades_joins_and_answers_pings() -> None:
    websocket = DIALECTS["websocket"]
    assert websocket.hello(b"ada").startswith(b"GET /ws HTTP/1.1\r\n")
    assert websocket.answer(b"Upgrade: websocket\r", b"ada") == b""
    join = b'{"type":"join","name":"ada"}\n'
    assert websocket.answer(b"\r", b"ada") == b"\x81\x9d\0\0\0\0" + join
    assert websocket.answer(b"\x89\0", b"ada") == b"\x8a\x80\0\0\0\0"
    assert websocket.admits(b'\x81\x7e\x00\xff{"type":"welcome","name":"ada"}')
    assert websocket.say(b"x" * 200).startswith(b"\x81\xfe\x00\xe9\0\0\0\0{")
    assert websocket.length(b"ada", 64) == 0


def test_a_program_joins_and_talks_in_lines_of_json() -> None:
    json = DIALECTS["json"]
    assert json.hello(b"ada") == b'{"type":"join","name":"ada"}\n'
    assert json.admits(b'{"type":"welcome","name":"ada"}')
    assert json.say(b"hi") == b'{"type":"say","text":"hi","ref":1}\n'


@pytest.mark.parametrize("speak", ["json", "websocket"])
def test_what_programs_and_browsers_said_themselves_is_no_delivery(speak: str) -> None:
    receipt = said(42).replace(b"}", b',"ref":1}')
    assert DIALECTS[speak].pattern(64).search(said(42))
    assert DIALECTS[speak].pattern(64).search(receipt) is None


def test_an_ncat_client_is_in_when_it_is_told_who_was_there_before() -> None:
    ncat = DIALECTS["ncat"]
    assert ncat.hello(b"ada") == b""
    assert not ncat.admits(b"<announce> 127.0.0.1 is connected as <user5>.")
    assert ncat.admits(b"<announce> already connected: nobody.")
