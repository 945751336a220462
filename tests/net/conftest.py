"""Fixtures of the tests with sockets, and a check around each of them that nothing is left open."""

import gc
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from world import Clock, World, world_with


def _descriptors() -> set[str]:
    """The open ones, each with what it is open for."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{number} {os.readlink(f'/proc/self/fd/{number}')}")
        except FileNotFoundError:
            continue  # the one that lists the folder
    return found


@pytest.fixture(autouse=True)
def no_descriptor_leaks() -> Iterator[None]:
    """Descriptors; a `World` checks for itself that no socket is watched and no timer is set."""
    if not os.path.isdir("/proc/self/fd"):
        yield
        return
    before = _descriptors()
    yield
    gc.collect()  # a socket that was forgotten rather than closed makes a ResourceWarning here
    assert _descriptors() == before


@pytest.fixture(autouse=True)
def log_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever another test has done to the package's logger."""
    logger = logging.getLogger("chatroom")
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "level", logging.WARNING)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_world(clock: Clock) -> Iterator[Callable[..., World]]:
    """Builds worlds with other settings than the defaults, on the test's clock."""
    with ExitStack() as worlds:

        def make(**changes: Any) -> World:
            return worlds.enter_context(world_with(clock, **changes))

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Default settings."""
    return make_world()


@pytest.fixture(scope="session")
def ipv6() -> None:
    """Skips where there is no IPv6."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError as error:
        pytest.skip(f"no IPv6 on this machine: {error}")
