"""Both directions: what one side writes the other reads; and peers that send anything at all."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatroom.client.presentation import clock_time, plain_lines
from chatroom.protocols.objects import (
    IMPLIED,
    MESSAGES,
    REQUESTS,
    Ping,
    Pong,
    encode,
    read_message,
    read_request,
)
from chatroom.protocols.shapes import Wrong
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Limit, Ref, Ticket
from chatroom.vocabulary.text import clean

LIMIT = 4096
TEXTS = st.text(max_size=100).map(clean)
MARKS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=64)
REFS = st.none() | MARKS | st.integers(-(2**53), 2**53)
MILLISECONDS = st.integers(0, 10**13).map(lambda number: number / 1000)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    Ticket: MARKS,
    Limit: st.integers(1, 100),
    Ref: REFS,
    int: st.integers(0, 2**53),
    float: st.floats(0, 1e10),
    events.Seconds: MILLISECONDS,
    bool: st.booleans(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Anything that a field of this kind may hold."""
    if hint in VALUES:
        return VALUES[hint]
    if is_dataclass(hint):
        return things(hint)  # type: ignore[arg-type]
    inner = get_args(hint)
    if get_origin(hint) is Annotated:
        return values(inner[0])
    if get_origin(hint) is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(TEXTS, values(inner[1]), max_size=3)
    assert NoneType in inner
    return st.none() | values(inner[0])


def things(make: type, implied: Mapping[str, object] | None = None) -> st.SearchStrategy[Any]:
    hints = get_type_hints(make, include_extras=True)
    known = {name: st.just(value) for name, value in (implied or {}).items()}
    given = {field.name: values(hints[field.name]) for field in fields(make)}
    if make in (commands.Tell, events.Refused):  # a `tell` has a name; a refusal is given its ref
        known = {"name": TEXTS} if make is commands.Tell and not known else known
        known = {"ref": st.none()} if make is events.Refused else known
    return st.builds(make, **{**given, **known})


@pytest.mark.parametrize("word", REQUESTS)
@settings(max_examples=20)
@given(data=st.data())
def test_what_a_client_asks_for_is_what_a_server_reads(word: str, data: st.DataObject) -> None:
    request = data.draw(things(REQUESTS[word], IMPLIED.get(word)))
    line = encode(request)
    assert read_request(line, LIMIT) == request
    assert json.loads(line)["type"] == word


@pytest.mark.parametrize("word", MESSAGES)
@settings(max_examples=20)
@given(data=st.data())
def test_what_a_server_says_is_what_a_client_reads(word: str, data: st.DataObject) -> None:
    message, ref = data.draw(things(MESSAGES[word])), data.draw(REFS)
    line = encode(message, ref)
    assert read_message(line) == (message, ref)
    assert json.loads(line)["type"] == word


def test_what_is_said_to_the_receiver_alone_is_read_as_the_general_event() -> None:
    taken = events.NameRefused("name-taken", "It is taken.")
    assert read_message(encode(taken))[0] == events.Refused("name-taken", "It is taken.")
    assert read_message(encode(events.NowKnownAs("a", "b")))[0] == events.Renamed("a", "b")


def test_every_command_and_every_event_has_its_word() -> None:
    # programs are not greeted, ask for pages themselves, and have a name
    of_people = {commands.Greet, events.Greeting, commands.More, commands.Follow, events.Continues}
    asked = {*get_args(commands.Command), Ping} - of_people
    assert set(REQUESTS.values()) == asked
    said = {*get_args(events.Event), Pong} - of_people
    assert set(MESSAGES.values()) == said - {events.NameRefused, events.NowKnownAs, events.About}


def test_what_is_as_usual_is_not_asked_for() -> None:
    assert encode(commands.Join("ann")) == b'{"type":"join","name":"ann"}\n'
    assert encode(commands.Say("", 5)) == b'{"type":"say","text":"","ref":5}\n'


def test_what_cannot_be_encoded_is_replaced() -> None:
    assert encode(commands.Say("\udc80")) == b'{"type":"say","text":"?"}\n'


# --- a server that says anything at all -----------------------------------------------------------


@pytest.mark.parametrize("line", [b"", b"hello", b"[]", b"{}", b'{"type":1}', b"\xff", b"[" * 5000])
def test_what_is_no_object_with_a_type_is_not_from_a_chatroom(line: bytes) -> None:
    with pytest.raises(Wrong):
        read_message(line)


def test_an_unknown_type_is_nothing() -> None:
    assert read_message(b'{"type":"dance","steps":[1,2],"ref":"x"}') == (None, "x")


@pytest.mark.parametrize("ref", [b"[1]", b"true", b"1.5", b'""'])
def test_a_mark_that_is_none_is_not_there(ref: bytes) -> None:
    assert read_message(b'{"type":"pong","ref":%b}' % ref) == (Pong(), None)


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x"}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":"now"}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":true}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":1e300}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":1e999}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":-99999999999}',
        '{"type":"said","id":1,"room":"tea","name":"ann","text":"x","time":1' + "0" * 400 + "}",
        '{"type":"said","id":-1,"room":"tea","name":"ann","text":"x","time":1}',
        '{"type":"said","id":true,"room":"tea","name":"ann","text":"x","time":1}',
        '{"type":"said","id":1,"room":"tea","name":["ann"],"text":"x","time":1}',
        '{"type":"members","room":"tea","count":1,"members":{}}',
        '{"type":"members","room":"tea","count":1,"members":[7]}',
        '{"type":"members","room":"tea","count":1,"members":[null]}',
        '{"type":"rooms","count":1,"rooms":[{"room":"tea"}]}',
        '{"type":"ignored","names":[1]}',
        '{"type":"ignoring","name":"ann","ignored":1}',
        '{"type":"stats","endings":[]}',
        '{"type":"welcome","name":"ann","room":"tea","members":7}',
    ],
)
def test_a_message_with_a_field_of_another_kind_is_ignored(line: str) -> None:
    assert read_message(line.encode()) == (None, None)


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"members","room":"tea","count":0,"members":[]}',
        b'{"type":"rooms","count":0,"rooms":[]}',
        b'{"type":"said","id":1,"room":"","name":"","text":"","time":99999999999}',
    ],
)
def test_what_no_chatroom_would_say_can_be_shown(line: bytes) -> None:
    message, _ = read_message(line)
    assert message is not None
    assert not isinstance(message, Pong)
    plain_lines(message, "")
    if isinstance(message, events.Said):
        clock_time(message.time)


def test_text_is_cleaned_before_it_reaches_a_terminal() -> None:
    line = b'{"type":"notice","text":"\\u001b[2Jboo\\u202e\\nServer: forged"}'
    assert read_message(line) == (events.Notice("[2Jboo Server: forged"), None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def changed(message: dict[str, Any], data: st.DataObject) -> bytes:
    """Some field of it, or of an object inside, is anything."""
    inside = [one for one in message.values() if isinstance(one, dict)]
    inside += [one[0] for one in message.values() if isinstance(one, list) and one]
    target = data.draw(st.sampled_from([message, *(one for one in inside if one)]))
    if isinstance(target, dict):
        target[data.draw(st.sampled_from([*target, "ref"]))] = data.draw(JSON)
    return json.dumps(message).encode()


@pytest.mark.parametrize("word", MESSAGES)
@settings(max_examples=20)
@given(data=st.data())
def test_any_message_is_read_or_ignored(word: str, data: st.DataObject) -> None:
    line = changed(json.loads(encode(data.draw(things(MESSAGES[word])))), data)
    try:
        message, _ = read_message(line)
    except Wrong:
        return
    if message and not isinstance(message, Pong):
        plain_lines(message, "ann")  # which is what becomes of it


@pytest.mark.parametrize("word", REQUESTS)
@settings(max_examples=20)
@given(data=st.data())
def test_any_request_is_read_or_is_wrong(word: str, data: st.DataObject) -> None:
    line = changed(json.loads(encode(data.draw(things(REQUESTS[word], IMPLIED.get(word))))), data)
    with contextlib.suppress(Wrong):
        assert isinstance(read_request(line, LIMIT), commands.Command | Ping)
