"""One peer's socket.

Writing and closing are requests. `write` appends to a queue, `close` and `abort` set a state; at
the end of the tick `Connections.flush` makes one system call for each connection that has something
to say and closes those that are done. Only what the kernel did not take makes a connection
*blocked*: it is then watched for WRITE, and left alone by `flush` until the kernel has room.

    OPEN ──close()──> CLOSING ──queue sent──> LINGERING ──peer done or deadline──> CLOSED
      └──────abort(), error──────┴───────────────────┴─────────────────────────────> CLOSED

CLOSING sends what is queued and reads nothing. LINGERING has shut down its sending side and drops
what still arrives (`closing.py`).

When the peer ends its input the session decides what that means; here it only means that there is
nothing more to read.
"""

import enum
import logging
import socket
from collections import deque
from collections.abc import Mapping
from typing import Protocol, TypeVar

from chatroom.net import kernel
from chatroom.net.closing import Closing
from chatroom.net.kernel import describe
from chatroom.net.loop import READ, WRITE, Loop
from chatroom.net.outgoing import Outgoing
from chatroom.net.stall import Stall
from chatroom.net.turns import Turns
from chatroom.settings import Settings

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


# Python 3.11 takes six times as long to find a member through its class, several times per write.
OPEN, CLOSING, LINGERING, CLOSED = State


K = TypeVar("K")


class Owner(Protocol):
    """The set that a connection belongs to, and what its connections share (`Connections`)."""

    loop: Loop
    settings: Settings
    turns: Turns
    queue_limit: int
    talking: set["Connection"]
    lingering: set["Connection"]
    blocked: set["Connection"]
    dirty: list["Connection"]
    ended: deque["Connection"]

    def offer(self, connection: "Connection") -> None:
        """Send what the kernel has room for now."""

    def broadcast(self, receivers: Mapping[K, "Connection"], data: bytes) -> list[K]:
        """Send the same bytes to many, at the end of a tick; returns those whose queue is full."""


class Connection:
    """`sock` is non-blocking and belongs to the connection; `address` is its printable form.

    Whoever makes it sets `session` and then calls `start`. Names with an underscore are for this
    package alone: `Connections` sends and closes, and keeps them up to date.
    """

    __slots__ = (
        "_clear",
        "_closing",
        "_input_ended",
        "_interest",
        "_notify",
        "_outgoing",
        "_owner",
        "_paused",
        "_sock",
        "_stall",
        "_state",
        "address",
        "heard",
        "reason",
        "session",
    )

    session: Session

    def __init__(self, sock: socket.socket, address: str, owner: Owner) -> None:
        self.address = address
        self.reason = ""  # why it ends
        self._sock = sock
        self._owner = owner
        self._state = OPEN
        self._outgoing = Outgoing()
        # Open, and nothing is queued. One flag for all that a broadcast has to know: looking into
        # every queue would fetch memory that nothing else needs, which is felt after a silence.
        self._clear = True
        self._stall: Stall | None = None  # set while the kernel does not take everything
        self._closing: Closing | None = None  # set from the request to close it
        self._notify = False  # the session waits for the queue to drain
        self._paused = False
        self.heard = owner.loop.woke  # when something was received last, by the loop's clock
        self._input_ended = False
        self._interest = 0

    def __repr__(self) -> str:
        return f"<Connection {self.address} {self._state.name}>"

    # --- what a session asks for --------------------------------------------------------------

    @property
    def closing(self) -> bool:
        return self._state is not OPEN

    @property
    def queued(self) -> int:
        """Bytes that wait to be sent."""
        return self._outgoing.size

    @property
    def turns(self) -> Turns:
        return self._owner.turns

    @property
    def unread(self) -> int:
        """Bytes that have arrived and have not been read."""
        return kernel.unread(self._sock)

    def start(self) -> None:
        self._owner.talking.add(self)
        self._watch()

    def write(self, data: bytes | memoryview) -> bool:
        """Queue the bytes for the end of the tick.

        False: the queue is full and they were not taken; `session.drained` says when to go on.
        A first piece may have any length, or a long batch could never be sent to anybody. Once the
        connection is closing, bytes go nowhere.
        """
        if self._state is not OPEN:
            return True
        outgoing = self._outgoing
        if not outgoing.pieces:
            self._owner.dirty.append(self)
        elif self._stall is not None:
            if outgoing.weight + len(data) > self._owner.queue_limit:
                self._notify = True
                return False
            data = bytes(data)  # a slice keeps more alive than it holds
        elif outgoing.weight > self._owner.queue_limit:
            self._notify = True
            return False
        outgoing.pieces.append(data)
        outgoing.size += len(data)
        self._clear = False
        return True

    def broadcast(self, receivers: Mapping[K, "Connection"], data: bytes) -> list[K]:
        """Send the same bytes to many, at the end of a tick; returns those whose queue is full."""
        return self._owner.broadcast(receivers, data)

    def notify_drained(self) -> None:
        """Call `session.drained` once everything that is queued has been sent."""
        self._notify = True

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        """Send what is queued and these last bytes, then close. Closing twice changes nothing.

        `brief`: once the peer has our last words, whatever it still sends is reset.
        """
        if self._state is not OPEN:
            return
        if farewell:
            self._outgoing.append(farewell)
        self.reason = reason
        owner = self._owner
        self._closing = Closing(self, self._sock, owner.loop, owner.settings, brief)
        self._move(CLOSING)
        self._watch()
        owner.dirty.append(self)

    def abort(self, reason: str) -> None:
        """Close at the end of the tick, whatever is queued."""
        if self._state is CLOSED:
            return
        self.reason = self.reason or reason
        self._owner.ended.append(self)
        self._move(CLOSED)
        self._watch()  # at once: it may still have an event in this tick

    def is_broken(self) -> bool:
        """Ask the kernel whether the connection is gone, and abort it if so.

        A connection that is not watched for reading would not learn of it.
        """
        if self._state is CLOSED:
            return True
        if error := kernel.pending_error(self._sock):
            self.abort(error)
        return bool(error)

    def peek(self) -> bytes:
        """What has arrived and has not been read, within a limit."""
        return kernel.peek(self._sock, self._owner.settings.peek_bytes)

    def discard(self, size: int) -> None:
        """Drop bytes that have been peeked at."""
        kernel.discard(self._sock, size)

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
            self._owner.offer(self)
        if mask & READ and self._interest & READ:
            self._receive_or_wait()

    def offer(self) -> None:
        """Try once more to send; a stall asks for it."""
        self._owner.offer(self)

    def crashed(self, _: Exception) -> None:
        self.abort("internal error")

    # --- receiving ----------------------------------------------------------------------------

    def _receive_or_wait(self) -> None:
        """Receive now, or in a later tick when time is short and others go first."""
        turns = self._owner.turns
        if self._state is OPEN and turns.contended:
            first = self._comes_first()
            if turns.over or not first:
                self.pause_reading()
                turns.wait(self._receive_in_turn, self, again=not first)
                return
        self._receive()

    def _comes_first(self) -> bool:
        """Whether the peer has been quiet and has sent little."""
        owner = self._owner
        quiet = owner.loop.woke - self.heard > owner.settings.quiet_seconds
        return quiet and self.unread <= owner.settings.small_input

    def _receive_in_turn(self) -> None:
        if self._state is OPEN:
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
            self.abort(describe(error))
            return
        if self._closing is not None:
            self._closing.drop(data)
            return
        self.heard = self._owner.loop.woke
        if not data:
            self._input_ended = True
            self._watch()
        self.session.received(data)

    # --- states -------------------------------------------------------------------------------

    def _move(self, state: State) -> None:
        log.debug("%s %s -> %s", self.address, self._state.name, state.name)
        self._state = state
        self._clear = False  # there is no way back to OPEN
        if self._stall is not None:
            self._stall.stop()  # another deadline counts now

    def _watch(self) -> None:
        """Watch the socket for what matters in this state; the only place that decides it.

        1. READ while open, unless the session wants a pause or the peer has ended its input.
        2. READ while lingering, to learn when the peer is done.
        3. WRITE while the kernel holds us up.
        4. For nothing: do not watch at all, or a hang-up would wake the loop for ever.
        """
        reading = self._state is OPEN and not (self._paused or self._input_ended)
        interest = READ if reading or self._state is LINGERING else 0
        if self._stall is not None and self._state is not CLOSED:
            interest |= WRITE
        if interest == self._interest:
            return
        before, self._interest = self._interest, 0  # true as well if the selector should fail
        try:
            self._owner.loop.rewatch(self._sock, before, interest, self)
        except OSError as error:  # the selector has limits of its own
            self.abort(describe(error))
        else:
            self._interest = interest
