"""Pages of the past: how they are asked for, answered and shown."""

from collections.abc import Callable
from datetime import datetime

import pytest
from client_world import World

from chatroom.client.archive import Archive
from chatroom.client.events import Answer, ClientEvent, Hint, Recent
from chatroom.client.pages import Mark, rows
from chatroom.client.presentation import plain_lines
from chatroom.vocabulary import commands, events

NOON = datetime(2026, 11, 24, 12, 0).timestamp()
HOUR, DAY = 3600, 86400
NONE = events.More(False, False)
OLDER = events.More(True, False)

KEPT = (
    events.Kept(1, "said", "ann", "one\ntwo", NOON - DAY),
    events.Kept(2, "acted", "bob", "waves", NOON - HOUR),
    events.Kept(3, "topic", "bob", "tea", NOON - HOUR),
    events.Kept(4, "topic", "bob", "", NOON - HOUR),
    events.Kept(5, "gap", "", "3 messages could not be kept.", NOON - HOUR),
)


@pytest.fixture
def world() -> World:
    world = World().enter(epoch="e1")
    world.client.request(commands.Enter("tea"))
    world.says("entered", room="tea", members={"count": 1, "names": ["ann"]}, epoch="e1")
    world.sent()
    world.sees()
    return world


def asked(world: World) -> dict[str, object]:
    (one,) = [one for one in world.sent() if one["type"] in ("history", "search")]
    return one


def page(*ids: int, before: bool = False, after: bool = False) -> events.Page:
    kept = tuple(events.Kept(id, "said", "bob", f"line {id}", id) for id in ids)
    return events.Page("tea", kept, events.More(before, after), 5e8)


# --- as lines -------------------------------------------------------------------------------------


def test_a_page_as_lines() -> None:
    assert plain_lines(events.Page("tea", KEPT, NONE, NOON), "ann") == [
        "[2026-11-23 12:00] ann: one",
        "  two",
        "[11:00] * bob waves",
        "[11:00] bob has set the topic: tea",
        "[11:00] bob has taken away the topic.",
        "[11:00] Server: 3 messages could not be kept.",
    ]


def test_what_was_found_says_in_which_room() -> None:
    hits = (events.Hit("tea", 1, "said", "ann", "one", NOON - DAY),)
    found = events.Found(hits, False, 1, NOON)
    assert plain_lines(found, "ann") == ["[2026-11-23 12:00] #tea ann: one"]
    (row,) = rows(found, "tea")
    assert not isinstance(row, Mark | str)
    assert row.head == "2026-11-23 12:00"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.Page("tea", (), NONE, NOON), "Server: There is nothing to show"),
        (events.Found((), False, 0, NOON), "Server: Nothing was found."),
        (events.Found((), True, 9, NOON), "Server: Nothing was found so far."),
    ],
)
def test_an_empty_answer_is_a_sentence(event: ClientEvent, line: str) -> None:
    (said,) = plain_lines(event, "ann")
    assert said.startswith(line)


@pytest.mark.parametrize(
    ("read", "more", "lines"),
    [
        (0, OLDER, ["one", "waves"]),
        (2, OLDER, ["one", "waves"]),
        (1, OLDER, ["one", "--- new since 10:00 ---", "waves"]),
        (-1, NONE, ["--- new since 10:00 ---", "one", "waves"]),
        (-1, OLDER, ["--- new since 10:00; /more shows earlier ones ---", "one", "waves"]),
    ],
)
def test_a_mark_stands_before_what_was_not_read(
    read: int, more: events.More, lines: list[str]
) -> None:
    messages = (events.Kept(1, "said", "bob", "one", NOON), *KEPT[1:2])
    recent = Recent("tea", messages, more, read, NOON - 2 * HOUR, NOON)
    shown = [line.rpartition("] ")[2] for line in plain_lines(recent, "ann")]
    assert [line.removeprefix("bob: ").removeprefix("* bob ") for line in shown] == lines


# --- for a window ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "request_"),
    [
        (lambda past: past.load_before("lobby", 9), {"before": 9}),
        (lambda past: past.load_after("lobby", 9, 50), {"after": 9, "limit": 50}),
        (lambda past: past.load_around("lobby", 9), {"around": 9}),
        (lambda past: past.load_at("lobby", 9.5), {"at": 9.5}),
        (
            lambda past: past.search("tea", "lobby", "bob", 9),
            {"text": "tea", "name": "bob", "before": 9},
        ),
    ],
)
def test_a_window_gets_the_answer_with_its_number(
    world: World, ask: Callable[[Archive], int], request_: dict[str, object]
) -> None:
    number = ask(world.client.archive)
    one = asked(world)
    kind = "search" if "text" in request_ else "history"
    assert one == {"type": kind, "room": "lobby", **request_, "ref": number}
    before = world.client.rooms.find("lobby")
    assert before is not None
    if kind == "search":
        told = {"room": "lobby", "id": 8, "kind": "said", "name": "bob", "text": "ann", "time": 8}
        world.says("found", messages=[told], more=False, before=8, time=9, ref=number)
    else:
        world.answers(one, 8, 10, after=True)
    (answer,) = world.sees()
    assert isinstance(answer, Answer)
    assert answer.request == number
    assert isinstance(answer.event, events.Page | events.Found)
    assert (before.unread, before.mentions, before.record.last) == (0, 0, 0)


def test_a_refusal_is_an_answer(world: World) -> None:
    number = world.client.archive.load_before("den", 9)
    world.says("error", code="not-in-room", text="You are not there.", ref=number)
    assert world.sees() == [Answer(number, events.Refused("not-in-room", "You are not there."))]


def test_a_lost_connection_is_an_answer(world: World) -> None:
    number = world.client.archive.load_before("tea", 9)
    world.client.lost("closed")
    answer = world.sees()[0]
    assert isinstance(answer, Answer)
    assert isinstance(answer.event, events.Refused)
    assert (answer.request, answer.event.code) == (number, "lost")
    assert world.client.archive.load_before("tea", 9) == 0


# --- typed ----------------------------------------------------------------------------------------


def ask(world: World, command: commands.Command) -> dict[str, object]:
    world.client.request(command)
    return asked(world)


def test_more_goes_back_page_by_page(world: World) -> None:
    one = ask(world, commands.Recall(limit=2, name="bob"))
    assert one["room"] == "tea"
    world.answers(one, 8, 9, before=True)
    _, hint = world.sees()
    assert hint == Hint("/more shows older ones.")
    two = ask(world, commands.More())
    assert (two["before"], two["limit"], two["name"], two["room"]) == (8, 2, "bob", "tea")
    world.answers(two, 6, 7, after=True)
    assert [type(event) for event in world.sees()] == [events.Page]
    world.client.request(commands.More())
    (refused,) = world.sees()
    assert isinstance(refused, events.Refused)
    assert refused.code == "no-more"


@pytest.mark.parametrize("since", [{"ago": 7200.0}, {"at": 5e8}])
def test_since_a_time_more_goes_on(world: World, since: dict[str, float]) -> None:
    one = ask(world, commands.Recall(**since))  # type: ignore[arg-type]
    world.answers(one, 8, 9, before=True, after=True)
    assert world.sees()[-1] == Hint("/more shows newer ones.")
    two = ask(world, commands.More())
    assert two["after"] == 9
    assert not {"before", "ago", "at"} & two.keys()


def test_more_of_a_search_goes_on_where_it_stopped(world: World) -> None:
    one = ask(world, commands.Search("tea", name="bob"))
    world.says("found", messages=[], more=True, before=77, time=9, ref=one["ref"])
    assert world.sees()[-1] == Hint("/more shows older ones.")
    two = ask(world, commands.More())
    assert (two["type"], two["text"], two["name"], two["before"]) == ("search", "tea", "bob", 77)


def test_a_question_for_too_much_is_one_for_a_whole_page(world: World) -> None:
    assert ask(world, commands.Recall(limit=5000))["limit"] == 100


def test_more_shows_what_was_said_before_one_came() -> None:
    world = World()
    world.client.connected()
    world.welcome(epoch="e1", first=1, last=9)
    world.answers(asked(world), 8, 9, before=True)
    assert ask(world, commands.More())["before"] == 8


def test_without_a_question_there_is_no_more(world: World) -> None:
    world.client.request(commands.More())
    (refused,) = world.sees()
    assert isinstance(refused, events.Refused)


# --- topics ---------------------------------------------------------------------------------------


def test_a_topic_is_told_to_who_comes_in() -> None:
    people = events.People(1, ("ann",))
    for told in (
        events.Moved("ann", "tea", people, "Earl Grey"),
        events.Entered("tea", people, "Earl Grey"),
    ):
        assert plain_lines(told, "ann")[-1] == "Server: The topic of tea is: Earl Grey"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Earl Grey", "Server: bob has set the topic of tea: Earl Grey"),
        ("", "Server: bob has taken away the topic of tea."),
    ],
)
def test_a_new_topic_is_told(text: str, line: str) -> None:
    assert plain_lines(events.TopicSet(1, "tea", "bob", text, NOON), "ann") == [line]
