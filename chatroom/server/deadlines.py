"""What a newcomer has to do, and until when: say something, complete a request, give a name.

None of it counts from the last byte, so a client that dribbles bytes cannot extend it. A client
whose bytes have arrived is not silent when it is the server that has been too busy to read them.
"""

from collections.abc import Callable
from functools import partial

from chatroom.net.connection import Connection
from chatroom.net.loop import Loop
from chatroom.settings import Settings


class Deadlines:
    """Those of one connection. `silence` is called twice, and `nameless` once, unless cancelled."""

    __slots__ = (
        "_connection",
        "_is_browser",
        "_loop",
        "_nameless",
        "_settings",
        "_silence",
        "_timers",
    )

    def __init__(
        self,
        connection: Connection,
        loop: Loop,
        settings: Settings,
        silence: Callable[[], object],
        nameless: Callable[[], object],
        is_browser: Callable[[Connection], bool],
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._settings = settings
        self._silence = silence
        self._nameless = nameless
        self._is_browser = is_browser
        self._timers = [loop.call_later(settings.silence, self._first, connection)]

    def cancel(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _first(self) -> None:
        settings = self._settings
        if not self._is_browser(self._connection):
            self._end_silence(settings.silence)
            return
        more = settings.browser_silence - settings.silence
        end = partial(self._end_silence, settings.browser_silence)
        self._timers = [self._loop.call_later(more, end, self._connection)]

    def _end_silence(self, after: float) -> None:
        settings = self._settings
        self._timers = [
            self._loop.call_later(seconds - after, call, self._connection)
            for seconds, call in (
                (settings.head_seconds, self._silence),
                (settings.name_seconds, self._nameless),
            )
        ]
        self._listen()

    def _listen(self) -> None:
        if not self._connection.unread:
            self._silence()
            return
        again = self._loop.call_later(self._settings.silence, self._listen, self._connection)
        self._timers = [*self._timers[:2], again]
