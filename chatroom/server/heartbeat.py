"""A ping now and then, and the end of a peer that does not answer.

Browsers answer pings by themselves, also in a hidden tab whose timers are stopped. So the server
asks, and a page need not.
"""

from chatroom.net.connection import Connection
from chatroom.net.loop import Loop, Timer
from chatroom.settings import Settings

_MOMENT = 0.001  # seconds that are not worth another timer


class Heartbeat:
    """The heartbeat of one connection, from now on; `ping` is what it is sent."""

    __slots__ = ("_connection", "_loop", "_ping", "_settings", "_timer")

    def __init__(self, connection: Connection, ping: bytes, loop: Loop, settings: Settings) -> None:
        self._connection = connection
        self._ping = ping
        self._loop = loop
        self._settings = settings
        self._timer: Timer = loop.call_later(settings.ping_seconds, self._beat, connection)

    def stop(self) -> None:
        self._timer.cancel()

    def _beat(self) -> None:
        """Whoever has unread bytes for us, or reads slowly, is not silent; a stall watches the
        latter."""
        connection, settings = self._connection, self._settings
        if connection.closing:
            return
        silent = self._loop.woke - connection.heard
        left = settings.dead_seconds - silent
        if left <= _MOMENT and not (connection.unread or connection.queued):
            connection.abort("no answer to a ping")
            return
        connection.write(self._ping)
        wait = min(settings.ping_seconds, left) if left > _MOMENT else settings.ping_seconds
        self._timer = self._loop.call_later(wait, self._beat, connection)
