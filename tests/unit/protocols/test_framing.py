"""Lines out of bytes, however the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.framing import Lines

Outcome = tuple[list[bytes | None], bool | None]

# A line that is too long is reported before its ending is there, so it cannot decide about endings:
# the report would be written in one ending or the other, depending on how the bytes were cut.
LIMIT = 5


def outcome(pieces: list[bytes], limit: int = LIMIT, end: bool = True) -> Outcome:
    """All lines, the rest included, and what was found out about the line endings."""
    lines = Lines(limit)
    found = [line for piece in pieces for line in lines.split(piece)]
    if end:
        found += lines.rest()
    return found, lines.crlf


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


EXAMPLES: dict[str, tuple[bytes, list[bytes | None], bool | None]] = {
    "nothing": (b"", [], None),
    "one-line": (b"ab\n", [b"ab"], False),
    "one-line-crlf": (b"ab\r\n", [b"ab"], True),
    "two-lines": (b"ab\ncd\n", [b"ab", b"cd"], False),
    "the-first-ending-counts": (b"ab\r\ncd\n", [b"ab", b"cd"], True),
    "blank-lines": (b"\n\r\n\n", [b"", b"", b""], False),
    "unterminated": (b"ab\ncd", [b"ab", b"cd"], False),
    "unterminated-with-cr": (b"ab\ncd\r", [b"ab", b"cd"], False),
    "only-unterminated": (b"ab", [b"ab"], None),
    "one-cr-only-is-removed": (b"ab\r\r\n", [b"ab\r"], True),
    "cr-within": (b"a\rb\n", [b"a\rb"], False),
    "nul-and-other-separators": (b"a\0\x0b\x85\n", [b"a\0\x0b\x85"], False),
    "at-the-limit": (b"abcde\n", [b"abcde"], False),
    "at-the-limit-crlf": (b"abcde\r\n", [b"abcde"], True),
    "at-the-limit-unterminated": (b"abcde", [b"abcde"], None),
    "over-the-limit": (b"abcdef\n", [None], None),
    "over-the-limit-crlf": (b"abcdef\r\n", [None], None),
    "over-the-limit-unterminated": (b"abcdef", [None], None),
    "over-the-limit-by-a-cr": (b"abcde\r\r\n", [None], None),
    "over-the-limit-by-a-cr-within": (b"abcde\rf\n", [None], None),
    "the-rest-lives-on": (b"abcdefghijkl\nab\n", [None, b"ab"], False),
    "two-too-long": (b"abcdef\nabcdef\nab\n", [None, None, b"ab"], False),
    "too-long-then-crlf": (b"abcdefghijkl\r\nab\r\n", [None, b"ab"], True),
    "too-long-with-crlf-then-lf": (b"abcdefghijkl\r\nab\n", [None, b"ab"], False),
}


@pytest.mark.parametrize(("data", "lines", "crlf"), EXAMPLES.values(), ids=EXAMPLES.keys())
class TestAnExample:
    def test_whole(self, data: bytes, lines: list[bytes | None], crlf: bool | None) -> None:
        assert outcome([data]) == (lines, crlf)

    def test_byte_by_byte(self, data: bytes, lines: list[bytes | None], crlf: bool | None) -> None:
        assert outcome(bytewise(data)) == (lines, crlf)

    def test_cut_in_two_anywhere(
        self, data: bytes, lines: list[bytes | None], crlf: bool | None
    ) -> None:
        for cut in range(len(data) + 1):
            assert outcome([data[:cut], data[cut:]]) == (lines, crlf), f"cut at {cut}"

    def test_with_trailing_data(
        self, data: bytes, lines: list[bytes | None], crlf: bool | None
    ) -> None:
        if data.endswith(b"\n"):
            assert outcome([data + b"xy"]) == ([*lines, b"xy"], crlf)
            assert outcome([data, b"xy"], end=False) == (lines, crlf)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b""], ids=["lf", "crlf", "end-of-input"])
@pytest.mark.parametrize(
    ("size", "fits"), [(4095, True), (4096, True), (4097, False), (100_000, False)]
)
def test_a_line_has_at_most_4096_bytes_without_its_ending(
    ending: bytes, size: int, fits: bool
) -> None:
    line = b"x" * size
    for pieces in ([line + ending], [line, ending], [line[:4096], line[4096:] + ending]):
        found, _ = outcome(pieces, 4096)
        assert found == [line if fits else None]


def test_a_line_that_is_too_long_is_reported_as_soon_as_it_is() -> None:
    lines = Lines(LIMIT)
    assert list(lines.split(b"abcde")) == []
    assert list(lines.split(b"f")) == [None]
    assert list(lines.split(b"g" * 100)) == []
    assert list(lines.split(b"\nab\n")) == [b"ab"]


def test_no_more_than_a_line_is_kept() -> None:
    lines = Lines(LIMIT)
    for _ in range(100):
        list(lines.split(b"x" * 1000))
        assert len(lines._partial) <= LIMIT + 1


def test_the_rest_is_given_once() -> None:
    lines = Lines(LIMIT)
    assert list(lines.split(b"ab")) == []
    assert list(lines.rest()) == [b"ab"]
    assert list(lines.rest()) == []


STREAMS = st.lists(
    st.one_of(st.sampled_from([b"\n", b"\r", b"\r\n", b"x", b"xxxx", b"xxxxxx"]), st.binary()),
    max_size=20,
)


@given(STREAMS)
def test_any_chunking_gives_the_lines_of_the_whole(pieces: list[bytes]) -> None:
    whole = outcome([b"".join(pieces)])
    assert outcome(pieces) == whole
    assert outcome(bytewise(b"".join(pieces))) == whole


@given(STREAMS)
def test_every_split_in_two_gives_the_lines_of_the_whole(pieces: list[bytes]) -> None:
    data = b"".join(pieces)[:60]
    whole = outcome([data])
    for cut in range(len(data) + 1):
        assert outcome([data[:cut], data[cut:]]) == whole


@given(st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line)))
def test_lines_are_those_of_a_plain_split(written: list[bytes]) -> None:
    expected = [line.removesuffix(b"\r") for line in written]
    found, _ = outcome([b"".join(line + b"\n" for line in written)])
    assert found == [line if len(line) <= LIMIT else None for line in expected]


def test_what_begins_a_line_is_known_and_is_not_looked_for_inside_one() -> None:
    lines = Lines(LIMIT)
    found = lines.split(b"ab\n{cd\n{")
    assert not lines.begins_with(b"{")
    assert next(found) == b"ab"
    assert lines.begins_with(b"{")
    assert lines.take_unread() == b"{cd\n{"
    assert list(found) == []
    assert not lines.begins_with(b"{")


@pytest.mark.parametrize("before", [b"a", b"abcdefghi"], ids=["within-the-limit", "over-it"])
def test_a_line_that_has_begun_begins_no_more(before: bytes) -> None:
    lines = Lines(LIMIT)
    list(lines.split(before))
    lines.split(b"{")
    assert not lines.begins_with(b"{")


def test_what_begins_a_line_is_known_behind_one_that_was_dropped() -> None:
    lines = Lines(LIMIT)
    list(lines.split(b"abcdefghi"))
    found = lines.split(b"jkl\n{cd\n")
    assert lines.begins_with(b"{")
    assert list(found) == [b"{cd"]


@pytest.mark.parametrize(
    ("rest", "more"), [(b"", False), (b"\r\n\n", False), (b"x", True), (b"\nx", True)]
)
def test_more_than_line_endings_behind_a_line_is_more(rest: bytes, more: bool) -> None:
    lines = Lines(LIMIT)
    assert next(lines.split(b"ab\n" + rest)) == b"ab"
    assert lines.has_more() is more
