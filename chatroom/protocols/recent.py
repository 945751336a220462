"""What is asked for more than once at the same time is rendered once.

A list of a hundred people takes a millisecond to render. When two hundred visitors ask for it
within a tick, the chat gives them the same event, and here it is rendered once for each dialect.

What a program or a browser says is rendered for its receipt, and at the tick's end for the room.
"""

from collections.abc import Callable, Hashable
from typing import Any

from chatroom.vocabulary.events import Acted, Members, Page, RoomList, Said, Stats

LONG = (Members, Page, RoomList, Stats)
TALK = (Said, Acted)
_MOST = 16  # a few rooms in a few dialects; some 15 KB each
_MOST_TALK = 256  # in a tick of a busy room; some 200 bytes each, and about 8 KB at most


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


class Twice:
    """Renders what is usually asked for twice: it is kept from the first time to the second."""

    def __init__(self, write: Callable[[Any], bytes]) -> None:
        self._write = write
        self._kept: dict[int, tuple[object, bytes]] = {}

    def __call__(self, event: object) -> bytes:
        if (kept := self._kept.pop(id(event), None)) is not None:
            return kept[1]
        if len(self._kept) >= _MOST_TALK:
            self._kept.clear()
        line = self._write(event)
        self._kept[id(event)] = event, line
        return line
