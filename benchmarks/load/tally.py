"""Who received what, and when: exact for every receiver, and cheap while it is measured.

While messages fly, a receiver notes only two numbers per read: the time, and how many
bytes it has had so far (and carries a CRC of them along). All reading is done afterwards:

- The streams that were kept are read line by line: every message must be there once, whole,
  under its author's name, in its author's order. This gives each message's place in the
  stream, as the number of bytes after which it is complete.
- A receiver whose length and CRC are those of a stream that was read has received the same
  bytes, so everything that was found there holds for it too. That is most receivers of a
  server that tells everybody the same in the same order, whatever the chunks they got it in.
- A receiver that differs and whose stream was not kept (there was no room) is judged by its
  length alone, and the report says how many those were. Their times are not used.

The time of a delivery is that of the first read that brought the stream to the message's
last byte. So every delivery is checked and timed, and none of it is done in the hot path.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import sub

from load.figures import Counts, count_times
from load.plan import Plan

VARYING = 0.01  # of a stream's length, in dialects whose deliveries are not all of one length
Key = tuple[str, bool, int, int, int]
"""What receivers have in common who received the same bytes, if these mean the same for them."""


@dataclass
class Record:
    """What one receiver noted. ``stream`` is None where it was not kept."""

    client: int
    crc: int
    times: Sequence[int]  # microseconds of the monotonic clock, one per read
    totals: Sequence[int]  # bytes received after that read
    stream: bytes | None

    @property
    def length(self) -> int:
        return self.totals[-1] if self.totals else 0


@dataclass
class Verdict:
    """Deliveries, counted. ``notices`` are lines that are no deliveries."""

    expected: int = 0
    received: int = 0
    lost: int = 0
    duplicated: int = 0
    disordered: int = 0
    notices: int = 0

    def add(self, other: Verdict) -> None:
        self.expected += other.expected
        self.received += other.received
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.disordered += other.disordered
        self.notices += other.notices

    @property
    def sound(self) -> bool:
        return not (self.lost or self.duplicated or self.disordered)


@dataclass
class Reading:
    """One stream, read. ``numbers[i]`` is complete after ``ends[i]`` bytes."""

    numbers: list[int]
    ends: list[int]
    dues: list[int]
    verdict: Verdict
    receivers: int = 0
    latest: list[int] = field(default_factory=list)


@dataclass
class Findings:
    """What one load process found, or all of them together."""

    verdict: Verdict = field(default_factory=Verdict)
    latencies: Counts = field(default_factory=Counter)
    latest: dict[int, int] = field(default_factory=dict)  # message -> its last arrival
    heard: Counter[int] = field(default_factory=Counter)  # message -> receivers timed
    read: int = 0  # receivers whose own stream was read line by line
    same: int = 0  # receivers found identical to one of those
    reads: int = 0  # how often those two asked their sockets
    unread: int = 0  # receivers judged by their length
    timed: set[int] = field(default_factory=set)  # the clients of read and same

    def add(self, other: Findings) -> None:
        self.verdict.add(other.verdict)
        self.latencies.update(other.latencies)
        for number, time in other.latest.items():
            self.latest[number] = max(time, self.latest.get(number, 0))
        self.heard.update(other.heard)
        self.read += other.read
        self.same += other.same
        self.unread += other.unread
        self.reads += other.reads
        self.timed |= other.timed


class Tally:
    """Reads the records of one load process. ``start`` is in microseconds."""

    def __init__(self, plan: Plan, start: int, unsent: Iterable[int]) -> None:
        self.plan = plan
        self.start = start
        self.unsent = frozenset(unsent)
        self.names = [plan.name(client) for client in range(plan.senders)]

    def findings(self, records: Sequence[Record]) -> Findings:
        found = Findings()
        known: dict[Key, Reading] = {}
        for record in records:
            if record.stream is not None and self.key(record) not in known:
                known[self.key(record)] = self.read(record.stream, record.client)
                found.read += 1
        for record in records:
            reading = known.get(self.key(record))
            if reading is None:
                found.unread += 1
                alike = [r for key, r in known.items() if key[:2] == self.key(record)[:2]]
                found.verdict.add(self.by_length(record, alike))
            else:
                found.timed.add(record.client)
                found.reads += len(record.times)
                found.verdict.add(reading.verdict)
                self.time(record, reading, found.latencies)
        found.same = len(found.timed) - found.read
        for reading in known.values():
            self.gather(reading, found)
        return found

    def key(self, record: Record) -> Key:
        """Senders do not receive their own messages, so complete streams differ between them."""
        client, speaks = record.client, self.plan.speaks(record.client)
        author = client if speaks else -1
        return self.plan.dialect_of(client).name, speaks, author, record.length, record.crc

    def expected(self, client: int) -> int:
        """How many messages this client must receive."""
        plan = self.plan
        foreign = sum(plan.author(number) != client for number in self.unsent)
        return plan.heard(client) - foreign

    def read(self, stream: bytes, client: int) -> Reading:
        """Find every message of ours in one receiver's stream, and judge them."""
        numbers: list[int] = []
        ends: list[int] = []
        dialect = self.plan.dialect_of(client)
        pattern = dialect.pattern(self.plan.size)
        for match, end in dialect.deliveries(pattern, stream):
            number = int(match[2])
            if self.genuine(number, match[1], int(match[3])):
                numbers.append(number)
                ends.append(end)
        verdict = self.judge(numbers, client)
        verdict.notices = dialect.lines(stream) - len(numbers)
        dues = [self.start + self.plan.due(number) for number in numbers]
        return Reading(numbers, ends, dues, verdict)

    def genuine(self, number: int, name: bytes, due: int) -> bool:
        if number >= self.plan.messages or due != self.start + self.plan.due(number):
            return False
        return name in (b"", self.names[self.plan.author(number)])

    def judge(self, numbers: Sequence[int], client: int) -> Verdict:
        """Once each, nothing of one's own, and every author's numbers rising."""
        expected = self.expected(client)
        distinct = {n for n in numbers if self.plan.author(n) != client}
        verdict = Verdict(expected=expected, received=len(numbers))
        verdict.lost = expected - len(distinct)
        verdict.duplicated = len(numbers) - len(distinct)
        last = [-1] * self.plan.senders
        for number in numbers:
            author = self.plan.author(number)
            if number < last[author]:
                verdict.disordered += 1
            last[author] = max(number, last[author])
        return verdict

    def by_length(self, record: Record, readings: Iterable[Reading]) -> Verdict:
        """How many messages fit into what came, as long as they were for somebody like this.

        Where lengths vary, the last hundredth cannot be told.
        """
        lengths = (r.ends[-1] / len(r.ends) for r in readings if r.ends)
        length = next(lengths, float(self.plan.size))
        expected = self.expected(record.client)
        received = round(record.length / length)
        exact = self.plan.dialect_of(record.client).length(b"", self.plan.size)
        if not exact and abs(received - expected) <= expected * VARYING:
            received = expected
        short, over = max(expected - received, 0), max(received - expected, 0)
        return Verdict(expected, received, lost=short, duplicated=over)

    def time(self, record: Record, reading: Reading, latencies: Counts) -> None:
        arrived = arrivals(record, reading.ends)
        count_times(latencies, map(sub, arrived, reading.dues))
        reading.receivers += 1
        latest = reading.latest
        reading.latest = list(map(max, arrived, latest)) if latest else arrived

    def gather(self, reading: Reading, found: Findings) -> None:
        for number, time in zip(reading.numbers, reading.latest, strict=True):
            found.latest[number] = max(time, found.latest.get(number, 0))
            found.heard[number] += reading.receivers


def arrivals(record: Record, ends: Sequence[int]) -> list[int]:
    """For each message of a stream, the time of the read that completed it."""
    arrived: list[int] = []
    for time, total in zip(record.times, record.totals, strict=True):
        complete = bisect_right(ends, total, len(arrived))
        if complete > len(arrived):
            arrived.extend([time] * (complete - len(arrived)))
    return arrived


def fan_out(plan: Plan, start: int, found: Findings) -> tuple[Counts, int]:
    """Times until the last receiver had a message, and how many messages never got so far.

    ``found`` is of all load processes together.
    """
    counts: Counts = Counter()
    for number, latest in found.latest.items():
        if found.heard[number] >= len(found.timed) - (plan.author(number) in found.timed):
            counts[latest - start - plan.due(number)] += 1
    return counts, plan.messages - counts.total()
