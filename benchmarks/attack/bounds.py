"""What an attack may do to the other clients, and the verdict on one that was measured.

The rule: during an attack the p99 of the others' deliveries stays below twice what it was just
before, or below ``FLOOR``. The floor is there because the p99 of a quiet room is one or two
milliseconds, of which the scheduler of a busy machine is a part, and nobody notices five. No
delivery takes longer than ``FREEZE``, everything is delivered, the server's memory peaks less than
``GROWTH`` above its peak before, and a new client can join within ``ANSWER`` right after the
attack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isinf

from load.plan import MICRO
from results.report import MB, duration, many, size, three

RATIO = 2.0
FLOOR = 5_000  # microseconds
FREEZE = 100_000  # microseconds
GROWTH = 100 * MB
ANSWER = 1.0  # seconds
MISSED = 0.1  # of the lines of the room


@dataclass(frozen=True)
class Impact:
    """What an attack does to the others.

    Microseconds and bytes, where nothing else is said; what never came took an infinite time.
    """

    quiet_p99: float
    p50: float
    p99: float
    longest: float
    lost: int = 0
    grown: int = 0
    answered: float = 0.0  # seconds; infinite when nobody was let in any more
    missed: float = 0.0  # of the room's lines, by the victim of private messages
    waited: float = 0.0  # of the time in which the server had work, the share without a core
    ended: str = ""  # what was wrong with how the server ended; nothing usually

    @property
    def ratio(self) -> float:
        return self.p99 / self.quiet_p99 if 0 < self.quiet_p99 < inf else inf


def broken(impact: Impact) -> Iterator[str]:
    """Each bound that does not hold, in words."""
    if impact.p99 >= max(RATIO * impact.quiet_p99, FLOOR):
        quiet = duration(impact.quiet_p99)
        yield f"p99 {time(impact.p99)} instead of {quiet} ({three(impact.ratio)} times)"
    if impact.longest > FREEZE:
        yield f"a line took {time(impact.longest)}"
    if impact.lost:
        yield f"{many(impact.lost, 'line')} lost"
    if impact.grown >= GROWTH:
        yield f"{size(impact.grown)} more memory"
    if impact.answered > ANSWER:
        yield f"a newcomer waited {time(impact.answered * MICRO)}"
    if impact.missed >= MISSED:
        yield f"the victim missed {impact.missed:.0%} of the room's lines"
    if impact.ended:
        yield impact.ended


def time(microseconds: float) -> str:
    return "for ever" if isinf(microseconds) else duration(microseconds)
