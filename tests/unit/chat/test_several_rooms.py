"""Members who are in several rooms at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.chat.room import Room, Seat
from chatroom.chat.rules.kicking import kick
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor


NEW_NAME = "Server: ann is now called dee."
RENAMED = "Server: cy is now called dee."


@pytest.fixture
def ann(hall: Hall) -> Visitor:
    """In the lobby and in the room tea, where bob and cy are; everybody stands level."""
    ann, bob, cy = hall.people("ann", "bob", "cy")
    cy.does(commands.Enter("tea"))
    bob.does(commands.Move("tea"))
    ann.does(commands.Enter("tea"))
    hall.tick()
    hall.hush()
    return ann


@pytest.fixture
def bob(hall: Hall, ann: Visitor) -> Visitor:
    """In tea alone."""
    return hall.visitors[1]


@pytest.fixture
def cy(hall: Hall, ann: Visitor) -> Visitor:
    """In the lobby and in tea, like ann."""
    return hall.visitors[2]


def rooms_of(visitor: Visitor) -> list[str]:
    return [seat.room.name for seat in visitor.member.seats]


# --- entering and leaving -----------------------------------------------------------------------


def test_who_enters_a_room_stays_where_they_were(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Move("tea"))
    ann.does(commands.Enter("tea"))
    hall.tick()
    hall.hush()
    assert rooms_of(ann) == ["lobby", "tea"]
    ann.says("in the lobby")
    ann.does(commands.Say("in tea", room="tea"), commands.Act("drinks", room="#tea"))
    hall.tick()
    assert bob.heard() == ["ann: in tea", "* ann drinks"]


def test_they_hear_all_their_rooms(hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor) -> None:
    cy.says("one")
    bob.says("two")
    hall.tick()
    assert ann.heard() == ["cy: one", "bob: two"]


def test_a_room_hears_who_enters_and_leaves_it(hall: Hall, ann: Visitor, bob: Visitor) -> None:
    ann.does(commands.Leave("tea"))
    hall.tick()
    assert bob.heard() == ["Server: ann has left room tea."]
    ann.does(commands.Enter("tea"))
    hall.tick()
    assert bob.heard() == ["Server: ann has joined the chat. Say hi!"]


def test_who_leaves_a_room_hears_it_no_more(hall: Hall, ann: Visitor, bob: Visitor) -> None:
    bob.says("before")
    ann.does(commands.Leave("tea"))
    bob.says("after")
    hall.tick()
    assert ann.heard() == ["bob: before", "Server: ann has left room tea."]


def test_who_leaves_the_room_where_they_are_is_in_the_oldest_of_the_others(
    hall: Hall, ann: Visitor, bob: Visitor
) -> None:
    ann.does(commands.Leave())
    ann.says("here")
    hall.tick()
    assert rooms_of(ann) == ["tea"]
    assert "ann: here" in bob.heard()


def test_the_oldest_is_the_one_that_was_entered_first(hall: Hall, ann: Visitor) -> None:
    ann.does(commands.Enter("den"), commands.Leave())
    assert ann.member.here is ann.member.seats[0]
    assert rooms_of(ann) == ["tea", "den"]


def test_who_leaves_another_room_stays_where_they_were(hall: Hall, ann: Visitor) -> None:
    ann.does(commands.Enter("den"), commands.Move("attic"), commands.Leave("tea"))
    assert rooms_of(ann) == ["attic", "den"]
    assert ann.member.here is ann.member.seats[0]


def test_moving_to_a_room_where_one_is_already_tells_nobody_there(
    hall: Hall, ann: Visitor, bob: Visitor
) -> None:
    ann.does(commands.Move("tea"))
    hall.tick()
    assert bob.heard() == []


def test_moving_leaves_one_room_for_another(hall: Hall, ann: Visitor) -> None:
    ann.does(commands.Move("den"))
    assert rooms_of(ann) == ["den", "tea"]
    ann.does(commands.Move("tea"))  # where they are already
    assert rooms_of(ann) == ["tea"]
    hall.tick()
    ann.says("x")
    hall.tick()
    assert hall.visitors[1].heard()[-1] == "ann: x"


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (commands.Enter("tea"), "You are in room tea already."),
        (commands.Enter("#TEA"), "You are in room tea already."),
        (commands.Enter("lobby"), "You are in room lobby already."),
        (commands.Enter("two words"), "A room name holds no spaces; try two_words."),
        (commands.Leave("den"), "You are not in room den."),
        (commands.Say("x", room="den"), "You are not in room den."),
        (commands.Say("x", room="\x1b[2J"), "You are not in room [2J."),
    ],
)
def test_what_cannot_be_is_refused(
    hall: Hall, ann: Visitor, command: commands.Command, text: str
) -> None:
    ann.does(command)
    assert ann.heard() == [f"Server: {text}"]
    hall.tick()
    assert rooms_of(ann) == ["lobby", "tea"]


def test_the_only_room_is_left_by_leaving_the_chat(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Leave())
    assert ann.heard() == ["Server: You are in no other room than lobby; quit leaves the chat."]
    assert rooms_of(ann) == ["lobby"]


def test_there_is_a_limit_to_the_rooms_of_one(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(max_rooms=3))
    (ann,) = hall.people("ann")
    ann.does(*(commands.Enter(f"room{number}") for number in range(5)))
    hall.tick()
    assert rooms_of(ann) == ["lobby", "room0", "room1"]
    assert ann.heard()[-1] == "Server: You are in 3 rooms already; that is the limit."
    assert len(hall.hub.rooms) == 3


def test_rooms_are_gone_with_their_last_member(hall: Hall, ann: Visitor) -> None:
    ann.does(commands.Enter("den"), commands.Quit("quit"))
    hall.tick()
    assert set(hall.hub.rooms) == {"lobby", "tea"}


# --- once ---------------------------------------------------------------------------------------


def test_a_new_name_is_told_once(hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor) -> None:
    ann.does(commands.Rename("anna"))
    hall.tick()
    assert bob.heard() == cy.heard() == ["Server: ann is now called anna."]
    assert ann.heard() == ["Server: You are now called anna."]


def test_a_departure_is_told_once(hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor) -> None:
    ann.does(commands.Quit("quit"))
    hall.tick()
    assert bob.heard() == cy.heard() == ["Server: ann has left the chat."]


def test_a_kick_is_told_once(hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor) -> None:
    assert kick(hall.hub, "ann", "spam")
    hall.tick()
    assert bob.heard() == cy.heard() == ["Server: ann was kicked: spam"]


def test_a_notice_is_told_once(hall: Hall, ann: Visitor, bob: Visitor) -> None:
    hall.hub.notice("Tea is ready.")
    hall.tick()
    assert ann.heard() == bob.heard() == ["Server: Tea is ready."]


def test_a_departure_counts_in_crowded_rooms_and_is_told_in_the_others(
    new_hall: type[Hall],
) -> None:
    hall = new_hall(Settings(crowd=3))
    ann, *crowd, dee = hall.people("ann", "bob", "cy", "dan", "dee")
    for visitor in (ann, dee):
        visitor.does(commands.Enter("tea"))
    hall.passes(1)
    hall.hush()
    ann.does(commands.Quit("quit"))
    hall.tick()
    assert dee.heard() == ["Server: ann has left the chat."]
    hall.passes(1)
    assert crowd[0].heard() == ["Server: 1 person has left the chat."]


# --- the order ----------------------------------------------------------------------------------


def test_an_answer_comes_after_what_was_said_before_it_in_every_room(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    bob.says("tea 1")
    cy.says("lobby 1")
    ann.does(commands.Who("nowhere"))
    cy.says("lobby 2")
    bob.says("tea 2")
    hall.tick()
    heard = ann.heard()
    assert heard[:2] == ["bob: tea 1", "cy: lobby 1"]
    assert heard[2] == "Server: There is no room called nowhere."
    assert set(heard[3:]) == {"cy: lobby 2", "bob: tea 2"}


def test_what_comes_later_in_a_room_that_was_quiet_comes_behind_the_answer(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    bob.says("tea")
    ann.does(commands.Who("nowhere"))
    cy.says("lobby")
    hall.tick()
    assert ann.heard() == ["bob: tea", "Server: There is no room called nowhere.", "cy: lobby"]


def test_rooms_hand_out_in_the_order_of_their_first_news(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    for first, second in ((bob, cy), (cy, bob)):
        first.says("first")
        second.says("second")
        first.says("third")
        ann.does(commands.Ignore("nobody"))  # so that ann stands apart
        hall.tick()
        heard = [line.partition(": ")[2] for line in ann.heard()[:-1]]
        assert heard == ["first", "third", "second"]
        hall.tick()


def test_a_heavy_batch_in_one_room_does_not_come_before_the_news_of_another(
    new_hall: type[Hall],
) -> None:
    hall = new_hall(Settings(max_batch=1000))
    ann, bob = hall.people("ann", "bob")
    for visitor in (ann, bob):
        visitor.does(commands.Enter("tea"))
    hall.tick()
    hall.hush()
    bob.says("small")
    ann.does(commands.Who("nowhere"))
    bob.does(commands.Say("x" * 1000, room="tea"))
    assert [line[:20] for line in ann.heard()] == [
        "bob: small",
        "Server: There is no ",
        "bob: " + "x" * 15,
    ]


def test_a_heavy_batch_waits_for_as_long_as_the_history_waits_for_the_disk(
    new_hall: type[Hall], monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = new_hall(Settings(max_batch=1000))
    ann, bob = hall.people("ann", "bob")
    calls: list[bool] = []

    def commit(wait: bool = False) -> bool:
        calls.append(wait)
        return wait

    monkeypatch.setattr(hall.hub.history, "commit", commit, raising=False)
    for _ in range(3):
        bob.says("x" * 1000)
    assert ann.heard() == []
    assert calls == [False] * 3, "nobody blocks the loop for it"
    hall.tick()
    assert len(ann.heard()) == 3


def test_a_stop_waits_for_the_history(hall: Hall, ann: Visitor, bob: Visitor) -> None:
    bob.says("the last word")
    hall.hub.shut_down()
    assert hall.hub.history.waiting == 0
    assert ann.heard() == ["bob: the last word"]


# --- who does not read --------------------------------------------------------------------------


def test_who_is_behind_in_one_room_is_behind_in_all_of_them(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    ann.full = True
    bob.says("missed")
    hall.tick()
    ann.full = False  # there is room again, but the queue has not drained
    cy.says("missed as well")
    hall.tick()
    assert ann.heard() == []
    ann.catches_up(hall)
    assert sorted(ann.heard()) == ["bob: missed", "cy: missed as well"]
    cy.says("heard")
    bob.says("heard")
    hall.tick()
    assert ann.heard() == ["cy: heard", "bob: heard"]


def test_who_misses_a_line_that_they_are_handed_apart_is_behind_in_all_rooms(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    ann.does(commands.Say("of my own", room="tea"))  # so that they stand apart there
    ann.full = True
    bob.says("missed")
    hall.tick()
    ann.full = False  # there is room again, but the queue has not drained
    cy.says("would come before it is told that something is missing")
    hall.tick()
    assert ann.heard() == []
    ann.catches_up(hall)
    assert sorted(ann.heard()) == [
        "bob: missed",
        "cy: would come before it is told that something is missing",
    ]


def test_who_misses_an_answer_is_behind_in_their_rooms(hall: Hall, bob: Visitor) -> None:
    dee = hall.people("dee")[0]
    dee.full = True
    dee.does(commands.Who())
    dee.full = False
    hall.visitors[2].says("would come before it is told that something is missing")
    hall.tick()
    assert dee.heard() == []
    dee.catches_up(hall)
    assert dee.heard() == [
        "cy: would come before it is told that something is missing",
        "Server: 1 line was skipped while you were not reading.",
    ]


# --- what it costs ------------------------------------------------------------------------------


def test_the_bytes_of_a_room_are_shared_by_those_who_are_in_several(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    dee = hall.people("dee")[0]
    dee.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    bob.says("hello")
    hall.tick()
    assert ann.taken[0] is cy.taken[0] is dee.taken[0]


def test_who_is_back_in_one_room_is_served_like_everybody_there(
    hall: Hall, ann: Visitor, bob: Visitor
) -> None:
    dee = hall.people("dee")[0]
    dee.does(commands.Move("tea"))
    ann.does(commands.Leave("lobby"))
    hall.tick()
    hall.hush()
    (ours,) = ann.member.seats
    (others,) = dee.member.seats
    assert ours.group is not None
    assert ours.group is others.group


def test_a_new_name_costs_a_step_for_each_seat_and_not_for_each_pair_of_rooms(
    new_hall: type[Hall], monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = new_hall()
    several = hall.people("ann", "bob", "cy")
    rooms = [f"r{number}" for number in range(20)]
    for room in rooms:  # each with somebody who would not hear of it elsewhere
        for visitor in several:
            visitor.does(commands.Enter(room))
        hall.people(f"of-{room}")[0].does(commands.Move(room))
    hall.tick()
    hall.hush()
    steps = 0
    hand = Room.hand

    def counted(room: Room, seat: Seat, stop: int) -> None:
        nonlocal steps
        steps += 1
        hand(room, seat, stop)

    monkeypatch.setattr(Room, "hand", counted)
    several[0].does(commands.Rename("dee"))
    hall.tick()
    assert steps < 2 * sum(len(room) for room in hall.hub.rooms.values())
    assert all(visitor.heard() == [NEW_NAME] for visitor in hall.visitors[1:])


def test_a_new_name_costs_nothing_in_a_room_for_those_who_hear_it_in_another(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    eve = hall.people("eve")[0]
    eve.does(commands.Enter("tea"))
    hall.tick()
    hall.hush()
    bob.says("before")
    cy.does(commands.Rename("dee"))
    bob.says("after")
    assert all(seat.group is not None for seat in (*ann.member.seats, *eve.member.seats))
    hall.tick()
    for visitor in (ann, eve):
        assert sorted(visitor.heard()) == sorted(["bob: before", "bob: after", RENAMED])
    assert bob.heard() == [RENAMED]


def test_what_is_for_a_few_has_its_place_among_the_lines(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    dee, eve = hall.people("dee", "eve")
    for visitor in (dee, eve):
        visitor.does(commands.Enter("tea"))
    dan = hall.people("dan")[0]
    dan.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    before = hall.metrics.deliveries
    bob.says("one")
    ann.does(commands.Rename("amy"))
    bob.says("two")
    hall.tick()
    news = "Server: ann is now called amy."
    assert dan.heard() == ["bob: one", news, "bob: two"]
    assert sorted(cy.heard()) == sorted(["bob: one", "bob: two", news])
    assert hall.metrics.deliveries - before == 5 * 2 + 5  # the name is told to five others
    ann.does(commands.Rename("ann"))
    eve.does(commands.Say("behind what is not for eve", room="tea"))
    hall.tick()
    assert eve.heard().count("Server: amy is now called ann.") == 1


def test_who_has_left_a_room_is_told_nothing_there_any_more(
    hall: Hall, ann: Visitor, bob: Visitor, cy: Visitor
) -> None:
    ann.does(commands.Leave("tea"))
    room = bob.member.seats[0].room
    assert list(room.shared) == [cy.member]
    cy.does(commands.Enter("den"), commands.Leave("lobby"), commands.Leave("den"))
    assert not room.shared


def test_one_room_more_moves_nobody_off_the_fast_path_of_their_others(
    hall: Hall, ann: Visitor
) -> None:
    ann.does(commands.Enter("den"))
    assert [seat.group is None for seat in ann.member.seats] == [False, False, True]
    hall.tick()
    ann.does(commands.Leave("tea"))
    assert all(seat.group is not None for seat in ann.member.seats)


def test_the_dialect_may_change_while_somebody_is_in_rooms(
    hall: Hall, ann: Visitor, bob: Visitor
) -> None:
    bob.says("one")
    hall.hub.speak(ann.member, type(ann)(dialect="\r\n").member.dialect)
    bob.says("two")
    hall.tick()
    bob.says("three")
    hall.tick()
    assert b"".join(ann.taken) == b"bob: one\nbob: two\r\nbob: three\r\n"


def test_events_say_which_room_they_are_of(hall: Hall) -> None:
    seen: list[events.Event] = []
    ann, bob = hall.people("ann", "bob")

    def encode(event: events.Event) -> bytes:
        seen.append(event)
        return b"x\n"

    ann.encode = encode  # type: ignore[method-assign]
    ann.member.dialect = type(ann.member.dialect)("seen", encode)
    ann.does(commands.Enter("tea"))
    bob.does(commands.Enter("tea"), commands.Say("hi", room="tea"), commands.Leave("tea"))
    hall.tick()
    assert [getattr(event, "room", None) for event in seen] == ["tea"] * 5
