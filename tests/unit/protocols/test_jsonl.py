"""JSON lines: refs, errors, and a connection that stays open."""

import json

from chatroom.protocols import Reply, Request
from chatroom.protocols.jsonl import JsonLines
from chatroom.vocabulary import commands, events

LIMIT = 200


def program() -> JsonLines:
    return JsonLines(LIMIT, 50)


def asked(data: bytes) -> list[Request]:
    return list(program().receive(data))


def error_of(request: Request) -> dict[str, object]:
    assert isinstance(request, Reply)
    message: dict[str, object] = json.loads(request.data)
    assert message["type"] == "error"
    return message


def test_requests_come_in_their_order() -> None:
    data = b'{"type":"join","name":"ann"}\n{"type":"say","text":"hi"}\r\n{"type":"quit"}\n'
    assert asked(data) == [commands.Join("ann"), commands.Say("hi"), commands.Quit("quit")]


def test_empty_lines_are_nothing() -> None:
    assert asked(b'\n  \n\r\n{"type":"who"}\n') == [commands.Who()]


def test_a_bad_line_is_an_error_and_the_next_one_is_fine() -> None:
    bad, good = asked(b'{"type":\n{"type":"who"}\n')
    assert error_of(bad)["code"] == "bad-json"
    assert good == commands.Who()


def test_a_line_that_is_too_long_is_an_error_and_the_next_one_is_fine() -> None:
    bad, good = asked(b'{"type":"say","text":"' + b"x" * LIMIT + b'"}\n{"type":"who"}\n')
    assert error_of(bad)["code"] == "too-long"
    assert str(LIMIT) in str(error_of(bad)["text"])
    assert good == commands.Who()


def test_an_error_of_our_own_carries_the_mark() -> None:
    (bad,) = asked(b'{"type":"say","ref":"q"}\n')
    assert error_of(bad)["ref"] == "q"


def test_a_ping_is_answered_at_once() -> None:
    (pong,) = asked(b'{"type":"ping","ref":3}\n')
    assert pong == Reply(b'{"type":"pong","ref":3}\n')


def test_the_answer_carries_the_mark_of_the_request_that_is_being_decided() -> None:
    protocol = program()
    requests = protocol.receive(b'{"type":"who","ref":1}\n{"type":"who"}\n{"type":"who","ref":2}\n')
    event = events.Skipped(1)
    marks = []
    for request in requests:
        assert isinstance(request, commands.Who)
        marks.append(json.loads(protocol.answer(event, request.ref)).get("ref"))
        assert "ref" not in json.loads(protocol.dialect.encode(event))
    assert marks == [1, None, 2]


def test_a_program_is_not_greeted() -> None:
    assert list(program().silence()) == []


def test_the_last_line_needs_no_ending() -> None:
    protocol = program()
    assert list(protocol.receive(b'{"type":"who"}')) == []
    assert list(protocol.receive(b"")) == [
        commands.Who(),
        commands.Quit("end of input", meant=False),
    ]
