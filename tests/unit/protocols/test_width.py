"""The server's own lines fit a terminal of 80 columns and break between words."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols import Reply, typed
from chatroom.protocols.line import Line
from chatroom.protocols.rendering import WIDTH, lines_of
from chatroom.vocabulary import events
from tests.unit.protocols.test_rendering import LIMITS, MEASURED

LONG = "abcdefghijkl"  # twelve letters, as long as names commonly are
PEOPLE = events.People(120, (LONG,) * 20)
BUSY = replace(
    MEASURED,
    clients=10_000,
    rooms=10_000,
    messages=10**9,
    deliveries=10**12,
    skipped=10**9,
    fanout_p50=99.9,
    fanout_p99=99.9,
    fanout_max=99.9,
    lag_p99=99.9,
    lag_max=99.9,
    slow_readers=10_000,
    queued=10**10,
    endings={f"some reason {number}": 10**6 for number in range(20)},
    accepted=10**9,
    errors=10**6,
    log_dropped=10**9,
    cpu=10**7,
    memory=10**10,
    uptime=10**8,
    history_size=10**10,
    history_log=10**9,
    commit_p50=9.9,
    commit_p99=9.9,
    commit_max=9.9,
    checkpoint_max=99.9,
    history_waiting=10_000,
    history_lost=10**6,
    history_paused="the file was deleted or replaced: put it back or start the server anew",
)
TOPIC = "words " * 50
ROW = events.Row(LONG, 1_700_000_000.0, 10**8, 10**8)

# What people and the operator say is theirs, and as long as they like.
SAID = (events.Said, events.Acted, events.Told, events.Notice)
OURS: list[events.Event] = [
    events.Joined(LONG, LONG),
    events.Joined(LONG, LONG, LONG),
    events.Left(LONG, LONG, "quit"),
    events.Left(LONG, LONG, "moved", LONG),
    events.Left(LONG, LONG, "left"),
    events.Gone(LONG, "quit"),
    events.Presence(LONG, 10_000, 10_000, 10_000),
    events.Greeting(PEOPLE),
    events.NameRefused("name-held", "words " * 40),
    events.Welcomed(LONG, LONG, PEOPLE, LIMITS, "0.1.0"),
    events.Renamed(LONG, LONG),
    events.NowKnownAs(LONG, LONG),
    events.Moved("ann", LONG, PEOPLE),
    events.Entered(LONG, PEOPLE),
    events.Members(LONG, 10_000, (ROW, ROW)),
    events.Page(LONG, (), events.More(False, False), 0.0),
    events.Found((), False, 0, 0.0),
    events.Found((), True, 0, 0.0),
    events.Continues(True),
    events.TopicSet(1, LONG, LONG, TOPIC, 0.0),
    events.TopicSet(1, LONG, LONG, "", 0.0),
    events.About(LONG, LONG, TOPIC, 0.0, made_by=LONG),
    events.About(LONG, made_by=LONG),
    events.Welcomed(LONG, LONG, PEOPLE, LIMITS, "0.1.0", TOPIC),
    events.Moved("ann", LONG, PEOPLE, TOPIC),
    events.Entered(LONG, PEOPLE, TOPIC),
    events.Page(LONG, (events.Kept(1, "topic", LONG, TOPIC, 0.0),), events.More(True, True), 1e9),
    events.Found((events.Hit(LONG, 1, "topic", LONG, TOPIC, 0.0),), False, 1, 0.0),
    events.RoomList(10_000, (events.RoomCount(LONG, 10_000),)),
    events.Ignoring(LONG, True),
    events.Ignoring(LONG, False),
    events.IgnoreList((LONG,) * 100),
    events.Skipped(10**9),
    events.Waiting(10**6, 1000.5),
    events.Cancelled(10**9),
    events.Closing("quit", f"Goodbye, {LONG}!"),
    events.Refused("any", "words " * 40),
    events.Closing("replaced", "You have come back over another connection."),
    BUSY,
]


@pytest.mark.parametrize("event", OURS, ids=lambda event: type(event).__name__)
def test_an_event_fits(event: events.Event) -> None:
    assert max(map(len, lines_of(event))) <= WIDTH


def test_every_kind_of_event_is_looked_at() -> None:
    assert {*map(type, OURS), *SAID} == set(get_args(events.Event))


def test_a_line_that_goes_on_is_no_line_of_anybody() -> None:
    first, *others = lines_of(events.Greeting(PEOPLE))
    assert first.startswith("Welcome to the chatroom. 120 people are here: abcdefghijkl, ")
    assert all(line.startswith("  abcdefghijkl") for line in others)


@given(st.text(st.sampled_from("ab ,"), max_size=400))
def test_nothing_is_lost_where_a_line_is_broken(text: str) -> None:
    lines = lines_of(events.Refused("any", text))
    assert "".join(f" {line.removeprefix('  ')}" for line in lines) == f" Server: {text}"


def test_the_first_line_of_a_welcome_is_the_only_one_for_ordinary_names() -> None:
    (line,) = lines_of(events.Welcomed(LONG, LONG, PEOPLE, LIMITS, "0.1.0"))
    assert line.startswith(f"All set, {LONG}!")


@pytest.mark.parametrize("verb", [*typed.VERBS, "/nonsense", "/msgg"])
def test_the_help_and_every_usage_fit(verb: str) -> None:
    for answer in (typed.parse(verb), typed.parse(f"{verb} x")):
        if isinstance(answer, str):
            assert max(map(len, answer.splitlines())) <= WIDTH


def test_a_line_that_is_too_long_is_refused_in_one_that_is_not() -> None:
    person = Line(4096)
    person.named()
    (reply,) = person.receive(b"x" * 5000)
    assert isinstance(reply, Reply)
    assert len(reply.data) <= WIDTH
