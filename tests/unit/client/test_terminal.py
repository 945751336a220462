"""The parts of the terminal client that need no terminal."""

import pytest
from client_world import World

pytest.importorskip("prompt_toolkit")  # before what cannot be imported without it

from chatroom.client.terminal.drawing import Pieces, drawn
from chatroom.client.terminal.scrollback import Scrollback
from chatroom.client.terminal.status import status_line
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
