"""The exact text of every event."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.rendering import render
from chatroom.vocabulary import events
from chatroom.vocabulary.events import Event, People, RoomCount, Row
from chatroom.vocabulary.text import clean, clean_lines
from tests.figures import stats

NOBODY = People(0, ())
NO_MORE = events.More(False, False)
NOW = 1_700_000_000.0
CLOCK = f"{datetime.fromtimestamp(NOW):%H:%M}"
MINUTE = f"{datetime.fromtimestamp(NOW):%Y-%m-%d %H:%M}"
LIMITS = events.Limits(4096, 32, 16384, 5.0, 20.0)
MEASURED = stats(
    clients=1,
    rooms=2,
    messages=3,
    deliveries=4,
    skipped=5,
    fanout_p50=0.0011,
    fanout_p99=0.0022,
    fanout_max=0.0333,
    lag_p99=0.0044,
    lag_max=0.55,
    slow_readers=1,
    queued=6,
    endings={"quit": 7, "end of input": 8},
    accepted=18,
    errors=9,
    log_dropped=2,
    cpu=1.25,
    memory=12_300_000,
    uptime=3 * 86400 + 4 * 3600,
    history_size=1_200_000,
    history_log=400_000,
    commit_p50=0.0001,
    commit_p99=0.0002,
    commit_max=0.003,
    checkpoint_max=0.02,
    history_waiting=1,
    history_lost=0,
)

TABLE: list[tuple[Event, list[str]]] = [
    (events.Said(1, "lobby", "ann", "hello", 0.0), ["ann: hello"]),
    (
        events.Said(1, "lobby", "ann", "def f():\n\n    pass", 0.0),
        ["ann: def f():", "ann: ", "ann:     pass"],
    ),
    (events.Acted(1, "lobby", "ann", "waves", 0.0), ["* ann waves"]),
    (events.Acted(1, "lobby", "ann", "waves\nand bows", 0.0), ["* ann waves", "* ann and bows"]),
    (events.Told("ann", "bob", "psst", 0.0), ["[private] ann: psst"]),
    (events.Told("ann", "bob", "psst\nhey", 0.0), ["[private] ann: psst", "[private] ann: hey"]),
    (
        events.Told("ann", "bob", "psst", 0.0, 12.6),
        ["Server: bob is not here; your message waits 13 s for them."],
    ),
    (
        events.Told("ann", "bob", "psst", 0.0, 0.1),
        ["Server: bob is not here; your message waits 1 s for them."],
    ),
    (events.Joined("lobby", "ann"), ["Server: ann has joined the chat. Say hi!"]),
    (events.Joined("tea", "ann", "lobby"), ["Server: ann has joined room tea."]),
    (events.Left("lobby", "ann", "moved", "tea"), ["Server: ann has left room lobby."]),
    (events.Left("tea", "ann", "left"), ["Server: ann has left room tea."]),
    (events.Gone("ann", "quit"), ["Server: ann has left the chat."]),
    (events.Gone("ann", "kicked: too loud"), ["Server: ann was kicked: too loud"]),
    (events.Presence("lobby", 212, 0, 300), ["Server: 212 people have joined the chat."]),
    (events.Presence("lobby", 0, 1, 99), ["Server: 1 person has left the chat."]),
    (
        events.Presence("lobby", 1, 2, 80),
        ["Server: 1 person has joined the chat.", "Server: 2 people have left the chat."],
    ),
    (
        events.Greeting(NOBODY),
        ["Welcome to the chatroom. Nobody else is here yet.", "Your name: "],
    ),
    (
        events.Greeting(People(2, ("bob", "cy"))),
        ["Welcome to the chatroom. 2 people are here: bob, cy", "Your name: "],
    ),
    (
        events.Greeting(People(1, ("bob",))),
        ["Welcome to the chatroom. 1 person is here: bob", "Your name: "],
    ),
    (
        events.Greeting(People(30, ("bob", "cy"))),
        ["Welcome to the chatroom. 30 people are here: bob, cy and 28 more", "Your name: "],
    ),
    (
        events.NameRefused("name-taken", "The name bob is taken."),
        ["The name bob is taken.", "Your name: "],
    ),
    (
        events.Welcomed("ann", "lobby", NOBODY, LIMITS, "0.1.0"),
        ["All set, ann! Leave anytime by typing QUIT; /help lists the commands."],
    ),
    (
        events.Welcomed("ann", "tea", NOBODY, LIMITS, "0.1.0", "green and black"),
        [
            "All set, ann! Leave anytime by typing QUIT; /help lists the commands.",
            "Server: The topic of tea is: green and black",
        ],
    ),
    (
        events.TopicSet(1, "tea", "ann", "green", NOW),
        ["Server: ann has set the topic of tea: green"],
    ),
    (
        events.TopicSet(1, "tea", "ann", "", NOW),
        ["Server: ann has taken away the topic of tea."],
    ),
    (
        events.TopicSet(0, "tea", "ann", "green", NOW),
        ["Server: The topic of tea is: green", f"  ann set it at {MINUTE}."],
    ),
    (
        events.About("tea", "ann", "green", NOW, made_by="bob", made=NOW),
        [
            "Server: The topic of tea is: green",
            f"  ann set it at {MINUTE}.",
            f"  bob made the room at {MINUTE}.",
        ],
    ),
    (events.About("tea"), ["Server: Room tea has no topic; /topic TEXT sets one."]),
    (
        events.About("tea", made_by="bob", made=NOW),
        [
            "Server: Room tea has no topic; /topic TEXT sets one.",
            f"  bob made the room at {MINUTE}.",
        ],
    ),
    (
        events.Found(
            (
                events.Hit("tea", 3, "acted", "bob", "drinks", NOW),
                events.Hit("den", 2, "said", "ann", "one\ntwo", NOW),
                events.Hit("tea", 1, "topic", "ann", "green", NOW),
            ),
            *(False, 1, NOW),
        ),
        [
            f"[{MINUTE}] #tea Server: ann has set the topic of tea: green",
            f"[{MINUTE}] #den ann: one",
            f"[{MINUTE}] #den ann: two",
            f"[{MINUTE}] #tea * bob drinks",
        ],
    ),
    (
        events.Found((events.Hit("tea", 3, "said", "bob", "hi", NOW),), True, 3, NOW),
        [f"[{MINUTE}] #tea bob: hi", "Server: /more shows older ones."],
    ),
    (events.Found((), False, 0, NOW), ["Server: Nothing was found."]),
    (
        events.Found((), True, 7, NOW),
        ["Server: Nothing was found yet. /more shows older ones."],
    ),
    (events.Continues(True), ["Server: /more shows older ones."]),
    (events.Continues(False), ["Server: /more shows newer ones."]),
    (events.Renamed("ann", "anna"), ["Server: ann is now called anna."]),
    (events.NowKnownAs("ann", "anna"), ["Server: You are now called anna."]),
    (
        events.Moved("ann", "tea", People(2, ("bob", "ann"))),
        ["Server: You are in room tea now. 1 person is here: bob"],
    ),
    (
        events.Moved("ann", "tea", People(1, ("ann",)), "green"),
        [
            "Server: You are in room tea now. Nobody else is here yet.",
            "Server: The topic of tea is: green",
        ],
    ),
    (
        events.Entered("tea", People(1, ("ann",)), "green"),
        [
            "Server: You are in room tea as well. 1 person is here: ann",
            "Server: The topic of tea is: green",
        ],
    ),
    (
        events.Entered("tea", People(2, ("bob", "ann"))),
        ["Server: You are in room tea as well. 2 people are here: bob, ann"],
    ),
    (
        events.RoomList(3, (RoomCount("lobby", 2), RoomCount("tea", 1))),
        ["Server: 3 rooms:", "  lobby  2 people", "  tea    1 person", "  and 1 more"],
    ),
    (events.RoomList(1, (RoomCount("lobby", 1),)), ["Server: 1 room:", "  lobby  1 person"]),
    (
        events.Ignoring("bob", True),
        ["Server: You ignore bob now; /ignore bob again ends it."],
    ),
    (events.Ignoring("bob", False), ["Server: You no longer ignore bob."]),
    (events.IgnoreList(()), ["Server: You ignore nobody."]),
    (events.IgnoreList(("bob", "cy")), ["Server: You ignore bob, cy."]),
    (events.Skipped(1), ["Server: 1 line was skipped while you were not reading."]),
    (events.Skipped(1, 30), ["Server: 1 line was skipped while you were not reading."]),
    (events.Skipped(0, 30), []),
    (events.Skipped(412), ["Server: 412 lines were skipped while you were not reading."]),
    (
        events.Waiting(171, 5.0),
        [
            "Server: 171 lines are waiting; they go out 5 a second.",
            "Server: /cancel drops them.",
        ],
    ),
    (
        events.Waiting(1, 0.2),
        [
            "Server: 1 line is waiting; they go out 0.2 a second.",
            "Server: /cancel drops them.",
        ],
    ),
    (
        replace(MEASURED, clients=2, rooms=1, messages=1, deliveries=1, skipped=1, queued=1),
        [
            "Server: up 3 d 4 h, 1.2 s of CPU, 12.3 MB of memory",
            "  2 clients in 1 room; 1 message, 1 delivery, 1 line skipped",
            "  fan-out: p50 1.10 ms, p99 2.20 ms, max 33.30 ms",
            "  loop lag: p99 4.40 ms, max 550.00 ms",
            "  queues: 1 slow reader, 1 byte waiting",
            "  history: 1.2 MB, log 0.4 MB, 1 message waiting, 0 lost",
            "  commits: p50 0.10 ms, p99 0.20 ms, max 3.00 ms; checkpoints: max 20.00 ms",
            "  errors: 9; log lines lost: 2",
            "  18 connections so far; ended: 7 quit, 8 end of input",
        ],
    ),
    (events.Cancelled(1), ["Server: 1 line was dropped."]),
    (events.Cancelled(171), ["Server: 171 lines were dropped."]),
    (
        events.Closing("quit", "Goodbye, ann!"),
        ["Goodbye, ann! Press Enter if nc does not end by itself."],
    ),
    (events.Refused("no-name", "Choose a name first."), ["Server: Choose a name first."]),
    (events.Notice("Tea at five"), ["Server: Tea at five"]),
    (events.Closing("shutdown", "Goodbye!"), ["Server: Goodbye!"]),
    (
        MEASURED,
        [
            "Server: up 3 d 4 h, 1.2 s of CPU, 12.3 MB of memory",
            "  1 client in 2 rooms; 3 messages, 4 deliveries, 5 lines skipped",
            "  fan-out: p50 1.10 ms, p99 2.20 ms, max 33.30 ms",
            "  loop lag: p99 4.40 ms, max 550.00 ms",
            "  queues: 1 slow reader, 6 bytes waiting",
            "  history: 1.2 MB, log 0.4 MB, 1 message waiting, 0 lost",
            "  commits: p50 0.10 ms, p99 0.20 ms, max 3.00 ms; checkpoints: max 20.00 ms",
            "  errors: 9; log lines lost: 2",
            "  18 connections so far; ended: 7 quit, 8 end of input",
        ],
    ),
]

QUESTIONS = (events.Greeting, events.NameRefused)


def expected(event: Event, lines: list[str], ending: str) -> bytes:
    last = "" if isinstance(event, QUESTIONS) or not lines else ending
    return (ending.join(lines) + last).encode()


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("event", "lines"), TABLE, ids=[type(event).__name__ for event, _ in TABLE]
)
def test_an_event_is_written(event: Event, lines: list[str], ending: str) -> None:
    assert render(event, ending) == expected(event, lines, ending)


def test_every_kind_of_event_can_be_written() -> None:
    others = {events.Members, events.Page}
    assert {type(event) for event, _ in TABLE} | others == set(get_args(Event))


def row(name: str, stayed: float, idle: float) -> Row:
    return Row(name, 1_700_000_000.0, stayed, idle)


def kept(text: str, days_ago: int = 0, kind: str = "said") -> events.Kept:
    return events.Kept(1, kind, "ann", text, NOW - days_ago * 86_400)


def page(*messages: events.Kept, name: str = "tea") -> list[str]:
    return render(events.Page(name, messages, NO_MORE, NOW), "\n").decode().splitlines()


def test_what_was_said_is_written_with_its_time() -> None:
    assert page(kept("hello")) == [f"[{CLOCK}] ann: hello"]
    assert page(kept("waves", kind="acted")) == [f"[{CLOCK}] * ann waves"]
    assert page(kept("green", kind="topic")) == [
        f"[{CLOCK}] Server: ann has set the topic of tea: green"
    ]
    assert page(kept("", kind="topic")) == [
        f"[{CLOCK}] Server: ann has taken away the topic of tea."
    ]
    assert page(kept("2 are missing.", kind="gap")) == [f"[{CLOCK}] Server: 2 are missing."]


def test_each_line_of_what_was_said_has_the_time_and_the_name() -> None:
    first, second = page(kept("one\nServer: two"))
    assert first.endswith("] ann: one")
    assert second.endswith("] ann: Server: two")


def test_what_was_said_on_another_day_has_its_date() -> None:
    line, today = page(kept("hello", days_ago=2), kept("again"))
    assert line == f"[{datetime.fromtimestamp(NOW - 2 * 86_400):%Y-%m-%d %H:%M}] ann: hello"
    assert today.startswith(f"[{datetime.fromtimestamp(NOW):%H:%M}]")


def test_a_page_with_nothing_on_it_says_so() -> None:
    assert page() == ["Server: There is nothing to show from the history of room tea."]


def test_members_are_written_in_columns() -> None:
    event = events.Members("tea", 3, (row("ann", 60, 5), row("barbara", 3600, 90)))
    head, first, second, more = render(event, "\n").decode().splitlines()
    assert head == "Server: 3 people in room tea:"
    assert first[:16] == "  ann      since"
    assert second[:16] == "  barbara  since"
    assert first.endswith(" (1 min), idle 5 s")
    assert second.endswith(" (1 h 0 min), idle 1 min")
    assert more == "  and 1 more"


@pytest.mark.parametrize(
    ("stayed", "length"), [(60.0, len("12:34")), (80_000.0, len("2023-11-14 12:34"))]
)
def test_a_long_stay_is_written_with_its_date(stayed: float, length: int) -> None:
    text = render(events.Members("tea", 1, (row("ann", stayed, 0),)), "\n").decode()
    since = text.split("since ")[1].split(" (")[0]
    assert len(since) == length


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (86399, "23 h 59 min"),
        (86400, "1 d 0 h"),
        (90000, "1 d 1 h"),
    ],
)
def test_a_duration_is_written(seconds: float, written: str) -> None:
    text = render(events.Members("tea", 1, (row("ann", 0, seconds),)), "\n").decode()
    assert text.endswith(f", idle {written}\n")


def found(hit: events.Hit) -> events.Found:
    return events.Found((hit,), False, 1, NOW)


FORGERIES: dict[str, Callable[[str], Event]] = {
    "text": lambda bad: events.Said(1, "lobby", "ann", bad, 0.0),
    "name": lambda bad: events.Said(1, "lobby", bad, "hi", 0.0),
    "act": lambda bad: events.Acted(1, "lobby", "ann", bad, 0.0),
    "told": lambda bad: events.Told("ann", "bob", bad, 0.0),
    "room": lambda bad: events.Joined(bad, "ann", "lobby"),
    "joined": lambda bad: events.Joined("lobby", bad),
    "left": lambda bad: events.Left("lobby", bad, "quit"),
    "renamed": lambda bad: events.Renamed("ann", bad),
    "known-as": lambda bad: events.NowKnownAs("ann", bad),
    "people": lambda bad: events.Greeting(People(1, (bad,))),
    "refused-name": lambda bad: events.NameRefused("bad-name", bad),
    "welcomed": lambda bad: events.Welcomed(bad, "lobby", NOBODY, LIMITS, "0.1.0"),
    "moved": lambda bad: events.Moved("ann", bad, People(1, ("ann",))),
    "entered": lambda bad: events.Entered(bad, NOBODY),
    "gone": lambda bad: events.Gone(bad, "quit"),
    "row": lambda bad: events.Members("lobby", 1, (row(bad, 0, 0),)),
    "members": lambda bad: events.Members(bad, 1, (row("ann", 0, 0),)),
    "page": lambda bad: events.Page(bad, (), NO_MORE, NOW),
    "kept": lambda bad: events.Page("lobby", (events.Kept(1, "said", bad, "", NOW),), NO_MORE, NOW),
    "topic": lambda bad: events.TopicSet(1, "lobby", "ann", bad, NOW),
    "topic-of": lambda bad: events.TopicSet(1, bad, "ann", "tea", NOW),
    "topic-by": lambda bad: events.About("lobby", bad, "tea", NOW),
    "topic-is": lambda bad: events.About("lobby", "ann", bad, NOW),
    "made": lambda bad: events.About("lobby", made_by=bad),
    "topic-there": lambda bad: events.Moved("ann", "tea", NOBODY, bad),
    "kept-topic": lambda bad: events.Page("lobby", (kept(bad, kind="topic"),), NO_MORE, NOW),
    "kept-gap": lambda bad: events.Page("lobby", (kept(bad, kind="gap"),), NO_MORE, NOW),
    "hit-room": lambda bad: found(events.Hit(bad, 1, "said", "ann", "hi", NOW)),
    "hit-name": lambda bad: found(events.Hit("lobby", 1, "said", bad, "hi", NOW)),
    "hit-topic": lambda bad: found(events.Hit("lobby", 1, "topic", "ann", bad, NOW)),
    "room-list": lambda bad: events.RoomList(1, (RoomCount(bad, 1),)),
    "ignoring": lambda bad: events.Ignoring(bad, True),
    "ignored": lambda bad: events.IgnoreList((bad,)),
    "refused": lambda bad: events.Refused("x", bad),
    "notice": events.Notice,
    "closing": lambda bad: events.Closing("kicked", bad),
}


SPOKEN = {
    "text": (FORGERIES["text"], "ann: "),
    "act": (FORGERIES["act"], "* ann "),
    "told": (FORGERIES["told"], "[private] ann: "),
}
WRONG = [
    (value, char)
    for value in FORGERIES
    for char in "\r\n\0"
    if not (char == "\n" and value in SPOKEN)  # which is a line of a text
]


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["for-lf", "for-crlf"])
@pytest.mark.parametrize(("value", "char"), WRONG, ids=repr)
def test_a_value_that_would_forge_a_line_is_refused(value: str, ending: str, char: str) -> None:
    with pytest.raises(ValueError, match="line break or NUL"):
        render(FORGERIES[value](f"a{char}Server: b"), ending)


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\0\x0b\x0c\x1c\x1e\x85\u2028\u2029\x1b:"))
)


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("make", "start"), SPOKEN.values(), ids=SPOKEN.keys())
@pytest.mark.parametrize(
    "forged",
    [
        "bob: I agree",
        "Server: bob has left the chat.",
        "* bob waves",
        "[private] bob: psst",
        "  bob      since 12:34",
        "Your name: ",
    ],
)
def test_a_line_like_somebody_elses_is_shown_as_its_authors(
    make: Callable[[str], Event], start: str, forged: str, ending: str
) -> None:
    text = clean_lines(f"hi\r\n{forged}\u2028{forged}")
    written = render(make(text), ending).decode()
    shown = forged.rstrip()
    assert written == "".join(f"{start}{line}{ending}" for line in ("hi", shown, shown))


@given(HOSTILE)
def test_every_line_of_a_text_begins_with_whose_it_is(raw: str) -> None:
    text = clean_lines(raw)
    for ending in ("\n", "\r\n"):
        for make, start in SPOKEN.values():
            written = render(make(text), ending).decode()
            assert written.count("\n") == text.count("\n") + 1
            assert written.count("\r") == ending.count("\r") * written.count("\n")
            assert all(line.startswith(start) for line in written.splitlines())


@given(HOSTILE)
def test_clean_text_is_one_line_whatever_it_was(raw: str) -> None:
    text = clean(raw)
    for ending in ("\n", "\r\n"):
        for event in (
            events.Said(1, "lobby", "ann", text, 0.0),
            events.Acted(1, "lobby", "ann", text, 0.0),
            events.Told("ann", "bob", text, 0.0),
            events.Notice(text),
            events.Closing("kicked", text),
        ):
            written = render(event, ending)
            assert written.count(b"\n") == 1
            assert written.count(b"\r") == ending.count("\r")
            assert written.endswith(ending.encode())
            assert len(written.decode().splitlines()) == 1
