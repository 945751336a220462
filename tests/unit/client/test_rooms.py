"""Several rooms at once: which one is the current one, and what goes where."""

import pytest
from client_world import SETTINGS, World

from chatroom.client.events import ConnectionLost, Entry, Reconnected, Switched
from chatroom.vocabulary import commands, events

ALONE = {"count": 1, "names": ["ann"]}


@pytest.fixture
def world() -> World:
    return World().enter()


def enter(world: World, room: str, *others: str) -> None:
    """ann asks for it, and the server lets her in."""
    world.client.request(commands.Enter(room))
    (ref,) = (one["ref"] for one in world.sent() if one["type"] == "enter")
    members = {"count": 1 + len(others), "names": ["ann", *others]}
    world.says("entered", room=room, members=members, ref=ref)


@pytest.fixture
def three(world: World) -> World:
    """ann is in lobby, tea and den; den is the current room."""
    enter(world, "tea", "bob")
    enter(world, "den", "bob", "cy")
    world.sent()
    world.entries()
    return world


def said(world: World, room: str, text: str, name: str = "bob") -> None:
    world.says("said", id=1, room=room, name=name, text=text, time=0)


def names(world: World) -> list[str]:
    return [room.name for room in world.client.rooms]


def unread(world: World) -> list[tuple[int, int]]:
    return [(room.unread, room.mentions) for room in world.client.rooms]


def says(world: World, text: str = "hi") -> object:
    """The room that something typed now is sent to."""
    world.client.request(commands.Say(text))
    return world.sent()[-1]["room"]


def asked(world: World) -> list[tuple[object, object]]:
    return [(one["type"], one.get("room")) for one in world.sent()]


# --- entering, switching, leaving -----------------------------------------------------------------


def test_a_room_that_is_entered_is_the_current_one(world: World) -> None:
    enter(world, "tea", "bob")
    assert names(world) == ["lobby", "tea"]
    assert world.client.rooms.current.name == "tea"
    assert list(world.client.rooms.current.roster.names) == ["ann", "bob"]
    people = events.People(2, ("ann", "bob"))
    assert world.entries() == [
        Entry(Switched("tea")),
        Entry(events.Entered("tea", people), ("tea",)),
    ]
    assert says(world) == "tea"


def test_the_first_room_is_told_as_the_current_one() -> None:
    world = World()
    world.client.connected()
    world.welcome("tea")
    assert Entry(Switched("tea")) in world.entries()


def test_switching_asks_nothing_of_the_server(three: World) -> None:
    three.client.switch("tea")
    assert three.sent() == []
    assert three.entries() == [Entry(Switched("tea"))]
    assert says(three) == "tea"


def test_rooms_have_numbers(three: World) -> None:
    assert three.client.switch_to(1)
    assert three.client.rooms.current.name == "lobby"
    assert not three.client.switch_to(4)
    assert not three.client.switch_to(0)


def test_entering_a_room_that_we_are_in_is_switching_to_it(three: World) -> None:
    three.client.request(commands.Enter("TEA"))
    assert three.sent() == []
    assert three.client.rooms.current.name == "tea"


def test_whoever_leaves_is_in_the_room_that_was_shown_before(three: World) -> None:
    three.client.switch("lobby")
    three.client.switch("den")
    three.client.request(commands.Leave())
    assert asked(three) == [("leave", "den")]
    three.entries()
    three.says("left", room="den", name="ann", reason="left", destination=None)
    assert names(three) == ["lobby", "tea"]
    left = events.Left("den", "ann", "left")
    assert three.entries() == [Entry(Switched("lobby")), Entry(left)]
    assert says(three) == "lobby"


def test_another_room_than_the_current_one_can_be_left(three: World) -> None:
    three.client.request(commands.Leave("tea"))
    three.says("left", room="tea", name="ann", reason="left", destination=None)
    assert names(three) == ["lobby", "den"]
    assert three.client.rooms.current.name == "den"


def test_the_only_room_is_kept(world: World) -> None:
    world.client.request(commands.Leave())
    (leave,) = world.sent()
    world.says("error", code="only-room", text="It is your only room.", ref=leave["ref"])
    assert world.sees() == [events.Refused("only-room", "It is your only room.")]
    assert says(world) == "lobby"


def test_what_is_typed_before_the_answer_goes_to_the_room_that_was_asked_for(world: World) -> None:
    world.client.request(commands.Enter("tea"))
    assert says(world) == "tea"
    world.client.request(commands.Move("den"))
    assert says(world) == "den"


def test_what_is_typed_after_a_refusal_goes_to_the_room_where_we_are(world: World) -> None:
    world.client.request(commands.Enter("no!"))
    (enter,) = world.sent()
    world.says("error", code="bad-room", text="No.", ref=enter["ref"])
    assert world.sees() == [events.Refused("bad-room", "No.")]
    assert says(world) == "lobby"


def test_whoever_switches_meanwhile_stays_where_they_went(world: World) -> None:
    enter(world, "tea")
    world.client.request(commands.Enter("den"))
    world.client.switch("lobby")
    assert says(world) == "lobby"
    world.says("entered", room="den", members=ALONE)
    assert world.client.rooms.current.name == "lobby"


def test_what_is_typed_after_a_leave_goes_to_the_room_that_will_be_shown(three: World) -> None:
    three.client.request(commands.Leave())
    assert says(three) == "tea"


def test_who_is_asked_of_the_current_room(three: World) -> None:
    three.client.request(commands.Who())
    assert asked(three) == [("who", "den")]


# --- moving ---------------------------------------------------------------------------------------


def test_of_one_room_the_server_moves_us(world: World) -> None:
    world.client.request(commands.Move("tea"))
    assert asked(world) == [("move", "tea")]
    world.says("moved", name="ann", room="tea", members=ALONE)
    assert names(world) == ["tea"]


def test_of_several_rooms_the_current_one_is_left_once_we_are_in_the_other(three: World) -> None:
    three.client.switch("tea")
    three.client.request(commands.Move("attic"))
    assert asked(three) == [("enter", "attic")]
    three.says("entered", room="attic", members=ALONE)
    assert asked(three) == [("leave", "tea")]
    three.says("left", room="tea", name="ann", reason="left", destination=None)
    assert names(three) == ["lobby", "den", "attic"]
    assert three.client.rooms.current.name == "attic"


def test_a_room_is_not_left_for_one_that_cannot_be_entered(three: World) -> None:
    three.client.request(commands.Move("no!"))
    (enter,) = three.sent()
    three.says("error", code="bad-room", text="No.", ref=enter["ref"])
    assert three.sent() == []
    assert says(three) == "den"


def test_moving_to_a_room_that_we_are_in_is_switching_to_it(three: World) -> None:
    three.client.request(commands.Move("tea"))
    assert three.sent() == []
    assert three.client.rooms.current.name == "tea"
    assert names(three) == ["lobby", "tea", "den"]


# --- what happens in them -------------------------------------------------------------------------


def test_what_is_said_elsewhere_is_counted_and_told_where_it_belongs(three: World) -> None:
    said(three, "lobby", "one")
    said(three, "lobby", "ann: two")
    said(three, "den", "three")
    said(three, "tea", "my own", name="ann")
    assert unread(three) == [(2, 1), (0, 0), (0, 0)]
    assert three.client.rooms.unread == 2
    assert [entry.rooms for entry in three.entries()] == [("lobby",)] * 2 + [("den",), ("tea",)]
    three.client.switch("lobby")
    assert unread(three) == [(0, 0)] * 3


def test_each_room_has_its_own_people(three: World) -> None:
    three.says("joined", room="tea", name="dee", origin=None)
    three.says("left", room="den", name="cy", reason="left", destination=None)
    assert [list(room.roster.names) for room in three.client.rooms] == [
        ["ann"],
        ["ann", "bob", "dee"],
        ["ann", "bob"],
    ]


def test_whoever_leaves_the_chat_leaves_all_rooms_and_is_told_of_in_each(three: World) -> None:
    three.says("gone", name="bob", reason="quit")
    assert [room.roster.count for room in three.client.rooms] == [1, 1, 2]
    assert three.entries() == [Entry(events.Gone("bob", "quit"), ("tea", "den"))]


def test_a_new_name_is_one_in_all_rooms(three: World) -> None:
    three.says("renamed", old="bob", name="rob")
    assert [list(room.roster.names)[1:] for room in three.client.rooms] == [
        [],
        ["rob"],
        ["rob", "cy"],
    ]
    (entry,) = three.entries()
    assert entry.rooms == ("tea", "den")


def test_our_own_new_name_is_told_once_where_we_are(three: World) -> None:
    three.says("renamed", old="ann", name="eve")
    (entry,) = three.entries()
    assert isinstance(entry.event, events.NowKnownAs)
    assert entry.rooms == ()
    assert all("eve" in room.roster.names for room in three.client.rooms)


def test_a_crowded_room_is_asked_about_by_its_name(three: World) -> None:
    three.says("presence", room="tea", joined=90, left=0, count=92)
    three.passes(SETTINGS.roster_interval)
    assert ("who", "tea") in asked(three)


# --- coming back ----------------------------------------------------------------------------------


def rooms_asked_for(requests: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["type"], one.get("room")) for one in requests]


def test_after_a_lost_connection_all_rooms_are_entered_again(three: World) -> None:
    three.client.switch("tea")
    said(three, "lobby", "unread")
    three.client.lost("closed")
    three.entries()
    requests = three.comes_back(room="tea")
    assert rooms_asked_for(requests) == [("join", "tea"), ("enter", "lobby"), ("enter", "den")]
    for request in requests[1:]:
        members = {"count": 2, "names": ["ann", "zoe"]}
        three.says("entered", room=request["room"], members=members, ref=request["ref"])
    assert three.sees() == [Reconnected("ann", "tea")]
    assert names(three) == ["lobby", "tea", "den"]
    assert three.client.rooms.current.name == "tea"
    assert unread(three) == [(1, 0), (0, 0), (0, 0)]
    assert "zoe" in next(iter(three.client.rooms)).roster.names


def test_what_waited_goes_to_the_room_that_it_was_written_in(three: World) -> None:
    three.client.lost("closed")
    three.client.request(commands.Say("for den"))
    three.client.switch("lobby")
    three.client.request(commands.Say("for lobby"))
    requests = three.comes_back(room="lobby")
    assert rooms_asked_for(requests) == [
        ("join", "lobby"),
        ("enter", "tea"),
        ("enter", "den"),
        ("say", "den"),
        ("say", "lobby"),
    ]


def test_a_room_that_we_are_not_let_into_again_is_gone_with_a_word(three: World) -> None:
    three.client.lost("closed")
    requests = three.comes_back(room="den")
    three.entries()
    three.says("error", code="too-many-rooms", text="Too many.", ref=requests[1]["ref"])
    assert three.sees() == [events.Refused("too-many-rooms", "Too many.")]
    assert names(three) == ["tea", "den"]


def test_a_room_where_the_server_has_kept_us_is_asked_about(three: World) -> None:
    three.client.lost("closed")
    requests = three.comes_back(room="den")
    three.entries()
    three.says("error", code="same-room", text="You are there.", ref=requests[1]["ref"])
    assert three.sees() == []
    three.passes(0)
    assert ("who", "lobby") in asked(three)


def test_a_room_entered_without_an_answer_is_asked_for_again_without_a_word(world: World) -> None:
    world.client.request(commands.Enter("tea"))
    world.client.lost("closed")
    requests = world.comes_back(resumed=True, decided=1)
    assert rooms_asked_for(requests) == [("join", "lobby"), ("enter", "tea")]
    world.entries()
    world.says("error", code="same-room", text="You are there.", ref=requests[1]["ref"])
    assert world.sees() == []
    assert names(world) == ["lobby", "tea"]
    assert world.client.rooms.current.name == "tea"


def test_a_line_refused_since_we_are_not_there_is_told(three: World) -> None:
    three.client.request(commands.Say("hi"))
    three.client.lost("closed")
    requests = three.comes_back(room="den")
    assert three.sees()[0] == ConnectionLost("closed")
    three.says("error", code="not-in-room", text="You are not there.", ref=requests[-1]["ref"])
    assert three.sees()[-1] == events.Refused("not-in-room", "You are not there.")


def test_rooms_entered_again_count_against_the_rate(world: World) -> None:
    for number in range(30):
        world.passes(0.2)
        world.answers_pings()
        enter(world, f"room{number}")
    world.client.lost("closed")
    world.client.request(commands.Say("hi"))
    requests = world.comes_back(room="room29")
    assert [one["type"] for one in requests].count("enter") == 30
    assert "say" not in [one["type"] for one in requests]
    world.passes(2.5)
    assert "say" in [one["type"] for one in world.sent()]
