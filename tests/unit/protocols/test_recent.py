"""Long answers are rendered once for all who ask for them."""

import json

from chatroom.protocols import objects
from chatroom.protocols.recent import Recent
from chatroom.vocabulary import events
from chatroom.vocabulary.events import Members, Row


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
