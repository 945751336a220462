"""How the server stops: on a signal or the operator's command.

The listeners are closed, the lines that had arrived are handled, and everybody is told goodbye. The
loop stops when all of that has been sent.
"""

import logging
import signal
from collections.abc import Callable

from chatroom.chat.hub import Hub
from chatroom.net.connection import Connection
from chatroom.net.listener import Listener
from chatroom.net.loop import Loop
from chatroom.net.supervisor import notify
from chatroom.net.turns import Turns
from chatroom.server.visitors import Visitors
from chatroom.settings import Settings
from chatroom.vocabulary.counts import counted

_FAREWELL = "The chatroom is shutting down. Goodbye!"

log = logging.getLogger(__name__)


class Stopping:
    """`stop_when_drained` is a stage for the end of the loop's tick."""

    def __init__(
        self,
        settings: Settings,
        loop: Loop,
        hub: Hub,
        visitors: Visitors,
        turns: Turns,
        listeners: list[Listener],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._loop = loop
        self._hub = hub
        self._visitors = visitors
        self._turns = turns
        self._listeners = listeners
        self._clock = clock
        self._draining = False
        self._finish_until = 0.0
        self._reads = 0  # of all visitors, when the last tick ended
        self._quiet_ticks = 0
        self._untaken = 0  # lines that came too late before the stop
        self.exit_code = 0

    def on_signal(self, number: int) -> None:
        name = signal.Signals(number).name
        if number == signal.SIGHUP:
            log.info("%s: there is nothing to reload", name)
        elif self._draining:
            log.warning("%s again: stopping at once", name)
            self.exit_code = 128 + number
            self._loop.stop()
        else:
            log.info("%s", name)
            self.shut_down()

    def shut_down(self) -> None:
        """Accept nobody any more, handle what has arrived, and then drain."""
        if not self._draining:
            self._draining = True
            log.info("shutting down")
            notify("STOPPING=1")
            for listener in self._listeners:
                listener.close()
            self._finish_until = self._clock() + self._settings.finish_seconds
            self._loop.each(self._hurry, list(self._visitors.sessions))
            self._loop.call_later(0.0, self._finish)

    def _finish(self) -> None:
        """Wait until a tick has found nothing more to read or to handle; then say goodbye."""
        reads = self._visitors.reads
        quiet = reads == self._reads and not self._turns.waiting
        self._reads = reads
        self._quiet_ticks = self._quiet_ticks + 1 if quiet else 0
        # the first such tick may have resumed reading from a throttled client
        if self._quiet_ticks < 2 and self._clock() < self._finish_until:
            self._loop.call_later(0.0, self._finish)
            return
        try:
            self._hub.shut_down()
        finally:
            self._loop.each(self._say_goodbye, list(self._visitors.sessions))
            if self._untaken:
                log.warning("%s came too late to be taken", counted(self._untaken, "line"))

    def _hurry(self, connection: Connection) -> None:
        self._visitors.sessions[connection].hurry()

    def _say_goodbye(self, connection: Connection) -> None:
        self._untaken += self._visitors.sessions[connection].say_goodbye(_FAREWELL)

    def stop_when_drained(self) -> None:
        if self._draining and not self._visitors.talking:
            self._loop.stop()
