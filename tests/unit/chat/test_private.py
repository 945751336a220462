"""How much of a receiver's queue private messages may fill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from chatroom.chat.person import Person
from chatroom.chat.rules.kicking import kick
from chatroom.chat.share import Share
from chatroom.settings import KIB, Settings
from chatroom.vocabulary import commands

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Hall, Visitor

LIMIT = 3000


@pytest.fixture
def share() -> Share:
    return Share(LIMIT)


def fills(share: Share, sender: Person, size: int) -> int:
    """How many messages of this size the sender gets in."""
    count = 0
    while share.allows(sender, size):
        share.add(sender, size)
        count += 1
    return count


# --- the share ------------------------------------------------------------------------------------


def test_a_single_sender_gets_a_third(share: Share) -> None:
    assert fills(share, Person(), 10) * 10 == LIMIT / 3


def test_the_next_sender_gets_two_thirds_of_what_each_of_those_before_has(share: Share) -> None:
    senders = [Person() for _ in range(50)]
    for _ in range(20):  # in turns, until none of them gets anything in
        for sender in senders:
            if share.allows(sender, 5):
                share.add(sender, 5)
    assert not any(share.allows(sender, 5) for sender in senders)
    assert fills(share, Person(), 1) >= LIMIT / 52 * 2 // 3


def test_all_senders_together_stay_within_the_limit(share: Share) -> None:
    assert sum(fills(share, Person(), 7) for _ in range(5000)) * 7 <= LIMIT


def test_what_was_sent_is_forgotten_from_the_oldest_on(share: Share) -> None:
    ann, bob = Person(), Person()
    share.add(ann, 600)
    share.add(bob, 600)
    assert not share.allows(ann, 400)
    share.forget_sent(queued=601)  # of the first one a byte still waits
    assert not share.allows(ann, 400)
    share.forget_sent(queued=600)
    assert share.allows(ann, 1200)
    assert share.allows(bob, 600)
    assert not share.allows(bob, 601)


def test_other_bytes_in_the_queue_make_nothing_forgotten_too_early(share: Share) -> None:
    ann = Person()
    share.add(ann, 1000)
    share.forget_sent(queued=100_000)
    assert not share.allows(ann, 1)


def test_nothing_is_kept_once_the_queue_is_empty(share: Share) -> None:
    for _ in range(3):
        share.add(Person(), 10)
    share.forget_sent(queued=0)
    assert not share
    assert not share._of


# --- in the chat ----------------------------------------------------------------------------------


class Queue:
    """A channel with a queue of `limit` bytes, which its owner reads slowly."""

    def __init__(self, visitor: Visitor, limit: int) -> None:
        self.queued = 0
        self.refused = False
        self.received = b""
        self._visitor = visitor
        self._limit = limit
        self._waiting = b""
        visitor.member.channel = self

    def notify_drained(self) -> None:
        """Nobody waits for that here."""

    def write(self, data: bytes | memoryview) -> bool:
        if self.queued + len(data) > self._limit:
            self.refused = True
            return False
        self._waiting += bytes(data)
        self.queued = len(self._waiting)
        return True

    def broadcast(self, receivers: Mapping[Any, Queue], data: bytes) -> list[Any]:
        return [key for key, queue in receivers.items() if not queue.write(data)]

    def drain(self, size: int) -> None:
        self.received += self._waiting[:size]
        self._waiting = self._waiting[size:]
        self.queued = len(self._waiting)
        if self.refused and not self.queued:
            self.refused = False
            assert self._visitor.hub
            self._visitor.hub.drained(self._visitor.member)


def slow_reader(hall: Hall, name: str) -> Queue:
    visitor = hall.visitor(host="203.0.113.5")
    queue = Queue(visitor, hall.settings.queue_bytes)
    visitor.does(commands.Join(name))
    hall.tick()
    hall.hush()
    return queue


@pytest.mark.parametrize("length", [4000, 400, 40])
def test_strangers_do_not_drown_the_room_for_a_slow_reader(hall: Hall, length: int) -> None:
    """50 strangers send 5 private messages a second each to somebody who reads 100 KB/s."""
    victim = slow_reader(hall, "victim")
    ann, *strangers = hall.people("ann", *(f"stranger{number}" for number in range(50)))
    most = 0
    for second in range(30):
        ann.says(f"line {second}")
        for _ in range(5):
            for stranger in strangers:
                stranger.does(commands.Tell("victim", "x" * length))
            hall.passes(0.2)
            most = max(most, victim.queued)
            victim.drain(20_000)
    victim.drain(victim.queued)
    lines = victim.received.decode().splitlines()
    assert [line for line in lines if line.startswith("ann: ")] == [
        f"ann: line {n}" for n in range(30)
    ]
    assert not any("skipped" in line for line in lines)
    assert most < 80 * KIB  # a quarter of 256 KiB, and what the room says


def test_a_friend_is_heard_among_strangers(hall: Hall) -> None:
    victim = slow_reader(hall, "victim")
    friend, *strangers = hall.people("friend", *(f"stranger{number}" for number in range(50)))
    for _ in range(100):
        for stranger in strangers:
            stranger.does(commands.Tell("victim", "x" * 200))
    friend.does(commands.Tell("victim", "watch out"))
    hall.tick()
    victim.drain(victim.queued)
    assert b"friend: watch out" in victim.received
    assert friend.heard() == []


def test_who_sends_too_much_is_told_and_the_receiver_misses_nothing(hall: Hall) -> None:
    victim = slow_reader(hall, "victim")
    ann, bob = hall.people("ann", "bob")
    for _ in range(10):
        ann.does(commands.Tell("victim", "x" * 4000))
    hall.tick()
    answers = ann.heard()
    assert set(answers) == {
        "Server: Too many private messages wait for victim; it was not delivered."
    }
    victim.drain(victim.queued)
    assert victim.received.count(b"[private]") == 10 - len(answers)
    ann.does(commands.Tell("victim", "again"))
    bob.says("hi")
    hall.tick()
    victim.drain(victim.queued)
    assert victim.received.endswith(b"[private] ann: again\nbob: hi\n")
    assert ann.heard() == ["bob: hi"]


def test_a_queue_that_the_room_has_filled_is_not_blamed_on_a_private_message(
    new_hall: type[Hall],
) -> None:
    hall = new_hall(Settings(queue_bytes=10_000))
    victim = slow_reader(hall, "victim")
    ann, bob = hall.people("ann", "bob")
    for _ in range(3):
        bob.says("y" * 3000)
    victim.drain(victim.queued)
    hall.tick()
    hall.hush()
    ann.does(commands.Tell("victim", "x" * 800))
    assert ann.heard() == []
    bob.does(commands.Tell("victim", "z" * 200))
    assert bob.heard() == ["Server: victim is not reading; it was not delivered."]
    victim.drain(victim.queued)
    assert b"skipped" not in victim.received


def test_a_stopping_server_keeps_no_account_of_private_messages(hall: Hall) -> None:
    slow_reader(hall, "slow")
    hall.people("ann")[0].does(commands.Tell("slow", "psst"))
    hall.hub.shut_down()
    hall.passes(1)
    assert not hall.timers


def test_what_is_kept_about_private_messages_goes_with_them(hall: Hall) -> None:
    slow, _leaves = slow_reader(hall, "slow"), slow_reader(hall, "leaves")
    ann, _bob = hall.people("ann", "bob")
    for name in ("slow", "bob", "leaves"):
        ann.does(commands.Tell(name, "psst"))
    assert kick(hall.hub, "leaves", "")
    hall.passes(1)
    assert [member.name for member in hall.hub.private._shares] == ["slow"]
    slow.drain(slow.queued)
    hall.passes(1)
    assert not hall.hub.private._shares
    assert not hall.timers
