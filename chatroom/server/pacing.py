"""When the rooms hand out what was said, and how long that takes.

A message that comes out of silence goes out at the end of its tick. But when a fan-out comes hard
on the heels of the one before it (sooner than twice the time that it takes), the rooms rest after
it, for that long and a millisecond at most, and what is said meanwhile goes out together. It is a
ferry: whoever comes alone crosses at once, and a crowd is not taken one by one. With 500 people and
1,000 messages a second that halves what the server computes, and since the receivers are woken less
often, a message is with all of them sooner and not later.
"""

from collections.abc import Callable

from chatroom.chat.hub import Hub
from chatroom.metrics import Metrics
from chatroom.net.loop import Loop, Timer
from chatroom.settings import Settings


class Pacing:
    """Two stages for the end of the loop's tick: `flush`, and `measure` after all is sent."""

    def __init__(
        self,
        hub: Hub,
        loop: Loop,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._hub = hub
        self._loop = loop
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._ended = 0.0  # the last fan-out
        self._rest_until = 0.0
        self._alarm: Timer | None = None  # set while something waits for the end of the rest
        self._waiting_since = 0.0  # when the first of what is handed out next arrived
        self._messages = 0  # of them all, those whose fan-out has been measured

    def flush(self) -> None:
        """Let the rooms hand out what was published, unless they rest."""
        if not self._hub.has_news:
            return
        started = self._clock()
        if self._alarm is None:
            self._waiting_since = self._loop.woke
        if started < self._rest_until:
            if self._alarm is None or not self._alarm.live:
                self._alarm = self._loop.call_later(self._rest_until - started, _wake)
            return
        self._alarm = None
        self._hub.flush()
        ended = self._clock()
        rest = self._settings.rest_factor * (ended - started)
        if started - self._ended < rest:
            self._rest_until = ended + min(rest, self._settings.longest_rest)
        self._ended = ended

    def measure(self) -> None:
        """How long has it taken until the messages were sent to everybody?"""
        messages = self._metrics.messages
        if messages != self._messages and self._alarm is None:
            took = self._clock() - self._waiting_since
            self._metrics.fanout.record(took, messages - self._messages)
            self._messages = messages


def _wake() -> None:
    """A tick has been caused; its end is what counts."""
