"""Nothing is missed and nothing is shown twice, whatever the connection does."""

import pytest
from client_world import World

from chatroom.client.events import (
    ClientEvent,
    ConnectionLost,
    Discontinued,
    NewSince,
    Recent,
    Reconnected,
    TopicTold,
)
from chatroom.vocabulary import commands, events

KEPT = {"epoch": "e1", "first": 1, "last": 0}
WHO = {"count": 2, "names": ["ann", "bob"]}


@pytest.fixture
def world() -> World:
    """ann is in the lobby, where nothing was said yet."""
    return World().enter(**KEPT)


def texts(seen: list[ClientEvent]) -> list[str]:
    """What is shown of what was said, with the marks."""
    shown = []
    for event in seen:
        match event:
            case events.Said(text=text) | events.Acted(text=text):
                shown.append(text)
            case Recent(messages=messages):
                shown += [message.text for message in messages]
            case NewSince():
                shown.append("NEW")
            case Discontinued(restarted=restarted):
                shown.append("RESTARTED" if restarted else "TRIMMED")
    return shown


def requests(world: World, kind: str) -> list[dict[str, object]]:
    return [one for one in world.sent() if one["type"] == kind]


def enter(world: World, room: str, **fields: object) -> None:
    world.client.request(commands.Enter(room))
    (asked,) = requests(world, "enter")
    told = {"room": room, "members": WHO, **KEPT, **fields}
    world.says("entered", **told, ref=asked["ref"])


def rejoin(world: World, **fields: object) -> list[dict[str, object]]:
    """Lose the connection and come back; returns what was sent."""
    world.time += 60
    world.client.lost("closed")
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome(**{**KEPT, "last": 99, **fields})  # type: ignore[arg-type]
    return world.sent()


# --- coming back ----------------------------------------------------------------------------------


def test_who_comes_back_says_what_they_have(world: World) -> None:
    world.says_in("lobby", 7, "seven")
    world.client.request(commands.Say("eight"))
    (say,) = requests(world, "say")
    world.says_in("lobby", 8, "eight", "ann", ref=say["ref"])
    (join,) = [one for one in rejoin(world) if one["type"] == "join"]
    assert (join["after"], join["epoch"]) == (8, "e1")


def test_in_an_empty_room_everything_is_missed(world: World) -> None:
    (join,) = [one for one in rejoin(world) if one["type"] == "join"]
    assert (join["after"], join["epoch"]) == (0, "e1")


def test_a_topic_is_something_that_one_has(world: World) -> None:
    world.says("topic", id=5, room="lobby", name="bob", text="tea", time=5)
    (join,) = [one for one in rejoin(world) if one["type"] == "join"]
    assert join["after"] == 5
    assert world.client.rooms.current.topic == ""  # as the welcome says


def test_the_first_join_asks_for_nothing(world: World) -> None:
    world = World()
    world.client.connected()
    (join,) = world.sent()
    assert "after" not in join
    assert "epoch" not in join


def test_each_room_is_resumed_after_its_own_id(world: World) -> None:
    enter(world, "tea")
    enter(world, "den")
    world.says_in("lobby", 3, "three")
    world.says_in("den", 5, "five")
    world.says_in("tea", 4, "four")
    sent = rejoin(world, room="den")
    joins = [(one["room"], one["after"], one["epoch"]) for one in sent if "after" in one]
    assert joins == [("den", 5, "e1"), ("lobby", 3, "e1"), ("tea", 4, "e1")]


def test_what_was_missed_is_shown_once_and_behind_a_mark(world: World) -> None:
    world.says_in("lobby", 1, "one")
    world.sees()
    rejoin(world, last=3)
    for id, text in ((1, "one"), (2, "two"), (3, "three"), (3, "three"), (4, "four")):
        world.says_in("lobby", id, text)
    seen = world.sees()
    assert texts(seen) == ["NEW", "two", "three", "four"]
    assert seen[:2] == [ConnectionLost("closed"), Reconnected("ann", "lobby")]
    assert NewSince("lobby", 1, 5e8 + 60, 5e8 + 60) in seen


def test_where_nothing_was_missed_there_is_no_mark(world: World) -> None:
    world.says_in("lobby", 1, "one")
    world.sees()
    rejoin(world, last=1)
    world.says_in("lobby", 2, "two")
    assert texts(world.sees()) == ["two"]


def test_what_one_said_oneself_is_no_news(world: World) -> None:
    rejoin(world, last=2)
    world.says_in("lobby", 1, "mine", "ann")
    world.says_in("lobby", 2, "two")
    assert texts(world.sees()) == ["mine", "NEW", "two"]


def test_what_was_missed_elsewhere_is_unread_there(world: World) -> None:
    enter(world, "tea")
    sent = rejoin(world, room="tea")
    (again,) = [one for one in sent if one["type"] == "enter"]
    world.says("entered", room="lobby", members=WHO, **{**KEPT, "last": 2}, ref=again["ref"])
    world.says_in("lobby", 2, "ann?")
    lobby = world.client.rooms.find("lobby")
    assert lobby is not None
    assert (lobby.unread, lobby.mentions) == (1, 1)
    marks = [entry.rooms for entry in world.entries() if isinstance(entry.event, NewSince)]
    assert marks == [("lobby",)]


# --- what does not continue -----------------------------------------------------------------------


def test_too_much_was_said_meanwhile(world: World) -> None:
    world.says_in("lobby", 1, "one")
    world.sees()
    rejoin(world, last=900, first=800, reset=True)
    world.says_in("lobby", 899, "almost last")
    world.says_in("lobby", 900, "last")
    seen = world.sees()
    assert texts(seen) == ["TRIMMED", "almost last", "last"]
    assert world.client.rooms.current.record.first == 800


def test_after_a_restart_without_a_history_nothing_is_shown_twice(world: World) -> None:
    world.says_in("lobby", 500, "before")
    world.client.request(commands.Say("mine"))
    (first,) = requests(world, "say")
    world.sees()
    sent = rejoin(world, epoch="e2", reset=True, first=0, last=0)
    (again,) = [one for one in sent if one["type"] == "say"]
    assert again["ref"] == first["ref"]
    world.says_in("lobby", 2, "mine", "ann", ref=again["ref"])
    world.says_in("lobby", 3, "after")
    assert texts(world.sees()) == ["RESTARTED", "mine", "after"]
    assert world.client.waiting == 0
    (join,) = [one for one in rejoin(world, epoch="e2", last=3) if one["type"] == "join"]
    assert (join["after"], join["epoch"]) == (3, "e2")


def test_another_epoch_is_a_reset_whatever_else_is_said(world: World) -> None:
    world.says_in("lobby", 500, "before")
    rejoin(world, epoch="e2", reset=False, last=3)
    world.says_in("lobby", 3, "after")
    assert texts(world.sees()) == ["before", "RESTARTED", "after"]


def test_one_of_several_rooms_is_reset(world: World) -> None:
    enter(world, "tea")
    world.says_in("lobby", 1, "one")
    world.says_in("tea", 2, "two")
    world.sees()
    sent = rejoin(world, room="tea", last=2)
    (again,) = [one for one in sent if one["type"] == "enter"]
    assert (again["after"], again["epoch"]) == (1, "e1")
    fields = {**KEPT, "last": 900, "reset": True}
    world.says("entered", room="lobby", members=WHO, **fields, ref=again["ref"])
    marks = [entry for entry in world.entries() if isinstance(entry.event, Discontinued)]
    assert [entry.rooms for entry in marks] == [("lobby",)]
    world.says_in("tea", 2, "two")
    world.says_in("lobby", 900, "last")
    assert texts(world.sees()) == ["last"]


# --- lines of our own -----------------------------------------------------------------------------


def test_a_receipt_that_was_lost_comes_with_what_was_missed(world: World) -> None:
    world.client.request(commands.Say("mine"))
    (say,) = requests(world, "say")
    sent = rejoin(world, last=6, resumed=True, decided=say["ref"])
    assert not [one for one in sent if one["type"] == "say"]
    assert world.client.waiting == 0
    world.says_in("lobby", 5, "before")
    world.says_in("lobby", 6, "mine", "ann")
    assert texts(world.sees()) == ["NEW", "before", "mine"]


@pytest.mark.parametrize("early", [False, True], ids=["in its place", "before what was missed"])
def test_a_line_that_the_server_recognises_is_shown_once(world: World, early: bool) -> None:
    """The server was restarted, with its history: it knows the ref, and not that we were here."""
    world.client.request(commands.Say("mine"))
    (first,) = requests(world, "say")
    (again,) = [one for one in rejoin(world, last=7) if one["type"] == "say"]
    assert again["ref"] == first["ref"]
    if early:
        world.says_in("lobby", 6, "mine", "ann", ref=again["ref"])
    world.says_in("lobby", 5, "before")
    world.says_in("lobby", 6, "mine", "ann")
    world.says_in("lobby", 7, "behind")
    if not early:
        world.says_in("lobby", 6, "mine", "ann", ref=again["ref"])
    assert world.client.waiting == 0
    shown = [text for text in texts(world.sees()) if text != "NEW"]
    assert sorted(shown) == ["before", "behind", "mine"]
    assert shown == (["mine", "before", "behind"] if early else ["before", "mine", "behind"])


def test_after_an_early_receipt_a_lost_connection_misses_nothing(world: World) -> None:
    world.client.request(commands.Say("mine"))
    world.sent()
    (again,) = [one for one in rejoin(world, last=7) if one["type"] == "say"]
    world.says_in("lobby", 6, "mine", "ann", ref=again["ref"])
    (join,) = [one for one in rejoin(world, last=7) if one["type"] == "join"]
    assert join["after"] == 0
    world.says_in("lobby", 5, "before")
    world.says_in("lobby", 6, "mine", "ann")
    assert [text for text in texts(world.sees()) if text != "NEW"] == ["mine", "before"]


def test_who_is_behind_gets_their_receipts_later_than_other_answers(world: World) -> None:
    world.client.request(commands.Say("one"))
    world.client.request(commands.Who())
    say, who = world.sent()
    world.says("members", room="lobby", count=0, members=[], ref=who["ref"])
    assert world.client.waiting == 0
    world.says_in("lobby", 1, "missed")
    world.says_in("lobby", 2, "one", "ann", ref=say["ref"])
    assert texts(world.sees()) == ["missed", "one"]


def test_what_is_sent_again_is_not_taken_for_decided(world: World) -> None:
    """Its ref is lower than that of the rooms that are entered again, which came first."""
    enter(world, "tea")
    world.client.request(commands.Say("mine"))
    world.sent()
    sent = rejoin(world, room="tea")
    (entering,) = [one for one in sent if one["type"] == "enter"]
    (say,) = [one for one in sent if one["type"] == "say"]
    assert say["ref"] < entering["ref"]  # type: ignore[operator]
    world.says("entered", room="lobby", members=WHO, **KEPT, ref=entering["ref"])
    assert world.client.waiting == 1
    sent = rejoin(world, room="tea", resumed=True, decided=entering["ref"])
    assert [one["ref"] for one in sent if one["type"] == "say"] == [say["ref"]]


# --- coming into a room ---------------------------------------------------------------------------


def test_who_comes_into_a_room_sees_what_was_said_last() -> None:
    world = World()
    world.client.connected()
    world.welcome(**{**KEPT, "last": 9})  # type: ignore[arg-type]
    (asked,) = requests(world, "history")
    assert (asked["room"], asked["before"], asked["limit"]) == ("lobby", 10, 20)
    world.says_in("lobby", 10, "now")
    assert texts(world.sees()) == []
    world.answers(asked, 8, 9, before=True)
    assert texts(world.sees()) == ["line 8", "line 9", "now"]
    lobby = world.client.rooms.current
    assert (lobby.unread, lobby.mentions, lobby.record.last) == (0, 0, 10)


@pytest.mark.parametrize("kind", ["entered", "moved"])
def test_in_every_room(world: World, kind: str) -> None:
    world.says(kind, name="ann", room="tea", members=WHO, **{**KEPT, "last": 9})
    (asked,) = requests(world, "history")
    assert (asked["room"], asked["before"]) == ("tea", 10)
    world.says_in("tea", 11, "now")
    world.answers(asked, 9)
    told, *said = [entry for entry in world.entries() if entry.rooms == ("tea",)]
    assert isinstance(told.event, events.Entered | events.Moved)
    assert texts([entry.event for entry in said]) == ["line 9", "now"]


def test_an_empty_room_is_not_asked_about(world: World) -> None:
    enter(world, "tea")
    assert requests(world, "history") == []


def test_where_the_last_messages_are_refused_the_room_goes_on(world: World) -> None:
    enter(world, "tea", last=9)
    (asked,) = requests(world, "history")
    world.says_in("tea", 10, "now")
    world.says("error", code="not-in-room", text="You are not in room tea.", ref=asked["ref"])
    seen = world.sees()
    assert texts(seen) == ["now"]
    assert not [event for event in seen if isinstance(event, events.Refused)]


def test_what_waits_for_the_last_messages_is_shown_when_the_connection_is_lost() -> None:
    world = World()
    world.client.connected()
    world.welcome(**{**KEPT, "last": 9})  # type: ignore[arg-type]
    world.says_in("lobby", 10, "now")
    sent = rejoin(world, last=10)
    seen = world.sees()
    assert texts(seen) == ["now"]
    (join,) = [one for one in sent if one["type"] == "join"]
    assert join["after"] == 10
    (asked,) = [one for one in sent if one["type"] == "history"]  # they were not shown yet
    world.answers(asked, 9)
    assert texts(world.sees()) == ["line 9"]


def test_who_is_told_too_much_meanwhile_sees_it_at_once(world: World) -> None:
    enter(world, "tea", last=9)
    world.sees()
    for number in range(1001):
        world.says_in("tea", 10 + number, "now")
    assert texts(world.sees()) == ["now"] * 1001


# --- topics, skipped lines ------------------------------------------------------------------------


def test_a_topic_that_was_asked_for_is_no_news(world: World) -> None:
    world.says_in("lobby", 9, "nine")
    world.client.request(commands.SetTopic())
    (asked,) = requests(world, "topic")
    assert asked["room"] == "lobby"
    world.sees()
    topic = events.TopicSet(3, "lobby", "bob", "tea", 3.0)
    world.says("topic", id=3, room="lobby", name="bob", text="tea", time=3, ref=asked["ref"])
    assert world.sees() == [TopicTold(topic)]
    assert world.client.rooms.current.topic == "tea"


def test_a_topic_that_is_set_is_told_once(world: World) -> None:
    world.client.request(commands.SetTopic("tea"))
    (asked,) = requests(world, "topic")
    told = {"id": 3, "room": "lobby", "name": "ann", "text": "tea", "time": 3}
    world.says("topic", **told, ref=asked["ref"])
    world.says("topic", **told)
    assert world.sees() == [events.TopicSet(3, "lobby", "ann", "tea", 3.0)]


def test_a_decided_topic_is_not_set_again(world: World) -> None:
    world.client.request(commands.SetTopic("tea"))
    (asked,) = requests(world, "topic")
    sent = rejoin(world, resumed=True, decided=asked["ref"], topic="coffee")
    assert not [one for one in sent if one["type"] == "topic"]
    assert world.client.rooms.current.topic == "coffee"


def test_after_a_gap_it_is_asked_who_is_here(world: World) -> None:
    world.passes(1)
    world.sent()
    world.says("skipped", lines=0, others=4)
    world.passes(0)
    assert [one["room"] for one in requests(world, "who")] == ["lobby"]
