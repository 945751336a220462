"""The rules of the chat, as people see them."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from chatroom.chat.room import Member, Room
from chatroom.chat.rules.asking import members_of
from chatroom.chat.rules.kicking import Kick, kick
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.names import enforce

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.chat.conftest import Hall, Visitor


def room_of(member: Member) -> Room:
    assert member.here is not None
    return member.here.room


WELCOME = "All set, ann! Leave anytime by typing QUIT; /help lists the commands."


# --- arriving ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "greeting"),
    [
        ((), "Welcome to the chatroom. Nobody else is here yet."),
        (("bob",), "Welcome to the chatroom. 1 person is here: bob"),
        (("bob", "cy"), "Welcome to the chatroom. 2 people are here: bob, cy"),
    ],
    ids=["nobody", "one", "two"],
)
def test_a_newcomer_is_told_who_is_here(
    hall: Hall, present: tuple[str, ...], greeting: str
) -> None:
    hall.people(*present)
    ann = hall.visitor()
    ann.does(commands.Greet())
    assert ann.heard() == [greeting, "Your name: "]


def test_a_greeting_names_the_first_few_and_counts_the_rest(hall: Hall) -> None:
    hall.people(*(f"n{number}" for number in range(23)))
    ann = hall.visitor()
    ann.does(commands.Greet())
    names = ", ".join(f"n{number}" for number in range(20))
    *greeting, _ = ann.heard()
    text = " ".join(map(str.strip, greeting))
    assert text == f"Welcome to the chatroom. 23 people are here: {names} and 3 more"


def test_a_name_lets_somebody_in_and_everybody_else_is_told(hall: Hall) -> None:
    bob, cy = hall.people("bob", "cy")
    ann = hall.visitor()
    ann.does(commands.Join("ann"))
    hall.tick()
    assert ann.is_named
    assert ann.heard() == [WELCOME]
    assert bob.heard() == cy.heard() == ["Server: ann has joined the chat. Say hi!"]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("bob", "The name bob is taken."),
        ("BOB", "The name BOB is taken."),
        ("Server", "The name Server is reserved."),
        ("two words", "A name holds no spaces; try two_words."),
        ("a" * 33, "A name has at most 32 characters; this one has 33."),
        ("#ann", 'A name cannot begin with "#".'),
    ],
)
def test_a_name_that_cannot_be_had_is_asked_for_again(hall: Hall, wanted: str, why: str) -> None:
    (bob,) = hall.people("bob")
    ann = hall.visitor()
    ann.does(commands.Join(wanted))
    hall.tick()
    assert ann.heard() == [why, "Your name: "]
    assert not ann.is_named
    assert bob.heard() == []
    ann.does(commands.Join("ann"))
    assert ann.heard() == [WELCOME]


@pytest.mark.parametrize(
    "command",
    [
        commands.Say("hi"),
        commands.Act("waves"),
        commands.Tell("bob", "hi"),
        commands.Rename("ann"),
        commands.Move("tea"),
        commands.Who(),
        commands.Rooms(),
        commands.Ignore("bob"),
        commands.Stats(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_name_must_precede_everything_else(hall: Hall, command: commands.Command) -> None:
    (bob,) = hall.people("bob")
    ann = hall.visitor()
    ann.does(command)
    hall.tick()
    assert ann.heard() == ["Server: Choose a name first."]
    assert bob.heard() == []


def test_a_stranger_may_send_a_blank_and_leave(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = hall.visitor()
    ann.does(commands.Quit("quit"))
    hall.tick()
    assert ann.closed == [("quit", "")]
    assert ann.heard() == bob.heard() == []


def test_a_name_is_chosen_once(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Join("anna"))
    hall.tick()
    assert ann.heard() == ["Server: You are ann already."]
    assert bob.heard() == []
    assert ann.member.name == "ann"


def test_a_newcomer_hears_nothing_that_was_said_before_they_came(hall: Hall) -> None:
    bob, cy = hall.people("bob", "cy")
    ann = hall.visitor()
    bob.says("before")
    ann.does(commands.Join("ann"))
    bob.says("after")
    hall.tick()
    assert ann.heard() == [WELCOME, "bob: after"]
    assert cy.heard() == ["bob: before", "Server: ann has joined the chat. Say hi!", "bob: after"]


# --- talking ----------------------------------------------------------------------------------


def test_what_is_said_is_heard_by_everybody_but_its_author(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ann.says("hello")
    hall.tick()
    assert ann.heard() == []
    assert bob.heard() == cy.heard() == ["ann: hello"]


def test_nothing_is_handed_out_before_the_tick_ends(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.says("hello")
    assert bob.heard() == []
    hall.tick()
    assert bob.heard() == ["ann: hello"]
    hall.tick()
    assert bob.heard() == []


def test_what_somebody_does_is_told_with_a_star(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Act("waves"))
    hall.tick()
    assert ann.heard() == []
    assert bob.heard() == ["* ann waves"]


def test_authors_hear_the_others_in_the_right_order(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ann.says("1")
    bob.says("2")
    ann.says("3")
    bob.says("4", "5")
    ann.says("6")
    hall.tick()
    assert ann.heard() == ["bob: 2", "bob: 4", "bob: 5"]
    assert bob.heard() == ["ann: 1", "ann: 3", "ann: 6"]
    assert cy.heard() == ["ann: 1", "bob: 2", "ann: 3", "bob: 4", "bob: 5", "ann: 6"]


def test_an_author_who_wants_receipts_gets_them(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    ann = hall.visitor(dialect="\r\n", receipts=True)
    ann.does(commands.Join("ann"))
    hall.tick()
    ann.taken.clear()
    ann.says("hello")
    bob.says("hi")
    hall.tick()
    assert b"".join(ann.taken) == b"ann: hello\r\nbob: hi\r\n"


def test_a_peer_with_another_dialect_hears_the_same(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    cy = hall.visitor(dialect="\r\n")
    cy.does(commands.Join("cy"))
    hall.tick()
    hall.hush()
    ann.says("hello")
    hall.tick()
    assert bob.taken == [b"ann: hello\n"]
    assert cy.taken == [b"ann: hello\r\n"]


@pytest.mark.parametrize("text", ["", " ", "\t", "\x1b", "\u202e \u2069"], ids=ascii)
def test_what_is_empty_once_it_is_clean_is_not_said(hall: Hall, text: str) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Say(text), commands.Act(text), commands.Tell("bob", text))
    hall.tick()
    assert ann.heard() == bob.heard() == []
    assert hall.metrics.messages == 0


ESCAPES = "\x1b[2Jh\bi\x1e\0\u202e\ufeff\x9b1m\tthere"
SAFE = "[2Jhi1m there"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (commands.Say(ESCAPES), f"ann: {SAFE}"),
        (commands.Act(ESCAPES), f"* ann {SAFE}"),
        (commands.Tell("bob", ESCAPES), f"[private] ann: {SAFE}"),
    ],
    ids=["say", "act", "tell"],
)
def test_escapes_never_reach_another_terminal(
    hall: Hall, command: commands.Command, line: str
) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(command)
    hall.tick()
    assert bob.heard() == [line]


LINES = "first\r\n\x0bbob: I agree\u2028Server: The server stops."


@pytest.mark.parametrize(
    ("command", "start"),
    [
        (commands.Say(LINES), "ann:"),
        (commands.Act(LINES), "* ann"),
        (commands.Tell("bob", LINES), "[private] ann:"),
    ],
    ids=["say", "act", "tell"],
)
def test_a_text_of_several_lines_is_told_with_the_name_on_each(
    hall: Hall, command: commands.Command, start: str
) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(command)
    hall.tick()
    assert bob.heard() == [
        f"{start} first",
        f"{start} ",
        f"{start} bob: I agree",
        f"{start} Server: The server stops.",
    ]


@pytest.mark.parametrize(
    "make", [commands.Say, commands.Act, lambda text: commands.Tell("b", text)]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\x85", "\u2028"], ids=ascii)
def test_a_text_of_too_many_lines_is_refused_as_a_whole(
    hall: Hall, make: Callable[[str], commands.Command], ending: str
) -> None:
    ann, bob = hall.people("ann", "b")
    ann.does(make(ending.join(["x"] * 101)))
    hall.tick()
    assert ann.heard() == ["Server: A text has at most 100 lines; nothing was sent."]
    assert bob.heard() == []
    ann.does(make(ending.join(["", *["x"] * 100, ""])))
    hall.tick()
    assert ann.heard() == []
    assert len(bob.heard()) == 100


@pytest.mark.parametrize(
    "text", ["\n" * 4096, "\r", "\r\n \r\n", "\x0b\x0c\x85\u2028\u2029", "\n\0\n"], ids=ascii
)
def test_a_text_of_nothing_but_line_breaks_is_not_said(hall: Hall, text: str) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.says(text)
    hall.tick()
    assert ann.heard() == bob.heard() == []


def test_a_text_of_several_lines_is_one_line_of_the_log(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    (ann,) = hall.people("ann")
    with caplog.at_level("DEBUG", logger="chatroom"):
        ann.says("first\nsecond")
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        "first\\nsecond"
    ]


def test_a_private_message_reaches_one_member_in_whatever_room(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    bob.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    ann.does(commands.Tell("BOB", "psst"))
    hall.tick()
    assert bob.heard() == ["[private] ann: psst"]
    assert ann.heard() == cy.heard() == []


@pytest.mark.parametrize(
    "name", ["zoe", "two words", "server", "\x1b[31mred", "\u202ezoe"], ids=ascii
)
def test_a_message_or_an_ignore_for_nobody_is_answered(hall: Hall, name: str) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Tell(name, "hi"), commands.Ignore(name))
    told = ann.heard()
    shown = name.replace("\x1b", "").replace("\u202e", "")
    assert told == [f"Server: There is nobody called {shown} here."] * 2


def test_an_answer_repeats_no_more_of_a_wrong_name_than_a_name_can_have(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Tell("z" * 4000, "hi"))
    assert ann.heard() == [f"Server: There is nobody called {'z' * 32} here."]


# --- replies in the middle of a tick ----------------------------------------------------------


def test_a_reply_stands_among_the_lines_where_it_was_asked_for(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    bob.says("1")
    ann.says("mine")
    hall.hub.reply(ann.member, b"first reply\n")
    bob.says("2")
    hall.hub.reply(ann.member, b"second reply\n")
    hall.hub.reply(ann.member, b"third reply\n")
    ann.says("mine too")
    cy.says("3")
    hall.tick()
    assert ann.heard() == [
        "bob: 1",
        "first reply",
        "bob: 2",
        "second reply",
        "third reply",
        "cy: 3",
    ]
    assert bob.heard() == ["ann: mine", "ann: mine too", "cy: 3"]
    bob.says("4")
    hall.tick()
    assert ann.heard() == ["bob: 4"]


# --- who, rooms -------------------------------------------------------------------------------


def test_who_tells_names_since_when_and_how_long_silent(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ann,) = hall.people("ann")
    hall.passes(3600)
    (barbara,) = hall.people("barbara")
    hall.passes(60)
    ann.says("hi")
    hall.passes(5)
    hall.hush()
    barbara.does(commands.Who())
    head, first, second = barbara.heard()
    assert head == "Server: 2 people in room lobby:"
    assert first.startswith("  ann      since ")
    assert first.endswith(" (1 h 1 min), idle 5 s")
    assert second.startswith("  barbara  since ")
    assert second.endswith(" (1 min), idle 1 min")


def test_who_is_answered_with_the_same_event_for_a_moment_and_then_anew(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    room = room_of(ann.member)
    first = members_of(hall.hub, room)
    assert members_of(hall.hub, room) is first
    hall.passes(hall.settings.answer_seconds)
    assert members_of(hall.hub, room) is not first
    for change in (commands.Rename("rob"), commands.Move("tea"), commands.Move("lobby")):
        before = members_of(hall.hub, room)
        bob.does(change)
        assert members_of(hall.hub, room) is not before
    before = members_of(hall.hub, room)
    cy.does(commands.Quit("quit"))
    assert members_of(hall.hub, room) is not before


def test_who_tells_only_of_ones_own_room(hall: Hall) -> None:
    _ann, bob = hall.people("ann", "bob")
    bob.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    bob.does(commands.Who())
    head, row = bob.heard()
    assert head == "Server: 1 person in room tea:"
    assert row.startswith("  bob  since ")


def test_who_shows_only_so_many_rows(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(rows_shown=2))
    ann, *_ = hall.people("ann", "bob", "cy", "dee", "eve")
    ann.does(commands.Who())
    told = ann.heard()
    assert told[0] == "Server: 5 people in room lobby:"
    assert told[-1] == "  and 3 more"
    assert len(told) == 4


@pytest.mark.parametrize(
    "command",
    [commands.Say("hi"), commands.Act("waves"), commands.Tell("bob", "hi")],
    ids=["say", "act", "tell"],
)
def test_whoever_talks_is_not_idle(hall: Hall, command: commands.Command) -> None:
    ann, bob = hall.people("ann", "bob")
    hall.passes(100)
    ann.does(command)
    assert hall.hub.row(ann.member).idle == 0
    assert hall.hub.row(bob.member).idle == 100


def test_the_rooms_are_listed_with_how_many_are_in_them(hall: Hall) -> None:
    ann, bob, _cy = hall.people("ann", "bob", "cy")
    bob.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    ann.does(commands.Rooms())
    assert ann.heard() == ["Server: 2 rooms:", "  lobby  2 people", "  tea    1 person"]


def test_the_stats_are_answered(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Stats())
    assert ann.heard()[0] == "Server: up 1 min, 0.0 s of CPU, 0.0 MB of memory"


# --- rooms ------------------------------------------------------------------------------------


def test_a_move_is_told_to_both_rooms_and_to_whoever_moves(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    cy.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    ann.does(commands.Move("tea"))
    hall.tick()
    assert ann.heard() == ["Server: You are in room tea now. 1 person is here: cy"]
    assert bob.heard() == ["Server: ann has left room lobby."]
    assert cy.heard() == ["Server: ann has joined room tea."]


def test_rooms_do_not_hear_each_other(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    ann.says("tea?")
    bob.says("lobby")
    hall.tick()
    assert ann.heard() == bob.heard() == []


def test_a_room_is_made_when_it_does_not_exist_and_gone_when_empty(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Move("Tea"))
    assert ann.heard() == ["Server: You are in room Tea now. Nobody else is here yet."]
    assert list(hall.hub.rooms) == ["tea"]
    ann.does(commands.Move("lobby"))
    assert list(hall.hub.rooms) == ["lobby"]
    hall.tick()
    ann.does(commands.Quit("quit"))
    assert not hall.hub.rooms


@pytest.mark.parametrize("written", ["tea", "TEA", "#tea", "\uff34ea"], ids=ascii)
def test_a_room_is_the_same_however_it_is_written(hall: Hall, written: str) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Move("Tea"))
    bob.does(commands.Move(written))
    hall.tick()
    assert bob.heard()[-1] == "Server: You are in room Tea now. 1 person is here: ann"
    ann.does(commands.Move(written))
    assert ann.heard()[-1] == "Server: You are in room Tea already."


@pytest.mark.parametrize("room", ["two words", "", "#", "a" * 33, "a\x1bb", "##x"], ids=ascii)
def test_a_bad_room_name_is_refused_and_nobody_moves(hall: Hall, room: str) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Move(room))
    hall.tick()
    (told,) = ann.heard()
    assert told.startswith("Server: A room name ")
    assert "\x1b" not in told
    assert bob.heard() == []
    assert room_of(ann.member).name == "lobby"


def test_lines_around_a_move_come_in_order_each_from_the_right_room(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    cy.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    bob.says("lobby 1")
    cy.says("tea 1")
    ann.says("own 1")
    ann.does(commands.Move("tea"))
    bob.says("lobby 2")
    cy.says("tea 2")
    ann.says("own 2")
    ann.does(commands.Move("lobby"))
    bob.says("lobby 3")
    cy.says("tea 3")
    hall.tick()
    assert ann.heard() == [
        "bob: lobby 1",
        "Server: You are in room tea now. 1 person is here: cy",
        "cy: tea 2",
        "Server: You are in room lobby now. 1 person is here: bob",
        "bob: lobby 3",
    ]
    assert bob.heard() == [
        "ann: own 1",
        "Server: ann has left room lobby.",
        "Server: ann has joined room lobby.",
    ]
    assert cy.heard() == [
        "Server: ann has joined room tea.",
        "ann: own 2",
        "Server: ann has left room tea.",
    ]


# --- names ------------------------------------------------------------------------------------


def test_a_new_name_is_told_to_the_room_and_used_from_then_on(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.says("1")
    ann.does(commands.Rename("anna"))
    ann.says("2")
    hall.tick()
    assert ann.heard() == ["Server: You are now called anna."]
    assert bob.heard() == ["ann: 1", "Server: ann is now called anna.", "anna: 2"]
    (other,) = hall.people("ann")
    assert other.member.name == "ann"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("bob", "Server: The name bob is taken."),
        ("server", "Server: The name server is reserved."),
        ("ann", "Server: You are called ann already."),
        ("a b", "Server: A name holds no spaces; try a_b."),
    ],
)
def test_a_new_name_that_cannot_be_had_is_refused(hall: Hall, wanted: str, told: str) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Rename(wanted))
    hall.tick()
    assert ann.heard() == [told]
    assert bob.heard() == []
    assert ann.member.name == "ann"


def test_the_case_of_ones_own_name_can_be_changed(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Rename("Ann"))
    hall.tick()
    assert bob.heard() == ["Server: ann is now called Ann."]


# --- leaving ----------------------------------------------------------------------------------


def test_whoever_quits_is_closed_and_everybody_else_is_told(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.says("bye")
    ann.does(commands.Quit("quit"))
    hall.tick()
    goodbye = "Goodbye, ann! Press Enter if nc does not end by itself.\n"
    assert ann.closed == [("quit", goodbye)]
    assert bob.heard() == ["ann: bye", "Server: ann has left the chat."]
    assert len(hall.hub.roster) == 1


def test_whoever_quits_gets_what_was_said_before(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.says("before")
    ann.does(commands.Quit("quit"))
    bob.says("after")
    assert ann.heard() == ["bob: before"]
    hall.tick()
    assert ann.heard() == []


def test_a_lost_connection_is_a_leave_and_the_name_waits_for_the_same_host(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    hall.hub.leave(ann.member, "connection reset by peer")
    hall.tick()
    assert bob.heard() == ["Server: ann has left the chat."]
    stranger = hall.visitor(host="198.51.100.9")
    stranger.does(commands.Join("ann"))
    assert "kept for somebody who may return" in stranger.heard()[0]
    back = hall.visitor(host=ann.member.host)
    back.does(commands.Join("ann"))
    assert back.heard() == [WELCOME]


def test_a_name_is_free_for_anybody_thirty_seconds_after_a_lost_connection(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    hall.hub.leave(ann.member, "connection reset by peer")
    hall.passes(30)
    stranger = hall.visitor(host="198.51.100.9")
    stranger.does(commands.Join("ann"))
    assert stranger.heard() == [WELCOME]


@pytest.mark.parametrize("way", ["quit", "kicked"])
def test_a_name_is_free_at_once_after_its_holder_left(hall: Hall, way: str) -> None:
    (ann,) = hall.people("ann")
    if way == "quit":
        ann.does(commands.Quit("quit"))
    else:
        kick(hall.hub, "ann", "", 0)
    hall.hub.leave(ann.member, "done")
    stranger = hall.visitor(host="198.51.100.9")
    stranger.does(commands.Join("ann"))
    assert stranger.heard() == [WELCOME]


def test_a_leave_is_told_once_when_a_quit_precedes_the_end_of_the_connection(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Quit("quit"))
    hall.tick()
    hall.hub.leave(ann.member, "done")
    hall.tick()
    assert bob.heard() == ["Server: ann has left the chat."]


def test_a_stranger_who_is_lost_is_not_told_of(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    hall.hub.leave(hall.visitor().member, "connection reset by peer")
    hall.tick()
    assert bob.heard() == []


# --- ignoring ---------------------------------------------------------------------------------


def ignores(visitor: Visitor, name: str) -> list[str]:
    visitor.does(commands.Ignore(name))
    return visitor.heard()


def test_nothing_is_heard_of_somebody_who_is_ignored(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    assert ignores(ann, "BOB") == ["Server: You ignore bob now; /ignore bob again ends it."]
    bob.says("spam")
    bob.does(commands.Act("spams"), commands.Tell("ann", "spam"))
    cy.says("hi")
    hall.tick()
    assert ann.heard() == ["cy: hi"]
    assert cy.heard() == ["bob: spam", "* bob spams"]
    assert bob.heard() == ["cy: hi"]


def test_an_ignored_author_still_joins_and_leaves_visibly(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ignores(ann, "bob")
    bob.does(commands.Quit("quit"))
    hall.tick()
    assert ann.heard() == ["Server: bob has left the chat."]


def test_somebody_who_ignores_others_does_not_hear_their_own_lines(hall: Hall) -> None:
    ann, _bob, cy = hall.people("ann", "bob", "cy")
    ignores(ann, "bob")
    hall.tick()
    for _ in range(2):
        ann.says("hello")
        cy.says("hi")
        hall.tick()
        assert ann.heard() == ["cy: hi"]


def test_what_is_ignored_is_not_heard_before_a_line_of_ones_own_either(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ignores(ann, "bob")
    bob.says("unwanted")
    ann.says("mine")
    cy.says("wanted")
    hall.tick()
    assert ann.heard() == ["cy: wanted"]


def test_whoever_has_the_bytes_laid_out_is_never_sent_those_of_everybody(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    dialect = ann.member.dialect
    arranged = Dialect("\r\n", dialect.encode, arrange=lambda data, _: b"<%b>" % data)
    hall.hub.speak(ann.member, arranged)
    for text in ("one", "two"):
        bob.says(text)
        hall.tick()
    assert ann.taken == [b"<bob: one\r\n>", b"<bob: two\r\n>"]


def test_an_answer_that_is_missed_is_counted_and_not_kept(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.full = True
    ann.does(commands.Who())
    assert hall.metrics.skipped == 1
    bob.says("hi")
    ann.does(commands.Who())
    assert ann.member.answers is None
    hall.tick()
    assert hall.metrics.skipped == 2
    ann.catches_up(hall)
    assert ann.heard() == ["bob: hi", "Server: 2 lines were skipped while you were not reading."]


def test_a_private_message_to_somebody_who_is_behind_is_refused_in_a_busy_tick_too(
    hall: Hall,
) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.full = True
    ann.does(commands.Who())
    bob.says("hi")
    bob.does(commands.Tell("ann", "psst"))
    hall.tick()
    assert bob.heard() == ["Server: ann is not reading; it was not delivered."]


def test_who_ignores_others_shares_the_bytes_of_what_they_hear_all_of(hall: Hall) -> None:
    ann, bob, cy, _dee = hall.people("ann", "bob", "cy", "dee")
    ignores(ann, "dee")
    bob.says("one")
    bob.says("two")
    hall.tick()
    assert ann.taken[-1] is cy.taken[-1]


def test_whoever_was_behind_is_served_like_everybody_after_the_next_tick(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.full = True
    ann.does(commands.Who())
    ann.drains()
    hall.tick()
    (seat,), (others,) = ann.member.seats, bob.member.seats
    assert seat.group is not None
    assert seat.group is others.group


def test_an_ignore_counts_from_the_moment_it_was_asked_for(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.says("1")
    ann.does(commands.Ignore("bob"))
    bob.says("2")
    ann.does(commands.Ignore("bob"))
    bob.says("3")
    hall.tick()
    assert ann.heard() == [
        "bob: 1",
        "Server: You ignore bob now; /ignore bob again ends it.",
        "Server: You no longer ignore bob.",
        "bob: 3",
    ]


def test_a_new_name_is_no_way_around_being_ignored(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ignores(ann, "bob")
    bob.does(commands.Rename("rob"))
    bob.says("it is me")
    hall.tick()
    assert ann.heard() == ["Server: bob is now called rob."]
    bob.does(commands.Rename("bert"))
    hall.tick()
    ann.heard()
    bob.says("and again")
    bob.does(commands.Tell("ann", "me"))
    hall.tick()
    assert ann.heard() == []
    assert cy.heard()[-1] == "bert: and again"


def test_whoever_is_heard_again_after_a_new_name_is_heard_under_the_old_one_too(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ignores(ann, "bob")
    bob.does(commands.Rename("rob"))
    ignores(ann, "rob")
    bob.does(commands.Rename("bob"))
    hall.tick()
    ann.heard()
    bob.says("hello again")
    hall.tick()
    assert ann.heard() == ["bob: hello again"]


def test_new_names_of_somebody_else_do_not_fill_a_list_of_ignored_names(
    new_hall: type[Hall],
) -> None:
    hall = new_hall(Settings(max_ignored=3))
    ann, bob, _cy = hall.people("ann", "bob", "cy")
    ignores(ann, "bob")
    for number in range(10):
        bob.does(commands.Rename(f"bob{number}"))
    hall.tick()
    ann.heard()
    assert len(ann.member.ignored) <= 3
    assert ignores(ann, "cy") == ["Server: You ignore cy now; /ignore cy again ends it."]


def test_the_list_of_ignored_names_is_answered(hall: Hall) -> None:
    ann, *_ = hall.people("ann", "cy", "bob")
    assert ignores(ann, "") == ["Server: You ignore nobody."]
    ignores(ann, "cy")
    ignores(ann, "bob")
    assert ignores(ann, "") == ["Server: You ignore bob, cy."]


def test_somebody_who_is_gone_can_still_be_taken_off_the_list(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ignores(ann, "bob")
    bob.does(commands.Quit("quit"))
    hall.tick()
    ann.heard()
    assert ignores(ann, " BOB") == ["Server: You no longer ignore bob."]


def test_an_innocent_who_takes_the_name_of_somebody_ignored_is_heard(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ignores(ann, "bob")
    bob.does(commands.Rename("rob"))
    cy.does(commands.Rename("bob"))
    hall.hush()
    bob.does(commands.Say("spam"), commands.Tell("ann", "spam"))
    cy.does(commands.Say("hi"), commands.Tell("ann", "psst"))
    hall.tick()
    assert [line for line in ann.heard() if "Server" not in line] == [
        "bob: hi",
        "[private] bob: psst",
    ]
    assert ignores(ann, "") == ["Server: You ignore rob."]


def test_whoever_is_here_is_meant_by_a_name_that_somebody_ignored_had(hall: Hall) -> None:
    ann, old = hall.people("ann", "bob")
    ignores(ann, "bob")
    old.does(commands.Quit("quit"))
    (new,) = hall.people("bob")
    assert ignores(ann, "bob") == ["Server: You ignore bob now; /ignore bob again ends it."]
    assert ignores(ann, "") == ["Server: You ignore bob."]
    assert ignores(ann, "bob") == ["Server: You no longer ignore bob."]
    assert ignores(ann, "") == ["Server: You ignore nobody."]
    new.says("hi")
    hall.tick()
    assert ann.heard() == ["bob: hi"]


@pytest.mark.parametrize("name", ["Bob", "\u0411\u043e\u0440\u0438\u0441"], ids=ascii)
def test_an_ignored_name_is_told_as_it_is_written(hall: Hall, name: str) -> None:
    ann, *_ = hall.people("ann", name)
    ignores(ann, name)
    assert ignores(ann, "") == [f"Server: You ignore {name}."]
    assert ignores(ann, name) == [f"Server: You no longer ignore {name}."]


def test_a_name_in_the_list_of_ignored_names_is_one_that_can_be_typed(hall: Hall) -> None:
    ann, other = hall.people("ann", "\u0411\u043e\u0440\u0438\u0441")
    ignores(ann, other.member.name)
    told = ignores(ann, "")[0].removeprefix("Server: You ignore ").removesuffix(".")
    assert enforce(told) == told


def test_nobody_can_ignore_themselves(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    assert ignores(ann, "ANN") == ["Server: You cannot ignore yourself."]


def test_only_so_many_names_can_be_ignored(new_hall: type[Hall]) -> None:
    hall = new_hall(Settings(max_ignored=2))
    ann, *_ = hall.people("ann", "bob", "cy", "dee")
    ignores(ann, "bob")
    ignores(ann, "cy")
    assert ignores(ann, "dee") == ["Server: You ignore 2 people already; that is the limit."]
    ignores(ann, "bob")
    assert ignores(ann, "dee") == ["Server: You ignore dee now; /ignore dee again ends it."]


# --- slow readers -----------------------------------------------------------------------------


def test_a_slow_reader_misses_nothing(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    bob.full = True
    for number in range(400):
        ann.says(f"line {number}")
    hall.tick()
    for number in range(12):
        ann.says(f"more {number}")
        hall.tick()
    assert len(cy.heard()) == 412
    bob.catches_up(hall)
    ann.says("now")
    hall.tick()
    lines = [*(f"line {number}" for number in range(400)), *(f"more {n}" for n in range(12))]
    assert bob.heard() == [*(f"ann: {line}" for line in lines), "ann: now"]
    assert hall.metrics.skipped == 0


def test_a_line_that_nothing_keeps_is_told_as_skipped(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    ann.says("1")
    hall.tick()
    hall.hub.notice("hello")
    hall.tick()
    bob.catches_up(hall)
    assert bob.heard() == ["ann: 1", "Server: 1 line was skipped while you were not reading."]
    assert hall.metrics.skipped == 1


def test_room_in_the_queue_of_somebody_behind_is_left_empty_until_it_has_drained(
    hall: Hall,
) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    ann.says("1")
    hall.tick()
    bob.full = False
    for text in ("2", "3"):
        ann.says(text)
        hall.tick()
    assert bob.heard() == []
    bob.catches_up(hall)
    assert bob.heard() == ["ann: 1", "ann: 2", "ann: 3"]


def test_an_answer_to_somebody_behind_overtakes_what_they_are_still_to_get(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    ann.says("1")
    hall.tick()
    bob.full = False
    ann.says("2")
    hall.hub.reply(bob.member, b"a reply\n")
    hall.tick()
    assert bob.heard() == ["a reply"]
    bob.catches_up(hall)
    assert bob.heard() == ["ann: 1", "ann: 2"]


def test_lines_of_the_tick_in_which_somebody_catches_up_are_told_once(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    ann.says("1")
    hall.tick()
    ann.says("2", "3")
    bob.drains()
    ann.says("4")
    hall.tick()
    ann.says("5")
    hall.tick()
    assert bob.heard() == [f"ann: {number}" for number in range(1, 6)]


def test_a_drained_queue_of_somebody_who_missed_nothing_is_not_mentioned(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.drains()
    ann.says("1")
    hall.tick()
    assert bob.heard() == ["ann: 1"]


def test_ones_own_lines_are_not_among_those_that_one_has_missed(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.full = True
    ann.says("mine")
    bob.says("1")
    ann.says("mine")
    bob.says("2")
    hall.tick()
    ann.says("mine")
    hall.tick()
    ann.catches_up(hall)
    assert ann.heard() == ["bob: 1", "bob: 2"]


def test_a_stranger_who_does_not_read_is_told_as_well(hall: Hall) -> None:
    ann = hall.visitor()
    ann.full = True
    ann.does(commands.Greet())
    ann.catches_up(hall)
    assert ann.heard() == ["Server: 1 line was skipped while you were not reading."]


def test_somebody_behind_may_move_and_quit(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    ann.says("1")
    hall.tick()
    bob.does(commands.Move("tea"))
    hall.tick()
    assert hall.metrics.skipped == 2  # the line, and the answer
    bob.does(commands.Quit("quit"))
    hall.tick()
    assert ann.heard() == ["Server: bob has left room lobby."]
    assert bob.heard() == []


def test_deliveries_and_skipped_lines_are_counted(hall: Hall) -> None:
    ann, _bob, cy = hall.people("ann", "bob", "cy")
    before = hall.metrics.deliveries
    cy.full = True
    ann.says("1", "2")
    hall.tick()
    assert hall.metrics.messages == 2
    assert hall.metrics.deliveries - before == 2
    hall.hub.notice("hello")
    hall.tick()
    assert hall.metrics.deliveries - before == 4
    cy.catches_up(hall)
    assert hall.metrics.deliveries - before == 6
    assert hall.metrics.skipped == 1


# --- the operator -----------------------------------------------------------------------------


def test_a_notice_is_told_in_every_room(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    hall.hub.notice("Tea\r\n at\x1b five")
    hall.tick()
    assert ann.heard() == bob.heard() == ["Server: Tea  at five"]


@pytest.mark.parametrize(
    ("reason", "farewell", "told"),
    [
        ("", "Server: You were kicked.\n", "Server: ann was kicked."),
        (
            "be nice\x1b",
            "Server: You were kicked: be nice\n",
            "Server: ann was kicked: be nice",
        ),
    ],
    ids=["without-a-reason", "with-a-reason"],
)
def test_somebody_kicked_and_everybody_else_are_told_why(
    hall: Hall, reason: str, farewell: str, told: str
) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.says("before")
    assert kick(hall.hub, "ANN", reason)
    bob.says("after")
    hall.tick()
    assert ann.closed == [("kicked", farewell)]
    assert ann.heard() == ["bob: before"]
    assert bob.heard() == [told]
    assert hall.hub.roster.find("ann") is None


def test_a_kick_bars_the_name_and_the_address_for_a_minute(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    assert kick(hall.hub, "ANN", "") == Kick("ann", ann.member.host, 60.0)
    hall.passes(18)
    back = hall.visitor(host=ann.member.host)
    back.does(commands.Join("zoe"))
    assert back.heard() == [
        "Somebody at your address was kicked; try again in 42 s.",
        "Your name: ",
    ]
    elsewhere = hall.visitor(host="198.51.100.9")
    elsewhere.does(commands.Join("Ann"))
    freed = "Somebody of that name was kicked; it is free again in 42 s."
    assert elsewhere.heard() == [freed, "Your name: "]
    hall.hush()
    bob.does(commands.Rename("ann"))
    assert bob.heard() == [f"Server: {freed}"]
    hall.passes(42)
    back.does(commands.Join("ann"))
    assert back.heard() == [WELCOME]


def test_a_kick_of_somebody_on_this_machine_bars_the_name_alone(hall: Hall) -> None:
    ann = hall.visitor(host="127.0.0.1")
    ann.does(commands.Join("ann"))
    assert kick(hall.hub, "ann", "") == Kick("ann", "", 60.0)
    other = hall.visitor(host="127.0.0.1")
    other.does(commands.Join("bob"))
    assert other.member.name == "bob"
    again = hall.visitor(host="127.0.0.1")
    again.does(commands.Join("ann"))
    assert again.member.name == ""


@pytest.mark.parametrize(
    ("seconds", "wait"), [(1, "1 s"), (61, "2 min"), (3600, "1 h 0 min"), (10**9, "1 d 0 h")]
)
def test_whoever_is_barred_reads_how_long_to_wait(hall: Hall, seconds: float, wait: str) -> None:
    hall.people("ann")
    kick(hall.hub, "ann", "", seconds)
    back = hall.visitor(host="198.51.100.9")
    back.does(commands.Join("ann"))
    assert back.heard() == [
        f"Somebody of that name was kicked; it is free again in {wait}.",
        "Your name: ",
    ]


def test_a_kick_is_told_by_name_in_a_crowd_as_well(hall: Hall) -> None:
    bob, *_ = hall.people("bob", *(f"n{number}" for number in range(hall.settings.crowd + 1)))
    hall.passes(1)
    hall.hush()
    kick(hall.hub, "n1", "")
    hall.passes(1)
    assert bob.heard() == ["Server: n1 was kicked."]


def test_nobody_is_kicked_when_nobody_is_called_so(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    assert not kick(hall.hub, "bob", "")
    assert ann.closed == []


def test_a_shutdown_hands_out_what_was_said_and_tells_of_no_leaves(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    cy.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    ann.says("last words")
    hall.hub.shut_down()
    for visitor in (ann, bob, cy):
        hall.hub.leave(visitor.member, "shutdown")
    hall.tick()
    assert [ann.heard(), bob.heard(), cy.heard()] == [[], ["ann: last words"], []]
    over = events.Closing("shutdown", "It is over.")
    assert hall.hub.last_words(ann.member, over) == b"Server: It is over.\n"


@pytest.mark.parametrize("way", ["quit", "kicked", "stopped"])
def test_who_leaves_while_behind_is_told_what_they_missed(hall: Hall, way: str) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.full = True
    bob.says("1", "2")
    hall.tick()
    if way == "quit":
        ann.does(commands.Quit("quit"))
        farewell = ann.closed[0][1]
    elif way == "kicked":
        kick(hall.hub, "ann", "")
        farewell = ann.closed[0][1]
    else:
        hall.hub.shut_down()
        farewell = hall.hub.last_words(ann.member).decode()
    first = farewell.split("\n")[0]
    assert first == "Server: 2 lines were skipped while you were not reading."


# --- robustness -------------------------------------------------------------------------------


def test_a_room_with_an_encoder_that_fails_does_not_silence_the_other_rooms(hall: Hall) -> None:
    ann, bob, cy, dee = hall.people("ann", "bob", "cy", "dee")
    for visitor in (cy, dee):
        visitor.does(commands.Move("tea"))
    hall.tick()
    hall.hush()
    room = room_of(ann.member)
    ann.says("about to fail")
    cy.says("1")
    room.publish(events.Notice("a\nb"))
    with pytest.raises(ValueError, match="line break"):
        hall.tick()
    hall.tick()
    cy.says("2")
    ann.says("alive")
    hall.tick()
    assert dee.heard() == ["cy: 1", "cy: 2"]
    assert bob.heard()[-1] == "ann: alive"


def test_what_is_said_just_before_a_rename_is_ignored_as_well(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Ignore("ann"))
    hall.tick()
    bob.heard()
    ann.does(commands.Say("rude"), commands.Rename("zoe"), commands.Say("ruder"))
    hall.tick()
    assert bob.heard() == ["Server: ann is now called zoe."]


def test_a_private_message_to_somebody_who_is_not_reading_is_said_to_be_lost(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.full = True
    ann.does(commands.Tell("bob", "psst"))
    hall.tick()
    assert ann.heard() == ["Server: bob is not reading; it was not delivered."]


def test_a_cancel_that_finds_nothing_waiting_is_told_so(hall: Hall) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Cancel())
    hall.tick()
    assert ann.heard() == ["Server: Nothing is waiting to be said."]


# --- /who ROOM and /reply -----------------------------------------------------------------------


def test_who_is_in_another_room_can_be_asked(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Move("Tea"))
    hall.tick()
    hall.hush()
    ann.does(commands.Who("#tea"))
    hall.tick()
    head, row = ann.heard()
    assert head == "Server: 1 person in room Tea:"
    assert row.startswith("  bob  since")


@pytest.mark.parametrize("room", ["tea", "two words", "!", "\x1b"])
def test_who_is_in_a_room_that_is_not_there_is_refused(hall: Hall, room: str) -> None:
    (ann,) = hall.people("ann")
    ann.does(commands.Who(room))
    hall.tick()
    (line,) = ann.heard()
    assert line.startswith("Server: There is no room called ")


def test_a_reply_goes_to_whoever_last_told_one_something(hall: Hall) -> None:
    ann, bob, cy = hall.people("ann", "bob", "cy")
    ann.does(commands.Tell("bob", "psst"))
    cy.does(commands.Tell("bob", "hey"), commands.Rename("cyd"))
    hall.tick()
    hall.hush()
    bob.does(commands.Tell(None, "yes?"))
    hall.tick()
    assert cy.heard() == ["[private] bob: yes?"]
    assert ann.heard() == []


def test_a_reply_to_nobody_is_told_so(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    bob.does(commands.Ignore("ann"))
    ann.does(commands.Tell("bob", "psst"), commands.Tell("ann", "note"))
    hall.tick()
    hall.hush()
    for person in (ann, bob):
        person.does(commands.Tell(None, "yes?"))
    hall.tick()
    assert bob.heard() == ["Server: Nobody has told you anything privately yet."]


def test_a_reply_to_somebody_who_has_left_is_told_so_whoever_has_the_name_now(hall: Hall) -> None:
    ann, bob = hall.people("ann", "bob")
    ann.does(commands.Tell("bob", "psst"), commands.Quit("quit"))
    (other,) = hall.people("ann")
    bob.does(commands.Tell(None, "yes?"))
    hall.tick()
    assert bob.heard() == ["Server: ann has left."]
    assert other.heard() == []


def test_whoever_has_left_is_not_kept_in_memory_by_what_they_told(hall: Hall) -> None:
    bob, ann = hall.people("bob", "ann")
    ann.does(commands.Tell("bob", "psst"))
    ann.does(commands.Quit("quit"))
    hall.tick()
    hall.visitors.clear()
    del ann
    gc.collect()
    members = [thing for thing in gc.get_objects() if isinstance(thing, Member)]
    assert not any(member.name == "ann" for member in members if member is not bob.member)
    assert bob.member.teller is not None
    assert bob.member.teller.name == "ann"


def test_a_reply_finds_whoever_came_back_with_the_same_ticket(hall: Hall) -> None:
    (bob,) = hall.people("bob")
    before, after = hall.visitor(), hall.visitor()
    before.does(commands.Join("ann", ticket="secret"), commands.Tell("bob", "psst"))
    after.does(commands.Join("ann", ticket="secret"))
    hall.tick()
    hall.hush()
    bob.does(commands.Tell(None, "yes?"))
    hall.tick()
    assert after.heard() == ["[private] bob: yes?"]
