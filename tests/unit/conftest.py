"""What all unit tests share: no sockets, and the same random examples in every run."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parent / "client"))  # for client_world.py

settings.register_profile(
    "unit",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test that needs a socket is in the wrong folder."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a unit test opens no sockets")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "socketpair", refuse)


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
        self.reading = self.writing = -1


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()
