"""The client's core, with lists of lines for a server and a number for the time."""

from collections import deque
from collections.abc import Callable

import pytest
from client_world import LIMITS, SETTINGS, SILENCE, World
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.events import (
    Connected,
    ConnectFailed,
    ConnectionLost,
    Ended,
    NameRequired,
    Reconnected,
)
from chatroom.client.session import State
from chatroom.vocabulary import commands, events

HINT = "Is that the port of a chatroom?"


@pytest.fixture
def world() -> World:
    return World().enter()


# --- coming in ------------------------------------------------------------------------------------


def test_with_a_name_it_joins_at_once() -> None:
    world = World("ann", room="tea")
    world.client.connected()
    assert world.sent() == [{"type": "join", "name": "ann", "room": "tea", "ticket": "t1cket"}]
    world.welcome("tea")
    assert [type(event) for event in world.sees()] == [Connected, events.Welcomed]
    assert world.client.state is State.JOINED


def test_without_a_name_it_speaks_first_and_asks_for_one() -> None:
    world = World("")
    world.client.connected()
    (ping,) = world.sent()
    assert ping["type"] == "ping"
    world.says("pong", ref=ping["ref"])
    assert world.sees() == [Connected(), NameRequired("")]
    world.client.join("ann")
    assert [message["type"] for message in world.sent()] == ["join"]


def test_a_name_that_is_taken_is_asked_for_again() -> None:
    world = World()
    world.client.connected()
    world.says("error", code="name-taken", text="The name ann is taken.")
    assert world.sees() == [Connected(), NameRequired("The name ann is taken.")]
    assert world.client.name == ""
    world.client.join("anna")
    assert world.sent()[-1]["name"] == "anna"
    world.welcome()
    assert world.client.state is State.JOINED


def test_a_room_that_cannot_be_had_ends_the_attempt() -> None:
    world = World("ann", room="no room")
    world.client.connected()
    world.says("error", code="bad-room", text="A room name holds no spaces.")
    assert world.sees() == [
        Connected(),
        ConnectFailed("attic:1060 says: A room name holds no spaces."),
    ]
    assert not world.client.is_connected


def test_no_connection_at_first_is_a_failure_and_not_a_loss() -> None:
    world = World()
    world.client.failed("Nobody listens there.")
    assert world.sees() == [ConnectFailed("Nobody listens there.")]
    assert world.client.deadline is None
    world.client.join("ann")
    assert world.client.wants_connection


@pytest.mark.parametrize(
    "line", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"220 mail\r\n", b"[]\n"]
)
def test_what_does_not_speak_json_is_no_chatroom(line: bytes) -> None:
    world = World()
    world.client.connected()
    world.client.received(line)
    assert world.sees() == [ConnectFailed(f"What answers at attic:1060 is not a chatroom. {HINT}")]
    assert not world.client.is_connected


GREETINGS = [
    b"Welcome to the chatroom. Nobody else is here yet.\nYour name: ",
    b"Welcome to the chatroom. Nobody else is here yet.\nYour name: \n",
    b"Welcome to the chatroom. 9 people are here: ann, bob,\n  cy, dee\nYour name: \n",
]


@pytest.mark.parametrize("greeting", GREETINGS)
@pytest.mark.parametrize("size", [1, 1000])
def test_who_is_greeted_like_a_person_joins_all_the_same(greeting: bytes, size: int) -> None:
    world = World()
    world.client.connected()
    for start in range(0, len(greeting), size):
        world.client.received(greeting[start : start + size])
    assert world.sees() == []
    world.welcome()
    assert [type(event) for event in world.sees()] == [Connected, events.Welcomed]


def test_a_greeting_and_then_something_else_is_no_chatroom() -> None:
    world = World()
    world.client.connected()
    world.client.received(GREETINGS[0] + b"The name is taken.\n")
    assert world.sees() == [ConnectFailed(f"What answers at attic:1060 is not a chatroom. {HINT}")]


def test_who_wants_to_be_quiet_says_so_when_joining() -> None:
    world = World(quiet=True)
    world.client.connected()
    assert world.sent()[-1]["quiet"] is True


def test_a_full_chatroom_says_so() -> None:
    world = World()
    world.client.connected()
    world.client.received(b"The chatroom is full. Please try again later.\n")
    assert world.sees() == [ConnectFailed("The chatroom is full. Please try again later.")]


def test_who_never_answers_is_no_chatroom() -> None:
    world = World()
    world.client.connected()
    world.passes(SILENCE)
    assert world.sees() == [ConnectFailed(f"attic:1060 does not answer like a chatroom. {HINT}")]


def test_a_line_without_an_end_is_no_chatroom() -> None:
    world = World()
    world.client.connected()
    world.client.received(b"x" * (SETTINGS.max_message + 2))
    assert world.sees() == [ConnectFailed(f"What answers at attic:1060 is not a chatroom. {HINT}")]


def test_somebody_who_takes_long_to_choose_a_name_is_connected_again() -> None:
    world = World("")
    world.client.connected()
    world.says("pong", ref=1)
    world.sees()
    world.says("closing", code="no-name", text="No name was given within 1 min.")
    world.client.lost("closed")
    world.sees()
    assert world.client.state is State.DISCONNECTED
    world.client.join("ann")
    assert world.client.wants_connection
    world.client.connected()
    assert world.sent()[-1]["type"] == "join"


# --- talking --------------------------------------------------------------------------------------


def test_what_is_said_is_sent_with_a_mark_and_kept_until_its_receipt(world: World) -> None:
    world.client.request(commands.Say("hi"))
    (said,) = world.sent()
    assert (said["type"], said["text"]) == ("say", "hi")
    assert world.client.waiting == 1
    world.said("ann", "hi", ref=said["ref"])
    assert world.client.waiting == 0
    assert [type(event) for event in world.sees()] == [events.Said]


def test_an_error_is_a_receipt_as_well(world: World) -> None:
    world.client.request(commands.Tell("bob", "hi"))
    (told,) = world.sent()
    world.says("error", code="no-such-name", text="There is nobody.", ref=told["ref"])
    assert world.client.waiting == 0
    assert world.sees() == [events.Refused("no-such-name", "There is nobody.")]


def test_what_others_say_is_no_receipt(world: World) -> None:
    world.client.request(commands.Say("hi"))
    world.said("bob", "hi")
    assert world.client.waiting == 1


def test_requests_that_are_no_talk_are_sent_and_not_kept(world: World) -> None:
    world.client.request(commands.Who())
    (who,) = world.sent()
    assert who["type"] == "who"
    assert world.client.waiting == 0


def test_quitting_says_so_and_ends(world: World) -> None:
    world.client.request(commands.Quit("quit"))
    assert world.sent() == [{"type": "quit"}]
    assert world.sees() == [Ended("", 0)]
    assert world.client.state is State.ENDED
    world.client.request(commands.Say("too late"))
    assert world.client.waiting == 0


# --- losing and coming back -----------------------------------------------------------------------


def test_a_lost_connection_is_told_once_and_tried_again_in_growing_waits(world: World) -> None:
    world.client.lost("closed")
    assert world.sees() == [ConnectionLost("closed")]
    waits = []
    for _ in range(60):
        assert world.client.state is State.WAITING
        waits.append(world.client.retry_in)
        world.passes(world.client.retry_in)
        assert world.client.wants_connection
        world.client.failed("refused")
    assert waits[0] == pytest.approx(0.4)
    assert waits == sorted(waits)
    assert waits[-1] == 30
    assert world.sees() == []


@pytest.mark.parametrize("outage", [1, 3, 10, 60, 200])
def test_after_an_outage_everybody_is_back_within_an_eighth_of_it(
    world: World, outage: float
) -> None:
    world.client.lost("closed")
    end = world.now + outage
    while not (world.client.wants_connection and world.now >= end):
        if world.client.wants_connection:
            world.client.failed("refused")
        world.passes(world.client.retry_in)
    assert world.now - end <= max(SETTINGS.min_backoff, outage / 8)


def test_half_of_each_wait_is_left_to_chance(world: World) -> None:
    world.jitter = 0.0
    world.client.lost("closed")
    assert world.client.retry_in == pytest.approx(0.2)


def flaps(world: World) -> None:
    """The connection is lost again and again, for minutes."""
    for _ in range(100):
        world.client.lost("closed")
        world.passes(world.client.retry_in)
        world.client.connected()
        world.welcome()
        world.passes(1)
        world.answers_pings()


def test_a_server_that_takes_everybody_for_a_moment_only_is_left_in_peace(world: World) -> None:
    flaps(world)
    world.client.lost("closed")
    assert world.client.retry_in > 10


def test_a_long_stay_makes_the_first_wait_short_again(world: World) -> None:
    flaps(world)
    for _ in range(10):
        world.passes(5)
        world.answers_pings()
    world.client.lost("closed")
    assert world.client.retry_in == pytest.approx(0.4)


def test_it_comes_back_under_the_same_name_to_the_same_room(world: World) -> None:
    world.says("moved", name="ann", room="tea", members={"count": 1, "names": ["ann"]})
    world.says("renamed", room="tea", old="ann", name="anna")
    world.sees()
    world.client.lost("closed")
    world.passes(1)
    world.client.connected()
    assert world.sent() == [{"type": "join", "name": "anna", "room": "tea", "ticket": "t1cket"}]
    world.welcome("tea")
    assert world.sees() == [ConnectionLost("closed"), Reconnected("anna", "tea")]


def back(world: World, **fields: object) -> list[object]:
    """Over a new connection; returns what is said over it."""
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome(**fields)  # type: ignore[arg-type]
    return [message["text"] for message in world.sent() if message["type"] == "say"]


def test_what_was_typed_meanwhile_is_kept_and_sent_once(world: World) -> None:
    world.client.lost("closed")
    for text in ("one", "two", "three"):
        world.client.request(commands.Say(text))
    assert world.client.waiting == 3
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome()
    said = [message for message in world.sent() if message["type"] == "say"]
    assert [message["text"] for message in said] == ["one", "two", "three"]
    for number, message in enumerate(said, 1):
        world.said("ann", str(message["text"]), ref=message["ref"])
        assert world.client.waiting == 3 - number
    world.client.lost("closed")
    assert back(world) == []


def test_what_has_no_receipt_is_sent_again(world: World) -> None:
    world.client.request(commands.Say("into the void"))
    world.sent()
    world.client.lost("closed")
    assert back(world) == ["into the void"]


def test_what_had_arrived_without_a_receipt_is_not_sent_again(world: World) -> None:
    for text in ("one", "two", "three"):
        world.client.request(commands.Say(text))
    marks = [message["ref"] for message in world.sent()]
    world.client.lost("closed")
    world.sees()
    assert back(world, resumed=True, decided=marks[1]) == ["three"]
    assert world.sees() == [Reconnected("ann", "lobby")]  # they come with what was missed
    assert world.client.waiting == 1


def test_a_later_receipt_says_that_earlier_ones_were_lost(world: World) -> None:
    for text in ("one", "two"):
        world.client.request(commands.Say(text))
    world.client.request(commands.Tell("bob", "three"))
    world.client.request(commands.Say("four"))
    marks = [message["ref"] for message in world.sent()]
    world.said("ann", "four", ref=marks[3])
    assert world.client.waiting == 0
    three, four = world.sees()
    assert isinstance(three, events.Refused)
    assert three.code == "unknown"
    assert isinstance(four, events.Said)
    world.client.lost("closed")
    assert back(world) == []


def test_a_private_message_is_not_shown_as_delivered_when_that_is_not_known(world: World) -> None:
    world.client.request(commands.Tell("nobody", "hi"))
    (mark,) = (message["ref"] for message in world.sent())
    world.client.lost("closed")
    back(world, resumed=True, decided=mark)
    (_, _, unknown) = world.sees()
    assert isinstance(unknown, events.Refused)
    assert "not known" in unknown.text


@pytest.mark.parametrize("resumed", [False, True])
def test_a_private_message_that_had_to_wait_waits_for_its_receiver_too(
    world: World, resumed: bool
) -> None:
    world.client.request(commands.Tell("bob", "one"))
    world.client.lost("closed")
    world.client.request(commands.Tell("bob", "two"))
    world.sent()
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome(resumed=resumed)
    world.client.request(commands.Tell("bob", "now"))
    told = [message for message in world.sent() if message["type"] == "tell"]
    waits = [(message["text"], message.get("wait")) for message in told]
    assert waits == [("one", True), ("two", True), ("now", None)]


def changes(world: World) -> list[tuple[object, object]]:
    """What it asks for over a new connection, and with what."""
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome(world.client.rooms.current.name)
    return [
        (message["type"], message.get("text") or message.get("room") or message.get("name"))
        for message in world.sent()
        if message["type"] not in ("ping", "rooms")
    ]


def test_a_change_of_room_is_made_before_what_was_said_after_it(world: World) -> None:
    world.client.request(commands.Say("for all"))
    world.client.request(commands.Move("tea"))
    world.client.request(commands.Say("for tea"))
    world.sent()
    world.client.lost("closed")
    assert changes(world) == [
        ("join", "lobby"),
        ("say", "for all"),
        ("move", "tea"),
        ("say", "for tea"),
    ]


def test_a_change_while_there_is_no_connection_is_kept_in_its_place(world: World) -> None:
    world.client.lost("closed")
    world.client.request(commands.Say("one"))
    world.client.request(commands.Rename("anna"))
    world.client.request(commands.Say("two"))
    assert changes(world) == [("join", "lobby"), ("say", "one"), ("rename", "anna"), ("say", "two")]


def test_a_change_that_was_made_is_made_again_without_a_word(world: World) -> None:
    world.client.request(commands.Move("tea"))
    world.client.request(commands.Say("for tea"))
    _, say = (message["ref"] for message in world.sent())
    world.client.lost("closed")
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome(resumed=True, decided=say)
    (move,) = (m["ref"] for m in world.sent() if m["type"] not in ("join", "ping", "rooms"))
    world.sees()
    world.says("error", code="same-room", text="You are in room tea already.", ref=move)
    assert world.sees() == []
    assert world.client.waiting == 0


def test_a_change_that_changes_nothing_is_answered(world: World) -> None:
    world.client.request(commands.Move("lobby"))
    (move,) = world.sent()
    world.says("error", code="same-room", text="You are there.", ref=move["ref"])
    assert world.sees() == [events.Refused("same-room", "You are there.")]


@pytest.mark.parametrize("text", ["x" * 4097, "\u00e9" * 2049], ids=["ascii", "utf-8"])
def test_what_the_server_would_not_take_is_refused_here(world: World, text: str) -> None:
    world.client.request(commands.Say(text))
    assert world.sent() == []
    (refused,) = world.sees()
    assert isinstance(refused, events.Refused)
    assert refused.code == "too-long"
    assert world.client.waiting == 0


def test_what_is_too_long_only_in_json_is_refused_here_as_well(world: World) -> None:
    world.client.request(commands.Say("\x01" * 4000))
    assert world.sent() == []
    assert world.client.waiting == 0


def test_what_was_too_long_before_we_knew_the_limit_is_refused_at_the_welcome() -> None:
    world = World()
    world.client.request(commands.Say("x" * 5000))
    world.client.request(commands.Say("fine"))
    world.client.connected()
    world.welcome()
    assert [message["text"] for message in world.sent() if message["type"] == "say"] == ["fine"]
    assert world.client.waiting == 1


def test_a_mark_from_before_changes_nothing(world: World) -> None:
    world.client.request(commands.Say("one"))
    world.client.lost("closed")
    assert back(world, resumed=True, decided=-5) == ["one"]


def test_a_server_that_has_forgotten_us_gets_everything(world: World) -> None:
    world.client.request(commands.Say("one"))
    (mark,) = (message["ref"] for message in world.sent())
    world.client.lost("closed")
    assert back(world, resumed=False, decided=mark) == ["one"]


def test_a_name_lost_to_somebody_else_is_asked_for_and_nothing_typed_is_lost(world: World) -> None:
    world.client.lost("closed")
    world.client.request(commands.Say("kept"))
    world.passes(1)
    world.client.connected()
    world.says("error", code="name-taken", text="The name ann is taken.")
    assert world.sees() == [ConnectionLost("closed"), NameRequired("The name ann is taken.")]
    world.client.join("anna")
    world.sent()
    world.welcome()
    assert [message["type"] for message in world.sent()] == ["say"]


def test_too_much_typed_meanwhile_is_refused_with_a_word(world: World) -> None:
    world.client.lost("closed")
    world.sees()
    for number in range(SETTINGS.max_queued + 1):
        world.client.request(commands.Say(str(number)))
    (refused,) = world.sees()
    assert isinstance(refused, events.Refused)
    assert world.client.waiting == SETTINGS.max_queued


def test_of_far_too_long_a_paste_is_told_once_and_then_how_much_was_not_kept(
    world: World,
) -> None:
    paste(world, SETTINGS.max_queued + 500)
    assert len(world.sees()) == 1
    confirm(world)
    told = [event for event in world.sees() if isinstance(event, events.Refused)]
    assert [event.text for event in told] == ["500 lines were not kept."]
    world.client.request(commands.Quit("quit"))
    assert world.sees() == [Ended("", SETTINGS.max_queued - 20, 0)]


def test_what_was_not_kept_is_not_delivered(world: World) -> None:
    world.client.lost("closed")
    world.sees()
    paste(world, SETTINGS.max_queued + 7)
    world.sees()
    world.client.request(commands.Quit("quit"))
    assert world.sees() == [Ended("", SETTINGS.max_queued + 7, 0)]


def test_questions_wait_for_the_connection_in_their_place(world: World) -> None:
    world.client.lost("closed")
    world.sees()
    world.client.request(commands.Say("one"))
    world.client.request(commands.Who())
    world.client.request(commands.Ignore("bob"))
    assert world.client.waiting == 3
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome()
    asked = [m["type"] for m in world.sent() if m["type"] not in ("join", "ping", "rooms")]
    assert asked == ["say", "who", "ignore"]
    assert world.client.waiting == 1


def test_questions_that_wait_are_bounded(world: World) -> None:
    world.client.lost("closed")
    world.sees()
    for _ in range(SETTINGS.max_queued + 1):
        world.client.request(commands.Who())
    (refused,) = world.sees()
    assert isinstance(refused, events.Refused)
    assert world.client.pending == SETTINGS.max_queued


def test_a_question_without_an_answer_is_asked_again(world: World) -> None:
    world.client.request(commands.Who())
    world.sent()
    world.client.lost("closed")
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome()
    assert "who" in [message["type"] for message in world.sent()]


def test_ignoring_somebody_is_not_done_twice(world: World) -> None:
    """Which would be hearing them again."""
    world.client.request(commands.Ignore("bob"))
    world.sent()
    world.client.lost("closed")
    world.passes(world.client.retry_in)
    world.client.connected()
    world.welcome(resumed=True)
    assert "ignore" not in [message["type"] for message in world.sent()]
    unknown = world.sees()[-1]
    assert isinstance(unknown, events.Refused)
    assert "bob" in unknown.text
    assert world.client.pending == 0


def test_before_the_welcome_no_answer_tells_what_became_of_earlier_lines(world: World) -> None:
    world.client.request(commands.Say("one"))
    world.sent()
    world.client.lost("closed")
    world.passes(world.client.retry_in)
    world.client.connected()
    world.says("error", code="name-taken", text="The name ann is taken.")
    world.client.lost("closed")
    world.passes(world.client.retry_in)
    world.client.connected()
    world.answers_pings()
    assert world.client.waiting == 1


def test_leaving_without_a_connection_tells_what_was_not_sent(world: World) -> None:
    world.client.lost("closed")
    world.client.request(commands.Say("one"))
    world.sees()
    world.client.request(commands.Quit("quit"))
    assert world.sees() == [Ended("", 1)]


@pytest.mark.parametrize("code", ["kicked", "replaced"])
def test_who_is_sent_away_stays_away(world: World, code: str) -> None:
    world.says("closing", code=code, text="Go.")
    assert world.sees() == [Ended("Go.", 0)]
    world.client.lost("closed")
    assert world.client.state is State.ENDED
    assert world.client.deadline is None


def test_a_server_that_shuts_down_is_waited_for(world: World) -> None:
    world.says("closing", code="shutdown", text="Goodbye!")
    world.client.lost("closed")
    assert world.sees() == [events.Closing("shutdown", "Goodbye!"), ConnectionLost("Goodbye!")]
    assert world.client.state is State.WAITING


def test_who_closes_at_once_is_no_chatroom() -> None:
    world = World()
    world.client.connected()
    world.client.lost("The connection was closed.")
    assert world.sees() == [ConnectFailed(f"attic:1060 closes the connection. {HINT}")]


def test_an_answer_that_is_due_is_spoken_of(world: World) -> None:
    world.answers_pings()
    world.client.request(commands.Say("hi"))
    (said,) = (message for message in world.sent() if message["type"] == "say")
    assert world.client.unanswered == 0
    world.now += 5
    assert world.client.unanswered == 5
    world.said("ann", "hi", ref=said["ref"])
    assert world.client.unanswered == 0


def test_something_said_into_a_dead_connection_finds_it_out(world: World) -> None:
    world.passes(1)
    world.answers_pings()
    world.client.request(commands.Say("hi"))
    world.passes(SILENCE)
    assert not world.client.is_connected


def test_a_server_that_lets_one_speak_seldom_is_given_the_time_for_it() -> None:
    world = World()
    world.client.connected()
    world.welcome(limits={**LIMITS, "rate": 0.05})
    world.client.request(commands.Say("hi"))
    world.now += 45
    world.client.tick()
    assert world.client.is_connected


# --- no faster than the server lets it through ----------------------------------------------------


def paste(world: World, lines: int) -> None:
    for number in range(lines):
        world.client.request(commands.Say(str(number)))


def confirm(world: World) -> int:
    """The server answers all that was sent; returns how many lines that were."""
    said = [message for message in world.sent() if message["type"] == "say"]
    for message in said:
        world.said("ann", str(message["text"]), ref=message["ref"])
    return len(said)


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(world: World) -> None:
    paste(world, 50)
    assert confirm(world) == 20
    world.passes(2.0)
    assert confirm(world) == 10
    world.passes(4.0)
    assert confirm(world) == 20
    assert world.client.waiting == 0


def test_a_text_of_many_lines_counts_as_more_requests(world: World) -> None:
    for _ in range(3):
        world.client.request(commands.Say("\n".join("x" * 100)))
    assert confirm(world) == 2
    world.passes(0.3)
    assert confirm(world) == 1
    paste(world, 1)
    world.passes(1.7)
    assert confirm(world) == 0
    world.passes(0.3)
    assert confirm(world) == 1


def test_without_answers_no_more_than_a_burst_is_under_way(world: World) -> None:
    paste(world, 50)
    world.passes(9.0)
    assert len([message for message in world.sent() if message["type"] == "say"]) == 20


def test_where_the_rate_is_unlimited_everything_goes_at_once() -> None:
    world = World()
    world.client.connected()
    world.welcome(limits={**LIMITS, "rate": 0, "burst": 0})
    paste(world, 500)
    assert confirm(world) == 500


def test_who_has_pasted_much_is_told_once_how_much_waits(world: World) -> None:
    paste(world, 191)
    assert world.sees() == []
    for _ in range(5):
        world.passes(1.0)
        confirm(world)
    waiting = [event for event in world.sees() if isinstance(event, events.Waiting)]
    assert waiting == [events.Waiting(171, 5.0)]


def test_a_few_lines_that_wait_are_not_worth_a_word(world: World) -> None:
    paste(world, 28)
    world.passes(0.5)
    assert world.sees() == []


def test_cancel_drops_what_waits_and_says_how_much(world: World) -> None:
    paste(world, 191)
    world.client.request(commands.Cancel())
    assert world.sees() == [events.Cancelled(171)]
    assert confirm(world) == 20
    world.passes(10.0)
    assert confirm(world) == 0
    assert world.client.waiting == 0


def test_cancel_works_without_a_connection(world: World) -> None:
    world.client.lost("closed")
    world.sees()
    paste(world, 3)
    world.client.request(commands.Cancel())
    assert world.sees() == [events.Cancelled(3)]
    assert back(world) == []


def test_with_nothing_to_cancel_that_is_said(world: World) -> None:
    world.client.request(commands.Say("hi"))
    world.client.request(commands.Cancel())
    (refused,) = world.sees()
    assert isinstance(refused, events.Refused)
    assert refused.code == "nothing-waits"


def test_a_line_that_is_too_long_holds_up_nothing_behind_it(world: World) -> None:
    paste(world, 20)
    world.client.request(commands.Say("x" * 5000))
    world.client.finish()
    confirm(world)
    world.passes(1.0)
    assert world.client.state is State.ENDED


# --- leaving with something on its way ------------------------------------------------------------


def test_who_quits_waits_for_the_receipts_of_what_was_sent(world: World) -> None:
    paste(world, 2)
    world.client.request(commands.Quit("quit"))
    assert world.sees() == []
    one, two, quit_ = world.sent()
    assert quit_["type"] == "quit"
    world.said("ann", "0", ref=one["ref"])
    world.said("ann", "1", ref=two["ref"])
    assert world.sees()[-1] == Ended("", 0, 0)
    assert world.client.state is State.ENDED


def test_a_goodbye_says_that_all_before_it_was_decided(world: World) -> None:
    paste(world, 2)
    world.client.request(commands.Quit("quit"))
    world.says("closing", code="quit", text="Goodbye, ann!")
    assert world.sees()[-1] == Ended("", 0, 0)


@pytest.mark.parametrize("end", ["lost", "time"])
def test_what_has_no_receipt_at_the_end_may_have_arrived(world: World, end: str) -> None:
    paste(world, 23)
    world.client.request(commands.Move("tea"))
    world.client.request(commands.Quit("quit"))
    if end == "lost":
        world.client.lost("closed")
    else:
        world.passes(SETTINGS.leave_timeout)
    assert world.sees() == [Ended("", 3, 20)]


def test_after_a_quit_nothing_more_is_said(world: World) -> None:
    paste(world, 1)
    world.client.request(commands.Quit("quit"))
    world.sent()
    world.client.request(commands.Say("too late"))
    assert world.sent() == []


def test_what_was_sent_before_the_connection_was_lost_may_have_arrived(world: World) -> None:
    world.client.request(commands.Say("sent"))
    world.sent()
    world.client.lost("closed")
    world.client.request(commands.Say("typed meanwhile"))
    world.sees()
    world.client.request(commands.Quit("quit"))
    assert world.sees() == [Ended("", 1, 1)]


# --- private messages to somebody who is not back yet ---------------------------------------------


def test_a_name_that_is_mistyped_is_told_at_once(world: World) -> None:
    world.client.request(commands.Tell("bbo", "psst"))
    (tell,) = world.sent()
    assert "wait" not in tell
    world.says("error", code="no-such-name", text="There is nobody.", ref=tell["ref"])
    assert [type(event) for event in world.sees()] == [events.Refused]


# --- silence --------------------------------------------------------------------------------------


def test_a_silent_connection_is_found_out_and_left(world: World) -> None:
    world.passes(SILENCE)
    (lost,) = world.sees()
    assert isinstance(lost, ConnectionLost)
    assert not world.client.is_connected


def test_a_connection_that_answers_is_kept_for_ever(world: World) -> None:
    for _ in range(100):
        world.passes(9.0)
        world.answers_pings()
    assert world.client.state is State.JOINED


def test_whoever_sends_anything_is_alive_although_the_answer_is_late(world: World) -> None:
    for _ in range(10):
        world.passes(SETTINGS.answer_timeout - 1)
        world.said("bob", "hi")
    assert world.client.state is State.JOINED


def test_the_round_trip_is_measured(world: World) -> None:
    world.passes(0)
    (ping,) = (message for message in world.sent() if message["type"] == "ping")
    world.now += 0.25
    world.says("pong", ref=ping["ref"])
    assert world.client.round_trip == 0.25
    world.client.lost("closed")
    assert world.client.round_trip is None


def test_a_server_that_takes_the_connection_and_says_nothing_is_tried_again(world: World) -> None:
    world.client.lost("closed")
    world.passes(1)
    world.client.connected()
    world.passes(SILENCE)
    assert world.client.state in (State.WAITING, State.CONNECTING)


def test_half_a_line_of_the_old_connection_is_forgotten(world: World) -> None:
    world.client.received(b'{"type":"notice","te')
    world.client.lost("closed")
    world.passes(1)
    world.client.connected()
    world.welcome()
    assert world.client.state is State.JOINED


def test_an_old_farewell_explains_no_new_loss(world: World) -> None:
    world.says("closing", code="shutdown", text="Goodbye!")
    world.client.lost("closed")
    world.passes(1)
    world.enter()
    world.client.lost("pulled the plug")
    assert world.sees() == [ConnectionLost("pulled the plug")]


def test_an_old_farewell_for_want_of_a_name_keeps_nobody_away() -> None:
    world = World("")
    world.client.connected()
    world.says("closing", code="no-name", text="No name was given.")
    world.client.lost("closed")
    world.client.join("ann")
    world.client.failed("refused")
    assert isinstance(world.sees()[-1], ConnectFailed)


def test_marks_of_the_old_connection_hide_no_answer_of_the_new_one(world: World) -> None:
    world.passes(0)
    refs = {message["type"]: message.get("ref") for message in world.sent()}
    world.client.lost("closed")
    world.passes(1)
    world.enter()
    world.says("rooms", count=1, rooms=[{"room": "tea", "count": 2}], ref=refs["rooms"])
    assert world.sees() == [events.RoomList(1, (events.RoomCount("tea", 2),))]


def test_only_the_answer_to_the_last_ping_counts(world: World) -> None:
    world.passes(0)
    (ping,) = (message for message in world.sent() if message["type"] == "ping")
    world.says("pong", ref=10_000)
    assert world.client.round_trip is None
    world.passes(SILENCE)
    assert not world.client.is_connected, f"nobody has answered {ping}"


def test_a_ping_answered_late_is_no_answer_to_the_join() -> None:
    world = World("")
    world.client.connected()
    (ping,) = world.sent()
    world.client.join("ann")
    world.says("pong", ref=ping["ref"])
    world.sees()
    world.passes(SILENCE)
    assert not world.client.is_connected


def test_after_the_welcome_nothing_more_is_due_but_pings(world: World) -> None:
    world = World("ann")
    world.client.connected()
    world.now += SETTINGS.answer_timeout - 1
    world.welcome()
    world.passes(2)
    assert world.client.state is State.JOINED


def test_a_connection_that_comes_too_late_is_not_wanted() -> None:
    world = World()
    world.client.request(commands.Quit("quit"))
    world.sees()
    world.client.connected()
    assert world.client.state is State.ENDED
    assert world.sent() == []


# --- who is here ----------------------------------------------------------------------------------


def test_it_keeps_up_with_who_is_here(world: World) -> None:
    world.says("joined", room="lobby", name="bob", origin=None)
    world.says("joined", room="lobby", name="cy", origin="tea")
    assert (
        list(world.client.rooms.current.roster.names),
        world.client.rooms.current.roster.count,
    ) == (
        ["ann", "bob", "cy"],
        3,
    )
    world.says("renamed", room="lobby", old="bob", name="rob")
    world.says("left", room="lobby", name="cy", reason="quit", destination=None)
    assert (
        list(world.client.rooms.current.roster.names),
        world.client.rooms.current.roster.count,
    ) == (["ann", "rob"], 2)
    world.says("left", room="lobby", name="nobody", reason="quit", destination=None)
    assert world.client.rooms.current.roster.count == 2


def test_its_own_new_name_is_told_as_such(world: World) -> None:
    world.says("renamed", room="lobby", old="ann", name="anna")
    assert world.sees() == [events.NowKnownAs("ann", "anna")]
    assert world.client.name == "anna"


def test_what_it_asks_for_itself_is_not_shown(world: World) -> None:
    world.passes(0)
    refs = {message["type"]: message.get("ref") for message in world.sent()}
    world.says("rooms", count=1, rooms=[{"room": "lobby", "count": 1}], ref=refs["rooms"])
    assert world.sees() == []
    assert world.client.rooms.listed == (("lobby", 1),)
    world.says("rooms", count=1, rooms=[{"room": "tea", "count": 2}])
    assert world.sees() == [events.RoomList(1, (events.RoomCount("tea", 2),))]


def test_in_a_crowd_it_asks_who_is_here_and_not_too_often(world: World) -> None:
    world.answers_pings()
    asked = []
    for second in range(30):
        world.says("presence", room="lobby", joined=5, left=0, count=90)
        world.passes(1.0)
        for message in world.sent():
            if message["type"] == "who":
                asked.append(second)
            elif message["type"] == "ping":
                world.says("pong", ref=message["ref"])
    assert world.client.rooms.current.roster.count == 90
    assert asked == [9, 19, 29]
    world.says("members", room="lobby", count=91, members=[])
    assert world.client.rooms.current.roster.count == 91


def test_who_came_or_went_quietly_is_found_out(world: World) -> None:
    world.says("rooms", count=1, rooms=[{"room": "lobby", "count": 1}])
    world.passes(0)
    assert "who" not in [message["type"] for message in world.sent()]
    world.says("rooms", count=1, rooms=[{"room": "lobby", "count": 2}])
    world.passes(0)
    assert "who" in [message["type"] for message in world.sent()]


def test_more_people_than_the_welcome_names_are_asked_for() -> None:
    world = World()
    world.client.connected()
    world.welcome(members={"count": 3, "names": ["ann", "bob"]})
    world.passes(0)
    assert "who" in [message["type"] for message in world.sent()]


# --- finishing ------------------------------------------------------------------------------------


def test_with_nothing_more_to_say_it_leaves_when_everything_has_arrived(world: World) -> None:
    world.client.request(commands.Say("hi"))
    (said,) = world.sent()
    world.client.finish()
    assert world.sees() == []
    world.said("ann", "hi", ref=said["ref"])
    assert world.sent() == [{"type": "quit"}]
    assert world.client.state is State.ENDED


def test_it_waits_for_the_answer_to_a_question(world: World) -> None:
    world.client.request(commands.Say("hi"))
    world.client.request(commands.Who())
    said, who = world.sent()
    world.client.finish()
    world.said("ann", "hi", ref=said["ref"])
    assert world.client.waiting == 0
    assert len(world.sees()) == 1
    world.says("members", room="lobby", count=0, members=[], ref=who["ref"])
    assert world.client.state is State.ENDED


def test_it_leaves_only_after_it_was_in() -> None:
    world = World()
    world.client.finish()
    world.client.connected()
    assert world.sees() == []
    world.welcome()
    assert world.client.state is State.ENDED


def test_as_long_as_lines_arrive_it_does_not_give_up(world: World) -> None:
    for number in range(60):
        world.client.request(commands.Say(str(number)))
    world.client.finish()
    marks = deque(message["ref"] for message in world.sent())
    for _ in range(60):
        world.passes(1.0)
        for message in world.sent():
            if message["type"] == "ping":
                world.says("pong", ref=message["ref"])
            elif message["type"] == "say":
                marks.append(message["ref"])
        world.said("ann", "x", ref=marks.popleft())
    assert world.client.waiting == 0
    assert world.client.state is State.ENDED


def test_a_server_that_does_not_come_back_is_not_waited_for_for_ever(world: World) -> None:
    world.client.lost("closed")
    world.client.request(commands.Say("hi"))
    world.client.finish()
    world.sees()
    for _ in range(100):
        if world.client.wants_connection:
            world.client.failed("refused")
        world.passes(1)
    assert world.sees() == [Ended("The server did not answer in time.", 1)]


# --- whatever happens -----------------------------------------------------------------------------


LINES = [
    b'{"type":"welcome","name":"ann","room":"r","members":{"count":1,"names":["ann"]},"limits":'
    b'{"text":1,"name":1,"line":1,"rate":1,"burst":1},"version":"1"}\n',
    b'{"type":"pong","ref":1}\n',
    b'{"type":"said","id":1,"room":"r","name":"ann","text":"x","time":1,"ref":2}\n',
    b'{"type":"error","code":"name-taken","text":"x"}\n',
    b'{"type":"error","code":"bad-room","text":"x"}\n',
    b'{"type":"closing","code":"no-name","text":"x"}\n',
    b'{"type":"closing","code":"kicked","text":"x"}\n',
    b'{"type":"closing","code":"quit","text":"x"}\n',
    b"Welcome to the chatroom. Nobody else is here yet.\nYour name: \n",
    b'{"type":"renamed","room":"r","old":"ann","name":"b"}\n',
    b'{"type":"presence","room":"r","joined":1,"left":0,"count":9}\n',
    b'{"type":"left","room":"r","name":"ann","reason":"x"}\n',
    b"garbage\n",
]
DEEDS: list[Callable[[World], object]] = [
    lambda world: world.client.connected() if world.client.wants_connection else None,
    lambda world: world.client.failed("x") if world.client.wants_connection else None,
    lambda world: world.client.lost("x"),
    lambda world: world.client.join("ann"),
    lambda world: world.client.request(commands.Say("x")),
    lambda world: world.client.request(commands.Who()),
    lambda world: paste(world, 9),
    lambda world: world.client.request(commands.Cancel()),
    lambda world: world.client.request(commands.Ignore("bob")),
    lambda world: world.client.request(commands.Quit("quit")),
    lambda world: world.client.finish(),
    lambda world: world.passes(7.0),
    lambda world: world.passes(31.0),
    *(lambda world, line=line: world.client.received(line) for line in LINES),
]


@given(st.lists(st.sampled_from(DEEDS), max_size=40))
def test_whatever_happens_it_is_in_one_state_and_never_stuck(
    deeds: list[Callable[[World], object]],
) -> None:
    world = World("")
    ended = False
    for deed in deeds:
        if deed is DEEDS[3] and world.client.state not in (State.DISCONNECTED, State.CONNECTED):
            continue  # nobody is asked for a name then
        deed(world)
        client = world.client
        happened = world.sees()
        assert not (ended and happened), "nothing happens after the end"
        ended = ended or any(isinstance(one, Ended) for one in happened)
        assert ended == (client.state is State.ENDED)
        if client.state in (State.JOINED, State.JOINING, State.LEAVING, State.WAITING):
            assert client.deadline is not None
        if not client.is_connected and client.state is not State.ENDED:
            assert world.sent() == []
