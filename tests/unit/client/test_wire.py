"""What a server says, read again; and a server that says anything at all."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.presentation import clock_time, plain_lines
from chatroom.client.wire import NotAChatroom, Pong, read, request, write
from chatroom.protocols import objects
from chatroom.vocabulary import commands, events

PEOPLE = events.People(2, ("ann", "bob"))
TERMS = events.Terms("0.1.0", False, 4096, 32, 16384, 5.0, 20.0)
MEASURED = events.Measured(
    clients=1,
    rooms=2,
    messages=3,
    deliveries=4,
    skipped=5,
    fanout_p50=0.5,
    fanout_p99=0.75,
    fanout_max=1.0,
    lag_p99=0.25,
    lag_max=2.0,
    slow_readers=6,
    queued=7,
    endings=(("quit", 8), ("stalled", 9)),
    accepted=10,
    errors=11,
    log_dropped=12,
    cpu=1.5,
    memory=13,
    uptime=14.5,
)
EVENTS: list[events.Event] = [
    events.Welcomed("ann", "tea", PEOPLE, TERMS, True, 7),
    events.Welcomed("ann", "tea", PEOPLE, replace(TERMS, history=True), False, None),
    events.Said(3, "tea", "ann", "h\u00e9", 1.5),
    events.Acted(3, "tea", "ann", "waves", 1.5),
    events.Told("ann", "bob", "psst", 1.5),
    events.Told("ann", "bob", "psst", 1.5, waits=30.0),
    events.Joined("tea", "ann"),
    events.Joined("tea", "ann", "lobby"),
    events.Left("tea", "ann", "quit"),
    events.Left("tea", "ann", "moved", "lobby"),
    events.Presence("tea", 5, 0, 80),
    events.Renamed("ann", "anna"),
    events.Moved("ann", "tea", PEOPLE),
    events.Members("tea", 9, (events.Row("ann", 1.0, 2.0, 3.0),)),
    events.RoomList(2, (("lobby", 5), ("tea", 1))),
    events.Ignoring("bob", True),
    events.Ignoring("bob", False),
    events.IgnoreList(("bob", "cy")),
    events.Skipped(4),
    events.Waiting(171, 5.0),
    events.Cancelled(171),
    events.Refused("no-such-name", "There is nobody."),
    events.Notice("Tea at five"),
    events.Closing("shutdown", "Bye."),
    MEASURED,
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_a_server_writes_is_read_as_it_was_meant(event: events.Event) -> None:
    assert read(objects.write(objects.message_of(event))) == (event, None)


def test_a_mark_comes_with_its_message() -> None:
    assert read(b'{"type":"pong","ref":7}') == (Pong(), 7)


COMMANDS: list[commands.Command] = [
    commands.Say("hi"),
    commands.Act("waves"),
    commands.Tell("bob", "psst"),
    commands.Tell("bob", "psst", wait=True),
    commands.Rename("anna"),
    commands.Move("tea"),
    commands.Who(),
    commands.Rooms(),
    commands.Ignore("bob"),
    commands.Ignore(""),
    commands.Stats(),
    commands.Quit("quit"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
def test_what_we_ask_for_is_what_a_server_reads(command: commands.Command) -> None:
    assert objects.read(request(command), 4096)[0] == command


def test_talk_carries_its_mark() -> None:
    assert objects.read(request(commands.Say("hi"), 5), 4096) == (commands.Say("hi", 5), 5)


def test_an_empty_field_is_left_out() -> None:
    assert json.loads(write("join", name="ann", room="")) == {"type": "join", "name": "ann"}


@pytest.mark.parametrize("line", [b"", b"hello", b"[]", b"{}", b'{"type":1}', b"\xff", b"[" * 5000])
def test_what_is_no_object_with_a_type_is_not_from_a_chatroom(line: bytes) -> None:
    with pytest.raises(NotAChatroom):
        read(line)


def test_an_unknown_type_is_nothing() -> None:
    assert read(b'{"type":"dance","steps":[1,2],"ref":"x"}') == (None, "x")


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x"}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":"now"}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":NaN}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":1e300}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":-99999999999}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":1' + "0" * 400 + "}",
        '{"type":"said","id":-1,"room":"tea","name":"ann","text":"x","time":1}',
        '{"type":"said","id":true,"room":"tea","name":"ann","text":"x","time":1}',
        '{"type":"said","id":1,"room":"tea","name":["ann"],"text":"x","time":1}',
        '{"type":"members","room":"tea","count":1,"members":{}}',
        '{"type":"members","room":"tea","count":1,"members":[7]}',
        '{"type":"rooms","count":1,"rooms":[{"room":"tea"}]}',
        '{"type":"ignored","names":[1]}',
        '{"type":"welcome","name":"ann","room":"tea","limits":7}',
    ],
)
def test_a_message_with_a_field_of_another_kind_is_ignored(line: str) -> None:
    assert read(line.encode()) == (None, None)


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"members","room":"tea","count":0,"members":[]}',
        b'{"type":"rooms","count":0,"rooms":[]}',
        b'{"type":"said","id":1,"room":"","name":"","text":"","time":99999999999}',
    ],
)
def test_what_no_chatroom_would_say_can_be_shown(line: bytes) -> None:
    message, _ = read(line)
    assert message is not None
    assert not isinstance(message, Pong)
    plain_lines(message, "")
    if isinstance(message, events.Said):
        clock_time(message.time)


def test_text_is_cleaned_before_it_reaches_a_terminal() -> None:
    line = b'{"type":"notice","text":"\\u001b[2Jboo\\u202e\\nServer: forged"}'
    assert read(line) == (events.Notice("[2Jboo Server: forged"), None)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            b'{"type":"entered","room":"tea","members":{"count":2,"names":["ann","bob"]}}',
            events.Entered("tea", PEOPLE),
        ),
        (b'{"type":"gone","name":"bob","reason":"quit"}', events.Gone("bob", "quit")),
        (b'{"type":"renamed","old":"bob","name":"rob"}', events.Renamed("bob", "rob")),
        (
            b'{"type":"said","id":1,"room":"tea","name":"bob","text":"a\\n\\u001b b","time":1}',
            events.Said(1, "tea", "bob", "a\n b", 1.0),
        ),
    ],
)
def test_several_rooms_and_several_lines_are_read(line: bytes, event: events.Event) -> None:
    assert read(line) == (event, None)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (commands.Enter("tea"), {"type": "enter", "room": "tea"}),
        (commands.Leave("tea"), {"type": "leave", "room": "tea"}),
        (commands.Leave(), {"type": "leave"}),
        (commands.Say("a\nb", room="tea"), {"type": "say", "text": "a\nb", "room": "tea"}),
        (commands.Act("waves", room="tea"), {"type": "me", "text": "waves", "room": "tea"}),
    ],
)
def test_requests_about_rooms_are_written(command: commands.Command, fields: object) -> None:
    assert json.loads(request(command)) == fields


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
NAMES = [*objects.message_of(EVENTS[0]), "id", "text", "time", "count", "rooms", "names", "ref"]


@given(
    st.sampled_from([json.loads(objects.write(objects.message_of(e))) for e in EVENTS]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
def test_any_message_is_read_or_ignored(
    message: dict[str, object], changes: dict[str, object]
) -> None:
    changed = {**message, **changes}
    line = json.dumps(changed).encode()
    if isinstance(changed["type"], str):
        message_read, _ = read(line)
        if message_read and not isinstance(message_read, Pong):
            plain_lines(message_read, "ann")  # which is what becomes of it
    else:
        with pytest.raises(NotAChatroom):
            read(line)
