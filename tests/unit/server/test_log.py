"""Our own log, to readers that are gone or do not read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from chatroom.metrics import Metrics
from chatroom.net.standard import Stream
from chatroom.server.log import LogHandler

if TYPE_CHECKING:
    from tests.unit.conftest import Pipe

pytestmark = pytest.mark.timeout(5)  # a write that waits for its reader would wait for ever


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("chatroom", logging.INFO, __file__, 1, text, None, None)


def test_a_log_line_is_one_line(pipe: Pipe) -> None:
    handler = LogHandler(Stream(pipe.writing), Metrics(), 20)
    handler.emit(record("hello"))
    assert pipe.drain() == b"hello\n"


@pytest.mark.parametrize(("lost", "told"), [(1, b"1 log line was"), (3, b"3 log lines were")])
def test_log_lines_nobody_took_are_counted_and_told_later(
    pipe: Pipe, lost: int, told: bytes
) -> None:
    metrics = Metrics()
    handler = LogHandler(Stream(pipe.writing), metrics, 20)
    pipe.fill()
    for _ in range(lost):
        handler.emit(record("lost"))
    assert metrics.log_dropped == lost
    pipe.drain()
    handler.emit(record("kept"))
    handler.emit(record("kept too"))
    assert pipe.drain() == b"... " + told + b" dropped\nkept\nkept too\n"
    assert metrics.log_dropped == lost


def test_a_log_without_a_reader_is_survived_and_counted(pipe: Pipe) -> None:
    metrics = Metrics()
    handler = LogHandler(Stream(pipe.writing), metrics, 20)
    pipe.close_reading()
    for _ in range(3):
        handler.emit(record("lost"))
    assert metrics.log_dropped == 3


class Storm:
    """A log of joins and leaves, at most two of a kind in a second."""

    def __init__(self, pipe: Pipe) -> None:
        self.handler = LogHandler(Stream(pipe.writing), Metrics(), 2)
        self.alarms: list[Callable[[], None]] = []
        self.handler.call_later = lambda _, call: self.alarms.append(call)

    def log(self, text: str, number: int, second: float, level: int = logging.INFO) -> None:
        event = logging.LogRecord("chatroom", level, __file__, 1, text, (number,), None)
        event.created = second
        self.handler.emit(event)


def test_a_storm_of_events_of_a_kind_is_told_as_a_number(pipe: Pipe) -> None:
    storm = Storm(pipe)
    for number in range(614):
        storm.log("%d joined", number, 7.5)
    storm.log("%d left", 1, 7.6)
    assert pipe.drain() == b"0 joined\n1 joined\n1 left\n"
    assert len(storm.alarms) == 1
    storm.alarms[0]()
    assert pipe.drain() == b"613 joined (the last of 612 more in this second)\n"
    storm.log("%d joined", 614, 9.0)
    assert pipe.drain() == b"614 joined\n"


def test_what_was_gathered_is_told_before_what_comes_later(pipe: Pipe) -> None:
    storm = Storm(pipe)
    for number in range(3):
        storm.log("%d joined", number, 7.5)
    storm.log("%d left", 1, 8.1)
    assert pipe.drain().endswith(b"2 joined (the last of 1 more in this second)\n1 left\n")
    storm.alarms[0]()
    assert pipe.drain() == b""


def test_warnings_are_never_gathered(pipe: Pipe) -> None:
    storm = Storm(pipe)
    for number in range(5):
        storm.log("%d went wrong", number, 7.5, logging.WARNING)
    assert pipe.drain().count(b"\n") == 5


def test_a_record_that_cannot_be_formatted_is_written_all_the_same(pipe: Pipe) -> None:
    handler = LogHandler(Stream(pipe.writing), Metrics(), 20)
    handler.setFormatter(logging.Formatter("{asctime} {message}", style="{"))
    event = record("hello")
    event.created = 1e20  # a clock gone mad
    handler.emit(event)
    assert pipe.drain().startswith(b"INFO hello (cannot be formatted: ")
