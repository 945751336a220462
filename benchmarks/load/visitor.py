"""One client of the load: a socket, how far it has come in, and what it has received.

The measurement calls ``receive`` hundreds of thousands of times a second, so it does next
to nothing: it notes when the bytes came and how many there are so far, and carries a CRC of
the stream along. Everything before that (connecting, the name, the wait for silence) goes
through the slower ``advance``, which looks at each line.

When the bytes came is the kernel's word and not ours: it stamps what arrives for a socket,
and hands the stamp out with the data. One process that reads 500 sockets needs more than a
millisecond to get round, and would otherwise find that most of the server's latency is its
own. The stamp is that of the last byte read; a message that was read together with later
ones counts with theirs, so a time may be too long by what it waited, and never too short.
Where the kernel does not do this (it does on Linux) the moment of reading has to serve.
"""

from __future__ import annotations

import enum
import errno
import socket
import struct
import sys
from array import array
from time import monotonic, time_ns
from zlib import crc32

from load.plan import Plan
from load.poller import GONE, IN, OUT
from load.tally import Record
from load.wire import PROBE

CHUNK = 65536
BUFFER = 65536  # bytes; what the kernel may keep for those who were slow, once they read on
# The kernel would otherwise take megabytes for those who read nothing: it reckons its buffers in
# segments, and loopback has segments of 64 KiB where a network has these.
STALLED_BUFFER = 4096  # bytes
STALLED_SEGMENT = 1460  # bytes
SO_TIMESTAMPNS = 35  # Linux; the socket module of Python 3.11 has no name for it
STAMP = struct.Struct("@ll")  # seconds and nanoseconds of the wall clock
NOTES = socket.CMSG_SPACE(STAMP.size)
NANO = 1_000_000_000
OTHER_ADDRESSES = 200  # 127.0.0.2 and on, each with ephemeral ports of its own


class State(enum.Enum):
    CONNECTING = enum.auto()
    JOINING = enum.auto()
    PRESENT = enum.auto()
    LOST = enum.auto()


class Visitor:
    """Times are seconds of the monotonic clock, 0.0 where something has not happened."""

    __slots__ = (
        "chunks", "connected", "crc", "dialect", "greeted", "index", "joined", "looked", "name",
        "pending", "pinged", "plan", "probed", "reads", "recvmsg", "sampled", "slow", "sock",
        "stamps", "started", "state", "tail", "total", "totals", "watched",
    )  # fmt: skip

    def __init__(self, index: int, plan: Plan) -> None:
        self.index = index
        self.plan = plan
        self.name = plan.name(index)
        self.dialect = plan.dialect_of(index)
        self.reads = self.watched = plan.reads(index)
        self.slow = plan.is_slow(index)
        self.state = State.CONNECTING
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.slow or not self.reads:
            self.widen(STALLED_BUFFER)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, STALLED_SEGMENT)
        if sys.platform.startswith("linux"):
            self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.recvmsg = self.sock.recvmsg
        self.pinged = self.dialect.ping
        self.started = self.connected = self.greeted = self.joined = 0.0
        self.tail = b""
        self.probed = False
        self.pending = bytearray()
        self.sampled = False
        self.arm(keep=False)

    def arm(self, keep: bool) -> None:
        """Forget what was received so far; everything after this counts."""
        self.total = self.crc = 0
        self.stamps = bytearray()
        self.looked = array("q")
        self.totals = array("q")
        self.chunks: list[bytes] | None = [] if keep else None

    def widen(self, size: int) -> None:
        """How much the kernel keeps for them until they read it."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)

    def connect(self, address: tuple[str, int]) -> None:
        """Start to connect, from another local address when this one has no ports left."""
        self.started = monotonic()
        code = self.sock.connect_ex(address)
        if code == errno.EADDRNOTAVAIL:
            self.sock.bind((f"127.0.0.{2 + self.index % OTHER_ADDRESSES}", 0))
            code = self.sock.connect_ex(address)
        if code not in (0, errno.EINPROGRESS):
            self.state = State.LOST
        elif not self.waits_for_greeting:
            # Before anything else is done: chatroom takes who is silent for long for a person.
            self.say(self.dialect.hello(self.name))

    @property
    def mask(self) -> int:
        """What to wait for: input, unless nobody watches it; room, when something waits."""
        unread = self.state is State.PRESENT and not self.watched
        return (GONE if unread else IN) | (OUT if self.pending else 0)

    def advance(self, mask: int, now: float) -> None:
        """Take one step of joining, or throw away what is not measured yet."""
        if self.state is State.CONNECTING and mask & ~IN:
            self.connect_done(now)
            return
        if mask & OUT:
            self.say(b"")
        if mask & ~OUT:
            data = self.read_some()
            if data and not self.greeted:
                self.greeted = now
                if self.waits_for_greeting:
                    self.say(self.dialect.hello(self.name))
            if data:
                self.look_at(data, now)

    def connect_done(self, now: float) -> None:
        if self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.state = State.LOST
            return
        self.connected = now
        self.state = State.JOINING
        self.say(b"")
        if not self.dialect.greets:
            self.come_in(now)

    @property
    def waits_for_greeting(self) -> bool:
        """In a storm clients answer like people: only once they have been asked for a name."""
        return self.plan.storm and self.dialect.asks

    def come_in(self, now: float) -> None:
        self.joined = now
        self.state = State.PRESENT

    def look_at(self, data: bytes, now: float) -> None:
        dialect = self.dialect
        text = self.tail + data
        pinged = self.pinged and self.pinged in text
        if self.state is State.PRESENT and PROBE not in text and not pinged:
            # They are told of everybody who comes after them: too much to take apart.
            self.tail = text[text.rfind(b"\n") + 1 :]
            return
        *lines, self.tail = text.split(b"\n")
        for line in lines:
            self.probed = self.probed or PROBE in line
            self.say(dialect.answer(line, self.name))
            if self.state is State.JOINING and dialect.admits(line):
                self.come_in(now)
        if dialect.framed and pinged and self.pinged in self.tail:
            self.say(dialect.answer(self.tail, self.name))
            self.tail = self.tail.rpartition(self.pinged)[2]

    def read_some(self) -> bytes:
        """Whatever is there, unmeasured; nothing may mean that the connection ended."""
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.state = State.LOST
        return data

    def receive(self, most: int = CHUNK) -> None:
        """Read once and note the time and the length: the hot path of the harness."""
        try:
            data, notes, _, _ = self.recvmsg(most, NOTES)
        except BlockingIOError:
            return
        except OSError:
            data, notes = b"", []
        if not data:
            self.state = State.LOST
            return
        self.stamps += notes[0][2] if notes else STAMP.pack(*divmod(time_ns(), NANO))
        self.total += len(data)
        self.totals.append(self.total)
        self.crc = crc32(data, self.crc)
        if self.chunks is not None:
            self.chunks.append(data)
        if self.sampled:
            self.looked.append(time_ns())
        if self.pinged and self.pinged in data:
            for line in data.split(b"\n"):
                self.say(self.dialect.answer(line, self.name))

    def say(self, data: bytes) -> bool:
        """Send what the kernel takes and keep the rest. True when nothing is left over."""
        if self.state is State.LOST:
            return False
        self.pending += data
        if self.pending:
            try:
                del self.pending[: self.sock.send(self.pending)]
            except BlockingIOError:
                return False
            except OSError:
                self.state = State.LOST
                return False
        return not self.pending

    def came(self) -> list[int]:
        """When each read's last byte had arrived: nanoseconds of the wall clock."""
        longs = array("l", bytes(self.stamps))
        return [
            seconds * NANO + rest for seconds, rest in zip(longs[::2], longs[1::2], strict=True)
        ]

    def waits(self) -> list[int]:
        """How long that had waited to be read, in microseconds; only of a sampled one."""
        looked = zip(self.looked, self.came(), strict=False)
        return [(read - came) // 1000 for read, came in looked]

    def record(self, offset: int) -> Record:
        """``offset`` is what the wall clock is ahead of the monotonic one, in nanoseconds."""
        stream = None if self.chunks is None else b"".join(self.chunks)
        self.chunks = None
        times = [(came - offset) // 1000 for came in self.came()]
        return Record(self.index, self.crc, times, self.totals, stream)
