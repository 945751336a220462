"""Joins and leaves, one by one or as a count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.settings import Settings
from chatroom.vocabulary import commands

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor


def names(count: int) -> list[str]:
    return [f"n{number}" for number in range(count)]


def newcomer(hall: Hall, name: str) -> Visitor:
    visitor = hall.visitor(host="198.51.100.1")
    visitor.does(commands.Join(name))
    return visitor


def test_the_fiftieth_join_is_told_by_name_and_the_fifty_first_is_not(hall: Hall) -> None:
    first, *_ = hall.people(*names(49))
    newcomer(hall, "ann")
    hall.tick()
    assert first.heard() == ["Server: ann has joined the chat. Say hi!"]
    newcomer(hall, "bob")
    hall.tick()
    assert first.heard() == []
    hall.passes(1.0)
    assert first.heard() == ["Server: 1 person has joined the chat."]


def test_the_leave_from_a_room_of_fifty_one_is_counted_and_the_next_is_not(hall: Hall) -> None:
    first, second, third, *_ = hall.people(*names(51))
    hall.passes(1.0)
    hall.hush()
    second.does(commands.Quit("quit"))
    hall.tick()
    assert first.heard() == []
    hall.passes(1.0)
    assert first.heard() == ["Server: 1 person has left the chat."]
    third.does(commands.Quit("quit"))
    hall.tick()
    assert first.heard() == ["Server: n2 has left the chat."]


def test_a_crowd_that_arrives_is_told_once_as_a_count(hall: Hall) -> None:
    first, *_ = hall.people(*names(50))
    hall.people(*(f"m{number}" for number in range(212)))
    hall.passes(0.9)
    assert first.heard() == []
    hall.passes(0.1)
    assert first.heard() == ["Server: 212 people have joined the chat."]
    hall.passes(10)
    assert first.heard() == []


def test_joins_and_leaves_are_counted_together(hall: Hall) -> None:
    first, *others = hall.people(*names(60))
    hall.passes(1.0)
    hall.hush()
    hall.people("ann", "bob")
    for other in others[:3]:
        other.does(commands.Quit("quit"))
    hall.passes(1.0)
    assert first.heard() == [
        "Server: 2 people have joined the chat.",
        "Server: 3 people have left the chat.",
    ]


def test_a_lone_newcomer_is_not_told_of_themselves(hall: Hall) -> None:
    hall.people(*names(50))
    hall.passes(1.0)
    ann = newcomer(hall, "ann")
    hall.tick()
    ann.heard()
    hall.passes(1.0)
    assert ann.heard() == []


def test_a_newcomer_who_left_again_before_the_count_is_counted_twice(hall: Hall) -> None:
    first, *_ = hall.people(*names(50))
    newcomer(hall, "ann").does(commands.Quit("quit"))
    hall.passes(1.0)
    assert first.heard() == [
        "Server: 1 person has joined the chat.",
        "Server: 1 person has left the chat.",
    ]


def test_a_count_for_a_room_that_is_gone_disturbs_nobody(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(crowd=1))
    ann, bob = hall.people("ann", "bob")
    for visitor in (ann, bob):
        visitor.does(commands.Quit("quit"))
    hall.passes(1.0)
    (cy,) = hall.people("cy")
    hall.passes(1.0)
    assert cy.heard() == []
    assert hall.timers == []


def test_each_crowded_room_is_told_its_own_count(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(crowd=2))
    ann, _bob, cy, dee, eve = hall.people("ann", "bob", "cy", "dee", "eve")
    hall.passes(1.0)
    for visitor in (cy, dee, eve):
        visitor.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    hall.passes(1.0)
    assert ann.heard() == ["Server: 3 people have left the chat."]
    assert cy.heard() == ["Server: 1 person has joined the chat."]


def test_one_timer_serves_all_counts_of_an_interval(hall: Hall) -> None:
    hall.people(*names(60))
    assert len(hall.timers) == 1


@pytest.mark.parametrize("crowd", [0, 3], ids=["always-counted", "small-rooms"])
def test_a_count_is_exact_whatever_the_limit(new_hall: type[Hall], crowd: int) -> None:
    hall = new_hall(Settings(crowd=crowd))
    ann, *_ = hall.people(*names(crowd + 1))
    hall.passes(1.0)
    hall.hush()
    hall.people("x", "y")
    hall.passes(1.0)
    assert ann.heard() == ["Server: 2 people have joined the chat."]
