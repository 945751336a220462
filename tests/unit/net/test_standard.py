"""Our own output, to readers that are gone or do not read."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

import pytest

from chatroom.net.standard import Stream

if TYPE_CHECKING:
    from tests.unit.conftest import Pipe

pytestmark = pytest.mark.timeout(5)  # a write that waits for its reader would wait for ever


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


def test_a_descriptor_that_was_closed_is_survived(pipe: Pipe) -> None:
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
