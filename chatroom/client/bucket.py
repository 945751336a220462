"""How fast we send: no faster than the server lets lines through, which its welcome tells.

A server throttles a client that is faster, and what it has not read yet cannot be taken back. What
the client holds back itself can.
"""

from collections.abc import Callable

_LINES = 10  # of a text, for which the server takes one token more
_WHOLE = 0.999  # of a token: one that time has filled up is never quite a whole one


class TokenBucket:
    """`burst` lines at once, then `rate` a second; a rate of 0 is unlimited.

    All times are of `clock`, which is monotonic.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self.rate = rate
        self.most_under_way = max(1, int(burst)) if rate else None
        self._burst = max(1.0, burst)
        self._tokens = self._burst
        self._clock = clock
        self._stamp = clock()

    def may_send(self, under_way: int) -> bool:
        """Whether one more may go now, with so many that the server has not answered."""
        if self.most_under_way is None:
            return True
        self._refill()
        return self._tokens >= _WHOLE and under_way < self.most_under_way

    def sent(self, breaks: int = 0) -> None:
        """A request was sent, with so many line breaks in its text."""
        self._tokens -= 1.0 + breaks // _LINES

    def next_at(self, under_way: int) -> float | None:
        """When the next one may go; None: not before an answer has come."""
        if self.most_under_way is None or under_way >= self.most_under_way:
            return None
        self._refill()
        return self._stamp + max(0.0, 1.0 - self._tokens) / self.rate

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._stamp) * self.rate)
        self._stamp = now
