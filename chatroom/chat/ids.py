"""The ids of what is said: integers that rise over all rooms and tell when they were made.

An id is the milliseconds since 2020, shifted left by ten bits, or the last id plus one where that
is more. So a date is a key: what was said since then has `id >= since_ms << 10`, and whatever is
kept in the order of ids can be searched by time without another index. Below 2^53, where
JavaScript's numbers are no longer exact, there is room until 2298.

Ids never fall and never repeat. 1,024 of them fit a millisecond; a longer burst, or a clock that is
set back, counts on from the last id until the time has caught up. A server that is started with the
last id that was given goes on above it, whatever the clock says then.

An id that was given cannot be taken back. If the wall clock were a year ahead for a moment, ids
would be counted by ones for a year, and no date would be a key. So a wall clock more than a day
ahead of what the monotonic clock says has passed is not believed, and the time is taken from the
monotonic clock until the two agree again. The wall clock at the start is believed: there is nothing
to compare it with, and a server may have been off for a month. What this costs: a clock that was
wrong at the start and is set ahead by days, or days of sleep, which Linux's monotonic clock leaves
out, leave the ids behind by as much until the server is started anew.
"""

from collections.abc import Callable

EPOCH = 1_577_836_800
"""The beginning of 2020, UTC, in seconds since 1970."""

_SHIFT = 10
_DAY = 86_400.0
_END = (2**53 >> _SHIFT) - 1  # milliseconds: from here on ids would be too large


def first_at(time: float) -> int:
    """The lowest id of what is said at this time (seconds since 1970) or later."""
    milliseconds = max(0.0, min((time - EPOCH) * 1000, _END))
    return int(milliseconds) << _SHIFT


def time_of(id: int) -> float:
    """When this id was given, to the millisecond, in seconds since 1970."""
    return EPOCH + (id >> _SHIFT) / 1000


class Ids:
    """`wall` tells seconds since 1970, `clock` seconds that never fall; `last` was the last id."""

    __slots__ = ("_clock", "_last", "_seen", "_seen_at", "_wall")

    def __init__(
        self, wall: Callable[[], float], clock: Callable[[], float], last: int = 0
    ) -> None:
        self._wall = wall
        self._clock = clock
        self._last = last
        self._seen = wall()  # the latest time that was believed,
        self._seen_at = clock()  # and when that was

    def next(self) -> int:
        milliseconds = min(int((self._now() - EPOCH) * 1000), _END)
        self._last = max(self._last + 1, milliseconds << _SHIFT)
        return self._last

    def _now(self) -> float:
        """What the wall clock says, or the monotonic clock where that one is too far ahead."""
        wall, clock = self._wall(), self._clock()
        passed = self._seen + clock - self._seen_at
        if wall > passed + _DAY:
            return passed
        if wall > passed:  # a clock that was set back may be set right again
            self._seen, self._seen_at = wall, clock
        return wall
