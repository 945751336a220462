"""What programs get: receipts, a first room of their choice, and tickets."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

from chatroom.settings import Settings
from chatroom.vocabulary import commands

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor


def program(hall: Hall, name: str = "", host: str = "192.0.2.9", **fields: Any) -> Visitor:
    """Somebody who gets receipts; with a name they have joined."""
    visitor = hall.visitor(host=host, receipts=True)
    if name:
        visitor.does(commands.Join(name, **fields))
        hall.tick()
        hall.hush()
    return visitor


# --- receipts -------------------------------------------------------------------------------------


def test_an_author_gets_their_own_line_in_its_place_among_the_others(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = program(hall, "ann")
    bob.says("1")
    ann.says("2")
    bob.says("3")
    ann.says("4")
    hall.tick()
    assert ann.heard() == ["bob: 1", "ann: 2", "bob: 3", "ann: 4"]
    assert bob.heard() == ["ann: 2", "ann: 4"]


def test_what_one_does_is_confirmed_as_well(hall: Hall) -> None:
    ann = program(hall, "ann")
    ann.does(commands.Act("waves"))
    hall.tick()
    assert ann.heard() == ["* ann waves"]


def test_a_private_message_is_confirmed_to_who_sent_it(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = program(hall, "ann")
    hall.hush()
    ann.does(commands.Tell("bob", "psst"))
    assert bob.heard() == ["[private] ann: psst"]
    assert ann.heard() == ["[private] ann: psst"]


def test_who_is_ignored_does_not_learn_it_from_a_missing_receipt(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = program(hall, "ann")
    bob.does(commands.Ignore("ann"))
    hall.hush()
    ann.does(commands.Tell("bob", "psst"))
    assert bob.heard() == []
    assert ann.heard() == ["[private] ann: psst"]


def test_a_private_message_to_who_does_not_read_is_refused_and_not_confirmed(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = program(hall, "ann")
    hall.hush()
    bob.full = True
    ann.does(commands.Tell("bob", "psst"))
    assert ann.heard() == ["Server: bob is not reading; it was not delivered."]


@pytest.mark.parametrize(
    "command", [commands.Say("\x1b"), commands.Act(" "), commands.Tell("bob", "\u202e")], ids=repr
)
def test_who_says_nothing_is_told_so(hall: Hall, command: commands.Command) -> None:
    hall.people("bob")
    ann = program(hall, "ann")
    ann.does(command)
    (answer,) = ann.heard()
    assert answer.startswith("Server: There was nothing")


# --- rooms ----------------------------------------------------------------------------------------


def test_one_can_join_into_a_room(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = program(hall)
    ann.does(commands.Join("ann", "#tea"))
    hall.tick()
    assert set(hall.hub.rooms) == {"lobby", "tea"}
    assert bob.heard() == []
    ann.says("alone")
    hall.tick()
    assert bob.heard() == []


def test_a_room_that_cannot_be_is_refused_and_takes_no_name(hall: Hall) -> None:
    ann = program(hall)
    ann.does(commands.Join("ann", "no room"))
    assert not ann.member.name
    assert "room name holds no spaces" in ann.heard()[0]
    hall.people("ann")


# --- tickets --------------------------------------------------------------------------------------


def loses_connection(hall: Hall, visitor: Visitor) -> None:
    hall.hub.leave(visitor.member, "connection reset")
    hall.tick()
    hall.hush()


def test_a_lost_name_is_theirs_from_wherever_they_come_back(hall: Hall) -> None:
    loses_connection(hall, program(hall, "ann", ticket="t1"))
    elsewhere = program(hall, host="203.0.113.5")
    elsewhere.does(commands.Join("ann", ticket="t1"))
    assert elsewhere.member.name == "ann"


@pytest.mark.parametrize("host", ["192.0.2.9", "203.0.113.5"])
@pytest.mark.parametrize("ticket", ["", "t2"])
def test_nobody_else_has_it_meanwhile(hall: Hall, ticket: str, host: str) -> None:
    loses_connection(hall, program(hall, "ann", ticket="t1"))
    somebody = program(hall, host=host)
    somebody.does(commands.Join("ann", ticket=ticket))
    assert not somebody.member.name
    assert program(hall, "ann", ticket="t1").member.name == "ann"


def test_no_ticket_is_nobodys(hall: Hall) -> None:
    """Two who have none are not the same person for that."""
    loses_connection(hall, program(hall, "ann"))
    somebody = program(hall, host="203.0.113.5")
    somebody.does(commands.Join("ann"))
    assert not somebody.member.name


def test_who_comes_back_learns_how_far_they_had_come(hall: Hall) -> None:
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Say("one", 1), commands.Tell("nobody", "two", 2), commands.Say("\x1b", 3))
    loses_connection(hall, ann)
    again = program(hall, "ann", ticket="t1")
    assert again.member.last == 3


def test_who_comes_back_without_the_ticket_learns_nothing(hall: Hall) -> None:
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Say("one", 1))
    loses_connection(hall, ann)
    hall.passes(hall.settings.hold_seconds)
    again = program(hall, "ann", ticket="t2")
    assert again.member.name == "ann"
    assert again.member.last is None


def test_an_old_connection_that_nobody_has_found_dead_gives_way(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    old = program(hall, "ann", ticket="t1")
    old.does(commands.Say("one", 1))
    hall.tick()
    hall.hush()
    new = program(hall, host="203.0.113.5")
    new.does(commands.Join("ann", ticket="t1"))
    hall.tick()
    assert new.member.name == "ann"
    assert new.member.last == 1
    assert [reason for reason, _ in old.closed] == ["replaced"]
    assert len(hall.hub.roster) == 2
    assert bob.heard() == [
        "Server: ann has left the chat.",
        "Server: ann has joined the chat. Say hi!",
    ]
    hall.hub.leave(old.member, "closed")  # as the connection does in the end
    assert len(hall.hub.roster) == 2


@pytest.mark.parametrize("ticket", ["", "t2"])
def test_a_living_connection_gives_way_to_nobody_else(hall: Hall, ticket: str) -> None:
    old = program(hall, "ann", ticket="t1")
    thief = program(hall, host="203.0.113.5")
    thief.does(commands.Join("ann", ticket=ticket))
    assert not thief.member.name
    assert old.closed == []


def test_a_member_without_a_ticket_cannot_be_replaced(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    program(hall).does(commands.Join("ann", ticket=""))
    assert ann.closed == []
    assert ann.member.name == "ann"


def test_leaving_on_purpose_keeps_nothing(hall: Hall) -> None:
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Say("one", 1), commands.Quit("quit"))
    again = program(hall, "ann", ticket="t1")
    assert again.member.last is None


def test_a_connection_that_has_only_ended_is_a_lost_one(hall: Hall) -> None:
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Say("one", 1), commands.Quit("end of input", meant=False))
    again = program(hall, host="203.0.113.5")
    again.does(commands.Join("ann", ticket="t1"))
    assert again.member.last == 1


def test_the_last_mark_is_kept_when_something_is_said_without_one(hall: Hall) -> None:
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Say("one", 1), commands.Say("two"))
    assert ann.member.last == 1


@pytest.mark.parametrize(
    "command",
    [commands.Move("tea", 5), commands.Rename("anna", 5), commands.Move("no room", 5)],
    ids=repr,
)
def test_a_change_is_marked_as_well(hall: Hall, command: commands.Command) -> None:
    ann = program(hall, "ann", ticket="t1")
    ann.does(command)
    assert ann.member.last == 5


def test_who_has_changed_their_name_is_found_by_the_ticket(hall: Hall) -> None:
    """The rename was on its way when the connection was lost: they come under the old name."""
    old = program(hall, "ann", ticket="t1")
    old.does(commands.Rename("anna", 3))
    new = program(hall, "ann", ticket="t1")
    assert [reason for reason, _ in old.closed] == ["replaced"]
    assert (new.member.name, new.member.last) == ("ann", 3)
    assert len(hall.hub.roster) == 1


def test_whom_one_ignores_is_kept_as_well(hall: Hall) -> None:
    bob, cy = hall.people("bob", "cy")
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Ignore("bob"))
    loses_connection(hall, ann)
    again = program(hall, "ann", ticket="t1")
    bob.does(commands.Rename("rob"))
    hall.tick()
    hall.hush()
    bob.says("hello?")
    cy.says("hi")
    hall.tick()
    assert again.heard() == ["cy: hi"]


def test_a_ticket_opens_no_name_that_somebody_else_has_by_now(hall: Hall) -> None:
    loses_connection(hall, program(hall, "ann", ticket="t1"))
    hall.passes(hall.settings.hold_seconds)
    other = program(hall, "ann")
    thief = program(hall)
    thief.does(commands.Join("ann", ticket="t1"))
    assert other.closed == []
    assert not thief.member.name


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("ann", "no room"),
        ("two words", ""),
        ("server", ""),
        ("bob", ""),
        ("cy", ""),
    ],
)
def test_a_join_that_is_refused_costs_no_connection(hall: Hall, name: str, room: str) -> None:
    hall.people("bob")
    loses_connection(hall, program(hall, "cy", ticket="t2"))
    old = program(hall, "ann", ticket="t1")
    new = program(hall)
    new.does(commands.Join(name, room, "t1"))
    assert not new.member.name
    assert old.closed == []
    hall.tick()
    hall.hush()
    old.says("still here")
    hall.tick()
    assert old.heard() == ["ann: still here"]


def test_whoever_is_ignored_is_so_over_all_their_connections(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    troll = program(hall, "bob", ticket="t1")
    ann.does(commands.Ignore("bob"))
    loses_connection(hall, troll)
    again = program(hall, "rob", ticket="t1")
    hall.hush()
    again.does(commands.Say("spam"), commands.Tell("ann", "spam"))
    hall.tick()
    assert ann.heard() == []


def test_whoever_is_ignored_is_so_after_they_have_left_on_purpose(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    troll = program(hall, "bob", ticket="t1")
    ann.does(commands.Ignore("bob"))
    troll.does(commands.Quit("quit"))
    hall.passes(hall.settings.hold_seconds)
    again = program(hall, "rob", ticket="t1")
    hall.hush()
    again.says("spam")
    hall.tick()
    assert ann.heard() == []


def test_whoever_is_ignored_is_so_although_they_renamed_while_the_ignorer_was_away(
    hall: Hall,
) -> None:
    (bob,) = hall.people("bob")
    ann = program(hall, "ann", ticket="t1")
    ann.does(commands.Ignore("bob"))
    loses_connection(hall, ann)
    bob.does(commands.Rename("rob"))
    hall.people("bob")
    again = program(hall, "ann", ticket="t1")
    bob.says("spam")
    hall.visitors[-2].says("hi")  # the bob of now
    hall.tick()
    assert again.heard() == ["bob: hi"]
    again.does(commands.Ignore(""))
    assert again.heard() == ["Server: You ignore rob."]


def test_persons_are_forgotten_when_nobody_refers_to_them(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    for number in range(3):
        program(hall, f"p{number}", ticket=f"t{number}").does(commands.Quit("quit"))
    bob = program(hall, "bob", ticket="t9")
    ann.does(commands.Ignore("bob"))
    bob.does(commands.Quit("quit"))
    hall.visitors.clear()
    del bob
    gc.collect()  # a visitor and their member hold each other
    assert list(hall.hub.roster._persons) == ["t9"]
    ann.does(commands.Ignore("bob"))
    assert not hall.hub.roster._persons


def test_tickets_are_forgotten_with_the_names_they_were_for(hall: Hall) -> None:
    for number in range(3):
        loses_connection(hall, program(hall, f"p{number}", ticket=f"t{number}"))
    left = program(hall, "left", ticket="left")
    left.does(commands.Quit("quit"))
    hall.passes(hall.settings.hold_seconds + 1)
    program(hall, "ann", ticket="t9")
    assert hall.hub.roster._tickets == {"t9": "ann"}


def test_a_private_message_to_oneself_comes_once(hall: Hall) -> None:
    ann = program(hall, "ann")
    ann.does(commands.Tell("ann", "note"))
    assert ann.heard() == ["[private] ann: note"]


# --- those who say one thing and go ---------------------------------------------------------------


def test_a_quiet_member_comes_speaks_and_goes_without_a_notice(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    bot = hall.visitor(receipts=True)
    bot.does(commands.Join("bot", quiet=True))
    bot.says("the build is done")
    hall.tick()
    bot.does(commands.Quit("quit"))
    hall.tick()
    assert bob.heard() == ["bot: the build is done"]


def test_a_quiet_member_changes_the_room_without_a_notice(hall: Hall) -> None:
    bob, cy = hall.people("bob", "cy")
    bot = program(hall, "bot", quiet=True)
    cy.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    bot.does(commands.Move("tea"))
    hall.tick()
    assert (bob.heard(), cy.heard()) == ([], [])


def test_a_quiet_member_is_listed_like_everybody_else(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    program(hall, "bot", quiet=True)
    bob.does(commands.Who())
    assert "bot" in "".join(bob.heard())


def test_quiet_members_do_not_count_in_a_crowd(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(crowd=1))
    (bob,) = hall.people("bob")
    hall.passes(5)
    hall.hush()
    bot = program(hall, "bot", quiet=True)
    bot.does(commands.Quit("quit"))
    hall.passes(5)
    assert bob.heard() == []
