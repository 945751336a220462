"""What was said before, as people and programs see it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.dialect import Dialect

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor


@pytest.fixture
def hall(new_hall: type[Hall]) -> Hall:
    return new_hall()


def texts(visitor: Visitor) -> list[str]:
    """What came with a time, without it."""
    return [line[8:] for line in visitor.heard() if line.startswith("[")]


def person(hall: Hall, name: str, room: str = "") -> Visitor:
    """Somebody who is shown what was said last, as people are."""
    visitor = hall.visitor()
    spoken = visitor.member.dialect
    visitor.member.dialect = Dialect("\n", spoken.encode, recent=True)
    visitor.does(commands.Join(name, room))
    hall.tick()
    return visitor


def said(hall: Hall, count: int, room: str = "lobby") -> None:
    """Ann says the numbers from 1 on in a room."""
    (ann,) = hall.people("ann")
    if room != "lobby":
        ann.does(commands.Move(room))
    ann.says(*map(str, range(1, count + 1)))
    hall.tick()
    hall.hush()


def test_who_comes_into_a_room_is_shown_what_was_said_last(hall: Hall) -> None:
    said(hall, 30)
    bob = person(hall, "bob")
    assert texts(bob) == [f"ann: {number}" for number in range(11, 31)]


def test_they_are_shown_what_was_said_in_this_very_tick(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.says("one")
    bob = hall.visitor()
    bob.member.dialect = Dialect("\n", bob.member.dialect.encode, recent=True)
    bob.does(commands.Join("bob"))
    ann.says("two")
    hall.tick()
    heard = [line for line in bob.heard() if "ann" in line]
    assert [line[8:] for line in heard[:1]] == ["ann: one"]
    assert heard[1:] == ["ann: two"]


def test_a_room_in_which_nothing_was_said_shows_nothing(hall: Hall) -> None:
    bob = person(hall, "bob", "tea")
    assert texts(bob) == []


def test_each_room_has_its_own_past(hall: Hall) -> None:
    said(hall, 3, "tea")
    bob = person(hall, "bob")
    assert texts(bob) == []
    bob.does(commands.Move("tea"))
    hall.tick()
    assert texts(bob) == ["ann: 1", "ann: 2", "ann: 3"]
    bob.does(commands.Enter("lobby"))
    hall.tick()
    assert texts(bob) == []


def test_the_past_of_a_room_outlives_its_members(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Move("tea"), commands.Say("hello"), commands.Quit("quit"))
    hall.tick()
    assert "tea" not in hall.hub.rooms
    assert texts(person(hall, "bob", "TEA")) == ["ann: hello"]


def test_programs_are_shown_nothing_that_they_have_not_asked_for(hall: Hall) -> None:
    said(hall, 3)
    bob = hall.visitor()
    bob.does(commands.Join("bob"))
    hall.tick()
    assert texts(bob) == []


def test_none_are_shown_when_none_are_wanted(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(recent_lines=0))
    said(hall, 3)
    assert texts(person(hall, "bob")) == []


@pytest.mark.parametrize(
    ("command", "first", "last"),
    [
        (commands.Recall(), 11, 30),
        (commands.Recall(limit=5), 26, 30),
        (commands.Recall(limit=1000), 1, 30),
        (commands.Recall(ago=60.0), 1, 30),
        (commands.Recall(ago=60.0, limit=4), 1, 4),
        (commands.Recall(at=0.0), 1, 30),
    ],
)
def test_the_past_is_asked_for(hall: Hall, command: commands.Recall, first: int, last: int) -> None:
    said(hall, 30)
    (bob,) = hall.people("bob")
    bob.does(command)
    assert texts(bob) == [f"ann: {number}" for number in range(first, last + 1)]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(hall: Hall) -> None:
    said(hall, 30)
    (bob,) = hall.people("bob")
    pages: list[events.Page] = []

    def answer(event: events.Event, _: object) -> bytes:
        assert isinstance(event, events.Page)
        pages.append(event)
        return b""

    bob.answer = answer  # type: ignore[method-assign]
    bob.does(commands.Recall(limit=7))
    while pages[-1].more.before:
        bob.does(commands.Recall(before=pages[-1].messages[0].id, limit=7))
    backwards = [message.text for page in reversed(pages) for message in page.messages]
    assert backwards == [str(number) for number in range(1, 31)]
    first = pages[-1].messages[0].id
    pages.clear()
    bob.does(commands.Recall(after=first, limit=7))
    while pages[-1].more.after:
        bob.does(commands.Recall(after=pages[-1].messages[-1].id, limit=7))
    forwards = [message.text for page in pages for message in page.messages]
    assert forwards == [str(number) for number in range(2, 31)]


def test_the_past_of_a_room_is_for_those_who_are_in_it(hall: Hall) -> None:
    said(hall, 3, "tea")
    (bob,) = hall.people("bob")
    bob.does(commands.Recall("tea"))
    assert bob.heard() == ["Server: You are not in room tea."]


def test_private_messages_are_not_kept(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Tell("bob", "psst"), commands.Recall())
    hall.tick()
    assert ann.heard() == ["Server: Nothing was said in room lobby, as far as it is kept."]
    bob.hub = None


def test_what_somebody_does_is_kept_as_such(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Act("waves"), commands.Recall())
    hall.tick()
    assert texts(ann) == ["* ann waves"]


def test_a_page_around_a_message_has_it_in_the_middle(hall: Hall) -> None:
    said(hall, 30)
    (bob,) = hall.people("bob")
    ids: list[int] = []

    def answer(event: events.Event, _: object) -> bytes:
        assert isinstance(event, events.Page)
        ids.extend(message.id for message in event.messages)
        return b""

    bob.answer = answer  # type: ignore[method-assign]
    bob.does(commands.Recall(limit=30))
    middle = ids[15]
    ids.clear()
    bob.does(commands.Recall(around=middle, limit=5))
    assert len(ids) == 5
    assert middle in ids[1:4]


def resend(hall: Hall, text: str, again: str, ref: str = "m1", later: float = 10.0) -> Visitor:
    """Ann says something, is lost, comes back with the same ticket and sends it again."""
    first = hall.visitor()
    first.does(commands.Join("ann", ticket="secret"), commands.Say(text, "m1"))
    hall.tick()
    hall.hub.leave(first.member, "reset")
    hall.passes(later)
    back = hall.visitor(receipts=True)
    back.does(commands.Join("ann", ticket="secret"))
    hall.tick()
    back.heard()
    back.does(commands.Say(again, ref))
    hall.tick()
    return back


def test_what_is_sent_again_is_answered_and_not_said_twice(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    back = resend(hall, "hello", "hello")
    assert back.heard() == ["ann: hello"]
    assert [line for line in bob.heard() if "hello" in line] == ["ann: hello"]


@pytest.mark.parametrize(
    ("again", "ref", "later"),
    [("other", "m1", 10.0), ("hello", "m2", 10.0), ("hello", "m1", 700.0)],
)
def test_what_is_new_is_said(hall: Hall, again: str, ref: str, later: float) -> None:
    (bob,) = hall.people("bob")
    resend(hall, "hello", again, ref, later)
    assert [line for line in bob.heard() if line.startswith("ann: ")] == [
        "ann: hello",
        f"ann: {again}",
    ]


def test_a_program_that_gives_all_requests_one_mark_is_heard(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = hall.visitor()
    ann.does(commands.Join("ann", ticket="secret"))
    ann.does(*[commands.Say("alive", 1)] * 3)
    hall.tick()
    assert [line for line in bob.heard() if line.startswith("ann: ")] == ["ann: alive"] * 3


def test_what_could_not_be_kept_is_told_in_its_place(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(waiting_lines=2))
    (ann,) = hall.people("ann")
    history = hall.hub.history
    assert history
    history._writer.fail(sqlite3.OperationalError("disk I/O error"))
    ann.says("one", "two", "three", "four")
    hall.passes(60)
    ann.says("five")
    hall.tick()
    hall.hush()
    ann.does(commands.Recall())
    lines = texts(ann)
    assert lines[0] == "Server: 2 messages could not be kept."
    assert lines[1:] == ["ann: three", "ann: four", "ann: five"]
