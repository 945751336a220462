"""Numbers about many numbers: percentiles and histograms of times in microseconds.

Times are kept as counts per microsecond, not as a list: five million deliveries are some
ten thousand different microseconds, and counts of several load processes simply add up.
Percentiles are of the nearest rank: each is a time that was really measured, never a
value between two. Beyond a fifth of a second times are kept to the millisecond, which
nobody can feel and which bounds the memory of a measurement that goes badly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

Counts = Counter[int]

FINE = 200_000  # microseconds
COARSE = 1_000
RANKS = (50.0, 90.0, 99.0, 99.9)


def count_times(counts: Counts, times: Iterable[int]) -> None:
    """Add times in microseconds to ``counts``."""
    counts.update(times)
    if len(counts) > FINE:
        coarsen(counts)


def coarsen(counts: Counts) -> None:
    """Round what lies beyond ``FINE`` down to the millisecond, in place."""
    for time in [time for time in counts if time > FINE and time % COARSE]:
        counts[time - time % COARSE] += counts.pop(time)


@dataclass(frozen=True)
class Summary:
    """A distribution in seven numbers; times in microseconds."""

    count: int
    least: int
    p50: int
    p90: int
    p99: int
    p999: int
    most: int


def percentile(counts: Mapping[int, int], rank: float) -> int:
    """The smallest time that at least ``rank`` percent of all times do not exceed."""
    needed = math.ceil(sum(counts.values()) * rank / 100)
    seen = 0
    for time in sorted(counts):
        seen += counts[time]
        if seen >= needed:
            return time
    raise ValueError("no times, no percentile")


def summarise(counts: Mapping[int, int]) -> Summary | None:
    """None when there is nothing to sum up."""
    if not counts:
        return None
    p50, p90, p99, p999 = (percentile(counts, rank) for rank in RANKS)
    return Summary(sum(counts.values()), min(counts), p50, p90, p99, p999, max(counts))


@dataclass(frozen=True)
class Bin:
    """``low <= time < high``, in microseconds, and how many."""

    low: int
    high: int
    count: int


def histogram(counts: Mapping[int, int]) -> list[Bin]:
    """Bins of 1-2-5 steps, from the first that holds something to the last."""
    if not counts:
        return []
    edges = [0, *(step * 10**power for power in range(10) for step in (1, 2, 5))]
    pairs = list(pairwise(edges))
    filled = Counter[int]()
    for time, many in counts.items():
        filled[next(low for low, high in pairs if time < high)] += many
    first, last = min(filled), max(filled)
    return [Bin(low, high, filled[low]) for low, high in pairs if first <= low <= last]
