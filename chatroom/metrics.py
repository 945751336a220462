"""The server's measurements of itself: counters, and histograms of the times that matter.

A histogram keeps counts in buckets that grow by an eighth of a power of two, so recording is a few
integer operations, the memory is fixed, and a quantile is exact to 12 %. The maximum is exact.
"""

from collections import Counter

_SUB = 8  # buckets for each power of two
_UNIT = 1e-6  # seconds; everything below is one bucket
_BUCKETS = 40 * _SUB


class Histogram:
    """Times in seconds, weighted."""

    __slots__ = ("_counts", "count", "max")

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.count = 0
        self.max = 0.0

    def record(self, seconds: float, weight: int = 1) -> None:
        units = int(seconds / _UNIT)
        if units < _SUB:
            index = max(units, 0)
        else:
            shift = units.bit_length() - 4
            index = min((shift << 3) + (units >> shift), _BUCKETS - 1)
        self._counts[index] += weight
        self.count += weight
        if seconds > self.max:
            self.max = seconds

    def quantile(self, share: float) -> float:
        """The upper edge, in seconds, of the bucket that holds this share of what was recorded."""
        wanted = share * self.count
        seen = 0
        for index, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return min(_upper_edge(index), self.max)
        return 0.0


def _upper_edge(index: int) -> float:
    if index < _SUB:
        return (index + 1) * _UNIT
    shift = (index >> 3) - 1
    return float(((index & 7) + 9) << shift) * _UNIT


class Metrics:
    """One for the whole server; each part updates its own counters."""

    def __init__(self) -> None:
        self.accepted = 0
        self.messages = 0  # said or acted in a room
        self.deliveries = 0  # lines handed to members' queues
        self.skipped = 0  # lines not queued because a member was behind
        self.handler_errors = 0  # exceptions caught by the loop: each one is a bug
        self.log_dropped = 0  # log lines that nobody took
        self.endings: Counter[str] = Counter()  # connections that ended, by reason
        self.fanout = Histogram()  # from the tick's wake-up to the last send of its messages
        self.lag = Histogram()  # how long a tick kept the loop from its sockets
