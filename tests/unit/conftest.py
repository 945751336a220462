"""What all unit tests share: no sockets, and the same random examples in every run."""

import socket
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

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
