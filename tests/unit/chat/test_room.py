"""The fan-out of one tick, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from chatroom.chat.delivery import Delivery
from chatroom.chat.room import Member, Room
from chatroom.metrics import Metrics
from chatroom.vocabulary.events import Event, Notice, Said

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Visitor


MAX_BATCH = 10_000


class Stage:
    """A room of its own, with a count of how often events were rendered."""

    def __init__(self, new_visitor: type[Visitor]) -> None:
        self.metrics = Metrics()
        self.delivery = Delivery(self.metrics)
        self.changed: list[Room] = []
        self.room = Room("lobby", "lobby", self.metrics, self.note_change, MAX_BATCH)
        self.rendered = 0
        stage = self

        class Counting(new_visitor):  # type: ignore[misc, valid-type]
            def encode(self, event: Event) -> bytes:
                stage.rendered += 1
                data: bytes = super().encode(event)
                return data

        self._new_visitor: type[Visitor] = Counting

    def note_change(self, room: Room) -> None:
        self.changed.append(room)
        self.delivery.changed(room)

    def enter(self, dialect: str = "\n") -> Visitor:
        visitor = self._new_visitor(dialect=dialect)
        visitor.member.key = f"n{len(self.room)}"
        self.room.enter(visitor.member)
        return visitor

    def publish(self, event: Event, author: Member | None = None) -> None:
        self.room.publish(event, author)
        if self.room.heavy:
            self.delivery.flush()

    def answer(self, member: Member, data: bytes) -> bool:
        return self.delivery.reply(member, data)

    def leave(self, member: Member) -> None:
        self.delivery.leave(self.room.seats[member])

    def flush(self) -> None:
        self.changed.clear()
        self.delivery.flush()


@pytest.fixture
def stage(new_visitor: type[Visitor]) -> Stage:
    return Stage(new_visitor)


def said(text: str) -> Said:
    return Said(1, "lobby", "ann", text, 0.0)


def test_all_members_of_a_dialect_are_handed_the_very_same_bytes(stage: Stage) -> None:
    members = [stage.enter() for _ in range(10)]
    stage.flush()
    for text in "abc":
        stage.publish(said(text))
    stage.flush()
    assert members[0].taken == [b"ann: a\nann: b\nann: c\n"]
    assert all(member.taken[0] is members[0].taken[0] for member in members)


def test_an_event_is_rendered_once_for_each_dialect(stage: Stage) -> None:
    for _ in range(10):
        stage.enter("\n")
        stage.enter("\r\n")
    stage.flush()
    for text in "abc":
        stage.publish(said(text))
    stage.flush()
    assert stage.rendered == 6


def test_an_event_is_rendered_once_even_for_members_who_stand_apart(stage: Stage) -> None:
    members = [stage.enter() for _ in range(10)]
    stage.flush()
    for member in members:
        stage.publish(said("a"), member.member)
        stage.answer(member.member, b"yes\n")
    stage.flush()
    assert stage.rendered == 10


def test_an_author_is_back_on_the_fast_path_in_the_next_tick(stage: Stage) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.publish(said("a"), ann.member)
    stage.flush()
    stage.publish(said("b"))
    stage.flush()
    assert ann.taken == [b"ann: b\n"]
    assert ann.taken[-1] is bob.taken[-1]


def test_a_member_is_handed_one_piece_for_a_run_of_lines(stage: Stage) -> None:
    ann, bob, cy = stage.enter(), stage.enter(), stage.enter()
    stage.flush()
    for text, author in zip("abcd", (ann, bob, bob, ann), strict=True):
        stage.publish(said(text), author.member)
    stage.flush()
    assert ann.taken == [b"ann: b\nann: c\n"]
    assert bob.taken == [b"ann: a\n", b"ann: d\n"]
    assert cy.taken == [b"ann: a\nann: b\nann: c\nann: d\n"]


def test_the_bytes_of_a_tick_are_shared_by_authors_as_well(stage: Stage) -> None:
    visitors = [stage.enter() for _ in range(3)]
    stage.flush()
    given: list[bytes | memoryview] = []
    for visitor in visitors:
        stage.publish(said("x"), visitor.member)
        visitor.member.channel = Keeper(given)
    stage.flush()
    assert len({id(piece.obj) for piece in given if isinstance(piece, memoryview)}) == 1
    assert len(given) == 4


class Keeper:
    """A channel that keeps the very objects it is given."""

    queued = 0

    def __init__(self, given: list[bytes | memoryview]) -> None:
        self.given = given

    def notify_drained(self) -> None:
        """Nobody waits for that here."""

    def broadcast(self, receivers: Mapping[Any, Keeper], data: bytes) -> list[Any]:
        return [key for key, keeper in receivers.items() if not keeper.write(data)]

    def write(self, data: bytes | memoryview) -> bool:
        self.given.append(data)
        return True


def test_a_room_asks_to_be_flushed_once_a_tick(stage: Stage) -> None:
    ann = stage.enter()
    stage.publish(said("a"))
    stage.answer(ann.member, b"yes\n")
    stage.publish(said("b"))
    assert stage.changed == [stage.room]
    stage.flush()
    assert stage.changed == []
    stage.publish(said("c"))
    assert stage.changed == [stage.room]


def test_a_flush_without_anything_published_writes_nothing(stage: Stage) -> None:
    ann = stage.enter()
    stage.flush()
    stage.flush()
    assert ann.taken == []


def test_whoever_leaves_is_handed_what_was_published_so_far(stage: Stage) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.publish(said("a"))
    stage.leave(ann.member)
    stage.publish(said("b"))
    stage.flush()
    assert ann.taken == [b"ann: a\n"]
    assert bob.taken == [b"ann: a\nann: b\n"]
    assert len(stage.room) == 1


def test_deliveries_are_counted_by_line_and_member(stage: Stage) -> None:
    ann, bob, cy = stage.enter(), stage.enter(), stage.enter()
    stage.flush()
    cy.full = True
    stage.publish(said("a"), ann.member)
    stage.answer(bob.member, b"yes\n")
    stage.publish(said("b"))
    stage.flush()
    assert stage.metrics.deliveries == 3


def test_an_encoder_that_fails_costs_one_batch_and_not_those_to_come(stage: Stage) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.publish(said("a"), ann.member)
    stage.publish(Notice("x\ny"))
    with pytest.raises(ValueError, match="line break"):
        stage.flush()
    stage.publish(said("b"))
    stage.flush()
    assert ann.taken == bob.taken == [b"ann: b\n"]


def test_an_answer_waits_in_its_place_among_the_lines(stage: Stage) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.publish(said("a"))
    assert stage.answer(ann.member, b"one\n")
    assert stage.answer(ann.member, b"two\n")
    stage.publish(said("own"), ann.member)
    assert stage.answer(ann.member, b"three\n")
    stage.publish(said("b"))
    assert ann.taken == []
    stage.flush()
    assert ann.taken == [b"ann: a\n", b"one\n", b"two\n", b"three\n", b"ann: b\n"]
    assert bob.taken == [b"ann: a\nann: own\nann: b\n"]


def test_an_answer_in_a_quiet_tick_is_handed_over_at_once_and_sets_nobody_apart(
    stage: Stage,
) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.answer(ann.member, b"yes\n")
    assert ann.taken == [b"yes\n"]
    stage.publish(said("a"))
    stage.flush()
    assert ann.taken[-1] is bob.taken[-1]


def test_answers_in_a_busy_tick_copy_nothing_of_what_was_said(stage: Stage) -> None:
    visitors = [stage.enter() for _ in range(20)]
    stage.flush()
    given: list[bytes | memoryview] = []
    for visitor in visitors:
        visitor.member.channel = Keeper(given)
    for _ in range(3):
        for visitor in visitors:
            stage.publish(said("x" * 20), visitor.member)
            stage.answer(visitor.member, b"receipt\n")
    stage.flush()
    own = [piece for piece in given if not isinstance(piece, memoryview)]
    assert set(own) == {b"receipt\n"}
    assert len({id(piece.obj) for piece in given if isinstance(piece, memoryview)}) == 1


def test_those_who_leave_a_busy_room_share_what_they_are_handed(stage: Stage) -> None:
    visitors = [stage.enter() for _ in range(20)]
    stage.flush()
    given: list[bytes | memoryview] = []
    for number, visitor in enumerate(visitors):
        visitor.member.channel = Keeper(given)
        stage.publish(said(f"{number}" * 20), visitor.member)
        stage.leave(visitor.member)
    whole = {id(p.obj if isinstance(p, memoryview) else p) for p in given}
    assert len(whole) < 20  # at most a piece for each line, not for each line and visitor
    last = b"".join(b"ann: %s\n" % (b"%d" % n * 20) for n in range(19))
    assert b"".join(given).endswith(last)


def test_a_heavy_batch_is_flushed_before_the_tick_ends(stage: Stage) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.publish(said("a" * (MAX_BATCH // 2)), ann.member)
    assert bob.taken == []
    stage.publish(said("b" * (MAX_BATCH // 2)), ann.member)
    assert len(b"".join(bob.taken)) > MAX_BATCH
    stage.publish(said("c"))
    stage.flush()
    assert ann.taken == [b"ann: c\n"]
    assert bob.taken[-1] == b"ann: c\n"


def test_each_line_of_a_text_weighs_the_name_before_it(stage: Stage) -> None:
    ann, bob = stage.enter(), stage.enter()
    stage.flush()
    stage.publish(said("\n" * (MAX_BATCH // 64)), ann.member)
    assert bob.taken != []


def test_a_member_who_falls_behind_at_the_flush_is_told_of_missing_answers_too(
    stage: Stage,
) -> None:
    ann = stage.enter()
    stage.flush()
    stage.publish(said("a"))
    stage.answer(ann.member, b"yes\n")
    stage.publish(said("b"))
    ann.full = True
    stage.flush()
    assert ann.member.behind
    assert ann.member.behind.lines == stage.metrics.skipped == 1
    place = stage.room.seats[ann.member].place
    assert place
    assert place.missed(stage.room.published) == (2, 0)  # as long as no history has them
