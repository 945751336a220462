"""What is printed above the prompt: the current room's lines, and those of another at a switch."""

import os
from collections.abc import Iterable

from prompt_toolkit import print_formatted_text
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.utils import get_cwidth

from chatroom.client.core import Client
from chatroom.client.events import ClientEvent, Entry, Switched
from chatroom.client.presentation import is_own, mentions
from chatroom.client.terminal.drawing import STYLE, Pieces, drawn, heading
from chatroom.client.terminal.scrollback import Scrollback
from chatroom.protocols.rendering import wrapped
from chatroom.vocabulary import events

BELLS = ("off", "mentions", "all")
_KEPT_FREE = 4  # rows of the screen, when the last lines of a room fill it


class Display:
    """Of each room, `lines` are kept. `bell` is one of BELLS: when the terminal's bell rings."""

    def __init__(self, client: Client, where: str, lines: int, bell: str) -> None:
        self.bell = bell if bell in BELLS else "mentions"
        self.depth = ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None
        self._client = client
        self._where = where
        self._room = ""  # whose lines are being printed
        self._scrollback = Scrollback(lines)
        self._output: Output | None = None

    def attach(self, output: Output) -> None:
        """Print there."""
        self._output = output

    def show(self, entries: Iterable[Entry]) -> None:
        """Print what has happened, or keep it for when its room is switched to."""
        pieces: Pieces = []
        rings = False
        for entry in entries:
            pieces += self._entry(entry)
            rings = rings or self._rings(entry.event)
        self._print(pieces)
        if rings and self._output is not None:  # once, however much was missed
            self._output.bell()
            self._output.flush()
        self._client.mark_read(self._room)

    def print(self, style: str, *lines: str) -> None:
        """Lines of our own."""
        self._print([(style, f"{line}\n") for line in self._fitted(lines)])

    def _entry(self, entry: Entry) -> Pieces:
        """What of it is to be printed now."""
        event = entry.event
        if isinstance(event, Switched):
            return self._switched(event.room)
        pieces = drawn(event, self._client.name, self._where, self._room, self._fitted)
        for room in entry.rooms:
            if pieces:
                self._scrollback.add(room, pieces)
        return pieces if not entry.rooms or self._room in entry.rooms else []

    def _switched(self, room: str) -> Pieces:
        self._room = room
        self._scrollback.keep({one.name for one in self._client.rooms})
        if len(self._client.rooms) < 2 and room not in self._scrollback:
            return []
        rows, columns = self._size()
        found = self._client.rooms.find(room)
        topic = found.topic if found else ""
        return [*heading(room, topic, columns), *self._scrollback.last(room, rows - _KEPT_FREE)]

    def _rings(self, event: ClientEvent) -> bool:
        if self.bell == "off" or is_own(event, self._client.name):
            return False
        match event:
            case events.Said(_, _, _, text) | events.Acted(_, _, _, text):
                return self.bell == "all" or mentions(text, self._client.name)
            case events.Told():
                return True
        return False

    def _fitted(self, lines: Iterable[str]) -> list[str]:
        """Lines of our own and of the server, broken between words where the screen ends."""
        _, columns = self._size()
        return [part for line in lines for part in wrapped(line, columns, get_cwidth)]

    def _size(self) -> tuple[int, int]:
        if self._output is None:
            return 24, 80
        size = self._output.get_size()
        return size.rows, size.columns

    def _print(self, pieces: Pieces) -> None:
        if pieces:
            style, text = pieces[-1]
            ended = [*pieces[:-1], (style, text.removesuffix("\n"))]  # printing ends the line
            print_formatted_text(FormattedText(ended), style=STYLE, color_depth=self.depth)
