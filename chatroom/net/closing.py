"""The lingering close: what happens between the request to close a connection and its end.

Closing a socket with unread input makes the kernel send a reset, which may destroy the peer's copy
of our last words. So once everything is sent our side is shut down, and what still arrives is read
and dropped until the peer is done or a deadline has passed (nginx calls this a lingering close).

A *brief* close waits only until the peer's system has acknowledged our last words. Somebody who has
left and goes on typing shall get the reset, which is what ends their nc.
"""

import socket
from typing import Protocol

from chatroom.net.kernel import unacknowledged
from chatroom.net.loop import Crashable, Loop
from chatroom.settings import Settings

DONE = "done"


class Ending(Crashable, Protocol):
    """A connection that is to be closed."""

    def abort(self, reason: str) -> None: ...


class Closing:
    """The close of one connection. It aborts the connection when there is nothing to wait for."""

    __slots__ = (
        "_brief",
        "_connection",
        "_dropped",
        "_loop",
        "_settings",
        "_since",
        "_sock",
        "_timer",
    )

    def __init__(
        self,
        connection: Ending,
        sock: socket.socket,
        loop: Loop,
        settings: Settings,
        brief: bool,
    ) -> None:
        self._connection = connection
        self._sock = sock
        self._loop = loop
        self._settings = settings
        self._brief = brief
        self._dropped = 0  # bytes
        self._since = 0.0  # when everything was sent
        self._timer = loop.call_later(settings.drain_seconds, self._end, connection)

    def linger(self) -> None:
        """Everything is sent: say so to the peer, and wait for it. Raises OSError."""
        self._sock.shutdown(socket.SHUT_WR)
        self._timer.cancel()
        if self._brief:
            self._since = self._loop.woke
            self._await_acknowledgement()
        else:
            seconds = self._settings.linger_seconds
            self._timer = self._loop.call_later(seconds, self._end, self._connection)

    def drop(self, data: bytes) -> None:
        """What the peer still sends; empty bytes mean that it is done."""
        self._dropped += len(data)
        if not data or self._dropped > self._settings.linger_bytes:
            self._end()

    def stop(self) -> None:
        self._timer.cancel()

    def _await_acknowledgement(self) -> None:
        """Look now and then whether our last words have arrived; nothing reports it."""
        settings = self._settings
        lingered = self._loop.woke - self._since
        if lingered >= settings.linger_seconds or (lingered and not unacknowledged(self._sock)):
            self._end()
        else:
            self._timer = self._loop.call_later(
                settings.brief_seconds, self._await_acknowledgement, self._connection
            )

    def _end(self) -> None:
        self._connection.abort(DONE)
