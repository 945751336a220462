"""What private messages fill of the queue of whoever gets them.

A room has one queue for each of its members, and strangers must not be able to fill it: the room
would be skipped for somebody who reads fast enough for the room. All private messages together may
fill a share of it, and what one sender has in it may be no more than half of what is left of that
share. A single sender gets a third of it, and however many want all of it, the next one still gets
two thirds of what each of them has.

What was sent is not reported. But a queue is sent in its order, so what waits of the private
messages in it is at most as much as waits of everything: the oldest are forgotten accordingly.
"""

from collections import deque

from chatroom.chat.person import Person


class Share:
    """The private messages in one member's queue, at most `limit` bytes of them."""

    __slots__ = ("_limit", "_of", "_pieces", "_size")

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._pieces: deque[tuple[Person, int]] = deque()  # the oldest first
        self._of: dict[Person, int] = {}  # bytes by sender
        self._size = 0

    def __len__(self) -> int:
        return len(self._pieces)

    def forget_sent(self, queued: int) -> None:
        """So many bytes of everything still wait. What is half sent counts as a whole."""
        while self._pieces and self._size - self._pieces[0][1] >= queued:
            sender, size = self._pieces.popleft()
            self._size -= size
            self._of[sender] -= size
            if not self._of[sender]:
                del self._of[sender]

    def allows(self, sender: Person, size: int) -> bool:
        return self._of.get(sender, 0) + size <= (self._limit - self._size) / 2

    def add(self, sender: Person, size: int) -> None:
        self._pieces.append((sender, size))
        self._of[sender] = self._of.get(sender, 0) + size
        self._size += size
