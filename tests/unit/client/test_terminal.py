"""The parts of the terminal client that need no terminal."""

from collections.abc import Iterable
from datetime import datetime

import pytest
from client_world import World

pytest.importorskip("prompt_toolkit")  # before what cannot be imported without it

from prompt_toolkit.output import DummyOutput

from chatroom.client.events import Discontinued, Entry, NewSince, Recent
from chatroom.client.terminal import display
from chatroom.client.terminal.display import Display
from chatroom.client.terminal.drawing import Pieces, drawn, heading
from chatroom.client.terminal.scrollback import Scrollback
from chatroom.client.terminal.status import status_line
from chatroom.protocols.rendering import wrapped
from chatroom.vocabulary import commands, events


def message(text: str) -> Pieces:
    return [("", text), ("", "\n")]


def text_of(pieces: Pieces) -> str:
    return "".join(text for _, text in pieces)


def test_the_last_lines_of_each_room_are_kept() -> None:
    scrollback = Scrollback(5)
    for number in range(9):
        scrollback.add("tea", message(str(number)))
    scrollback.add("den", message("den"))
    assert text_of(scrollback.last("tea", 100)) == "4\n5\n6\n7\n8\n"
    assert text_of(scrollback.last("tea", 2)) == "7\n8\n"
    assert text_of(scrollback.last("den", 2)) == "den\n"
    assert scrollback.last("attic", 2) == []


def test_a_message_of_many_lines_counts_as_many() -> None:
    scrollback = Scrollback(5)
    scrollback.add("tea", message("one"))
    scrollback.add("tea", message("1\n2\n3\n4\n5\n6"))
    assert text_of(scrollback.last("tea", 100)) == "1\n2\n3\n4\n5\n6\n"
    assert text_of(scrollback.last("tea", 1)) == "1\n2\n3\n4\n5\n6\n"


def test_rooms_that_were_left_are_forgotten() -> None:
    scrollback = Scrollback(5)
    scrollback.add("tea", message("one"))
    scrollback.add("den", message("two"))
    scrollback.keep({"den"})
    assert "tea" not in scrollback
    assert "den" in scrollback


def test_the_other_lines_of_a_text_are_indented() -> None:
    said = events.Said(1, "tea", "bob", "one\n  two", 0.0)
    lines = text_of(drawn(said, "ann", "attic:1060", "tea", list)).splitlines()
    assert lines[0].endswith(" bob: one")
    assert lines[1] == " " * 8 + "  two"


def fit(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in wrapped(line, 40)]


NONE = events.More(False, False)
NOON = datetime(2026, 11, 24, 12, 0).timestamp()
PAGE = (
    events.Kept(1, "said", "bob", "yesterday, all my troubles seemed so far away", NOON - 86400),
    events.Kept(2, "said", "ann", "one\n  two", NOON),
    events.Kept(3, "acted", "bob", "waves at ann", NOON),
    events.Kept(4, "topic", "bob", "a topic that needs more than a line of it", NOON),
)


def test_a_page_is_shown_like_what_is_said_now() -> None:
    pieces = drawn(events.Page("tea", PAGE, NONE, NOON), "ann", "attic:1060", "tea", fit)
    assert text_of(pieces).splitlines() == [
        "2026-11-23 12:00 bob: yesterday, all my",
        "  troubles seemed so far away",
        "12:00 ann: one",
        "          two",
        "12:00 * bob waves at ann",
        "12:00 bob has set the topic: a topic",
        "  that needs more than a line of it",
    ]
    said = drawn(events.Said(9, "tea", "bob", "ann!", NOON), "ann", "attic:1060", "tea", fit)
    colour = next(style for style, text in said if text == "bob:")
    assert (colour, "bob:") in pieces
    assert ("class:mention", "waves at ann") in pieces


def test_what_was_found_elsewhere_says_where() -> None:
    hits = tuple(
        events.Hit(room, id, "said", "bob", "hi", NOON) for room, id in (("den", 2), ("tea", 1))
    )
    found = events.Found(hits, False, 1, NOON)
    assert text_of(drawn(found, "ann", "attic:1060", "tea", fit)).splitlines() == [
        "2026-11-24 12:00 bob: hi",
        "2026-11-24 12:00 #den bob: hi",
    ]


def test_marks_are_to_be_seen() -> None:
    recent = Recent("tea", PAGE[1:3], NONE, 2, NOON, NOON)
    for event in (NewSince("tea", 1, NOON, NOON), Discontinued("tea", True), recent):
        pieces = drawn(event, "ann", "attic:1060", "tea", fit)
        assert "class:mark" in [style for style, _ in pieces]


@pytest.mark.parametrize(
    ("topic", "columns", "line"),
    [
        ("", 30, "\u2500\u2500 #tea " + "\u2500" * 21),
        ("Earl Grey", 30, "\u2500\u2500 #tea Earl Grey " + "\u2500" * 11),
        ("Earl Grey or Darjeeling", 30, "\u2500\u2500 #tea " + "\u2500" * 21),
        ("\u7d05\u8336", 16, "\u2500\u2500 #tea \u7d05\u8336 \u2500\u2500"),
    ],
)
def test_the_heading_of_a_room_has_the_topic_where_there_is_space(
    topic: str, columns: int, line: str
) -> None:
    (_, shown), _ = heading("tea", topic, columns)
    assert shown == line


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "print_formatted_text", lambda *_, **__: None)


@pytest.mark.usefixtures("no_screen")
def test_what_is_shown_is_read() -> None:
    world = World().enter(epoch="e1")
    shown = Display(world.client, "attic:1060", 100, "off")
    world.client.request(commands.Enter("tea"))
    world.says("entered", room="tea", members={"count": 2, "names": ["ann", "bob"]}, epoch="e1")
    shown.show(world.entries())
    world.says_in("lobby", 1, "one")
    world.says_in("tea", 2, "two")
    shown.show(world.entries())
    lobby, tea = world.client.rooms
    assert (lobby.record.read, tea.record.read) == (0, 2)
    world.client.switch("lobby")
    shown.show(world.entries())
    assert lobby.record.read == 1


@pytest.mark.usefixtures("no_screen")
def test_pages_ring_no_bell_and_what_was_missed_rings_once() -> None:
    shown = Display(World().client, "attic:1060", 100, "all")
    output = Bells()
    shown.attach(output)
    page = events.Page("tea", PAGE, NONE, NOON)
    shown.show([Entry(Recent("tea", PAGE, NONE, 1, NOON, NOON), ("tea",)), Entry(page)])
    shown.show([Entry(events.Said(1, "tea", "ann", "mine", NOON), ("tea",))])
    assert output.rung == 0
    said = Entry(events.Said(2, "tea", "bob", "hi", NOON), ("tea",))
    shown.show([said, said, said])
    assert output.rung == 1


class Bells(DummyOutput):
    rung = 0

    def bell(self) -> None:
        self.rung += 1


def test_the_status_line_has_the_topic_where_there_is_space() -> None:
    world = World().enter(topic="Earl Grey")
    assert status(world).endswith("here  Earl Grey ")
    assert status(world, 30).endswith("here")


def status(world: World, columns: int = 90) -> str:
    return text_of([(piece[0], piece[1]) for piece in status_line(world.client, "here", columns)])


def test_the_status_line_shows_the_only_room_without_a_number() -> None:
    assert "#lobby  1 person  here" in status(World().enter())


def test_the_status_line_shows_what_is_unread_in_each_room() -> None:
    world = World().enter()
    for room in ("tea", "den"):
        world.client.request(commands.Enter(room))
        world.says("entered", room=room, members={"count": 2, "names": ["ann", "bob"]})
    world.says("said", id=1, room="tea", name="bob", text="one", time=0)
    world.says("said", id=2, room="lobby", name="bob", text="ann?", time=0)
    assert "1 #lobby +1!  2 #tea +1  [3 #den]  2 people" in status(world)
    world.client.switch("lobby")
    assert "[1 #lobby]  2 #tea +1  3 #den  1 person" in status(world)
    assert "[1 #lobby]  2 #tea +1  1 person" in status(world, 40)
