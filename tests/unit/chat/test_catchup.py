"""Coming back, and being behind: everything is heard once, in its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chatroom.protocols.objects import encode
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor

JSON = Dialect("json", encode, receipts=True)


def _answer(event: events.Event, _: Ref) -> bytes:
    return encode(event, _)


def program(hall: Hall, name: str = "", **join: Any) -> Visitor:
    visitor = hall.visitor(receipts=True)
    visitor.member.dialect = JSON
    visitor.answer = _answer  # type: ignore[method-assign]
    if name:
        visitor.does(commands.Join(name, **join))
        hall.tick()
    return visitor


def messages(visitor: Visitor, *kinds: str) -> list[dict[str, Any]]:
    """What they got since the last call; of these types, if any are named."""
    all_of_them = [json.loads(line) for line in visitor.heard()]
    return [one for one in all_of_them if not kinds or one["type"] in kinds]


def texts(visitor: Visitor) -> list[str]:
    return [one["text"] for one in messages(visitor, "said", "acted")]


def say(hall: Hall, speaker: Visitor, *numbers: int) -> None:
    for number in numbers:
        speaker.says(str(number))
        hall.tick()


def last_id(hall: Hall) -> int:
    return hall.hub.history.last


# --- coming back --------------------------------------------------------------------------------


def test_who_comes_back_gets_everything_since_and_then_what_is_said(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, 1, 2)
    known = last_id(hall)
    say(hall, ann, 3, 4)
    bob = program(hall, "bob", after=known, epoch=hall.hub.history.epoch)
    say(hall, ann, 5)
    (welcome, *said) = messages(bob)
    assert (welcome["type"], welcome["reset"]) == ("welcome", False)
    assert [(one["type"], one["text"]) for one in said] == [("said", n) for n in "345"]
    assert [one["id"] for one in said] == sorted({one["id"] for one in said})


def test_much_that_was_missed_comes_in_pieces(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, *range(350))
    bob = program(hall, "bob", after=0)
    pieces = 0
    got: list[str] = []
    while bob.member.behind:
        got += texts(bob)
        pieces += 1
        hall.tick()
    assert (pieces, got + texts(bob)) == (3, [str(number) for number in range(350)])


def test_a_piece_holds_no_more_bytes_than_a_page(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(page_bytes=5000))
    (ann,) = hall.people("ann")
    for _ in range(10):
        ann.says('"' * 1000)  # twice as long in JSON
    hall.tick()
    bob = program(hall, "bob", after=0)
    while bob.member.behind:
        assert sum(map(len, bob.taken)) < 6000
        bob.taken.clear()
        hall.tick()


def test_who_has_missed_nothing_is_level_at_once(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, 1)
    bob = program(hall, "bob", after=last_id(hall), epoch=hall.hub.history.epoch)
    assert bob.member.behind is None
    say(hall, ann, 2)
    assert texts(bob) == ["2"]


def test_the_welcome_tells_what_the_history_holds_of_the_room(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, 1, 2)
    bob = program(hall, "bob")
    (welcome,) = messages(bob)
    first, last = hall.hub.history.bounds("lobby")
    assert (welcome["first"], welcome["last"]) == (first, last)
    assert 0 < first < last
    assert welcome["epoch"] == hall.hub.history.epoch
    cy = program(hall, "cy", room="nowhere")
    (welcome,) = messages(cy)
    assert (welcome["first"], welcome["last"]) == (0, 0)


@pytest.mark.parametrize("why", ["another epoch", "an id from the future"])
def test_what_does_not_continue_is_told_and_begins_with_the_last_page(hall: Hall, why: str) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, *range(130))
    if why == "another epoch":
        bob = program(hall, "bob", after=last_id(hall) - 1, epoch="another")
    else:
        bob = program(hall, "bob", after=last_id(hall) + 1, epoch=hall.hub.history.epoch)
    hall.tick()
    (welcome, *said) = messages(bob)
    assert welcome["reset"] is True
    assert [one["text"] for one in said] == [str(number) for number in range(30, 130)]


def test_a_room_without_a_past_may_be_another_one_as_well(hall: Hall) -> None:
    bob = program(hall, "bob", after=5, epoch="another")
    (welcome,) = messages(bob)
    assert welcome["reset"] is True
    assert bob.member.behind is None


def test_one_more_room_is_entered_with_what_was_missed_there(hall: Hall) -> None:
    ann, cy = hall.people("ann", "cy")
    cy.does(commands.Move("tea"))
    say(hall, cy, 1)
    known = last_id(hall)
    say(hall, cy, 2)
    bob = program(hall, "bob")
    bob.does(commands.Enter("tea", known, hall.hub.history.epoch))
    ann.says("in the lobby")
    say(hall, cy, 3)
    got = messages(bob, "entered", "said")
    assert got[0]["reset"] is False
    assert [one["text"] for one in got[1:] if one["room"] == "tea"] == ["2", "3"]
    assert [one["text"] for one in got[1:] if one["room"] == "lobby"] == ["in the lobby"]


def test_a_line_said_while_coming_back_is_confirmed_in_its_place(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, *range(150))
    bob = program(hall)
    bob.does(commands.Join("bob", after=0), commands.Say("mine", "r1"))
    hall.tick()
    ann.says("later")
    hall.tick()
    hall.tick()
    got = messages(bob, "said")
    assert [one["text"] for one in got] == [*map(str, range(150)), "mine", "later"]
    assert [one["ref"] for one in got if "ref" in one] == ["r1"]


def test_who_has_no_receipts_does_not_hear_themselves_when_they_catch_up(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    say(hall, ann, 1)
    bob.says("mine")
    say(hall, ann, 2)
    bob.says("mine again")
    hall.tick()
    bob.catches_up(hall)
    assert bob.heard() == ["ann: 1", "ann: 2"]


def test_so_many_lines_of_ones_own_are_known_and_no_more(hall: Hall) -> None:
    _, bob = hall.people("ann", "bob")
    bob.full = True
    hall.hub.notice("now bob is behind")
    hall.tick()
    bob.says(*map(str, range(1100)))
    place = bob.member.seats[0].place
    assert place is not None
    assert len(place.own) == 1000


def test_a_receipt_that_does_not_fit_comes_when_they_read_again(hall: Hall) -> None:
    bob = program(hall, "bob")
    messages(bob)
    bob.full = True
    bob.does(commands.Say("mine", 7))
    hall.tick()
    bob.catches_up(hall)
    (said,) = messages(bob)
    assert (said["text"], said["ref"]) == ("mine", 7)


def test_who_is_ignored_is_not_heard_in_what_was_missed(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    bob.does(commands.Ignore("cy"))
    bob.full = True
    ann.says("1")
    cy.says("2")
    hall.tick()
    bob.heard()
    bob.catches_up(hall)
    assert bob.heard() == ["ann: 1"]


def test_who_came_and_went_meanwhile_is_told_as_a_number_to_programs(hall: Hall) -> None:
    ann, cy = hall.people("ann", "cy")
    bob = program(hall, "bob")
    messages(bob)
    bob.full = True
    cy.does(commands.Quit("quit"))
    say(hall, ann, 1)
    bob.catches_up(hall)
    said, skipped = messages(bob)
    assert said["text"] == "1"
    assert (skipped["type"], skipped["lines"], skipped["others"]) == ("skipped", 0, 1)
    assert hall.metrics.skipped == 0


def test_of_ones_own_events_none_is_missed(hall: Hall) -> None:
    (_,) = hall.people("ann")
    bob = program(hall, "bob")
    bob.full = True
    bob.does(commands.Who(), commands.Rename("bobby"))
    hall.tick()
    bob.taken.clear()
    bob.catches_up(hall)
    (skipped,) = messages(bob)
    assert (skipped["lines"], skipped["others"]) == (2, 0)  # both answers


def test_a_notice_to_several_rooms_is_missed_once(hall: Hall) -> None:
    hall.people("ann")
    bob = program(hall, "bob")
    cy = program(hall, "cy")
    for visitor in (bob, cy):
        visitor.does(commands.Enter("tea"))
    hall.tick()
    messages(bob)
    bob.full = True
    hall.hub.notice("one")
    hall.tick()
    hall.hub.notice("two")
    hall.tick()
    bob.catches_up(hall)
    (skipped,) = messages(bob)
    assert (skipped["lines"], skipped["others"]) == (2, 0)


def test_who_leaves_a_room_has_missed_what_they_were_still_to_get_there(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    say(hall, ann, 1, 2)
    bob.full = False
    bob.does(commands.Move("tea"))
    hall.tick()
    bob.heard()
    bob.catches_up(hall)
    assert bob.heard() == ["Server: 2 lines were skipped while you were not reading."]


def test_nothing_is_lost_when_the_word_of_what_was_missed_does_not_fit(hall: Hall) -> None:
    _, bob = hall.people("ann", "bob")
    bob.full = True
    hall.hub.notice("one")
    hall.tick()
    hall.hub.drained(bob.member)
    hall.tick()
    hall.hub.notice("two")
    hall.tick()
    bob.catches_up(hall)
    assert bob.heard() == ["Server: 2 lines were skipped while you were not reading."]


def test_what_was_trimmed_is_told_in_front_of_what_follows_it(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(history_keep=10, page_messages=4))
    (ann,) = hall.people("ann")
    bob = program(hall, "bob")
    messages(bob)
    bob.full = True
    say(hall, ann, *range(30))
    while hall.hub.history.idle():
        pass
    bob.drains()
    hall.tick()
    skipped, *said = messages(bob)  # the connection may be lost now
    assert (skipped["type"], skipped["lines"], skipped["others"]) == ("skipped", 20, 0)
    assert [one["text"] for one in said] == ["20", "21", "22", "23"]
    bob.catches_up(hall)
    assert [one["text"] for one in messages(bob)] == [str(number) for number in range(24, 30)]
    assert hall.metrics.skipped == 20


def test_a_piece_that_did_not_fit_is_read_anew_when_more_was_trimmed(
    new_hall: type[Hall],
) -> None:
    hall = new_hall(Settings(history_keep=10, page_messages=4))
    (ann,) = hall.people("ann")
    bob = program(hall, "bob")
    messages(bob)
    bob.full = True
    for first in (0, 20):
        say(hall, ann, *range(first, first + 20))
        while hall.hub.history.idle():
            pass
        hall.hub.drained(bob.member)  # and yet there is no room for the piece
        hall.tick()
    bob.catches_up(hall)
    skipped, *said = messages(bob)
    assert (skipped["type"], skipped["lines"]) == ("skipped", 30)
    assert [one["text"] for one in said] == [str(number) for number in range(30, 40)]


# --- what it costs ------------------------------------------------------------------------------


def test_those_who_come_back_at_once_read_the_history_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, *range(250))
    history = hall.hub.history
    reads: list[int] = []
    page = history.page

    def counted(*given: Any, **named: Any) -> Any:
        reads.append(1)
        return page(*given, **named)

    monkeypatch.setattr(history, "page", counted)
    herd = [program(hall, f"b{number}", after=0) for number in range(20)]
    while any(one.member.behind for one in herd):
        hall.tick()
    assert len(reads) == 3
    assert all(texts(one) == [str(number) for number in range(250)] for one in herd)


def test_those_who_missed_different_parts_soon_get_the_same_pieces(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, *range(550))
    history = hall.hub.history
    known = [event.id for event in history.page("lobby", after=0, limit=100).events[:20]]
    reads: list[int] = []
    page = history.page

    def counted(*given: Any, **named: Any) -> Any:
        reads.append(1)
        return page(*given, **named)

    monkeypatch.setattr(history, "page", counted)
    herd = [program(hall, f"b{number}", after=id) for number, id in enumerate(known)]
    while any(one.member.behind for one in herd):
        hall.tick()
    assert len(reads) < 20 + 2 * 6  # a piece each until they meet, and then those of all
    for number, one in enumerate(herd):
        assert texts(one) == [str(said) for said in range(number + 1, 550)]


def test_a_piece_that_ends_where_another_begins_holds_no_more_bytes_than_a_page(
    new_hall: type[Hall],
) -> None:
    hall = new_hall(Settings(page_bytes=5000))
    (ann,) = hall.people("ann")
    for _ in range(10):
        ann.says('"' * 1000)  # twice as long in JSON
    hall.tick()
    ids = [event.id for event in hall.hub.history.page("lobby", after=0).events]
    pieces = hall.hub.catching_up
    pieces.piece("lobby", ids[2], JSON)
    first = pieces.piece("lobby", 0, JSON)
    assert (first.last, len(first.events), first.more) == (ids[1], 2, True)
    second = pieces.piece("lobby", ids[1], JSON)
    assert (second.last, len(second.events), second.more) == (ids[2], 1, True)


def test_a_piece_that_is_wanted_again_and_again_is_kept(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, *range(90))
    pieces = hall.hub.catching_up
    ids = [event.id for event in hall.hub.history.page("lobby", after=0).events]
    wanted, once = pieces.piece("lobby", 0, JSON), pieces.piece("lobby", ids[-1], JSON)
    for id in ids[:80]:
        pieces.piece("lobby", id, JSON)
        assert pieces.piece("lobby", 0, JSON) is wanted
    assert pieces.piece("lobby", ids[-1], JSON) is not once


def test_the_pieces_of_a_tick_take_a_limited_time(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, 1)
    herd = [hall.visitor(receipts=True) for _ in range(10)]
    for number, one in enumerate(herd):
        one.does(commands.Join(f"b{number}", after=0))
    now = hall.now

    def later() -> float:
        hall.now += hall.settings.catch_up_seconds / 4
        return hall.now

    hall.hub.catching_up._clock = later
    hall.timers.clear()
    hall.tick()
    level = sum(one.member.behind is None for one in herd)
    assert 2 <= level <= 5
    assert [when for when, _ in hall.timers] == [pytest.approx(now, abs=0.01)]  # it goes on
    for _ in range(10):
        hall.tick()
    assert all(one.member.behind is None for one in herd)


@pytest.mark.parametrize("ignores", [False, True])
def test_many_rooms_are_read_as_slowly_as_one(hall: Hall, ignores: bool) -> None:
    (ann,) = hall.people("ann")
    rooms = [f"r{number}" for number in range(10)]
    ann.does(*(commands.Enter(room) for room in rooms))
    for number in range(40):
        ann.does(*(commands.Say(str(number), room=room) for room in rooms))
        hall.tick()
    bob = program(hall, "bob")
    if ignores:
        bob.does(commands.Ignore("ann"))
    bob.does(*(commands.Enter(room, 0) for room in rooms))
    messages(bob)
    got: list[list[dict[str, Any]]] = []
    while bob.member.behind:
        hall.hub.catching_up.serve()
        got.append(messages(bob, "said"))
        ann.does(*(commands.Say("new", room=room) for room in rooms[:3]))
        hall.hub.flush()
    read = [one for piece in got for one in piece]
    assert len(got) == 4
    assert max(map(len, got)) <= 140  # a page, and the rest of the room that filled it
    for room in rooms:
        heard = [one["text"] for one in read if one["room"] == room]
        assert heard[:40] == ([] if ignores else [str(number) for number in range(40)])
        assert set(heard[40:]) <= {"new"}
    assert [one["id"] for one in read if one["room"] == "r0"] == sorted(
        {one["id"] for one in read if one["room"] == "r0"}
    )


def test_who_has_gone_is_given_nothing(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    say(hall, ann, 1)
    bob = hall.visitor(receipts=True)
    bob.does(commands.Join("bob", after=0), commands.Quit("quit"))
    hall.tick()
    assert not any("ann: 1" in line for line in bob.heard())


def test_a_member_who_is_behind_costs_a_tick_nothing(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    room = hall.hub.rooms["lobby"]
    hall.tick()
    bob.full = True
    say(hall, ann, 1, 2)
    assert [seat.member.name for seat in room.apart()] == []
    said = events.Said(1, "lobby", "ann", "x", 0.0)
    room.publish(said, bob.member)
    assert [seat.member.name for seat in room.apart()] == []
