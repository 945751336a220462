"""Readers without a name: they get what is said, and are nowhere to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.settings import Settings
from chatroom.vocabulary import commands

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor


@pytest.fixture
def hall(new_hall: type[Hall]) -> Hall:
    return new_hall(Settings(public_rooms=True))


def reader(hall: Hall, room: str = "lobby", after: int = 0) -> Visitor:
    visitor = hall.visitor()
    visitor.does(commands.Follow(room, after))
    hall.tick()
    return visitor


def test_a_reader_gets_what_came_after_an_id_and_what_is_said_then(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.says("1")
    known = hall.hub.history.last
    ann.says("2")
    hall.tick()
    curl = reader(hall, after=known)
    ann.says("3")
    hall.tick()
    assert curl.heard() == ["ann: 2", "ann: 3"]
    hall.tick()
    assert curl.heard() == []


def test_a_reader_is_in_no_list_and_hears_of_nobody(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    curl = reader(hall)
    assert (len(hall.hub.roster), len(hall.hub.rooms["lobby"])) == (2, 2)
    bob.does(commands.Quit("quit"))
    hall.tick()
    assert curl.heard() == []
    assert ann.heard() == ["Server: bob has left the chat."]


def test_another_room_is_not_heard(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Move("tea"))
    curl = reader(hall, "Tea")
    ann.says("in the lobby")
    bob.says("in tea")
    hall.tick()
    assert curl.heard() == ["bob: in tea"]


def test_much_comes_in_pieces(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    for number in range(250):
        ann.says(str(number))
    curl = reader(hall)
    for _ in range(3):
        curl.drains()
        hall.tick()
    assert curl.heard() == [f"ann: {number}" for number in range(250)]


def test_who_does_not_read_is_given_nothing_until_they_do(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    curl = reader(hall)
    curl.queued = 1
    ann.says("1", "2")
    hall.tick()
    assert curl.heard() == []
    curl.queued = 0
    curl.drains()
    hall.tick()
    assert curl.heard() == ["ann: 1", "ann: 2"]


def test_who_does_not_read_and_has_no_room_loses_nothing(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    curl = reader(hall)
    curl.full = True
    ann.says("1")
    hall.tick()
    curl.full = False
    ann.says("2")
    hall.tick()
    assert curl.heard() == ["ann: 1", "ann: 2"]


def test_a_reader_who_has_gone_is_forgotten(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    curl = reader(hall)
    ann.says("1")
    hall.hub.leave(curl.member, "done")
    hall.tick()
    assert curl.heard() == []
    assert hall.hub.followers._of == {}
    assert hall.hub.followers._waiting == {}


def test_rooms_are_closed_unless_the_operator_has_opened_them(new_hall: type[Hall]) -> None:
    hall = new_hall()
    curl = reader(hall)
    assert curl.heard() == ["Server: Choose a name first."]


def test_the_pieces_of_a_tick_take_a_limited_time(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    readers = [reader(hall) for _ in range(10)]
    ann.says("1")

    def later() -> float:
        hall.now += hall.settings.catch_up_seconds / 4
        return hall.now

    hall.hub.followers._clock = later
    hall.timers.clear()
    hall.tick()
    assert 2 <= sum(bool(one.taken) for one in readers) <= 5
    assert len(hall.timers) == 1
    for _ in range(5):
        hall.tick()
    assert all(one.heard() == ["ann: 1"] for one in readers)
