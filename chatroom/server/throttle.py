"""How fast a client may talk: tokens, and what costs them.

A line costs a token. Bytes cost tokens as well, or a line that never ends would be free; so do long
answers, and the further lines of a text that has many, each of which people see by itself.
"""

from typing import Protocol

from chatroom.settings import Settings
from chatroom.vocabulary.text import count_breaks

_LINES = 10  # of a text with many, for one token


class Throttle(Protocol):
    """What one client has to pay. The `pay` functions return the seconds that they have to wait."""

    def received(self, size: int) -> None:
        """So many bytes."""

    def said(self, text: str) -> None:
        """A text, by the command that is paid for next."""

    def answered(self, size: int) -> None:
        """So many bytes, to the command that is paid for next."""

    def pay_for_command(self, now: float) -> float:
        """Its own token, and those for what it said and for its answer."""

    def pay_for_bytes(self, now: float) -> float:
        """One token for as many bytes as a line may have, as far as no line has been paid."""


class Tokens:
    """A token bucket: `burst` tokens at first, `rate` a second after that, never more than `burst`.

    It may be overdrawn, since what has been received must be paid for; the debt is waited for.
    """

    __slots__ = ("_bytes", "_lines", "_owed", "_settings", "_stamp", "_tokens")

    def __init__(self, settings: Settings, now: float) -> None:
        self._settings = settings
        self._tokens = settings.burst
        self._stamp = now
        self._bytes = 0  # received, and not yet counted towards a token
        self._lines = 0  # handled, of what these bytes were
        self._owed = 0  # tokens for the last command, beside its own

    def received(self, size: int) -> None:
        self._bytes += size

    def said(self, text: str) -> None:
        most = self._settings.max_text_lines  # a text that has more is said to nobody
        self._owed += min(count_breaks(text), most) // _LINES

    def answered(self, size: int) -> None:
        self._owed += size // self._settings.max_line

    def pay_for_command(self, now: float) -> float:
        self._lines += 1
        owed, self._owed = self._owed, 0
        return self.take(1 + owed, now)

    def pay_for_bytes(self, now: float) -> float:
        tokens, self._bytes = divmod(self._bytes, self._settings.max_line)
        lines, self._lines = self._lines, 0
        return self.take(tokens - lines, now) if tokens > lines else 0.0

    def take(self, tokens: int, now: float) -> float:
        """Pay, and return the seconds to wait until there is a whole token again."""
        rate, burst = self._settings.rate, self._settings.burst
        self._tokens = min(burst, self._tokens + (now - self._stamp) * rate) - tokens
        self._stamp = now
        return max(0.0, (1.0 - self._tokens) / rate)


class Unthrottled:
    """For those who have to pay nothing; one is enough for all of them."""

    def received(self, size: int) -> None:
        """Free."""

    def said(self, text: str) -> None:
        """Free."""

    def answered(self, size: int) -> None:
        """Free."""

    def pay_for_command(self, now: float) -> float:
        return 0.0

    def pay_for_bytes(self, now: float) -> float:
        return 0.0


UNTHROTTLED = Unthrottled()


def new_throttle(settings: Settings, now: float) -> Throttle:
    return Tokens(settings, now) if settings.rate else UNTHROTTLED
