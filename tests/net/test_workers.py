"""Threads for what blocks, and how the loop is told."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chatroom.metrics import Metrics
from chatroom.net.loop import Loop
from chatroom.net.workers import Workers
from chatroom.settings import Settings


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop(Settings(), Metrics())
    yield made
    made.close()


@pytest.fixture
def workers(loop: Loop) -> Iterator[Workers]:
    made = Workers(loop, 1, 1)
    yield made
    made.close()


def test_a_result_wakes_the_loop_and_is_told_in_its_thread(loop: Loop, workers: Workers) -> None:
    told: list[Any] = []
    assert workers.submit(
        threading.get_ident, lambda result: told.extend((result, threading.get_ident()))
    )
    loop.tick(10)
    assert told[0] != told[1] == threading.get_ident()


def test_an_exception_is_a_result(loop: Loop, workers: Workers) -> None:
    told: list[Any] = []
    workers.submit(lambda: 1 // 0, told.append)
    loop.tick(10)
    assert isinstance(told[0], ZeroDivisionError)


def test_no_more_than_so_many_are_taken(loop: Loop, workers: Workers) -> None:
    gate = threading.Event()
    told: list[Any] = []
    assert workers.submit(gate.wait, told.append)
    assert workers.submit(lambda: 2, told.append)
    assert not workers.submit(lambda: 3, told.append)
    gate.set()
    while len(told) < 2:
        loop.tick(10)
    assert told == [True, 2]
    assert workers.submit(lambda: 4, told.append)


def test_a_receiver_that_fails_keeps_no_other_from_its_result(loop: Loop, workers: Workers) -> None:
    told: list[Any] = []

    def fail(_: Any) -> None:
        raise ValueError

    workers.submit(lambda: 1, fail)
    workers.submit(lambda: 2, told.append)
    while not told:
        loop.tick(10)
    assert told == [2]


def test_closing_waits_for_what_runs_and_tells_the_results(loop: Loop) -> None:
    workers = Workers(loop, 2, 0)
    told: list[Any] = []
    assert workers.submit(lambda: 1, told.append)
    assert workers.submit(lambda: 2, told.append)
    workers.close()
    assert sorted(told) == [1, 2]
    assert loop.watched == 0
