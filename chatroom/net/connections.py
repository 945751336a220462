"""A set of connections: what they do at the end of a tick, and the broadcast to many of them.

A connection notes what is asked of it; here it is done, once per tick: bytes are sent and sockets
are closed.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeVar

from chatroom.metrics import Metrics
from chatroom.net.closing import DONE, Closing
from chatroom.net.connection import CLOSED, CLOSING, LINGERING, OPEN, Connection
from chatroom.net.kernel import describe
from chatroom.net.loop import Loop
from chatroom.net.stall import Stall
from chatroom.net.turns import Turns
from chatroom.settings import Settings

K = TypeVar("K")


class Connections:
    """A set of connections, and those that asked for something in this tick.

    `flush` has to be a stage of the end of the loop's tick, after those which write. While it
    `is_held` nothing is sent or closed; whatever ends that wakes the loop.
    """

    def __init__(self, loop: Loop, settings: Settings, metrics: Metrics) -> None:
        self.loop = loop
        self.settings = settings
        self.metrics = metrics
        self.turns = Turns(
            loop,
            settings.tick_seconds,
            settings.longest_tick_seconds,
            settings.fan_out_share if settings.rate else 1.0,
        )
        self.queue_limit = settings.queue_bytes  # asked for with every write
        self.talking: set[Connection] = set()  # OPEN or CLOSING
        self.lingering: set[Connection] = set()
        self.blocked: set[Connection] = set()
        self.dirty: list[Connection] = []
        self.ended: deque[Connection] = deque()
        self.is_held: Callable[[], bool] = _never
        self.writable: dict[Connection, None] = {}  # the kernel has room for these again
        loop.at_memory_error(self.shed)

    def __len__(self) -> int:
        return len(self.talking) + len(self.lingering)

    # --- the end of the tick ------------------------------------------------------------------

    def flush(self) -> None:
        """The end of the tick: send what was queued, then close what is done.

        Closing is work as well, so when many end at once some wait for the next tick. And it may
        publish something (somebody has left), so that tick must not wait.
        """
        if self.is_held():
            self.loop.each(Connection._watch, self.writable)
            return
        writable, self.writable = self.writable, {}
        self.loop.each(self._offer, writable)
        dirty, self.dirty = self.dirty, []
        self.loop.each(self._flush_one, dirty)
        if self.ended:
            self.loop.hurry()
        while self.ended:
            self.loop.each(self._finish, (self.ended.popleft(),))
            if self.turns.over:
                break
        if self.dirty:
            self.loop.hurry()

    def _flush_one(self, connection: Connection) -> None:
        """One attempt to send what is queued, unless the kernel has said that it has no room."""
        if connection._stall is not None or connection._state is CLOSED:
            return
        outgoing = connection._outgoing
        if outgoing.pieces:
            self._send(connection)
        if outgoing.pieces or connection._notify or connection._state is CLOSING:
            self._settle(connection)

    def offer(self, connection: Connection) -> None:
        """At the end of the tick, send what the kernel has room for."""
        self.writable[connection] = None

    def _offer(self, connection: Connection) -> None:
        if connection._state is not CLOSED:
            connection._watch()
            self._send(connection)
            self._settle(connection)

    def _send(self, connection: Connection) -> None:
        outgoing = connection._outgoing
        try:
            sent = outgoing.send(connection._sock, self.settings.pieces_per_send)
        except OSError as error:
            connection.abort(describe(error))
            return
        connection._clear = connection._state is OPEN and not outgoing.pieces
        if sent and connection._stall is not None:
            connection._stall.note_progress()

    def _settle(self, connection: Connection) -> None:
        """Update the state after a send, whether it was complete or not."""
        if connection._state is CLOSED:
            return
        if connection._outgoing.pieces:
            self._block(connection)
            return
        if connection._stall is not None:
            connection._stall.stop()
            connection._stall = None
            self.blocked.discard(connection)
        if connection._closing is not None and connection._state is CLOSING:
            self._linger(connection, connection._closing)
        connection._watch()
        if connection._notify:
            connection._notify = False
            connection.session.drained()

    def _block(self, connection: Connection) -> None:
        """The kernel has not taken everything."""
        if connection._stall is not None:
            return
        seconds = self.settings.stall_seconds
        connection._stall = Stall(connection, connection._sock, self.loop, seconds)
        connection._outgoing.own()
        self.blocked.add(connection)
        if connection._state is OPEN:
            connection._stall.watch()
        connection._watch()

    # --- the end of a connection --------------------------------------------------------------

    def _linger(self, connection: Connection, closing: Closing) -> None:
        """Everything is sent: wait a while for the peer to be done as well."""
        if connection._input_ended:
            connection.abort(DONE)
            return
        try:
            closing.linger()
        except OSError as error:
            connection.abort(describe(error))
            return
        connection._move(LINGERING)
        self.talking.discard(connection)
        self.lingering.add(connection)

    def _finish(self, connection: Connection) -> None:
        """Close the socket and tell the session. The only place where a socket is closed."""
        self.talking.discard(connection)
        self.lingering.discard(connection)
        self.blocked.discard(connection)
        self.writable.pop(connection, None)
        self.metrics.endings[connection.reason] += 1
        if connection._closing is not None:
            connection._closing.stop()
        connection._closing = connection._stall = None  # they and the connection hold each other
        session = connection.session
        del connection.session  # so do these two
        try:
            with contextlib.suppress(OSError):  # unread input would mean a reset
                connection._sock.recv(self.settings.linger_bytes)
            with contextlib.suppress(OSError):  # the descriptor is gone all the same
                connection._sock.close()
        finally:
            session.lost(connection.reason)

    def shed(self) -> None:
        """Out of memory: abort the connection for which the most is queued."""
        if self.blocked:
            max(self.blocked, key=lambda connection: connection.queued).abort("out of memory")

    def close(self) -> None:
        """Close all sockets now; the loop is not going to turn again."""
        self.is_held = _never
        for connection in (*self.talking, *self.lingering):
            connection.abort("shutdown")
        while self.ended:
            self.flush()

    # --- many at once -------------------------------------------------------------------------

    def broadcast(self, receivers: Mapping[K, Connection], data: bytes) -> list[K]:
        """Send the same bytes to many, at the end of a tick; returns those whose queue is full.

        For each receiver it does what `write` and `flush` do, with the same result. It is written
        out because it runs for every line and receiver: each call here would cost a tenth of the
        `send`.
        """
        full: list[K] = []
        size = len(data)
        begun = self.loop.elapsed()
        for key, connection in receivers.items():
            if not connection._clear:
                if not connection.write(data):
                    full.append(key)
                continue
            try:
                sent = connection._sock.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                connection.abort(describe(error))
                continue
            if sent != size:
                self._keep(connection, data, sent)
        self.turns.sent(self.loop.elapsed() - begun)
        return full

    def _keep(self, connection: Connection, data: bytes, sent: int) -> None:
        """The kernel took only so much of these bytes, which were sent past the empty queue."""
        connection._outgoing.append(data)
        connection._outgoing.advance(sent)
        connection._clear = False
        self._block(connection)


def _never() -> bool:
    return False
