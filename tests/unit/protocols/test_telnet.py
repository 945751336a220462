"""Telnet's sequences, whole and cut anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.telnet import _SEQUENCE, Telnet

IAC, SB, SE = b"\xff", b"\xff\xfa", b"\xff\xf0"
INTERRUPT = b"\xff\xf4"


def outcome(pieces: list[bytes]) -> tuple[bytes, bool]:
    telnet = Telnet()
    text = b""
    for piece in pieces:
        text += telnet.strip(piece)
        if telnet.interrupted:
            break
    return text, telnet.interrupted


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


EXAMPLES = {
    "plain": (b"hello\r\n", b"hello\r\n"),
    "utf-8": ("\u00fc\u65e5\n".encode(), "\u00fc\u65e5\n".encode()),
    "nop": (b"a\xff\xf1b", b"ab"),
    "go-ahead": (b"a\xff\xf9b", b"ab"),
    "stray-se": (b"a\xff\xf0b", b"ab"),
    "will": (b"a\xff\xfb\x01b", b"ab"),
    "wont": (b"a\xff\xfc\x01b", b"ab"),
    "do": (b"a\xff\xfd\x03b", b"ab"),
    "dont": (b"a\xff\xfe\x03b", b"ab"),
    "option-10-is-no-line-end": (b"a\xff\xfd\nb", b"ab"),
    "option-255": (b"a\xff\xfd\xffb", b"ab"),
    "all-at-the-start": (b"\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1fann\r\n", b"ann\r\n"),
    "subnegotiation": (SB + b"\x1f\x00\x50\x00\x18" + SE + b"ann", b"ann"),
    "subnegotiation-with-line-ends": (b"a" + SB + b"\x18\0xterm\r\n" + SE + b"b", b"ab"),
    "empty-subnegotiation": (b"a" + SB + SE + b"b", b"ab"),
    "subnegotiation-of-256": (b"a" + SB + b"x" * 256 + SE + b"b", b"ab"),
    "two-subnegotiations": (SB + b"1" + SE + b"a" + SB + b"2" + SE, b"a"),
    "escaped-255": (b"a\xff\xffb", b"a\xffb"),
    "latin-1-y-then-a-letter": (b"a\xffb\n", b"a\xffb\n"),
    "latin-1-y-at-the-end-of-a-line": (b"a\xff\r\n", b"a\xff\r\n"),
    "unknown-command": (b"a\xff\xefb", b"a\xff\xefb"),
}


@pytest.mark.parametrize(("data", "text"), EXAMPLES.values(), ids=EXAMPLES.keys())
class TestAnExample:
    def test_whole(self, data: bytes, text: bytes) -> None:
        assert outcome([data]) == (text, False)

    def test_byte_by_byte(self, data: bytes, text: bytes) -> None:
        assert outcome(bytewise(data)) == (text, False)

    def test_cut_in_two_anywhere(self, data: bytes, text: bytes) -> None:
        for cut in range(len(data) + 1):
            assert outcome([data[:cut], data[cut:]]) == (text, False), f"cut at {cut}"

    def test_with_trailing_data(self, data: bytes, text: bytes) -> None:
        assert outcome([data + b"trailing\n"]) == (text + b"trailing\n", False)


def test_an_interrupt_ends_the_text() -> None:
    data = b"a\xff\xf1b" + INTERRUPT + b"\xff\xfd\x06c\n"
    assert outcome([data]) == (b"ab", True)
    assert outcome(bytewise(data)) == (b"ab", True)


def test_an_escaped_255_before_an_f4_is_no_interrupt() -> None:
    assert outcome([b"a\xff\xff\xf4b"]) == (b"a\xff\xf4b", False)


def test_an_interrupt_inside_a_subnegotiation_is_data() -> None:
    assert outcome([SB + b"x" + INTERRUPT + b"y" + SE + b"b"]) == (b"b", False)


@pytest.mark.parametrize(
    "unfinished", [IAC, b"\xff\xfb", b"\xff\xfe", SB, SB + b"abc", SB + b"abc" + IAC], ids=repr
)
def test_an_unfinished_sequence_waits_for_its_end(unfinished: bytes) -> None:
    telnet = Telnet()
    assert telnet.strip(b"text" + unfinished) == b"text"


def test_a_subnegotiation_of_more_than_256_bytes_is_not_believed() -> None:
    data = SB + b"x" * 257 + b"\nhello\n"
    for pieces in ([data], bytewise(data), [data[:100], data[100:]]):
        text, _ = outcome(pieces)
        assert text.endswith(b"x" * 257 + b"\nhello\n")


def test_a_subnegotiation_that_never_ends_does_not_hold_back_more_than_its_limit() -> None:
    telnet = Telnet()
    telnet.strip(SB)
    text = b"".join(telnet.strip(b"x") for _ in range(1000))
    assert len(text) >= 1000 - 1


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                IAC,
                SB,
                SE,
                INTERRUPT,
                b"\xff\xff",
                b"\xff\xfb",
                b"\xff\xf1",
                b"\r",
                b"\0",
                b"x" * 250,
            ]
        ),
        st.binary(max_size=10),
    ),
    max_size=12,
)


@given(PIECES)
def test_any_chunking_gives_the_text_of_the_whole(pieces: list[bytes]) -> None:
    whole = outcome([b"".join(pieces)])
    assert outcome(pieces) == whole
    assert outcome(bytewise(b"".join(pieces))) == whole


@given(st.binary().filter(lambda data: IAC not in data and b"\r\0" not in data))
def test_text_without_iac_is_left_alone(data: bytes) -> None:
    assert outcome([data]) == (data, False)


@pytest.mark.parametrize("noise", [SB, SB + b"\xff\xff", SB + b"\xff\xf1"], ids=repr)
def test_nothing_that_was_looked_at_far_ahead_is_looked_at_again(noise: bytes) -> None:
    data = noise * 4000
    left = 0
    for sequence in _SEQUENCE.finditer(data):
        assert SB not in data[left : sequence.start()]
        left = sequence.end()
    assert SB not in data[left:]


def test_a_subnegotiation_that_is_not_believed_is_text_with_all_that_it_holds() -> None:
    data = SB + b"x" * 255 + INTERRUPT * 2
    assert outcome([data + b"y"]) == (data + b"y", False)
    assert outcome(bytewise(data + b"y")) == (data + b"y", False)


CARRIAGE_RETURNS = {
    "cr-nul-ends-a-line": (b"ann\r\0hello\r\0", b"ann\r\nhello\r\n"),
    "cr-lf-stays": (b"ann\r\nhello\r\n", b"ann\r\nhello\r\n"),
    "a-negotiation-between": (b"ann\r\xff\xf1\0x", b"ann\r\nx"),
    "nul-alone-is-text": (b"a\0b\0\r", b"a\0b\0\r"),
    "two": (b"\r\0\0\r\r\0", b"\r\n\0\r\r\n"),
}


@pytest.mark.parametrize(("data", "text"), CARRIAGE_RETURNS.values(), ids=CARRIAGE_RETURNS.keys())
def test_cr_nul_is_a_line_end(data: bytes, text: bytes) -> None:
    assert outcome([data]) == (text, False)
    assert outcome(bytewise(data)) == (text, False)
