"""The rows of the sidebar, the order of places, and the menus."""

from dataclasses import fields

import pytest

from chatroom.client.rooms import Rooms
from chatroom.client.settings import ClientSettings
from chatroom.client.window import tour
from chatroom.client.window.actions import private
from chatroom.client.window.menus import MenuCalls, row_menu
from chatroom.client.window.places import Places
from chatroom.client.window.settings_menu import settings_menu
from chatroom.client.window.side_rows import RowKind, SideRow, news, side_rows
from chatroom.vocabulary import commands, events


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms("", ClientSettings(), lambda: 0.0)
    rooms.join("tea", events.People(40, ("ann", "cy", "Bob")))
    rooms.enter("den", events.People(1, ("ann",)))
    rooms.listed = (("den", 1), ("attic", 2), ("tea", 3))
    return rooms


@pytest.fixture
def places() -> Places:
    places = Places()
    places.show(places.room("tea"))
    return places


def told(rooms: Rooms, places: Places) -> list[tuple[RowKind, str]]:
    return [(row.kind, row.text) for row in side_rows(rooms, places, "ann", 10)]


def test_rooms_private_conversations_and_people_stand_in_this_order(
    rooms: Rooms, places: Places
) -> None:
    places.private("zoe")
    assert told(rooms, places) == [
        (RowKind.HEADING, "Rooms"),
        (RowKind.ROOM, "tea"),
        (RowKind.ROOM, "den"),
        (RowKind.OTHER_ROOM, "attic"),
        (RowKind.HEADING, "Private"),
        (RowKind.PRIVATE, "zoe"),
        (RowKind.HEADING, "People"),
        (RowKind.PERSON, "ann (you)"),
        (RowKind.PERSON, "Bob"),
        (RowKind.PERSON, "cy"),
        (RowKind.MORE, "and 37 more"),
    ]


def row_of(rooms: Rooms, places: Places, name: str) -> SideRow:
    rows = side_rows(rooms, places, "ann", 10)
    return next(row for row in rows if row.name == name)


def test_what_is_unread_is_told_and_what_is_muted_only_if_it_is_for_us(
    rooms: Rooms, places: Places
) -> None:
    rooms.note(events.Said(1, "den", "bob", "hello", 0.0), "ann")
    assert (row_of(rooms, places, "den").unread, row_of(rooms, places, "den").urgent) == (1, False)
    assert news(rooms, places) == (1, False)
    places.room("den").is_muted = True
    assert row_of(rooms, places, "den").unread == 0
    assert news(rooms, places) == (0, False)
    rooms.note(events.Said(2, "den", "bob", "hello ann", 0.0), "ann")
    assert (row_of(rooms, places, "den").unread, row_of(rooms, places, "den").urgent) == (1, True)
    places.private("bob").unread = 2
    assert news(rooms, places) == (3, True)


def test_the_keys_go_round_through_all_places(rooms: Rooms, places: Places) -> None:
    places.private("bob")
    order = []
    for _ in range(4):
        place = tour.neighbour(rooms, places, 1)
        assert place is not None
        places.show(place)
        order.append(place.name)
    assert order == ["den", "bob", "tea", "den"]
    before = tour.neighbour(rooms, places, -1)
    assert before is not None
    assert before.name == "tea"


def test_what_is_for_us_is_the_next_unread_place(rooms: Rooms, places: Places) -> None:
    assert tour.next_unread(rooms, places) is None
    rooms.note(events.Said(1, "den", "bob", "hello", 0.0), "ann")
    places.private("bob").unread = 1
    assert tour.next_unread(rooms, places) is places.private("bob")
    places.private("bob").unread = 0
    assert tour.next_unread(rooms, places) is places.room("den")
    places.room("den").is_muted = True
    assert tour.next_unread(rooms, places) is None


def test_one_can_switch_to_every_room_and_person(rooms: Rooms, places: Places) -> None:
    places.private("zoe")
    names = ["#tea", "#den", "@zoe", "#attic", "@Bob", "@cy"]
    assert tour.switchable(rooms, places, "ann") == names


@pytest.mark.parametrize(
    ("kind", "rooms", "labels"),
    [
        (RowKind.ROOM, 2, ["Mute", "Set topic...", "Copy name", "", "Leave"]),
        (RowKind.ROOM, 1, ["Mute", "Set topic...", "Copy name"]),
        (RowKind.OTHER_ROOM, 1, ["Enter", "Copy name"]),
        (
            RowKind.PERSON,
            1,
            ["Write privately", "Mention", "Ignore or hear again", "Copy name"],
        ),
        (RowKind.PRIVATE, 1, ["Mention", "Ignore or hear again", "Copy name", "", "Close"]),
        (RowKind.HEADING, 1, []),
    ],
)
def test_each_row_has_its_menu(kind: RowKind, rooms: int, labels: list[str]) -> None:
    done: list[str] = []
    calls = MenuCalls(*(done.append for _ in fields(MenuCalls)))
    choices = row_menu(SideRow(kind, "bob", "bob"), calls, "ann", rooms)
    assert [choice.label for choice in choices] == labels
    for choice in choices:
        choice.do()
    assert done == ["bob" for label in labels if label]


def test_the_menu_of_the_window_marks_the_colours_that_were_chosen() -> None:
    chosen: list[object] = []
    choices = settings_menu("dark", chosen.append, chosen.append, lambda: chosen.append("keys"))
    assert [choice.label for choice in choices if choice.is_on] == ["Dark"]
    for choice in choices:
        choice.do()
    assert chosen == ["", "light", "dark", 1, -1, "keys"]


def test_what_is_typed_in_a_private_conversation_goes_to_one_person() -> None:
    assert private(commands.Say("hello"), "bob") == commands.Tell("bob", "hello")
    assert private(commands.Act("waves"), "bob") == commands.Tell("bob", "* waves")
    assert private(commands.Who(), "bob") == commands.Who()
