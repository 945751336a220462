"""With --echo the terminal that the window was started from takes part: what is said appears there,
what is typed there is said.

Its end, or having none, means nothing. Without --echo it is not touched: a window that was started
with `&` would be stopped by reading from it.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable

from chatroom.client.events import Entry
from chatroom.client.presentation import plain_lines, with_room
from chatroom.client.reader import Reader
from chatroom.net.standard import Stream
from chatroom.protocols.framing import Lines
from chatroom.vocabulary import events
from chatroom.vocabulary.text import clean

_MAX_LINE = 64 * 1024  # bytes
_REMEMBERED = 100  # lines typed there that have not come back yet


class TerminalEcho:
    """`say` is called with each line that is typed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, say: Callable[[str], None]) -> None:
        self._say = say
        self._typed: deque[str] = deque(maxlen=_REMEMBERED)
        self._output = Stream(sys.stdout.fileno())  # one that never makes the window wait
        self._reading = loop.create_task(self._read(Reader(sys.stdin.fileno(), loop)))

    def close(self) -> None:
        self._reading.cancel()

    def show(self, entry: Entry, me: str, rooms: int) -> None:
        """Write it, unless it stands there already because it was typed there.

        In several `rooms` each line says in which one it belongs.
        """
        match entry.event:
            case events.Said(name=name, text=text) if name == me and text in self._typed:
                self._typed.remove(text)
            case _:
                for line in with_room(plain_lines(entry.event, me), entry.rooms, rooms):
                    self._output.write(line + "\n")

    async def _read(self, reader: Reader) -> None:
        lines = Lines(_MAX_LINE)
        while data := await reader.read():
            for line in lines.split(data):
                text = (line or b"").decode("utf-8", "replace")
                self._typed.append(clean(text))
                self._say(text)
