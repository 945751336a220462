"""One client's socket, and the set of them.

Writing and closing are requests. `write` appends to a queue, `close` and `abort` set a state; at
the end of the tick `Connections.flush` makes one system call for each connection that has something
to say and closes those that are done. Only what the kernel did not take makes a connection
*blocked*: it is then watched for WRITE, and left alone by `flush` until the kernel has room.

    OPEN ──close()──> CLOSING ──queue sent──> LINGERING ──peer done or deadline──> CLOSED
      └──────abort(), error──────┴───────────────────┴─────────────────────────────> CLOSED

CLOSING sends what is queued, reads nothing. LINGERING has shut down its sending side and drops what
still arrives, because closing a socket with unread input makes the kernel send a reset, which may
destroy the peer's copy of our last words (nginx calls this a lingering close). When the peer has
ended its input there is nothing to wait for. A *brief* close waits only until the peer's system has
acknowledged our last words: somebody who has left and goes on typing shall get the reset, which is
what ends their nc.

When the peer ends its input the session decides what that means; here it only means that there is
nothing more to read.
"""

import contextlib
import enum
import fcntl
import logging
import os
import socket
import struct
import termios
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from chatroom.metrics import Metrics
from chatroom.net.loop import READ, WRITE, Loop, Timer
from chatroom.net.outgoing import Outgoing
from chatroom.net.turns import Turns
from chatroom.settings import Settings
from chatroom.vocabulary.counts import counted

K = TypeVar("K")

_INT = struct.Struct("i")

log = logging.getLogger(__name__)


class Session(Protocol):
    """What a connection tells of its peer: bytes, and nothing of what they mean."""

    def received(self, data: bytes) -> None:
        """Bytes have arrived; empty ones mean that no more will."""

    def drained(self) -> None:
        """The queue is empty again, after `write` had to refuse something."""

    def lost(self, reason: str) -> None:
        """The socket has been closed. Called exactly once, last."""


class State(enum.Enum):
    OPEN = enum.auto()
    CLOSING = enum.auto()
    LINGERING = enum.auto()
    CLOSED = enum.auto()


class Connections:
    """All connections, and those that asked for something in this tick.

    `flush` has to be a stage of the end of the loop's tick, after those which write.
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
        loop.at_memory_error(self.shed)

    def __len__(self) -> int:
        return len(self.talking) + len(self.lingering)

    def flush(self) -> None:
        """The end of the tick: send what was queued, then close what is done.

        Closing is work as well, so when many end at once some wait for the next tick. And it may
        publish something (somebody has left), so that tick must not wait.
        """
        dirty, self.dirty = self.dirty, []
        self.loop.each(Connection.flush, dirty)
        if self.ended:
            self.loop.hurry()
        while self.ended:
            self.loop.each(Connection.finish, (self.ended.popleft(),))
            if self.turns.over:
                break
        if self.dirty:
            self.loop.hurry()

    def broadcast(self, receivers: Mapping[K, "Connection"], data: bytes) -> list[K]:
        """Send the same bytes to many, at the end of a tick; returns those whose queue is full.

        For each it is `write` and `flush` in one, and the same for them. Written out because it is
        done for every line and receiver: each call here would cost a tenth of the `send` itself.
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
                connection.abort(_describe(error))
                continue
            if sent != size:
                connection._keep(data, sent)
        self.turns.sent(self.loop.elapsed() - begun)
        return full

    def shed(self) -> None:
        """Out of memory: give up the connection for which the most is queued."""
        if self.blocked:
            max(self.blocked, key=lambda connection: connection.queued).abort("out of memory")

    def close(self) -> None:
        """Close all sockets now; the loop is not going to turn again."""
        for connection in (*self.talking, *self.lingering):
            connection.abort("shutdown")
        while self.ended:
            self.flush()


class Connection:
    """`sock` is non-blocking and belongs to the connection; `address` is its printable form.

    Whoever makes it sets `session` and then calls `start`.
    """

    __slots__ = (
        "_blocked",
        "_brief",
        "_clear",
        "_heard",
        "_input_ended",
        "_interest",
        "_lingered",
        "_outgoing",
        "_owner",
        "_paused",
        "_progress",
        "_reason",
        "_refused",
        "_sock",
        "_state",
        "_timer",
        "_unacknowledged",
        "address",
        "session",
    )

    session: Session

    def __init__(self, sock: socket.socket, address: str, owner: Connections) -> None:
        self.address = address
        self._sock = sock
        self._owner = owner
        self._state = State.OPEN
        self._reason = ""
        self._outgoing = Outgoing()
        # Open, and nothing is queued. One flag for all that a broadcast has to know: looking into
        # every queue would fetch memory that nothing else needs, which is felt after a silence.
        self._clear = True
        self._blocked = False  # the kernel did not take everything
        self._refused = False  # write did not take everything
        self._progress = 0.0  # when the peer last took something of a blocked queue
        self._unacknowledged: int | None = None  # bytes that the kernel held then
        self._brief = False  # whether what the peer sends after our last words is not waited for
        self._paused = False
        self._heard = owner.loop.woke  # when something was received last
        self._input_ended = False
        self._lingered = 0  # bytes dropped while lingering
        self._interest = 0
        self._timer: Timer | None = None  # OPEN: the stall; CLOSING, LINGERING: the deadline

    def __repr__(self) -> str:
        return f"<Connection {self.address} {self._state.name}>"

    # --- what a session asks for --------------------------------------------------------------

    @property
    def closing(self) -> bool:
        return self._state is not State.OPEN

    @property
    def queued(self) -> int:
        """Bytes that wait to be sent."""
        return self._outgoing.size

    def start(self) -> None:
        self._owner.talking.add(self)
        self._watch()

    def write(self, data: bytes | memoryview) -> bool:
        """Queue the bytes for the end of the tick.

        False: the queue is full and they were not taken; `session.drained` says when to go on.
        A first piece may have any length, or a long batch could never be sent to anybody. Once the
        connection is closing, bytes go nowhere.
        """
        if self._state is not State.OPEN:
            return True
        outgoing = self._outgoing
        if not outgoing.pieces:
            self._owner.dirty.append(self)
        elif self._blocked:
            if outgoing.weight + len(data) > self._owner.queue_limit:
                self._refused = True
                return False
            data = bytes(data)  # a slice keeps more alive than it holds
        elif outgoing.weight > self._owner.queue_limit:
            self._refused = True
            return False
        outgoing.pieces.append(data)
        outgoing.size += len(data)
        self._clear = False
        return True

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        """Send what is queued and these last bytes, then close. Closing twice changes nothing.

        `brief`: once the peer has our last words, whatever it still sends is reset.
        """
        if self._state is not State.OPEN:
            return
        self._brief = brief
        if farewell:
            self._outgoing.append(farewell)
        self._reason = reason
        self._move(State.CLOSING)
        self._set_timer(self._owner.settings.drain_seconds, self._give_up)
        self._watch()
        self._owner.dirty.append(self)

    def abort(self, reason: str) -> None:
        """Close at the end of the tick, whatever is queued."""
        if self._state is State.CLOSED:
            return
        self._reason = self._reason or reason
        self._owner.ended.append(self)
        self._move(State.CLOSED)
        self._watch()  # at once: it may still have an event in this tick

    def is_broken(self) -> bool:
        """Ask the kernel whether the connection is gone: one that is not read would not hear of it.

        If so it is aborted.
        """
        if self._state is State.CLOSED:
            return True
        if error := self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.abort(_describe(OSError(error, "")))
        return bool(error)

    @property
    def turns(self) -> Turns:
        return self._owner.turns

    @property
    def unread(self) -> int:
        """Bytes that have arrived and have not been read."""
        try:
            return self._ask(termios.FIONREAD)
        except OSError:
            return 0

    def peek(self) -> bytes:
        """What has arrived and has not been read, as far as the kernel's buffer goes."""
        try:
            size = min(self.unread, self._owner.settings.peek_bytes)
            return self._sock.recv(size, socket.MSG_PEEK)
        except OSError:
            return b""

    def discard(self, size: int) -> None:
        """Drop bytes that have been peeked at."""
        while size > 0:
            size -= len(self._sock.recv(size)) or size

    def pause_reading(self) -> None:
        self._paused = True
        self._watch()

    def resume_reading(self) -> None:
        if self._paused:
            self._paused = False
            self._watch()

    # --- what the loop calls ------------------------------------------------------------------

    def ready(self, mask: int) -> None:
        mask &= self._interest  # which may have changed since the selector looked
        if mask & WRITE:
            self._send()
            self._settle()
        if mask & READ and self._interest & READ:
            self._receive_or_wait()

    def crashed(self, _: Exception) -> None:
        self.abort("internal error")

    # --- the end of the tick ------------------------------------------------------------------

    def flush(self) -> None:
        """One attempt to send what is queued, unless the kernel has said that it has no room."""
        if self._blocked or self._state is State.CLOSED:
            return
        if self._outgoing.pieces:
            self._send()
        if self._outgoing.pieces or self._refused or self._state is State.CLOSING:
            self._settle()

    def finish(self) -> None:
        """Close the socket and tell the session. The only place where a socket is closed."""
        owner = self._owner
        owner.talking.discard(self)
        owner.lingering.discard(self)
        owner.blocked.discard(self)
        owner.metrics.endings[self._reason] += 1
        self._set_timer(0.0, None)
        session = self.session
        del self.session  # the two hold each other
        try:
            with contextlib.suppress(OSError):
                self._sock.recv(owner.settings.linger_bytes)  # unread input would mean a reset
            with contextlib.suppress(OSError):  # the descriptor is gone all the same
                self._sock.close()
        finally:
            session.lost(self._reason)

    # --- sending ------------------------------------------------------------------------------

    def _keep(self, data: bytes, sent: int) -> None:
        """The kernel took only so much of these bytes, which were sent past the empty queue."""
        self._outgoing.append(data)
        self._outgoing.advance(sent)
        self._clear = False
        self._block()

    def _send(self) -> None:
        try:
            sent = self._outgoing.send(self._sock, self._owner.settings.pieces_per_send)
        except OSError as error:
            self.abort(_describe(error))
            return
        self._clear = self._state is State.OPEN and not self._outgoing.pieces
        if sent and self._blocked:
            self._note_progress()

    def _settle(self) -> None:
        """Draw the consequences of a send that was, or was not, complete."""
        if self._state is State.CLOSED:
            return
        if self._outgoing.pieces:
            self._block()
            return
        if self._blocked:
            self._blocked = False
            self._owner.blocked.discard(self)
            if self._state is State.OPEN:
                self._set_timer(0.0, None)
        if self._state is State.CLOSING:
            self._shut_down()
        self._watch()
        if self._refused:
            self._refused = False
            self.session.drained()

    def _block(self) -> None:
        if self._blocked:
            return
        self._blocked = True
        self._outgoing.own()
        self._owner.blocked.add(self)
        self._note_progress()
        if self._state is State.OPEN:
            self._set_timer(self._owner.settings.stall_seconds, self._check_stall)
        self._watch()

    def _note_progress(self) -> None:
        self._progress = self._owner.loop.woke
        self._unacknowledged = self._count_unacknowledged()

    def _count_unacknowledged(self) -> int | None:
        """Bytes that the kernel has yet to bring to the peer; None if this system does not tell."""
        try:
            return self._ask(termios.TIOCOUTQ)
        except OSError:
            return None

    def _ask(self, question: int) -> int:
        """A number that the kernel keeps of the socket. Raises OSError."""
        return int(_INT.unpack(fcntl.ioctl(self._sock, question, _INT.pack(0)))[0])

    def _check_stall(self) -> None:
        """Cut a peer that takes nothing.

        That a socket is writable does not tell: Linux says so only when a third of its buffer is
        free. So the kernel is asked what the peer has acknowledged, and is offered more.
        """
        limit = self._owner.settings.stall_seconds
        stalled = self._owner.loop.woke - self._progress
        if stalled >= limit:
            if self._count_unacknowledged() != self._unacknowledged:
                self._note_progress()
            else:
                self._send()
                self._settle()
            stalled = self._owner.loop.woke - self._progress
        if self._state is not State.OPEN or not self._blocked:
            return
        if stalled < limit:
            self._set_timer(limit - stalled, self._check_stall)
            return
        log.warning(
            "%s took no byte for %.0f s with %s waiting",
            self.address,
            stalled,
            counted(self.queued, "byte"),
        )
        self.abort(f"took no data for {limit:.0f} s")

    # --- receiving ----------------------------------------------------------------------------

    def _receive_or_wait(self) -> None:
        """Receive, unless others come first: those who have less to say, when time is short."""
        turns = self._owner.turns
        if self._state is State.OPEN and turns.contended:
            first = self._comes_first()
            if turns.over or not first:
                self.pause_reading()
                turns.wait(self._receive_in_turn, self, again=not first)
                return
        self._receive()

    def _comes_first(self) -> bool:
        """Has the peer been quiet, and has little to say now?"""
        owner = self._owner
        quiet = owner.loop.woke - self._heard > owner.settings.quiet_seconds
        return quiet and self._ask(termios.FIONREAD) <= owner.settings.small_input

    def _receive_in_turn(self) -> None:
        if self._state is State.OPEN:
            self._paused = False
            self._receive()
            self._watch()  # afterwards: the session may want the pause to go on

    def _receive(self) -> None:
        settings = self._owner.settings
        size = settings.turn_bytes if self._owner.turns.contended else settings.recv_bytes
        try:
            data = self._sock.recv(size)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self.abort(_describe(error))
            return
        if self._state is State.LINGERING:
            self._drop(data)
            return
        self._heard = self._owner.loop.woke
        if not data:
            self._input_ended = True
            self._watch()
        self.session.received(data)

    def _drop(self, data: bytes) -> None:
        self._lingered += len(data)
        if not data or self._lingered > self._owner.settings.linger_bytes:
            self.abort("done")

    # --- states -------------------------------------------------------------------------------

    def _shut_down(self) -> None:
        """Everything is sent: say so to the peer, and wait a while for it to be done as well."""
        if self._input_ended:
            self.abort("done")
            return
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.abort(_describe(error))
            return
        self._move(State.LINGERING)
        self._owner.talking.discard(self)
        self._owner.lingering.add(self)
        if self._brief:
            self._progress = self._owner.loop.woke
            self._await_acknowledgement()
        else:
            self._set_timer(self._owner.settings.linger_seconds, self._give_up)

    def _await_acknowledgement(self) -> None:
        """Look now and then whether our last words have arrived; nothing reports it."""
        settings = self._owner.settings
        lingered = self._owner.loop.woke - self._progress
        if lingered >= settings.linger_seconds or (lingered and not self._count_unacknowledged()):
            self.abort("done")
        else:
            self._set_timer(settings.brief_seconds, self._await_acknowledgement)

    def _give_up(self) -> None:
        self.abort("done")

    def _move(self, state: State) -> None:
        log.debug("%s %s -> %s", self.address, self._state.name, state.name)
        self._state = state
        self._clear = False  # there is no way back to OPEN

    def _set_timer(self, seconds: float, call: Callable[[], None] | None) -> None:
        """Replace the timer; without a call there is none."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = call and self._owner.loop.call_later(seconds, call, self)

    def _watch(self) -> None:
        """Watch the socket for what matters in this state; the only place that decides it.

        1. READ while open, unless the session wants a pause or the peer has ended its input.
        2. READ while lingering, to learn when the peer is done.
        3. WRITE while the kernel holds us up.
        4. For nothing: do not watch at all, or a hang-up would wake the loop for ever.
        """
        reading = self._state is State.OPEN and not (self._paused or self._input_ended)
        interest = READ if reading or self._state is State.LINGERING else 0
        if self._blocked and self._state is not State.CLOSED:
            interest |= WRITE
        if interest == self._interest:
            return
        loop, before = self._owner.loop, self._interest
        self._interest = 0  # which is true as well if the selector should fail
        try:
            if not interest:
                loop.unwatch(self._sock)
            elif before:
                loop.rewatch(self._sock, interest, self)
            else:
                loop.watch(self._sock, interest, self)
        except OSError as error:  # the selector has limits of its own
            self.abort(_describe(error))
        else:
            self._interest = interest


def _describe(error: OSError) -> str:
    """A short reason, the same for the same kind of error: reasons are counted."""
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__
