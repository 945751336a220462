"""Does a peer that is sent more than it takes still make progress?

That a socket is writable does not tell: Linux says so only when a third of its send buffer is free.
So the kernel is asked what the peer has acknowledged, and is offered more before the peer is cut.
"""

import logging
import socket
from typing import Protocol

from chatroom.net.kernel import unacknowledged
from chatroom.net.loop import Crashable, Loop, Timer
from chatroom.vocabulary.counts import counted

log = logging.getLogger(__name__)


class Blocked(Crashable, Protocol):
    """A connection for which the kernel has no room."""

    @property
    def address(self) -> str: ...

    @property
    def queued(self) -> int: ...

    def offer(self) -> None:
        """Try once more to send. It ends the stall if all is sent, and notes what was taken."""

    def abort(self, reason: str) -> None: ...


class Stall:
    """How long a peer has acknowledged nothing, while something waits for it."""

    __slots__ = ("_connection", "_limit", "_loop", "_progress", "_sock", "_timer", "_waiting")

    def __init__(self, connection: Blocked, sock: socket.socket, loop: Loop, limit: float) -> None:
        self._connection = connection
        self._sock = sock
        self._loop = loop
        self._limit = limit
        self._timer: Timer | None = None
        self.note_progress()

    def note_progress(self) -> None:
        self._progress = self._loop.woke
        self._waiting = unacknowledged(self._sock)

    def watch(self) -> None:
        """Cut the peer when it makes no progress for `limit` seconds, until `stop`."""
        self._set_timer(self._limit)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, seconds: float) -> None:
        self.stop()
        self._timer = self._loop.call_later(seconds, self._check, self._connection)

    def _check(self) -> None:
        stalled = self._loop.woke - self._progress
        if stalled >= self._limit:
            if unacknowledged(self._sock) != self._waiting:
                self.note_progress()
            else:
                self._connection.offer()
            stalled = self._loop.woke - self._progress
        if self._timer is None:
            return  # it was stopped meanwhile
        if stalled < self._limit:
            self._set_timer(self._limit - stalled)
            return
        log.warning(
            "%s took no byte for %.0f s with %s waiting",
            self._connection.address,
            stalled,
            counted(self._connection.queued, "byte"),
        )
        self._connection.abort(f"took no data for {self._limit:.0f} s")
