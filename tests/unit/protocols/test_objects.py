"""The requests of programs, and the messages to them."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.objects import Ping, Pong, encode, read_request
from chatroom.protocols.shapes import Wrong
from chatroom.vocabulary import commands, events

LIMIT = 100


def asked(text: str) -> object:
    return read_request(text.encode(), LIMIT)


REQUESTS = [
    ('{"type":"join","name":"ann"}', commands.Join("ann")),
    (
        '{"type":"join","name":"ann","room":"tea","ticket":"t0p s3cret"}',
        commands.Join("ann", "tea", "t0p s3cret"),
    ),
    ('{"type":"join","name":"ann","room":null}', commands.Join("ann")),
    ('{"type":"join","name":"ann","quiet":true}', commands.Join("ann", quiet=True)),
    ('{"type":"join","name":"ann","quiet":false}', commands.Join("ann")),
    ('{"type":"join","name":"ann","quiet":null}', commands.Join("ann")),
    ('{"type":"say","text":"h\u00e9"}', commands.Say("h\u00e9")),
    ('{"type":"say","text":"h\\u00e9","ref":7}', commands.Say("h\u00e9", 7)),
    ('{"type":"say","text":"two\\nlines"}', commands.Say("two\nlines")),
    ('{"type":"say","text":""}', commands.Say("")),
    ('{"type":"say","text":"/who"}', commands.Say("/who")),
    ('{"type":"me","text":"waves","ref":"a"}', commands.Act("waves", "a")),
    ('{"type":"tell","name":"bob","text":"psst","ref":0}', commands.Tell("bob", "psst", 0)),
    ('{"type":"reply","text":"psst","ref":0}', commands.Tell(None, "psst", 0)),
    ('{"type":"tell","name":"","text":"psst"}', commands.Tell("", "psst")),
    ('{"type":"who","room":"tea"}', commands.Who("tea")),
    (
        '{"type":"tell","name":"bob","text":"psst","wait":true}',
        commands.Tell("bob", "psst", wait=True),
    ),
    ('{"type":"tell","name":"bob","text":"x","wait":false}', commands.Tell("bob", "x")),
    ('{"type":"tell","name":"bob","text":"x","wait":null}', commands.Tell("bob", "x")),
    ('{"type":"rename","name":"anna"}', commands.Rename("anna")),
    ('{"type":"enter","room":"tea"}', commands.Enter("tea")),
    ('{"type":"leave","room":"tea"}', commands.Leave("tea")),
    ('{"type":"leave"}', commands.Leave()),
    ('{"type":"say","text":"hi","room":"tea"}', commands.Say("hi", room="tea")),
    ('{"type":"me","text":"waves","room":"tea"}', commands.Act("waves", room="tea")),
    ('{"type":"say","text":"hi","room":null}', commands.Say("hi")),
    ('{"type":"move","room":"tea"}', commands.Move("tea")),
    ('{"type":"who"}', commands.Who()),
    ('{"type":"history"}', commands.Recall()),
    ('{"type":"history","room":"tea","name":"ann"}', commands.Recall("tea", name="ann")),
    ('{"type":"history","before":7,"limit":100}', commands.Recall(before=7, limit=100)),
    ('{"type":"history","limit":1}', commands.Recall(limit=1)),
    ('{"type":"history","limit":null}', commands.Recall()),
    ('{"type":"search","text":"tea"}', commands.Search("tea")),
    (
        '{"type":"search","text":"a b","room":"tea","name":"ann","before":9,"limit":5}',
        commands.Search("a b", "tea", "ann", 9, 5),
    ),
    ('{"type":"topic"}', commands.SetTopic()),
    ('{"type":"topic","text":null}', commands.SetTopic()),
    ('{"type":"topic","text":""}', commands.SetTopic("")),
    ('{"type":"topic","text":"green","room":"tea"}', commands.SetTopic("green", "tea")),
    ('{"type":"rooms"}', commands.Rooms()),
    ('{"type":"ignore","name":"bob"}', commands.Ignore("bob")),
    ('{"type":"ignore"}', commands.Ignore("")),
    ('{"type":"stats"}', commands.Stats()),
    ('{"type":"cancel"}', commands.Cancel()),
    ('{"type":"quit"}', commands.Quit("quit")),
    ('{"type":"who","colour":{"of":["the","future"]}}', commands.Who()),
    (' {"type" : "who"}\t', commands.Who()),
    ('{"type":"say","type":"who"}', commands.Who()),
]


@pytest.mark.parametrize(("text", "command"), REQUESTS, ids=lambda value: str(value)[:40])
def test_a_request_is_read(text: str, command: commands.Command) -> None:
    assert asked(text) == command


def test_a_ping_is_no_affair_of_the_chat() -> None:
    assert asked('{"type":"ping","ref":7}') == Ping(7)


@pytest.mark.parametrize("ref", [0, -1, 2**53, -(2**53), "a", "x" * 64, " "])
def test_a_request_takes_its_mark_along(ref: int | str) -> None:
    request = json.dumps({"type": "who", "ref": ref}).encode()
    assert read_request(request, LIMIT) == commands.Who(ref=ref)


WRONG = [
    ("", "bad-json"),
    ("hello", "bad-json"),
    ('{"type":"who"', "bad-json"),
    ('{"type":"who"}}', "bad-json"),
    ("[]", "bad-json"),
    ('"who"', "bad-json"),
    ("null", "bad-json"),
    ("[" * 5000, "bad-json"),
    ('{"type":"say","text":NaN}', "bad-json"),
    ('{"a":1' + "0" * 5000 + "}", "bad-json"),
    ("{}", "missing-field"),
    ('{"type":null}', "missing-field"),
    ('{"type":7}', "bad-field"),
    ('{"type":"join","name":"ann","quiet":1}', "bad-field"),
    ('{"type":"join","name":"ann","quiet":"yes"}', "bad-field"),
    ('{"type":["say"]}', "bad-field"),
    ('{"type":"shout","text":"x"}', "unknown-type"),
    ('{"type":"Say","text":"x"}', "unknown-type"),
    ('{"type":"said","text":"x"}', "unknown-type"),
    ('{"type":""}', "unknown-type"),
    ('{"type":"say"}', "missing-field"),
    ('{"type":"say","text":null}', "missing-field"),
    ('{"type":"say","text":5}', "bad-field"),
    ('{"type":"say","text":["x"]}', "bad-field"),
    ('{"type":"tell","text":"x"}', "missing-field"),
    ('{"type":"reply"}', "missing-field"),
    ('{"type":"say","text":"x","room":7}', "bad-field"),
    ('{"type":"enter"}', "missing-field"),
    ('{"type":"who","room":7}', "bad-field"),
    ('{"type":"search"}', "missing-field"),
    ('{"type":"search","text":"x","name":7}', "bad-field"),
    ('{"type":"topic","text":7}', "bad-field"),
    ('{"type":"more"}', "unknown-type"),
    *(
        (f'{{"type":"{word}","text":"x","limit":{limit}}}', "bad-field")
        for word in ("history", "search")
        for limit in ("0", "101", "-1", "1.0", "true", '"5"', "1" + "0" * 30)
    ),
    *(
        (f'{{"type":"{word}","text":"x","before":{id}}}', "bad-field")
        for word in ("history", "search")
        for id in ("-1", "1.5", "true", "9007199254740993")
    ),
    ('{"type":"tell","name":"bob"}', "missing-field"),
    ('{"type":"tell","name":"bob","text":"x","wait":1}', "bad-field"),
    ('{"type":"tell","name":"bob","text":"x","wait":"true"}', "bad-field"),
    ('{"type":"join","name":true}', "bad-field"),
    ('{"type":"join","name":"ann","room":1}', "bad-field"),
    ('{"type":"join","name":"ann","ticket":1}', "bad-field"),
    ('{"type":"join","name":"ann","ticket":""}', "bad-field"),
    ('{"type":"join","name":"ann","ticket":"\u00e9"}', "bad-field"),
    ('{"type":"join","name":"ann","ticket":"' + "x" * 65 + '"}', "bad-field"),
    ('{"type":"say","text":"' + "x" * (LIMIT + 1) + '"}', "too-long"),
    ('{"type":"say","text":"' + "\u00e9" * (LIMIT // 2 + 1) + '"}', "too-long"),
    ('{"type":"who","ref":1.5}', "bad-field"),
    ('{"type":"who","ref":true}', "bad-field"),
    ('{"type":"who","ref":""}', "bad-field"),
    ('{"type":"who","ref":"\u00e9"}', "bad-field"),
    ('{"type":"who","ref":"a\\nb"}', "bad-field"),
    ('{"type":"who","ref":[1]}', "bad-field"),
    ('{"type":"who","ref":"' + "x" * 65 + '"}', "bad-field"),
    ('{"type":"who","ref":9007199254740993}', "bad-field"),
]


@pytest.mark.parametrize(("text", "code"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_has_a_code_and_a_sentence(text: str, code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        asked(text)
    assert wrong.value.code == code
    assert wrong.value.text.endswith((".", "?"))


def test_text_exactly_at_the_limit_is_fine() -> None:
    assert asked('{"type":"say","text":"' + "x" * LIMIT + '"}') == commands.Say("x" * LIMIT)


def test_bytes_that_are_no_utf8_are_no_json() -> None:
    with pytest.raises(Wrong) as wrong:
        read_request(b'{"type":"say","text":"\xff"}', LIMIT)
    assert wrong.value.code == "bad-json"


def test_an_error_carries_the_mark_of_what_was_wrong() -> None:
    with pytest.raises(Wrong) as wrong:
        asked('{"type":"say","ref":8}')
    assert wrong.value.ref == 8


def test_a_misspelled_type_gets_a_hint() -> None:
    with pytest.raises(Wrong, match=r"Did you mean rename\?"):
        asked('{"type":"renam"}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
TYPES = ["join", "say", "me", "tell", "rename", "move", "who", "ignore", "ping", "quit", "x"]
FIELDS = ["type", "name", "text", "room", "ref", "ticket"]


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(TYPES))
    | st.dictionaries(st.text(), JSON)
    | JSON
)
def test_any_json_is_read_or_is_wrong(value: object) -> None:
    for ascii_only in (True, False):
        line = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        try:
            request = read_request(line, LIMIT)
            ref = request.ref
        except Wrong as wrong:
            ref = wrong.ref
        else:
            assert isinstance(request, commands.Command | Ping)
        assert json.loads(encode(Pong(), ref)) == (
            {"type": "pong"} if ref is None else {"type": "pong", "ref": ref}
        )


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_are_wrong(line: bytes) -> None:
    with contextlib.suppress(Wrong):
        read_request(line, LIMIT)


PEOPLE = events.People(2, ("ann", "bob"))
LIMITS = events.Limits(4096, 32, 16384, 5.0, 20.0)
MESSAGES: list[tuple[events.Event, dict[str, object]]] = [
    (
        events.Welcomed("ann", "tea", PEOPLE, LIMITS, "0.1.0", "green", "e1", 3, 9, False, True, 7),
        {
            "type": "welcome",
            "name": "ann",
            "room": "tea",
            "members": {"count": 2, "names": ["ann", "bob"]},
            "limits": {"text": 4096, "name": 32, "line": 16384, "rate": 5.0, "burst": 20.0},
            "version": "0.1.0",
            "topic": "green",
            "epoch": "e1",
            "first": 3,
            "last": 9,
            "reset": False,
            "resumed": True,
            "decided": 7,
        },
    ),
    (
        events.Said(3, "tea", "ann", "h\u00e9 \u201chi\u201d", 1700000000.12345),
        {
            "type": "said",
            "id": 3,
            "room": "tea",
            "name": "ann",
            "text": "h\u00e9 \u201chi\u201d",
            "time": 1700000000.123,
        },
    ),
    (
        events.Acted(3, "tea", "ann", "waves", 1.0),
        {"type": "acted", "id": 3, "room": "tea", "name": "ann", "text": "waves", "time": 1.0},
    ),
    (
        events.Told("ann", "bob", "psst", 1.0),
        {"type": "told", "name": "ann", "to": "bob", "text": "psst", "time": 1.0, "waits": None},
    ),
    (
        events.Joined("tea", "ann"),
        {"type": "joined", "room": "tea", "name": "ann", "origin": None},
    ),
    (
        events.Left("tea", "ann", "moved", "den"),
        {"type": "left", "room": "tea", "name": "ann", "reason": "moved", "destination": "den"},
    ),
    (
        events.Presence("tea", 5, 0, 80),
        {"type": "presence", "room": "tea", "joined": 5, "left": 0, "count": 80},
    ),
    (
        events.Renamed("ann", "anna"),
        {"type": "renamed", "old": "ann", "name": "anna"},
    ),
    (
        events.NowKnownAs("ann", "anna"),
        {"type": "renamed", "old": "ann", "name": "anna"},
    ),
    (
        events.Moved("ann", "tea", PEOPLE, "green", 3, 9),
        {
            "type": "moved",
            "name": "ann",
            "room": "tea",
            "members": {"count": 2, "names": ["ann", "bob"]},
            "topic": "green",
            "first": 3,
            "last": 9,
        },
    ),
    (
        events.Entered("tea", PEOPLE),
        {
            "type": "entered",
            "room": "tea",
            "members": {"count": 2, "names": ["ann", "bob"]},
            "topic": "",
            "epoch": "",
            "first": 0,
            "last": 0,
            "reset": False,
        },
    ),
    (events.Gone("ann", "quit"), {"type": "gone", "name": "ann", "reason": "quit"}),
    (
        events.Members("tea", 9, (events.Row("ann", 1.00004, 2.0, 3.5),)),
        {
            "type": "members",
            "room": "tea",
            "count": 9,
            "members": [{"name": "ann", "since": 1.0, "stayed": 2.0, "idle": 3.5}],
        },
    ),
    (
        events.TopicSet(3, "tea", "ann", "green", 1.0),
        {"type": "topic", "id": 3, "room": "tea", "name": "ann", "text": "green", "time": 1.0},
    ),
    (
        events.About("tea", "ann", "green", 1.0, made_by="bob", made=0.5),
        {"type": "topic", "id": 0, "room": "tea", "name": "ann", "text": "green", "time": 1.0},
    ),
    (
        events.Page(
            "tea", (events.Kept(3, "said", "ann", "hi", 1.0),), events.More(True, False), 2.0
        ),
        {
            "type": "page",
            "room": "tea",
            "messages": [{"id": 3, "kind": "said", "name": "ann", "text": "hi", "time": 1.0}],
            "more": {"before": True, "after": False},
            "time": 2.0,
        },
    ),
    (
        events.Found((events.Hit("tea", 3, "said", "ann", "hi", 1.0),), True, 3, 2.0),
        {
            "type": "found",
            "messages": [
                {"room": "tea", "id": 3, "kind": "said", "name": "ann", "text": "hi", "time": 1.0}
            ],
            "more": True,
            "before": 3,
            "time": 2.0,
        },
    ),
    (
        events.RoomList(2, (events.RoomCount("lobby", 5), events.RoomCount("tea", 1))),
        {
            "type": "rooms",
            "count": 2,
            "rooms": [{"room": "lobby", "count": 5}, {"room": "tea", "count": 1}],
        },
    ),
    (
        events.Ignoring("bob", True),
        {"type": "ignoring", "name": "bob", "ignored": True},
    ),
    (events.IgnoreList(("bob",)), {"type": "ignored", "names": ["bob"]}),
    (events.Skipped(4), {"type": "skipped", "lines": 4, "others": 0}),
    (events.Waiting(171, 5.0), {"type": "waiting", "lines": 171, "rate": 5.0}),
    (events.Cancelled(171), {"type": "cancelled", "lines": 171}),
    (
        events.Refused("not-here", "bob has not come.", 7),
        {"type": "error", "code": "not-here", "text": "bob has not come.", "ref": 7},
    ),
    (
        events.Told("ann", "bob", "psst", 1.0, 29.99999),
        {"type": "told", "name": "ann", "to": "bob", "text": "psst", "time": 1.0, "waits": 30.0},
    ),
    (
        events.Refused("no-such-name", "There is nobody."),
        {"type": "error", "code": "no-such-name", "text": "There is nobody."},
    ),
    (
        events.NameRefused("name-taken", "It is taken."),
        {"type": "error", "code": "name-taken", "text": "It is taken."},
    ),
    (events.Notice("Tea at five"), {"type": "notice", "text": "Tea at five"}),
    (
        events.Closing("kicked", "You were kicked."),
        {"type": "closing", "code": "kicked", "text": "You were kicked."},
    ),
]


@pytest.mark.parametrize(
    ("event", "message"), MESSAGES, ids=[type(event).__name__ for event, _ in MESSAGES]
)
def test_an_event_is_an_object(event: events.Event, message: dict[str, object]) -> None:
    assert json.loads(encode(event)) == message
    assert list(json.loads(encode(event))) == list(message)  # their order as well


def test_a_message_is_one_line_of_utf8() -> None:
    line = encode(events.Said(1, "tea", "\u00e5sa", "na\u00efve \U0001f600", 0.0), 7)
    assert line.endswith(b',"ref":7}\n')
    assert line.count(b"\n") == 1
    assert "na\u00efve \U0001f600" in line.decode()
