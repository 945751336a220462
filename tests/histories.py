"""Histories in memory, which are closed when the test that made them ends."""

from collections.abc import Callable

from chatroom.chat.history import History
from chatroom.settings import Settings

_OPEN: list[History] = []


def in_memory(settings: Settings, wall: Callable[[], float]) -> History:
    history = History(None, settings, wall)
    _OPEN.append(history)
    return history


def close_all() -> None:
    while _OPEN:
        _OPEN.pop().close()
