"""Long answers that many ask for at the same time are rendered once.

A list of a hundred people takes a millisecond to render. When two hundred visitors ask for it
within a tick, the chat gives them the same event, and here it is rendered once for each dialect.
"""

from collections.abc import Callable, Hashable
from typing import Any

from chatroom.vocabulary.events import Members, Page, RoomList, Stats

LONG = (Members, Page, RoomList, Stats)
_MOST = 16  # a few rooms in a few dialects; some 15 KB each


class Recent:
    """Keeps the latest renderings of long events; `write(event, variant)` makes one."""

    def __init__(self, write: Callable[[Any, str], bytes]) -> None:
        self._write = write
        self._kept: dict[tuple[Hashable, str], tuple[object, bytes]] = {}

    def __call__(self, event: object, variant: str = "") -> bytes:
        if not isinstance(event, LONG):
            return self._write(event, variant)
        key = (id(event), variant)  # the event is kept as well, so nothing else gets its id
        if key not in self._kept:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (event, self._write(event, variant))
        return self._kept[key][1]
