"""Which names some letters can mean, and what is written into the search."""

import pytest

from chatroom.client.window.matching import matches
from chatroom.client.window.query import Query, parse, written
from chatroom.client.window.shortened import shortened

NAMES = ("#lobby", "#tea", "#a-tea-room", "@Theo", "@bob")


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ("", list(NAMES)),
        ("te", ["#tea", "#a-tea-room", "@Theo"]),
        ("#TEA", ["#tea", "#a-tea-room"]),
        ("bo", ["@bob"]),
        ("lby", ["#lobby"]),
        ("xyz", []),
    ],
)
def test_what_begins_with_the_letters_comes_first(letters: str, found: list[str]) -> None:
    wanted = matches(letters, NAMES)
    assert wanted[: len(found)] == found
    assert letters != "xyz" or not wanted


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("two words", Query("two words")),
        ("tea from:bob room:#kitchen", Query("tea", "bob", "kitchen")),
        ("FROM:bob", Query("", "bob")),
        ("from: nobody", Query("from: nobody")),
        ("at 10:30", Query("at 10:30")),
    ],
)
def test_a_search_may_say_from_whom_and_where(text: str, query: Query) -> None:
    assert parse(text) == query
    assert parse(written(query.text, query.name, query.room)) == query


@pytest.mark.parametrize(
    ("width", "short"), [(99, "a long name"), (11, "a long name"), (7, "a long…"), (0, "…")]
)
def test_a_text_that_is_too_long_ends_in_an_ellipsis(width: int, short: str) -> None:
    assert shortened("a long name", width, len) == short
