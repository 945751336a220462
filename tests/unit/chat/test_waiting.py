"""Private messages that wait for somebody who may be here within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.settings import Settings
from chatroom.vocabulary import commands, events

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor

HOLD = Settings().hold_seconds


def loses_connection(hall: Hall, visitor: Visitor) -> None:
    hall.hub.leave(visitor.member, "connection reset")
    hall.tick()
    hall.hush()


def joins(hall: Hall, name: str, host: str = "192.0.2.9", ticket: str = "") -> Visitor:
    """What they hear is left to be looked at."""
    visitor = hall.visitor(host)
    visitor.does(commands.Join(name, ticket=ticket))
    assert visitor.member.name == name
    hall.tick()
    return visitor


def private(visitor: Visitor) -> list[str]:
    return [line for line in visitor.heard() if line.startswith("[private]")]


def refusals(visitor: Visitor) -> list[str]:
    text = "\n".join(visitor.heard()).replace("\n  ", " ")  # long ones are wrapped
    return [line for line in text.split("\n") if "delivered" in line]


# --- for somebody who has lost the connection -----------------------------------------------------


def test_a_private_message_waits_for_somebody_who_has_lost_the_connection(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob", ticket="t1"))
    hall.passes(10)
    ann.does(commands.Tell("BOB", "one"), commands.Tell("bob", "two"))
    assert ann.heard() == ["Server: bob is not here; your message waits 20 s for them."] * 2
    hall.passes(HOLD - 11)
    bob = joins(hall, "bob", ticket="t1")
    assert private(bob) == ["[private] ann: one", "[private] ann: two"]
    hall.passes(HOLD)
    assert private(bob) == refusals(ann) == []


def test_it_is_for_the_person_and_not_for_the_name(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob", ticket="t1"))
    ann.does(commands.Tell("bob", "psst"))
    rob = joins(hall, "rob", ticket="t1")
    assert private(rob) == ["[private] ann: psst"]
    other = joins(hall, "bob")
    assert private(other) == []


def test_it_waits_for_people_without_a_ticket_as_well(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob"))
    ann.does(commands.Tell("bob", "psst"))
    assert private(joins(hall, "bob")) == ["[private] ann: psst"]


def test_a_message_comes_from_the_name_that_it_was_said_under(hall: Hall) -> None:
    ann, cy = hall.people("ann", "cy")
    loses_connection(hall, joins(hall, "bob", ticket="t1"))
    ann.does(commands.Tell("bob", "psst"), commands.Rename("zoe"))
    cy.does(commands.Tell("bob", "bye"), commands.Quit("quit"))
    bob = joins(hall, "bob", ticket="t1")
    assert private(bob) == ["[private] ann: psst", "[private] cy: bye"]


def test_who_is_ignored_is_not_heard_later_either(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    bob = joins(hall, "bob", ticket="t1")
    bob.does(commands.Ignore("ann"))
    loses_connection(hall, bob)
    ann.does(commands.Tell("bob", "psst"))
    hall.hush()
    assert private(joins(hall, "bob", ticket="t1")) == []
    hall.passes(HOLD)
    assert refusals(ann) == []


def test_somebody_who_left_is_not_waited_for(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Quit("quit"))
    hall.tick()
    hall.hush()
    ann.does(commands.Tell("bob", "psst"))
    assert ann.heard() == ["Server: There is nobody called bob here."]


def test_who_sent_what_nobody_came_for_is_told_once(hall: Hall) -> None:
    ann, cy = hall.people("ann", "cy")
    loses_connection(hall, joins(hall, "bob", ticket="t1"))
    ann.does(commands.Tell("bob", "psst"))
    cy.does(commands.Tell("bob", "hey"), commands.Quit("quit"))
    hall.tick()
    hall.hush()
    hall.passes(HOLD)
    text = "Server: bob has not come; your message was not delivered. It was: psst"
    assert ann.heard() == [text]
    hall.passes(HOLD)
    assert ann.heard() == []
    assert not hall.timers
    assert private(joins(hall, "bob", ticket="t1")) == []


def test_whoever_has_the_name_of_a_sender_who_left_is_not_told(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob", ticket="t1"))
    ann.does(commands.Tell("bob", "psst"), commands.Quit("quit"))
    other = joins(hall, "ann")
    hall.passes(HOLD)
    assert refusals(other) == []


def test_nobody_is_waited_for_once_their_name_is_free(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob"))
    hall.passes(HOLD)
    ann.does(commands.Tell("bob", "psst"))
    assert ann.heard() == ["Server: There is nobody called bob here."]


@pytest.mark.parametrize(("length", "shown"), [(60, "x" * 60), (61, "x" * 60 + "...")], ids=str)
def test_of_a_long_message_that_is_taken_back_only_the_beginning_is_told(
    hall: Hall, length: int, shown: str
) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob"))
    ann.does(commands.Tell("bob", "x" * length))
    hall.hush()
    hall.passes(HOLD)
    assert " ".join(ann.heard()).endswith(f" It was:   {shown}")


@pytest.mark.parametrize("text", ["first\nServer: second", "first\r\n\r\n" + "x" * 100], ids=repr)
def test_of_several_lines_that_are_taken_back_only_the_first_is_told(hall: Hall, text: str) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob"))
    ann.does(commands.Tell("bob", text))
    hall.hush()
    hall.passes(HOLD)
    assert " ".join(ann.heard()).endswith(" It was: first...")


def test_who_comes_back_meanwhile_is_told_all_the_same(hall: Hall) -> None:
    ann = joins(hall, "ann", ticket="t2")
    loses_connection(hall, joins(hall, "bob", ticket="t1"))
    ann.does(commands.Tell("bob", "psst", 7))
    loses_connection(hall, ann)
    hall.passes(HOLD - 1)
    again = joins(hall, "anna", ticket="t2")
    again.heard()
    hall.passes(1)
    assert refusals(again) == [
        "Server: bob has not come; your message was not delivered. It was: psst"
    ]


def test_what_is_refused_later_carries_the_mark_of_the_request(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    told: list[events.Event] = []

    def encode(event: events.Event) -> bytes:
        told.append(event)
        return b""

    loses_connection(hall, joins(hall, "bob"))
    ann.does(commands.Tell("bob", "psst", "m7"))
    ann.encode = encode  # type: ignore[method-assign]
    hall.passes(HOLD)
    (refusal,) = told
    assert isinstance(refusal, events.Refused)
    assert (refusal.code, refusal.ref) == ("not-here", "m7")


def test_only_so_many_wait_of_one_sender(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(waiting_of_one=2))
    ann, cy = hall.people("ann", "cy")
    loses_connection(hall, joins(hall, "bob"))
    for text in "123":
        ann.does(commands.Tell("bob", text))
    cy.does(commands.Tell("bob", "4"))
    text = "Server: bob is not here, and too many messages wait already; it was not delivered."
    assert refusals(ann) == [text]
    assert refusals(cy) == []
    assert private(joins(hall, "bob")) == [
        f"[private] {line}" for line in ("ann: 1", "ann: 2", "cy: 4")
    ]


def test_only_so_many_wait_of_all(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(waiting_messages=2))
    senders = hall.people("ann", "cy", "dee")
    loses_connection(hall, joins(hall, "bob"))
    for sender in senders:
        sender.does(commands.Tell("bob", "hi"))
    assert [len(refusals(sender)) for sender in senders] == [0, 0, 1]


def test_more_than_a_share_of_the_queue_is_refused_when_they_come(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(queue_bytes=3000))
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob"))
    ann.does(commands.Tell("bob", "x" * 200), commands.Tell("bob", "y" * 200))
    ann.heard()
    bob = hall.visitor("192.0.2.9")
    bob.queued = 1000
    bob.does(commands.Join("bob"))
    hall.tick()
    assert private(bob) == ["[private] ann: " + "x" * 200]
    assert len(refusals(ann)) == 1


def test_who_sent_what_still_waits_when_the_server_stops_is_told(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    loses_connection(hall, joins(hall, "bob"))
    ann.does(commands.Tell("bob", "psst"))
    ann.heard()
    hall.hub.shut_down()
    assert ann.heard() == [
        "Server: The server stops; your message to bob was not delivered. It was: psst"
    ]


# --- for a name that nobody has -------------------------------------------------------------------


def test_a_message_waits_for_a_name_if_it_is_to(hall: Hall) -> None:
    ann = hall.visitor(receipts=True)
    ann.does(commands.Join("ann"))
    ann.heard()
    ann.does(commands.Tell(" Bob", "psst", 1, wait=True))
    hall.tick()
    assert ann.heard() == ["Server: Bob is not here; your message waits 30 s for them."]
    hall.passes(HOLD - 1)
    assert private(joins(hall, "bob")) == ["[private] ann: psst"]


def test_a_message_for_a_name_reaches_who_takes_it_later(hall: Hall) -> None:
    ann, cy = hall.people("ann", "cy")
    ann.does(commands.Tell("bob", "psst", wait=True))
    cy.does(commands.Rename("bob"))
    hall.tick()
    assert private(cy) == ["[private] ann: psst"]


def test_a_message_for_a_name_waits_no_longer_than_a_name_is_held(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Tell("bob", "psst", wait=True))
    ann.heard()
    for _ in range(30):
        assert ann.heard() == []
        hall.passes(1)
    assert len(refusals(ann)) == 1
    assert private(joins(hall, "bob")) == []


@pytest.mark.parametrize("name", ["two words", "", "x" * 33])
def test_nobody_is_waited_for_under_a_name_that_cannot_be(hall: Hall, name: str) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Tell(name, "psst", wait=True))
    assert ann.heard()[0].startswith("Server: There is nobody called")
