"""The time budget of a tick, and the order of those who wait for the next one.

Every handler does a bounded piece of work, but thousands of bounded pieces are a long tick. So the
time that a tick spends on input is limited. Once the budget is used up, a connection with more
input waits for the next tick. Connections that have been quiet and have little to say go first, for
one piece of work each. Those with more go behind everybody who waits already (the order of
fq_codel, RFC 8290). So a crowd that keeps the server busy waits for itself, and a person who says a
line now and then does not wait for the crowd.
"""

from collections import deque
from collections.abc import Callable

from chatroom.net.loop import Crashable, Loop

_Turn = tuple[Callable[[], object], Crashable]


class Turns:
    """Hands out the time of the loop's ticks, between `least` and `most` seconds of each.

    In between it is a share of what the last fan-out took: a server that sends to many must not
    spend its time on sending little. Half of it is for those who had a turn and have more to do, so
    the tick that follows a person's line comes soon, whatever a crowd has lined up.
    What is called is guarded like a handler: `owner.crashed` is told when it raises.
    """

    def __init__(self, loop: Loop, least: float, most: float, share: float) -> None:
        self._loop = loop
        self._least = least
        self._most = most
        self._share = share
        self._budget = least
        self._sending = 0.0  # what all fan-outs of the last tick that had one took
        self._sent_at = loop.woke
        self._charged = 0.0  # seconds of this tick's end that are spoken for
        self._charged_at = loop.woke
        self._first: deque[_Turn] = deque()  # had no turn since they were quiet
        self._later: deque[_Turn] = deque()
        self._scheduled = False

    @property
    def contended(self) -> bool:
        """Whether somebody waits, or the time of this tick is used up: do one thing, then wait."""
        return bool(self._first or self._later) or self.over

    @property
    def over(self) -> bool:
        """Whether the time of this tick is used up, or promised to those who came first."""
        return bool(self._first) or self._used() > self._budget

    @property
    def backlog_over(self) -> bool:
        """Whether the part of this tick for what can wait is used up, or somebody comes first."""
        return bool(self._first) or self._used() > self._budget / 2

    @property
    def waiting(self) -> int:
        return len(self._first) + len(self._later)

    def _used(self) -> float:
        """Seconds of this tick, with those that its end will take for what was charged."""
        charged = self._charged if self._charged_at == self._loop.woke else 0.0
        return self._loop.elapsed() + charged

    def charge(self, seconds: float) -> None:
        """What has just been handled makes the end of this tick so much longer."""
        if self._charged_at != self._loop.woke:
            self._charged_at = self._loop.woke
            self._charged = 0.0
        self._charged += seconds

    def sent(self, seconds: float) -> None:
        """A fan-out of this tick took so long."""
        if self._sent_at != self._loop.woke:
            self._sent_at = self._loop.woke
            self._sending = 0.0
        self._sending += seconds
        self._budget = min(max(self._least, self._share * self._sending), self._most)

    def wait(self, call: Callable[[], object], owner: Crashable, again: bool = False) -> None:
        """Call in a later tick. `again`: they had a turn already, or have much to do."""
        (self._later if again else self._first).append((call, owner))
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_later(0.0, self._serve)

    def _serve(self) -> None:
        """Give turns until the time is used up; each queue gets one in every tick."""
        self._scheduled = False
        for queue, budget in ((self._first, self._budget), (self._later, self._budget / 2)):
            # only those that wait now: a connection that is queued again waits for the next tick
            for turn in range(len(queue)):
                if turn and self._used() > budget:
                    break
                self._loop.guard(*queue.popleft())
        if self.waiting and not self._scheduled:
            self._scheduled = True
            self._loop.call_later(0.0, self._serve)
