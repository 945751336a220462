"""Clients that read slowly: 1 KB/s each while the others talk, and as fast as they can afterwards.

There is always something for them to read, so the poller would report them all the time. It does
not watch them: the clock says when each of them reads, and they take turns within a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from load.poller import Poller
from load.visitor import BUFFER, State, Visitor

PORTION = 1000  # bytes that each of them reads
EVERY = 1.0  # seconds from one portion to the next
SETTLED = 1.0  # seconds of silence after all of them have everything: a full window opens slowly
WITHIN = 90.0  # seconds for all of them to get what they have missed


@dataclass
class Caught:
    """How the slow clients of one load process, or of all, got what they had missed."""

    before: int = 0  # bytes that they had when the others had said everything
    after: int = 0
    cut: int = 0  # whose connection ended

    def add(self, other: Caught) -> None:
        self.before += other.before
        self.after += other.after
        self.cut += other.cut


class SlowReaders:
    """The slow ones among the visitors. ``begin`` makes them slow, ``end`` lets them read on."""

    def __init__(self, visitors: Sequence[Visitor], poller: Poller) -> None:
        self.visitors = visitors
        self.poller = poller
        self.turns: deque[tuple[float, Visitor]] = deque()
        self.caught = Caught()

    def begin(self, now: float) -> None:
        for place, visitor in enumerate(self.visitors):
            visitor.watched = False
            self.rewatch(visitor)
            self.turns.append((now + EVERY * place / len(self.visitors), visitor))

    def until_next(self, now: float, most: float) -> float:
        return min(self.turns[0][0] - now, most) if self.turns else most

    def read(self, now: float) -> None:
        """Let everybody whose turn it is read a portion."""
        while self.turns and self.turns[0][0] <= now:
            due, visitor = self.turns.popleft()
            before = visitor.state
            if before is State.LOST:  # as the poller has seen
                continue
            visitor.receive(PORTION)
            if visitor.state is State.LOST:
                self.poller.unwatch(visitor.sock)
            else:
                self.turns.append((max(due, now - EVERY) + EVERY, visitor))

    def end(self) -> None:
        self.turns.clear()
        self.caught.before = self.total()
        for visitor in self.visitors:
            visitor.watched = True
            visitor.widen(BUFFER)
            self.rewatch(visitor)

    def rewatch(self, visitor: Visitor) -> None:
        if visitor.state is not State.LOST:
            self.poller.rewatch(visitor.sock, visitor.mask)

    def total(self) -> int:
        return sum(visitor.total for visitor in self.visitors)

    def result(self) -> Caught:
        self.caught.after = self.total()
        self.caught.cut = sum(visitor.state is State.LOST for visitor in self.visitors)
        return self.caught
