"""A chat server driven by a test: a fake clock, and visitors on socket pairs."""

import selectors
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self, TypeVar

from chatroom.chat.hub import Hub
from chatroom.chat.rules import decide
from chatroom.metrics import Metrics
from chatroom.net.connection import Connection
from chatroom.net.connections import Connections
from chatroom.net.loop import Loop
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.undecided import Undecided, table
from chatroom.protocols.web.http import Http
from chatroom.server.session import Session
from chatroom.server.visitors import Visitors
from chatroom.settings import Settings
from chatroom.vocabulary.events import Stats
from tests.browsers import site
from tests.figures import stats
from tests.histories import in_memory

PATIENCE = 5.0  # real seconds that the kernel may take to carry something over loopback


class Clock:
    """Monotonic seconds, as the test wants them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Sorted(selectors.DefaultSelector):
    """Returns the events in the order of their handlers in `order`; notes how long it may wait."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[object] = []
        self.waits: list[float | None] = []

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.waits.append(timeout)
        ready = super().select(0)
        if self.order:
            ready.sort(key=lambda event: self.order.index(event[0].data))
        return ready


class Tapped(socket.socket):
    """Counts what is sent, and sends only as much as planned: bytes, or an error."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(fileno=sock.detach())
        self.setblocking(False)
        self.sent: list[int] = []
        self.received = 0
        self.plan: list[int | OSError] = []

    def send(self, data: Any, *_: Any) -> int:
        planned = self.plan.pop(0) if self.plan else len(data)
        self.sent.append(0)
        if isinstance(planned, OSError):
            raise planned
        self.sent[-1] = super().send(data[:planned])
        return self.sent[-1]

    def sendmsg(self, pieces: Any, *_: Any) -> int:
        return self.send(b"".join(pieces))

    def recv(self, *args: Any) -> bytes:
        data = super().recv(*args)
        if socket.MSG_PEEK not in args:
            self.received += len(data)
        return data


class Peer:
    """The other end of a connection."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.ended = False

    def send(self, data: str | bytes) -> None:
        """All of it, or the test is at fault."""
        data = data.encode() if isinstance(data, str) else data
        assert self.sock.send(data) == len(data)

    def offer(self, data: bytes) -> int:
        """As much as there is room for."""
        try:
            return self.sock.send(data)
        except BlockingIOError:
            return 0

    def read(self, most: int = 1 << 30) -> bytes:
        """What has arrived; `ended` says whether that was the end. A reset raises."""
        pieces: list[bytes] = []
        with suppress(BlockingIOError):
            while most > 0 and not self.ended:
                data = self.sock.recv(min(most, 1 << 16))
                self.ended = not data
                most -= len(data)
                pieces.append(data)
        return b"".join(pieces)

    def text(self) -> str:
        return self.read().decode()

    def read_to_end(self) -> bytes:
        """Everything up to the end of input, over a real network; a reset raises."""
        self.sock.settimeout(PATIENCE)
        pieces: list[bytes] = []
        while data := self.sock.recv(1 << 16):
            pieces.append(data)
        self.ended = True
        return b"".join(pieces)

    def finish(self) -> None:
        """End the input, and go on reading."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        self.sock.close()


class Recorder:
    """A session that notes what it is told, and may do something about it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.data = b""
        self.ends = 0
        self.drains = 0
        self.reasons: list[str] = []
        self.on_received: Callable[[bytes], object] = lambda data: None
        self.on_drained: Callable[[], object] = lambda: None
        self.on_lost: Callable[[], object] = lambda: None

    def received(self, data: bytes) -> None:
        assert not self.reasons, "data after the end"
        self.data += data
        self.ends += not data
        self.on_received(data)

    def drained(self) -> None:
        self.drains += 1
        self.on_drained()

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)
        self.on_lost()


class Plain:
    """A connection without a chat behind it, and both of its ends."""

    def __init__(self, connection: Connection, sock: Tapped, session: Recorder, peer: Peer) -> None:
        self.connection = connection
        self.sock = sock
        self.session = session
        self.peer = peer


class Visitor(Peer):
    """Somebody at the chatroom, and the socket that the server has for them."""

    def __init__(self, sock: socket.socket, connection: Connection, server_side: Tapped) -> None:
        super().__init__(sock)
        self.connection = connection
        self.server_side = server_side


_P = TypeVar("_P", bound=Peer)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a TCP connection; the first as if accepted."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname())
        return server.accept()[0], peer


class World:
    """All parts of the server but the listener and the process."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        selector: selectors.BaseSelector | None = None,
    ) -> None:
        self.clock = clock
        self.settings = settings
        self.metrics = Metrics()
        self.loop = Loop(settings, self.metrics, clock, selector)
        self.connections = Connections(self.loop, settings, self.metrics)
        self.visitors = Visitors(self.connections)
        self.hub = Hub(
            settings,
            self.metrics,
            clock,
            lambda: 0.0,
            self.loop.call_later,
            self.measure,
            decide,
            in_memory(settings, lambda: 0.0),
        )
        self.loop.at_tick_end(self.hub.catch_up)
        self.loop.at_tick_end(self.hub.flush)
        self.loop.at_tick_end(self.connections.flush)
        self.bugs = 0  # how many handler errors the test asks for
        self._peers: list[Peer] = []
        self._sessions: list[Recorder] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self.connections.close()
        for peer in self._peers:
            peer.close()
        open_ones = len(self.connections) + len(self.connections.blocked)
        left = self.loop.watched, self.loop.pending, open_ones
        self.loop.close()
        if failed is None:
            assert left == (0, 0, 0), "sockets watched, timers set, connections open"
            assert all(len(session.reasons) == 1 for session in self._sessions)
            assert self.metrics.handler_errors == self.bugs

    def measure(self) -> Stats:
        return stats()

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.loop.tick(max_wait=0)

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.tick()

    def pump(self, until: Callable[[], object]) -> None:
        """Turn while a real network carries something; not for what a tick must do at once."""
        for _ in range(1000):
            if until():
                return
            self.loop.tick(max_wait=0.005)
        raise AssertionError("it did not happen")

    def plain(self, buffer: int = 0, tcp: bool = False, started: bool = True) -> Plain:
        """A connection of which a `Recorder` is told; `buffer` is its SO_SNDBUF."""
        sock, peer = self._pair(buffer, tcp)
        connection = Connection(sock, f"peer {len(self._peers)}", self.connections)
        session = Recorder(connection)
        connection.session = session
        if started:
            self._sessions.append(session)
            connection.start()
        return Plain(connection, sock, session, self._keep(Peer(peer)))

    def visitor(self, host: str = "192.0.2.1", buffer: int = 0, tcp: bool = False) -> Visitor:
        """Somebody who has just connected."""
        sock, peer = self._pair(buffer, tcp)
        connection = Connection(sock, f"{host}:{len(self._peers) + 1}", self.connections)
        program = partial(JsonLines, 16384, self.settings.max_line)
        person = partial(Line, self.settings.max_line, program)
        protocol = Undecided(table(program, partial(Http, site(self.settings))), person)
        connection.session = session = Session(
            connection, protocol, self.hub, self.loop, self.settings, host, self.visitors
        )
        self.visitors.add(connection, session)
        connection.start()
        return self._keep(Visitor(peer, connection, sock))

    def member(
        self, name: str, host: str = "192.0.2.1", buffer: int = 0, tcp: bool = False
    ) -> Visitor:
        """Somebody who has chosen a name, and has read all that came of it."""
        visitor = self.visitor(host, buffer, tcp)
        visitor.send(f"{name}\n")
        self.pump(lambda: self.hub.roster.find(name))
        told: list[bytes] = []

        def welcomed() -> bool:
            told.append(visitor.read())
            return b"All set" in b"".join(told)

        self.pump(welcomed)
        for other in self._peers:
            if other is not visitor and other.sock.fileno() >= 0 and not other.ended:
                other.read()
        return visitor

    def _pair(self, buffer: int, tcp: bool) -> tuple[Tapped, socket.socket]:
        ours, theirs = tcp_pair() if tcp else socket.socketpair()
        if buffer:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        return Tapped(ours), theirs

    def _keep(self, peer: _P) -> _P:
        self._peers.append(peer)
        return peer


def world_with(clock: Clock | None = None, **changes: Any) -> World:
    """A world whose settings are the defaults, but for these."""
    selector = changes.pop("selector", None)
    return World(clock or Clock(), replace(Settings(), **changes), selector)
