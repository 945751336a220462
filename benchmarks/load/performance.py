"""The measured part of a load process: send by the clock, receive, and note the times.

Sending and receiving share one thread on purpose, because another thread would compete for the same
core. The delay that this causes is measured and reported: ``lags`` is how long after its due time a
message was handed to the kernel, ``waits`` is how long received bytes lay unread (sampled on a few
receivers). A harness that hides its own delays reports them as the server's.

The run ends when everything expected has arrived, when nothing has arrived for a while, or after a
timeout; what is missing then is lost. Slow readers are waited for only after that (``slow.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from os import getpid
from time import monotonic, monotonic_ns, process_time, time_ns

from load.crowd import Crowd
from load.figures import Counts
from load.plan import MICRO
from load.poller import OUT
from load.slow import SETTLED as SLOW_SETTLED
from load.slow import WITHIN, Caught, SlowReaders
from load.tally import Record
from load.visitor import State, Visitor
from load.wire import MARK, body
from machine.proc import Busy, waited_seconds

KEPT = 384 * 1024 * 1024  # bytes of streams that a load process keeps, to read them afterwards
SAMPLED = 8  # receivers, at least where there are as many, whose reading is timed
BREATH = 64  # messages between two looks at the sockets
EARLY = 0.0003  # seconds before a due time to stay awake: waking up takes nearly as long
NAP = 0.05  # seconds without anything due after which to look whether it is over
STEP = 1_000_000  # nanoseconds; both clocks are slewed alike, so more than this is a jump
SETTLED = 0.15  # seconds of silence after everything has come
QUIET = 2.0  # seconds of silence after which nothing more is waited for


@dataclass
class Ran:
    """What a load process can say about itself, before anything is read."""

    unsent: list[int]
    lags: Counts
    waits: Counts
    busy: Busy
    left: int  # readers whose connection ended
    cut: int  # stalled clients whose connection ended


class Performance:
    def __init__(self, crowd: Crowd, start: float) -> None:
        self.crowd = crowd
        self.plan = crowd.plan
        self.start = int(start * MICRO)
        self.script = self.plan.script(crowd.worker)
        self.dues = [self.start / MICRO + self.plan.due(n) / MICRO for n in self.script]
        self.offset = wall_offset()
        self.position = 0
        self.looked = self.last_byte = 0.0
        self.lags: Counts = Counter()
        self.refused: list[int] = []
        self.spoken: dict[int, list[int]] = {index: [] for index in crowd.talkers}
        reading = [visitor for visitor in crowd.visitors.values() if visitor.reads]
        self.readers = [visitor for visitor in reading if not visitor.slow]
        slow = [visitor for visitor in reading if visitor.slow]
        self.slow = SlowReaders(slow, crowd.poller)

    def arm(self) -> None:
        """From now on everything counts. Some streams are kept, the most telling first."""
        slow, readers = self.slow.visitors, self.readers
        listeners = [v for v in readers if not self.plan.speaks(v.index)]
        talkers = [v for v in readers if self.plan.speaks(v.index)]
        around = max((visitor.dialect.around for visitor in readers), default=0)
        stream = self.plan.messages * (self.plan.size + around)
        room = KEPT // max(stream, 1)
        for place, visitor in enumerate([*listeners[:1], *slow, *talkers, *listeners[1:]]):
            visitor.arm(keep=place < room)
        for visitor in readers[:: max(1, len(readers) // SAMPLED)]:
            visitor.sampled = True

    def run(self) -> Ran:
        self.arm()
        self.sleep_until(self.start / MICRO)
        self.last_byte = monotonic()
        self.slow.begin(self.last_byte)
        cpu, waited, begun = process_time(), waited_seconds(getpid()), monotonic()
        while not self.over():
            self.talk()
            self.slow.read(monotonic())
            self.listen(self.crowd.poller.ready(self.until_next()))
        wall = monotonic() - begun
        busy = Busy(process_time() - cpu, waited_seconds(getpid()) - waited, wall)
        return self.ran(busy)

    def sleep_until(self, time: float) -> None:
        """Nothing is on its way yet, but whatever is must not wait for the start."""
        while (left := time - monotonic()) > 0:
            self.listen(self.crowd.poller.ready(left))

    def until_next(self) -> float:
        now = monotonic()
        if self.position < len(self.dues):
            return self.slow.until_next(now, min(self.dues[self.position] - now - EARLY, NAP))
        return self.slow.until_next(now, NAP)

    def talk(self) -> None:
        """Send what is due and overdue, within a bound, so that reading goes on meanwhile."""
        now = monotonic()
        for _ in range(BREATH):
            if self.position >= len(self.dues) or self.dues[self.position] > now:
                return
            number = self.script[self.position]
            due = self.start + self.plan.due(number)
            self.lags[int(now * MICRO) - due] += 1
            self.utter(number, body(number, due, self.plan.size))
            now = monotonic()
            self.position += 1

    def utter(self, number: int, text: bytes) -> None:
        author = self.plan.author(number)
        visitor = self.crowd.talkers[author]
        if visitor.state is State.LOST:
            self.refused.append(number)
            return
        self.spoken[author].append(number)
        if not visitor.say(self.plan.dialect.say(text)):
            self.crowd.poller.rewatch(visitor.sock, visitor.mask)

    def listen(self, events: Sequence[tuple[int, int]]) -> None:
        visitors = self.crowd.visitors
        if events:
            self.last_byte = monotonic()
        for descriptor, mask in events:
            visitor = visitors[descriptor]
            if mask & OUT and visitor.say(b""):
                self.crowd.poller.rewatch(visitor.sock, visitor.mask)
            if mask & ~OUT:
                visitor.receive()
            if visitor.state is State.LOST:
                self.crowd.poller.unwatch(visitor.sock)

    def over(self) -> bool:
        """Whether the run has ended. Called often, so it is cheap while there is more to send."""
        if self.position < len(self.script):
            return False
        now = monotonic()
        end = self.start / MICRO + self.plan.seconds
        if now < max(end, self.looked + NAP):
            return False
        self.looked = now
        silent = now - self.last_byte
        complete = all(self.complete(visitor) for visitor in self.readers)
        patience = self.plan.grace if self.plan.noisy else QUIET
        return silent > (SETTLED if complete else patience) or now > end + self.plan.grace

    def catch_up(self) -> Caught:
        """Let the slow ones read what they have not had yet."""
        self.slow.end()
        begun = self.last_byte = monotonic()
        while monotonic() < begun + WITHIN:
            self.listen(self.crowd.poller.ready(NAP))
            complete = all(self.complete(visitor) for visitor in self.slow.visitors)
            if monotonic() - self.last_byte > (SLOW_SETTLED if complete else QUIET):
                break
        return self.slow.result()

    def complete(self, visitor: Visitor) -> bool:
        """Whether everything has arrived, judged by lengths. Notices make it seem so too early."""
        if self.plan.noisy:
            heard = sum(chunk.count(MARK) for chunk in visitor.chunks or ())
            return heard >= self.plan.heard(visitor.index)
        length = visitor.dialect.length(self.plan.name(0), self.plan.size)
        return length > 0 and visitor.total >= length * self.plan.heard(visitor.index)

    def ran(self, busy: Busy) -> Ran:
        lost = [v for v in self.crowd.visitors.values() if v.state is State.LOST]
        left = sum(visitor.reads and not visitor.slow for visitor in lost)
        cut = sum(not visitor.reads for visitor in lost)
        waits = Counter(wait for v in self.crowd.visitors.values() for wait in v.waits())
        return Ran(self.unsent(), self.lags, waits, busy, left, cut)

    def unsent(self) -> list[int]:
        """What no kernel took: sent to a lost connection, or still waiting for one to drain."""
        numbers = list(self.refused)
        length = len(self.plan.dialect.say(body(0, 0, self.plan.size)))
        for author, spoken in self.spoken.items():
            waiting = ceil(len(self.crowd.talkers[author].pending) / length)
            numbers += spoken[len(spoken) - waiting :]
        return numbers

    def records(self, slow: bool = False) -> list[Record]:
        """What the readers noted, or else the slow ones.

        Raises ValueError when the clocks contradict each other.
        """
        offset = wall_offset()
        if abs(offset - self.offset) > STEP:
            raise ValueError("the wall clock was set while it was measuring: measure again")
        readers = self.slow.visitors if slow else self.readers
        return [visitor.record(offset) for visitor in readers]


def wall_offset() -> int:
    """Nanoseconds the wall clock (the kernel's stamps) is ahead of the monotonic one (ours)."""
    return time_ns() - monotonic_ns()
