"""How fast a client may talk: tokens, and what costs them.

A line costs a token. Bytes cost tokens as well, or a line that never ends would be free; so do long
answers, and the further lines of a text that has many, each of which people see by itself.
"""

from chatroom.settings import Settings
from chatroom.vocabulary.text import count_breaks

_LINES = 10  # of a text with many, for one token


class Bucket:
    """Tokens: `burst` at first, `rate` a second after that, never more than `burst`.

    It may be overdrawn, since what has been received must be paid for; the debt is waited for.
    """

    __slots__ = ("_burst", "_rate", "_stamp", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._stamp = now

    def take(self, tokens: int, now: float) -> float:
        """Pay, and return the seconds to wait until there is a whole token again."""
        self._tokens = min(self._burst, self._tokens + (now - self._stamp) * self._rate) - tokens
        self._stamp = now
        return max(0.0, (1.0 - self._tokens) / self._rate)


class Throttle:
    """What one client has to pay. `pay` functions return the seconds that they have to wait."""

    __slots__ = ("_bucket", "_bytes", "_lines", "_most_lines", "_owed", "_size")

    def __init__(self, settings: Settings, now: float) -> None:
        self._size = settings.max_line  # bytes for one token
        self._most_lines = settings.max_text_lines  # a text that has more is said to nobody
        self._bytes = 0  # received, and not yet counted towards a token
        self._lines = 0  # handled, of what these bytes were
        self._owed = 0  # tokens for the last command, beside its own
        self._bucket: Bucket | None = None
        if settings.rate:
            burst = max(1.0, settings.rate * settings.burst_seconds)
            self._bucket = Bucket(settings.rate, burst, now)

    def received(self, size: int) -> None:
        self._bytes += size

    def answered(self, size: int) -> None:
        self._owed += size // self._size

    def said(self, text: str) -> None:
        self._owed += min(count_breaks(text), self._most_lines) // _LINES

    def pay_for_command(self, now: float) -> float:
        """Its own token, and those that were owed for what it said and for its answer."""
        self._lines += 1
        owed, self._owed = self._owed, 0
        return self._take(1 + owed, now)

    def pay_for_bytes(self, now: float) -> float:
        """One token for as many bytes as a line may have, as far as no line has been paid."""
        tokens, self._bytes = divmod(self._bytes, self._size)
        lines, self._lines = self._lines, 0
        return self._take(max(0, tokens - lines), now)

    def lift(self) -> None:
        """Nothing has to be paid from here on."""
        self._bucket = None

    def _take(self, tokens: int, now: float) -> float:
        return self._bucket.take(tokens, now) if self._bucket and tokens else 0.0
