"""Mentions, colours, and what plain lines say."""

import pytest

from chatroom.client.events import (
    ClientEvent,
    Connected,
    ConnectFailed,
    ConnectionLost,
    Ended,
    NameRequired,
    Reconnected,
)
from chatroom.client.presentation import colour_number, is_own, mentions, plain_lines, with_room
from chatroom.vocabulary import events


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("ann", True),
        ("hi ann", True),
        ("Ann: hello", True),
        ("ANN!", True),
        ("@ann?", True),
        ("anna", False),
        ("joann", False),
        ("ann_", False),
        ("", False),
    ],
)
def test_a_mention_is_the_name_as_a_word(text: str, mentioned: bool) -> None:
    assert mentions(text, "ann") is mentioned


def test_a_name_with_signs_of_a_pattern_is_only_a_name() -> None:
    assert mentions("hi a.b", "a.b")
    assert not mentions("hi axb", "a.b")
    assert not mentions("anything", "")


def test_a_person_has_the_same_colour_however_the_name_is_written() -> None:
    assert colour_number("Ann", 9) == colour_number("ann", 9) == colour_number("ANN", 9)
    assert len({colour_number(f"person{number}", 9) for number in range(100)}) == 9


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (Connected(), []),
        (NameRequired(""), []),
        (NameRequired("The name ann is taken."), ["The name ann is taken."]),
        (ConnectFailed("Cannot connect."), ["Cannot connect."]),
        (ConnectionLost("closed"), ["Oh no, we have lost connection to the server!"]),
        (Reconnected("ann", "tea"), ["We are back, as ann in room tea."]),
        (Ended("", 0), []),
        (Ended("You were kicked.", 0), ["You were kicked."]),
        (Ended("", 1), ["1 line was not delivered."]),
        (Ended("Bye.", 2), ["Bye.", "2 lines were not delivered."]),
        (Ended("", 0, 1), ["Whether 1 line was delivered is not known."]),
        (
            Ended("", 2, 3),
            ["2 lines were not delivered.", "Whether 3 lines were delivered is not known."],
        ),
        (
            events.Waiting(9, 5.0),
            ["9 lines are waiting; they go out 5 a second; /cancel drops them."],
        ),
        (
            events.Waiting(1, 0.2),
            ["1 line is waiting; they go out 0.2 a second; /cancel drops them."],
        ),
        (events.Cancelled(9), ["9 lines were dropped."]),
        (events.Cancelled(1), ["1 line was dropped."]),
        (events.Said(1, "tea", "bob", "hi", 0.0), ["bob: hi"]),
        (events.Told("bob", "ann", "psst", 0.0), ["[private] bob: psst"]),
        (events.Said(1, "tea", "bob", "one\n two", 0.0), ["bob: one", "   two"]),
        (events.Acted(1, "tea", "bob", "waves\ntwice", 0.0), ["* bob waves", "  twice"]),
        (events.Told("ann", "bob", "one\ntwo", 0.0), ["[private to bob] one", "  two"]),
        (events.Told("bob", "ann", "one\ntwo", 0.0), ["[private] bob: one", "  two"]),
        (events.Gone("bob", "quit"), ["Server: bob has left the chat."]),
        (events.Gone("bob", "kicked: spam"), ["Server: bob was kicked: spam"]),
        (events.Left("tea", "bob", "left"), ["Server: bob has left room tea."]),
        (events.Left("tea", "ann", "left"), ["Server: You have left room tea."]),
        (
            events.Entered("tea", events.People(2, ("ann", "bob"))),
            ["Server: You are in room tea now. 1 person is here: bob"],
        ),
        (events.Told("ann", "bob", "psst", 0.0), ["[private to bob] psst"]),
        (
            events.Told("ann", "bob", "psst", 0.0, waits=30.0),
            ["[private to bob, who is not here yet] psst"],
        ),
    ],
)
def test_plain_lines(event: ClientEvent, lines: list[str]) -> None:
    assert plain_lines(event, "ann") == lines


def test_whoever_is_in_several_rooms_is_told_which_one_a_line_is_from() -> None:
    assert with_room(["bob: one", "  two"], ("tea",), 2) == ["#tea bob: one", "#tea   two"]
    assert with_room(["bob: one"], ("tea",), 1) == ["bob: one"]
    assert with_room(["Server: bob has left the chat."], ("tea", "den"), 2) == [
        "Server: bob has left the chat."
    ]


def test_what_we_said_ourselves_is_our_own() -> None:
    assert is_own(events.Said(1, "tea", "ann", "hi", 0.0), "ann")
    assert is_own(events.Told("ann", "bob", "hi", 0.0), "ann")
    assert not is_own(events.Said(1, "tea", "bob", "hi", 0.0), "ann")
    assert not is_own(events.Joined("tea", "ann"), "ann")
