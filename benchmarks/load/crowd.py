"""The clients of one load process before the measurement: they join, and then fall silent.

Nobody is measured while others still join. First all clients join, a bounded number at a time, or
all at once in a storm. Then one of them sends a probe until every client has received it, because a
server without a greeting gives no other sign that it has accepted somebody. Then the connections
must be silent for a while, so that the first byte that counts is the first of the measurement.

Whatever arrives meanwhile is read and thrown away, so no client becomes a slow reader by accident.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from load.figures import Counts
from load.plan import MICRO, Plan
from load.poller import IN, OUT, new_poller
from load.visitor import State, Visitor
from load.wire import PROBE

BURST = 32  # connects between two looks at the sockets
PATIENCE = 30.0  # seconds for everybody to join
ENOUGH = 50  # clients turned away, after which joining is given up
PROBER = 0  # the number of the client that sends the probe
PROGRESS = 0.2  # seconds between two reports of it


@dataclass
class Joined:
    """How the clients joined: microseconds since each began to connect."""

    connects: Counts = field(default_factory=Counter)
    greetings: Counts = field(default_factory=Counter)
    joins: Counts = field(default_factory=Counter)
    absent: int = 0

    def add(self, other: Joined) -> None:
        self.connects.update(other.connects)
        self.greetings.update(other.greetings)
        self.joins.update(other.joins)
        self.absent += other.absent


@dataclass
class Status:
    """Clients lost, clients that have not received the probe yet, and the time of the last byte."""

    gone: int
    unprobed: int
    last_byte: float


class Crowd:
    def __init__(self, plan: Plan, worker: int, address: tuple[str, int]) -> None:
        self.plan = plan
        self.worker = worker
        self.address = address
        self.poller = new_poller()
        self.visitors: dict[int, Visitor] = {}  # by descriptor
        self.talkers: dict[int, Visitor] = {}  # by number
        self.inside = 0
        self.lost = 0  # on their way in
        self.last_byte = monotonic()

    def join(self, tell: Callable[[int], None]) -> Joined:
        """Let every client join; ``tell`` is called now and then with how many have."""
        waiting = deque(self.plan.members(self.worker))
        everyone = len(waiting)
        room = (
            everyone
            if self.plan.storm
            else self.plan.concurrent_joins or self.plan.dialect.concurrent_joins
        )
        begun = told = monotonic()
        give_up_at = min(ENOUGH, everyone)
        while self.inside + self.lost < everyone and self.lost < give_up_at:
            if monotonic() > begun + PATIENCE:
                break
            free = room - (len(self.visitors) - self.inside - self.lost)
            for _ in range(min(BURST, free, len(waiting))):
                self.connect(waiting.popleft())
            self.poll_once(0.0 if waiting and free else 0.05)
            if monotonic() > told + PROGRESS:
                told = monotonic()
                tell(self.inside)
        return self.joined()

    def connect(self, index: int) -> None:
        visitor = Visitor(index, self.plan)
        visitor.connect(self.address)
        self.visitors[visitor.sock.fileno()] = visitor
        if self.plan.speaks(index):
            self.talkers[index] = visitor
        self.poller.watch(visitor.sock, IN | OUT)
        if visitor.state is State.LOST:
            self.changed(visitor, State.CONNECTING)

    def poll_once(self, wait: float) -> None:
        """Serve the sockets once, without measuring."""
        for descriptor, mask in self.poller.ready(wait):
            self.last_byte = now = monotonic()
            visitor = self.visitors[descriptor]
            before = visitor.state
            visitor.advance(mask, now)
            if visitor.state is not before:
                self.changed(visitor, before)

    def changed(self, visitor: Visitor, before: State) -> None:
        """Watch for what matters in the state that a visitor has reached."""
        if visitor.state is State.LOST:
            self.poller.unwatch(visitor.sock)
            self.lost += before is not State.PRESENT
        else:
            self.poller.rewatch(visitor.sock, visitor.mask)
        if visitor.state is State.PRESENT:
            self.inside += 1

    def joined(self) -> Joined:
        result = Joined(absent=len(self.plan.members(self.worker)) - self.inside)
        for visitor in self.visitors.values():
            if visitor.state is State.PRESENT:
                count(result.connects, visitor.started, visitor.connected)
                count(result.greetings, visitor.started, visitor.greeted)
                count(result.joins, visitor.started, visitor.joined)
        return result

    def commands(self, pipe: Connection) -> Iterator[tuple[str, Any]]:
        """The commands of the measuring process; all sockets are read until the next one."""
        while True:
            while not pipe.poll():
                self.poll_once(0.02)
            try:
                yield pipe.recv()
            except EOFError:
                return

    def probe(self) -> None:
        """Let the first client send the probe that every other client must receive."""
        for visitor in self.visitors.values():
            if visitor.index == PROBER:
                visitor.say(visitor.dialect.say(PROBE))

    def status(self) -> Status:
        everybody = self.visitors.values()
        hearing = (v for v in everybody if v.reads and v.index != PROBER)
        gone = sum(v.state is State.LOST for v in everybody)
        return Status(gone, sum(not v.probed for v in hearing), self.last_byte)

    def close(self) -> None:
        for visitor in self.visitors.values():
            visitor.sock.close()


def count(times: Counts, start: float, end: float) -> None:
    """Note a time, if there is one."""
    if end:
        times[int((end - start) * MICRO)] += 1
