"""Is anybody there? The pings, and the answers that are due."""

from collections.abc import Callable

from chatroom.client.settings import ClientSettings

_NOTICEABLE = 2.0  # seconds without an answer that people are told about


class Heartbeat:
    """Of one connection. `pace` is the seconds that the server takes for a request, if it is slow
    on purpose. All times are of `clock`, which is monotonic."""

    def __init__(
        self, settings: ClientSettings, clock: Callable[[], float], pace: float = 0.0
    ) -> None:
        self.round_trip: float | None = None  # seconds
        self.ping_at = clock()
        self.answer_by: float | None = None  # then it is lost; None: nothing is due
        self._interval = settings.ping_interval
        self._patience = settings.answer_timeout + 2 * pace
        self._clock = clock
        self._pinged: tuple[int, float] | None = None  # the ref, and when
        self._waiting_since = 0.0  # for the first of all answers that are due

    @property
    def unanswered(self) -> float:
        """Seconds for which an answer is due; 0 as long as that is nothing to speak of."""
        silent = self._clock() - self._waiting_since
        return silent if self.answer_by is not None and silent >= _NOTICEABLE else 0.0

    def expect(self) -> None:
        """From now on an answer is due, if none was before."""
        if self.answer_by is None:
            self._begin()

    def heard(self) -> None:
        """Something has come: they are alive, and have the time for their answer once more."""
        if self.answer_by is not None:
            self._begin()

    def rest(self) -> None:
        """Nothing is due any more, unless a ping is."""
        if self._pinged is None:
            self.answer_by = None

    def pinged(self, ref: int) -> None:
        now = self._clock()
        self._pinged = (ref, now)
        self.ping_at = now + self._interval
        self.expect()

    def ponged(self, ref: object) -> None:
        """Only the answer to the last ping counts."""
        if self._pinged is None or self._pinged[0] != ref:
            return
        now = self._clock()
        self.round_trip = now - self._pinged[1]
        self._pinged = None
        if self.round_trip > _NOTICEABLE:  # it may be better by now
            self.ping_at = min(self.ping_at, now + _NOTICEABLE)

    def _begin(self) -> None:
        self._waiting_since = self._clock()
        self.answer_by = self._waiting_since + self._patience
