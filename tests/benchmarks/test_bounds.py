from dataclasses import replace
from math import inf
from typing import Any

import pytest

from attack.bounds import Impact, broken

CALM = Impact(quiet_p99=4_000, p50=900, p99=6_000, longest=20_000, answered=0.01)


def complaints(**different: Any) -> list[str]:
    return list(broken(replace(CALM, **different)))


def test_who_feels_little_has_nothing_to_complain_of() -> None:
    assert complaints() == []


def test_a_p99_of_twice_the_quiet_one_is_too_much() -> None:
    assert complaints(p99=7_999) == []
    assert complaints(p99=8_000) == ["p99 8 ms instead of 4 ms (2 times)"]


def test_below_five_milliseconds_no_ratio_counts() -> None:
    assert complaints(quiet_p99=500, p99=4_999) == []
    assert complaints(quiet_p99=500, p99=5_000) == ["p99 5 ms instead of 500 us (10 times)"]


@pytest.mark.parametrize(
    ("bound", "kept", "broken_", "words"),
    [
        ("longest", 100_000, 101_000, "a line took 101 ms"),
        ("lost", 0, 2, "2 lines lost"),
        ("grown", 99_999_999, 100_000_000, "100.0 MB more memory"),
        ("answered", 1.0, 1.5, "a newcomer waited 1.50 s"),
        ("missed", 0.09, 0.5, "the victim missed 50% of the room's lines"),
        ("ended", "", "the server ended badly (1): -", "the server ended badly (1): -"),
    ],
)
def test_each_bound_holds_up_to_its_limit(
    bound: str, kept: object, broken_: object, words: str
) -> None:
    assert complaints(**{bound: kept}) == []
    assert complaints(**{bound: broken_}) == [words]


def test_what_never_came_took_for_ever() -> None:
    assert complaints(p99=inf, longest=inf, answered=inf) == [
        "p99 for ever instead of 4 ms (inf times)",
        "a line took for ever",
        "a newcomer waited for ever",
    ]


def test_a_core_taken_by_others_breaks_no_bound() -> None:
    assert complaints(waited=0.9) == []
