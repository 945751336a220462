"""The last lines of each room, to be shown again when one switches to it."""

from collections import deque

from chatroom.client.terminal.drawing import Pieces


class Scrollback:
    """At most `most` lines of a room; the oldest messages go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._messages: dict[str, deque[Pieces]] = {}
        self._lines: dict[str, int] = {}

    def __contains__(self, room: str) -> bool:
        return room in self._messages

    def add(self, room: str, message: Pieces) -> None:
        """Whole lines."""
        messages = self._messages.setdefault(room, deque())
        messages.append(message)
        self._lines[room] = self._lines.get(room, 0) + _count(message)
        while self._lines[room] > self._most and len(messages) > 1:
            self._lines[room] -= _count(messages.popleft())

    def last(self, room: str, lines: int) -> Pieces:
        """The last messages of the room, in so many lines, and at least one message."""
        total = 0
        shown: list[Pieces] = []
        for message in reversed(self._messages.get(room, ())):
            total += _count(message)
            if shown and total > lines:
                break
            shown.append(message)
        return [piece for message in reversed(shown) for piece in message]

    def keep(self, rooms: set[str]) -> None:
        """Forget the others."""
        for room in self._messages.keys() - rooms:
            del self._messages[room], self._lines[room]


def _count(message: Pieces) -> int:
    return sum(text.count("\n") for _, text in message)
