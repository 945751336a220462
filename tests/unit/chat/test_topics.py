"""What a room is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor

SET = "Server: ann has set the topic of lobby: green"
GONE = "Server: ann has taken away the topic of lobby."


@pytest.fixture
def hall(new_hall: type[Hall]) -> Hall:
    return new_hall()


def sets(visitor: Visitor, *texts: str | None) -> None:
    visitor.does(*map(commands.SetTopic, texts))


def kept(hall: Hall) -> list[tuple[str, str]]:
    """The kinds and the texts of what the history has of the lobby."""
    page = hall.hub.page(hall.hub.rooms["lobby"], 100)
    return [(message.kind, message.text) for message in page.messages]


def test_a_topic_is_told_to_everybody_in_the_room(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    cy.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    sets(ann, "green")
    hall.tick()
    assert [ann.heard(), bob.heard(), cy.heard()] == [[SET], [SET], []]


def test_who_comes_into_the_room_is_shown_it(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    sets(ann, "green")
    hall.tick()
    told = "Server: The topic of lobby is: green"
    bob = hall.visitor()
    bob.does(commands.Join("bob"))
    assert bob.heard()[1] == told
    for there in (commands.Move, commands.Enter):
        bob.does(commands.Move("tea"))
        hall.tick()
        bob.heard()
        bob.does(there("lobby"))
        assert bob.heard()[1] == told


def test_it_is_taken_away(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    sets(ann, "green", "")
    hall.tick()
    assert bob.heard() == [SET, GONE]
    cy = hall.visitor()
    cy.does(commands.Join("cy"))
    assert len(cy.heard()) == 1


def test_it_is_asked_for(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    sets(bob, None)
    assert bob.heard() == ["Server: Room lobby has no topic; /topic TEXT sets one."]
    sets(ann, "green")
    hall.tick()
    hall.hush()
    sets(bob, None)
    told, by, *_ = bob.heard()
    assert told == "Server: The topic of lobby is: green"
    assert by.startswith("  ann set it at 20")


def test_who_made_the_room_is_told_with_it(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.says("what is said is kept, and who made the room with it")
    hall.tick()
    sets(ann, None)
    assert ann.heard()[-1].startswith("  ann made the room at 2023-11-")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  green \t", "green"),
        ("two\r\nlines\u2028here", "two lines here"),
        ("\x1b[31mred\x07", "[31mred"),
        ("x" * 300, "x" * 300),
    ],
)
def test_it_is_one_clean_line(hall: Hall, raw: str, shown: str) -> None:
    (ann,) = hall.people("ann")
    sets(ann, raw)
    assert hall.hub.rooms["lobby"].topic_text == shown


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x" * 301, "A topic has at most 300 characters; it was not set."),
        ("\x1b\u200e", "There was nothing in it to be shown."),
        ("green", "Room lobby has that topic already."),
    ],
)
def test_what_is_no_new_topic_is_refused(hall: Hall, text: str, why: str) -> None:
    ann, bob = hall.people("ann", "bob")
    sets(bob, "green")
    hall.tick()
    hall.hush()
    sets(ann, text)
    hall.tick()
    assert ann.heard() == [f"Server: {why}"]
    assert bob.heard() == []
    assert kept(hall) == [("topic", "green")]


def test_there_is_nothing_to_be_taken_away_without_one(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    sets(ann, "")
    assert ann.heard() == ["Server: Room lobby has no topic."]
    assert kept(hall) == []


def test_the_topic_of_a_room_of_others_is_theirs(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.SetTopic("green", "tea"), commands.SetTopic(room="tea"))
    assert ann.heard() == ["Server: You are not in room tea."] * 2


def test_it_is_kept_among_what_was_said(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.says("hello")
    sets(ann, "green", "")
    assert kept(hall) == [("said", "hello"), ("topic", "green"), ("topic", "")]


def test_it_outlives_the_members_of_the_room(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Move("tea"))
    sets(ann, "green")
    ann.does(commands.Move("lobby"))
    hall.tick()
    assert "tea" not in hall.hub.rooms
    hall.hush()
    ann.does(commands.Move("TEA"))
    heard = ann.heard()
    assert "Server: The topic of TEA is: green" in heard


def test_a_server_that_keeps_nothing_has_topics(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings())
    ann, bob = hall.people("ann", "bob")
    sets(ann, "green", None)
    hall.tick()
    assert ann.heard()[1] == "Server: The topic of lobby is: green"
    assert bob.heard() == [SET]


def test_a_program_gets_a_receipt_and_the_answer_to_its_question(hall: Hall) -> None:
    ann = hall.visitor(receipts=True)
    ann.does(commands.Join("ann"))
    told: list[tuple[events.Event, object]] = []

    def answer(event: events.Event, _: Ref) -> bytes:
        told.append((event, _))
        return b""

    ann.answer = answer  # type: ignore[method-assign]
    ann.does(commands.SetTopic("green", ref=7), commands.SetTopic(ref=8))
    (receipt, _), (about, _) = told
    assert isinstance(receipt, events.TopicSet)
    assert isinstance(about, events.About)
    assert receipt.id > 0 == about.id
    assert [ref for _, ref in told] == [7, 8]
    assert ann.member.last == 7


def test_what_is_sent_again_after_a_lost_connection_is_set_once(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    first = hall.visitor()
    first.does(commands.Join("ann", ticket="secret"), commands.SetTopic("green", ref="m1"))
    sets(bob, "red")
    hall.tick()
    hall.hub.leave(first.member, "reset")
    hall.passes(10)
    back = hall.visitor(receipts=True)
    back.does(commands.Join("ann", ticket="secret"))
    hall.tick()
    hall.hush()
    back.does(commands.SetTopic("green", ref="m1"))
    hall.tick()
    assert back.heard() == [SET]
    assert bob.heard() == []
    assert hall.hub.rooms["lobby"].topic_text == "red"
