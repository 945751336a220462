"""What is asked for more than once is rendered once."""

import json

import pytest

from chatroom.protocols import objects
from chatroom.protocols.recent import Recent, Twice
from chatroom.vocabulary import events
from chatroom.vocabulary.events import Members, Row, Said


class Counting:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, event: events.Event, variant: str) -> bytes:
        self.calls += 1
        return f"{event}{variant}".encode()


def members(name: str) -> Members:
    return Members("lobby", 1, (Row(name, 0.0, 0.0, 0.0),))


def test_a_long_answer_is_rendered_once_for_each_dialect() -> None:
    write = Counting()
    recent, event = Recent(write), members("ann")
    for _ in range(10):
        for variant in ("a", "b"):
            assert recent(event, variant) == f"{event}{variant}".encode()
    assert write.calls == 2


def test_another_answer_is_never_given_for_it() -> None:
    recent = Recent(Counting())
    for number in range(1000):
        assert f"n{number}".encode() in recent(members(f"n{number}"))


def test_few_are_kept_and_short_ones_never() -> None:
    recent = Recent(Counting())
    for number in range(100):
        recent(members(f"n{number}"))
        recent(events.Skipped(number))
    assert len(recent._kept) <= 16


def test_a_mark_is_put_upon_a_shared_rendering() -> None:
    event = members("ann")
    plain = objects.encode(event)
    for ref in (7, 'x"y', None):
        message = json.loads(plain)
        assert json.loads(objects.encode(event, ref)) == (
            message if ref is None else {**message, "ref": ref}
        )
    assert objects.encode(event) is plain


def said(text: str) -> Said:
    return Said(7, "lobby", "ann", text, 1.5)


def test_what_is_said_is_rendered_once_for_its_receipt_and_the_room() -> None:
    write = Counting()
    twice, first, second = Twice(lambda event: write(event, "")), said("one"), said("two")
    for event in (first, second, second, first):
        assert twice(event) == str(event).encode()
    assert write.calls == 2


def test_what_is_equal_or_asked_for_once_is_never_taken_for_another() -> None:
    twice = Twice(lambda event: event.text.encode())
    for number in range(1000):
        assert twice(said(f"n{number}")) == f"n{number}".encode()


def test_a_bounded_number_of_lines_is_kept() -> None:
    twice = Twice(lambda event: event.text.encode())
    events = [said(f"n{number}") for number in range(1000)]
    for event in events:
        twice(event)
    assert len(twice._kept) <= 256


@pytest.mark.parametrize("ref", [0, 7, -(2**53), "a", 'quo"te'])
def test_a_receipt_is_the_line_of_the_room_with_its_ref(ref: int | str) -> None:
    event = said("hello}")
    receipt, line = objects.encode(event, ref), objects.encode(event)
    assert json.loads(receipt) == {**json.loads(line), "ref": ref}
    assert objects.read_message(receipt) == (event, ref)
