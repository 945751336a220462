"""Our own output, to readers who are gone or asleep."""

import logging
import os
import select
from collections.abc import Callable, Iterator

import pytest

from chatroom.metrics import Metrics
from chatroom.output import LogHandler, Stream

pytestmark = pytest.mark.timeout(5)  # a write that waits for its reader would wait for ever


class Pipe:
    """A pipe whose ends are blocking, as those of a server's output are."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()

    def fill(self) -> None:
        os.set_blocking(self.writing, False)
        try:
            while True:
                os.write(self.writing, b"." * 4096)
        except BlockingIOError:
            pass
        finally:
            os.set_blocking(self.writing, True)

    def drain(self) -> bytes:
        os.set_blocking(self.reading, False)
        taken = b""
        try:
            while piece := os.read(self.reading, 65536):
                taken += piece
        except BlockingIOError:
            pass
        return taken

    def close_reading(self) -> None:
        os.close(self.reading)
        self.reading = -1

    def close(self) -> None:
        for descriptor in (self.reading, self.writing):
            if descriptor >= 0:
                os.close(descriptor)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("chatroom", logging.INFO, __file__, 1, text, None, None)


def test_text_is_written_as_utf_8(pipe: Pipe) -> None:
    assert Stream(pipe.writing).write("h\u00fc\n")
    assert pipe.drain() == "h\u00fc\n".encode()


def test_a_lone_surrogate_does_no_harm(pipe: Pipe) -> None:
    assert Stream(pipe.writing).write("a\udcffb\n")
    assert pipe.drain() == b"a?b\n"


def test_a_long_text_is_written_whole_when_there_is_room(pipe: Pipe) -> None:
    text = "x" * 20_000 + "\n"
    assert Stream(pipe.writing).write(text)
    assert pipe.drain() == text.encode()


def test_a_reader_who_sleeps_is_not_waited_for(pipe: Pipe) -> None:
    pipe.fill()
    assert not Stream(pipe.writing).write("hello\n")
    pipe.drain()
    assert Stream(pipe.writing).write("hello\n")


def test_a_text_longer_than_the_room_is_not_waited_for(pipe: Pipe) -> None:
    assert not Stream(pipe.writing).write("x" * 10_000_000)


def test_a_reader_who_is_gone_is_survived(pipe: Pipe) -> None:
    stream = Stream(pipe.writing)
    pipe.close_reading()
    assert not stream.write("hello\n")
    assert not stream.write("hello\n")


def test_a_descriptor_that_was_closed_is_survived() -> None:
    pipe = Pipe()
    stream = Stream(pipe.writing)
    pipe.close()
    assert not stream.write("hello\n")


def test_a_file_is_written_to(tmp_path: os.PathLike[str]) -> None:
    path = os.path.join(tmp_path, "log")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        assert Stream(descriptor).write("hello\n")
    finally:
        os.close(descriptor)
    with open(path, encoding="utf-8") as written:
        assert written.read() == "hello\n"


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


def test_a_terminal_that_nobody_reads_is_not_waited_for() -> None:
    screen, terminal = os.openpty()
    stream = Stream(terminal)
    try:
        while stream.write("x" * 100 + "\n"):
            pass
        assert os.get_blocking(terminal)  # it is shared with the shell
        while select.select([screen], [], [], 0.1)[0]:
            os.read(screen, 100_000)
        assert stream.write("there is room again\n")
    finally:
        stream.close()
        os.close(screen)
        os.close(terminal)


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
