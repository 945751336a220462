"""From which addresses browsers have been served lately.

A browser opens connections ahead of its requests, and when it is busy the request comes more than
the usual silence later. A greeting would then be read as a response that is broken.
"""

from collections.abc import Callable

from chatroom.settings import Settings

REASON = "http"
"""Why the connection of a request that was answered has ended."""


class Browsers:
    """Bounded: of too many addresses the one that was served first is forgotten."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._served: dict[str, float] = {}

    def ended(self, address: str, reason: str) -> None:
        """A connection from this address and port has ended."""
        if reason != REASON:
            return
        host = _host(address)
        self._served.pop(host, None)
        self._served[host] = self._clock()
        if len(self._served) > self._settings.max_browsers:
            del self._served[next(iter(self._served))]

    def is_at(self, address: str) -> bool:
        served = self._served.get(_host(address))
        return served is not None and self._clock() - served < self._settings.browser_memory


def _host(address: str) -> str:
    return address.rpartition(":")[0]
