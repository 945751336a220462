"""How much of a member's queue private messages may fill.

A member has one queue, and strangers must not be able to fill it: the room's lines would be skipped
for somebody who reads fast enough for the room. All private messages together may fill a share of
the queue, and one sender may have at most half of what is left of that share. So a single sender
gets a third of the share, and however many senders want all of it, the next one still gets two
thirds of what each of them has.

Nothing reports what was sent. But a queue is sent in order, so the private messages that still wait
are at most as many bytes as wait in all: the oldest are forgotten accordingly.
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
        """`queued` bytes still wait in all. A message that is partly sent counts in full."""
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
