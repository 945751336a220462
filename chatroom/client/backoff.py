"""When to try again after a connection was lost."""

from collections.abc import Callable

from chatroom.client.settings import ClientSettings


class Backoff:
    """Waits that are a share of the time since we were last in for a while.

    After a short restart everybody is back in a moment, and a server that is gone, or takes
    everybody for a moment only, is left in peace. `clock` is monotonic, `jitter` gives numbers from
    0 to 1: half of each wait is left to it, so that they do not all come at once.
    """

    def __init__(
        self,
        settings: ClientSettings,
        clock: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self.retry_at = 0.0
        self._since: float | None = None
        self._joined_at = 0.0

    @property
    def stayed(self) -> float:
        """Seconds since we came in."""
        return self._clock() - self._joined_at

    def joined(self) -> None:
        self._joined_at = self._clock()

    def lost(self) -> None:
        """We were in, and are no longer."""
        if self._since is None or self.stayed > self._settings.max_backoff:
            self._since = self._clock()

    @property
    def retry_in(self) -> float:
        """Seconds until the next attempt."""
        return max(0.0, self.retry_at - self._clock())

    def schedule(self) -> None:
        """Set the time of the next attempt."""
        self.retry_at = self._clock() + self._wait()

    def _wait(self) -> float:
        settings = self._settings
        away = self._clock() - self._since if self._since is not None else 0.0
        wait = max(settings.min_backoff, away * settings.backoff_share)
        return min(settings.max_backoff, wait) * (1 + self._jitter()) / 2
