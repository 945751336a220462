"""Where what happens is written, and what is unread."""

import pytest

from chatroom.client.events import Discontinued, Entry, NewSince, Recent
from chatroom.client.window.items import Kind
from chatroom.client.window.journal import Journal
from chatroom.client.window.log import Change
from chatroom.client.window.places import Place, Places
from chatroom.vocabulary import events


@pytest.fixture
def places() -> Places:
    places = Places()
    places.show(places.room("tea"))
    return places


@pytest.fixture
def journal(places: Places) -> Journal:
    journal = Journal(places)
    journal.me, journal.room = "ann", "tea"
    return journal


def said(number: int, room: str = "tea", name: str = "bob", text: str = "hello") -> Entry:
    return Entry(events.Said(number, room, name, text, 0.0), (room,))


def told(name: str, to: str, text: str = "psst") -> Entry:
    return Entry(events.Told(name, to, text, 0.0))


def kept(*numbers: int) -> tuple[events.Kept, ...]:
    return tuple(events.Kept(number, "said", "bob", str(number), 0.0) for number in numbers)


def texts(place: Place) -> list[str]:
    return [item.text for item in place.log.items]


def test_each_room_has_its_own_log(journal: Journal, places: Places) -> None:
    updates = journal.write([said(1), said(2, "den"), said(3, name="ann")], 0.0)
    assert texts(places.room("tea")) == ["hello", "hello"]
    assert len(places.room("den").log.items) == 1
    assert updates[places.room("tea")].messages == 1  # our own is nothing new to us


def test_what_belongs_nowhere_is_shown_where_one_is(journal: Journal, places: Places) -> None:
    journal.write([Entry(events.Notice("Back at noon"))], 0.0)
    (item,) = places.current.log.items
    assert (item.kind, "Back at noon" in item.text) == (Kind.NOTICE, True)


def test_private_messages_are_places_with_what_is_unread(journal: Journal, places: Places) -> None:
    journal.write([told("bob", "ann"), told("ann", "bob", "yes?"), told("cy", "ann")], 0.0)
    assert [(place.name, place.unread) for place in places.privates] == [("bob", 1), ("cy", 1)]
    assert texts(places.private("bob")) == ["psst", "yes?"]
    assert places.current.log.items == []
    places.show(places.private("bob"))
    journal.write([told("bob", "ann")], 0.0)
    assert places.private("bob").unread == 0
    assert places.unread == 1


def test_a_conversation_goes_on_under_a_new_name(journal: Journal, places: Places) -> None:
    journal.write([told("bob", "ann"), Entry(events.Renamed("bob", "rob"), ("tea",))], 0.0)
    journal.write([told("rob", "ann"), Entry(events.Gone("rob", "quit"), ("tea",))], 0.0)
    (place,) = places.privates
    assert (place.name, place.unread) == ("rob", 2)
    assert "has left" in texts(place)[-1]


def test_in_the_room_behind_a_private_conversation_lines_are_unread(
    journal: Journal, places: Places
) -> None:
    places.show(places.private("bob"))
    journal.write([said(1), said(2, text="ann: tea?"), said(3, "den"), said(4, name="ann")], 0.0)
    tea = places.room("tea")
    assert (tea.unread, tea.mentions) == (2, 1)
    assert places.room("den").unread == 0  # which the core counts
    places.show(tea)
    assert (tea.unread, tea.mentions) == (0, 0)


def test_what_was_said_before_is_put_above(journal: Journal, places: Places) -> None:
    journal.write([Entry(events.Notice("hello")), said(9)], 0.0)
    recent = Recent("tea", kept(5, 6, 7), events.More(True, False), 6, 0.0, 0.0)
    updates = journal.write([Entry(recent, ("tea",))], 0.0)
    log = places.current.log
    assert [item.id for item in log.items if item.id] == [5, 6, 7, 9]
    assert updates[places.current].change is Change.REPLACED
    assert [item.id for item in log.items if log.is_unread(item)] == [7]


def test_what_was_missed_is_new(journal: Journal, places: Places) -> None:
    journal.write([said(1), Entry(NewSince("tea", 1, 0.0, 9.0), ("tea",)), said(2), said(3)], 0.0)
    log = places.current.log
    assert [item.id for item in log.items if log.is_unread(item)] == [2]


def test_what_does_not_continue_takes_the_place_of_the_old(
    journal: Journal, places: Places
) -> None:
    reset = Entry(Discontinued("tea", restarted=True), ("tea",))
    journal.write([said(7), said(8), reset, said(2)], 0.0)
    assert [item.kind for item in places.current.log.items] == [Kind.BREAK, Kind.SAID]
    assert [item.id for item in places.current.log.items] == [0, 2]


def test_whoever_reads_back_keeps_it_however_much_comes(journal: Journal, places: Places) -> None:
    journal.reading_back = True
    journal.write([said(number) for number in range(1, 300)], 0.0)
    journal.write([said(number) for number in range(300, 500)], 0.0)
    log = places.current.log
    assert (log.items[0].id, log.after) == (1, True)


def test_places_that_nobody_is_in_go_in_the_end(journal: Journal, places: Places) -> None:
    journal.write([told("bob", "ann")], 0.0)
    for number in range(100):
        places.show(places.room(f"room{number}"))
        places.prune({"tea"})
    assert len(places._all) <= 64
    assert places.find_private("bob")  # it has something unread
    assert (False, "tea") in places._all
