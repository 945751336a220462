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


def program(hall: Hall, name: str) -> Visitor:
    visitor = hall.visitor(receipts=True)
    visitor.does(commands.Join(name))
    hall.tick()
    hall.hush()
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
        (commands.Recall(limit=100), 1, 30),
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
    bob = program(hall, "bob")
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
    assert ann.heard() == ["Server: There is nothing to show from the history of room lobby."]
    bob.hub = None


def test_what_somebody_does_is_kept_as_such(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Act("waves"), commands.Recall())
    hall.tick()
    assert texts(ann) == ["* ann waves"]


def test_a_page_around_a_message_has_it_in_the_middle(hall: Hall) -> None:
    said(hall, 30)
    bob = program(hall, "bob")
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


OLDER = "Server: /more shows older ones."
NEWER = "Server: /more shows newer ones."
NO_MORE = "Server: There is no more to show. Begin with /history or /search."


def numbers(lines: list[str]) -> list[str]:
    """What ann said, without the time, and the last line if it is one of the server."""
    return [line.rpartition("ann: ")[2] for line in lines]


def test_more_goes_back_to_the_beginning(hall: Hall) -> None:
    said(hall, 12)
    (bob,) = hall.people("bob")
    bob.does(commands.Recall(limit=5))
    assert numbers(bob.heard()) == [*"89", "10", "11", "12", OLDER]
    bob.does(commands.More())
    assert numbers(bob.heard()) == [*"34567", OLDER]
    bob.does(commands.More())
    assert numbers(bob.heard()) == [*"12"]
    bob.does(commands.More())
    assert bob.heard() == [NO_MORE]


def test_more_of_what_was_said_since_a_time_is_newer(hall: Hall) -> None:
    said(hall, 5)
    (bob,) = hall.people("bob")
    bob.does(commands.Recall(ago=60.0, limit=2), *[commands.More()] * 3)
    assert numbers(bob.heard()) == [*"12", NEWER, *"34", NEWER, "5", NO_MORE]


def test_more_of_a_room_is_of_that_room(hall: Hall) -> None:
    said(hall, 3)
    (bob,) = hall.people("bob")
    bob.does(commands.Recall(limit=1), commands.Move("tea"))
    hall.tick()
    bob.heard()
    bob.does(commands.More())
    assert bob.heard() == ["Server: You are not in room lobby."]


def test_there_is_nothing_more_of_nothing(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    bob.does(commands.More())
    assert bob.heard() == [NO_MORE]


def test_the_room_of_one_page_has_no_more(hall: Hall) -> None:
    said(hall, 3)
    (bob,) = hall.people("bob")
    bob.does(commands.Recall(limit=3))
    assert numbers(bob.heard()) == [*"123"]


def test_programs_are_told_in_the_page_that_there_is_more(hall: Hall) -> None:
    said(hall, 3)
    bob = program(hall, "bob")
    bob.does(commands.Recall(limit=1), commands.Search("3"))
    assert not [line for line in bob.heard() if line.startswith("Server")]
    assert bob.member.asked is None


def test_as_many_as_a_page_holds_are_shown_at_most(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(page_messages=3, page_lines=2))
    said(hall, 5)
    (bob,) = hall.people("bob")
    bob.does(commands.Recall(limit=50), commands.Recall(), commands.Search("5", limit=50))
    assert numbers(bob.heard())[:7] == [*"345", OLDER, *"45", OLDER]


def two_talk(hall: Hall) -> Visitor:
    """Ann and bob say something by turns, and cy asks."""
    ann, bob, cy = hall.people("ann", "bob", "cy")
    for number in range(1, 6):
        ann.says(f"tea {number}")
        bob.says(f"milk {number}")
    hall.tick()
    hall.hush()
    return cy


def test_what_one_person_said_is_asked_for(hall: Hall) -> None:
    cy = two_talk(hall)
    cy.does(commands.Recall(name="ANN", limit=2), commands.More())
    heard = cy.heard()
    assert numbers(heard) == ["tea 4", "tea 5", OLDER, "tea 2", "tea 3", OLDER]
    cy.does(commands.Recall(name="nobody"))
    assert cy.heard() == ["Server: There is nothing to show from the history of room lobby."]


def test_what_is_searched_for_is_found_the_newest_last(hall: Hall) -> None:
    cy = two_talk(hall)
    cy.does(commands.Search("tea", limit=2), commands.More())
    heard = cy.heard()
    assert [line[19:] for line in heard if line[0] == "["] == [
        *("#lobby ann: tea 4", "#lobby ann: tea 5"),
        *("#lobby ann: tea 2", "#lobby ann: tea 3"),
    ]
    assert heard[2] == heard[5] == OLDER
    cy.does(commands.More(), commands.More())
    assert [line[19:] for line in cy.heard() if line[0] == "["] == ["#lobby ann: tea 1"]


class Index:
    """A history that notes what is searched for, and finds nothing."""

    def __init__(self, more: bool = False) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.events = ()
        self.more = more
        self.before = 70 * more

    def search(self, words: str, **how: object) -> Index:
        self.asked.append((words, *(how[key] for key in ("room", "name", "before", "limit"))))
        return self


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        (commands.Search(" tea  time "), ("tea  time", None, None, None, 20)),
        (commands.Search("te\x1ba", "#TEA"), ("tea", "tea", None, None, 20)),
        (commands.Search("tea", name="Ann"), ("tea", None, "Ann", None, 20)),
        (commands.Search("tea", "", "", 7, 100), ("tea", None, None, 7, 100)),
    ],
)
def test_a_search_is_handed_to_the_history(
    hall: Hall, command: commands.Search, asked: tuple[object, ...]
) -> None:
    (bob,) = hall.people("bob")
    index = Index()
    hall.hub.history = index  # type: ignore[assignment]
    bob.does(command)
    assert index.asked == [asked]
    assert bob.heard() == ["Server: Nothing was found."]


def test_a_search_that_ran_out_of_time_goes_on_where_it_was(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    index = Index(more=True)
    hall.hub.history = index  # type: ignore[assignment]
    bob.does(commands.Search("tea", "den", "ann"), commands.More())
    assert bob.heard() == ["Server: Nothing was found yet. /more shows older ones."] * 2
    assert index.asked[1] == ("tea", "den", "ann", 70, 20)


def test_a_search_needs_words(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    bob.does(commands.Search(" \x1b\u200e "))
    assert bob.heard() == ["Server: A search needs words."]


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


def test_who_is_ignored_is_not_in_what_is_recalled_or_found(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ann.says("tea please")
    cy.says("tea for nobody")
    bob.does(commands.Ignore("cy"))
    hall.tick()
    hall.hush()
    bob.does(commands.Recall(), commands.Search("tea"))
    assert [line.rpartition("] ")[2] for line in bob.heard()] == [
        "ann: tea please",
        "#lobby ann: tea please",
    ]
