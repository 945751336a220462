"""Typing errors, and words that have nothing to do with each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.spelling import nearest

KNOWN = ("/me", "/msg", "/join", "/ignore")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("/join", "/join"),
        ("/jion", "/join"),
        ("/jon", "/join"),
        ("/joinn", "/join"),
        ("/johnn", ""),
        ("/ignro", "/ignore"),
        ("/ig", ""),
        ("/mgs", "/msg"),
        ("/xx", ""),
        ("", ""),
        ("x" * 4096, ""),
    ],
)
def test_a_slip_or_two_are_seen_through(word: str, meant: str) -> None:
    assert nearest(word, KNOWN) == meant


def test_nothing_is_near_to_nothing() -> None:
    assert nearest("/me", ()) == ""


@given(st.sampled_from(KNOWN[2:]), st.integers(0, 4))
def test_neighbours_that_were_swapped_are_one_slip(known: str, where: int) -> None:
    at = where % (len(known) - 1)
    swapped = known[:at] + known[at + 1] + known[at] + known[at + 2 :]
    assert nearest(swapped, KNOWN) == known
