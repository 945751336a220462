"""Numbers with their nouns."""

import pytest

from chatroom.vocabulary.counts import counted


@pytest.mark.parametrize(("number", "text"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines")])
def test_one_is_singular_and_all_others_are_plural(number: int, text: str) -> None:
    assert counted(number, "line") == text


def test_a_plural_of_its_own_is_given() -> None:
    assert [counted(number, "person", "people") for number in (1, 2)] == ["1 person", "2 people"]
