"""Slow readers against a socket of the test, by a clock of the test."""

import select
import socket
from collections.abc import Iterator

import pytest

from load.plan import Plan
from load.poller import Poller, new_poller
from load.slow import EVERY, PORTION, SlowReaders
from load.visitor import State, Visitor

PLAN = Plan(clients=3, senders=1, slow=2, speak="raw")
PLENTY = b"x" * (4 * PORTION)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def visit(client: int, listener: socket.socket) -> tuple[Visitor, socket.socket]:
    visitor = Visitor(client, PLAN)
    visitor.connect(listener.getsockname())
    other, _ = listener.accept()
    select.select([], [visitor.sock], [])
    visitor.state = State.PRESENT
    return visitor, other


Crowd = tuple[list[Visitor], list[socket.socket], Poller]


@pytest.fixture
def crowd(listener: socket.socket) -> Iterator[Crowd]:
    """Two slow visitors who are watched, each with plenty to read."""
    pairs = [visit(client, listener) for client in (1, 2)]
    poller = new_poller()
    for visitor, other in pairs:
        poller.watch(visitor.sock, visitor.mask)
        other.sendall(PLENTY)
        while len(visitor.sock.recv(len(PLENTY), socket.MSG_PEEK)) < 2 * PORTION:
            select.select([visitor.sock], [], [])
    yield [visitor for visitor, _ in pairs], [other for _, other in pairs], poller
    for visitor, other in pairs:
        visitor.sock.close()
        other.close()


def test_each_reads_a_portion_a_second_and_they_take_turns(crowd: Crowd) -> None:
    visitors, _, poller = crowd
    slow = SlowReaders(visitors, poller)
    slow.begin(100.0)
    seen = []
    for now in (100.0, 100.4 * EVERY, 100.5, 100.9, 101.0, 101.5):
        slow.read(now)
        seen.append([visitor.total // PORTION for visitor in visitors])
    assert seen == [[1, 0], [1, 0], [1, 1], [1, 1], [2, 1], [2, 2]]


def test_the_next_turn_is_waited_for_but_no_longer_than_asked(crowd: Crowd) -> None:
    visitors, _, poller = crowd
    slow = SlowReaders(visitors, poller)
    assert slow.until_next(100.0, 0.05) == 0.05
    slow.begin(100.0)
    slow.read(100.0)
    assert slow.until_next(100.25, 9.0) == 0.25
    assert slow.until_next(100.25, 0.05) == 0.05


def test_who_is_slow_is_not_watched_until_the_end(crowd: Crowd) -> None:
    visitors, _, poller = crowd
    slow = SlowReaders(visitors, poller)
    slow.begin(100.0)
    slow.read(100.5)
    assert poller.ready(0) == []
    slow.end()
    slow.read(999.0)
    assert {descriptor for descriptor, _ in poller.ready(0)} == {
        visitor.sock.fileno() for visitor in visitors
    }
    visitors[0].receive()
    caught = slow.result()
    assert (caught.before, caught.cut) == (2 * PORTION, 0)
    assert caught.after > caught.before


def test_a_connection_that_ended_has_no_more_turns(crowd: Crowd) -> None:
    visitors, others, poller = crowd
    slow = SlowReaders(visitors, poller)
    slow.begin(100.0)
    others[0].close()
    for second in range(100, 110):
        slow.read(second + 0.5)
    slow.end()
    assert slow.result().cut == 1
    assert visitors[0].total == len(PLENTY)
