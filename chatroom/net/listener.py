"""Bound sockets, and accepting connections from them.

The number of accepts per tick is bounded. A full chatroom refuses with a sentence.

When the process runs out of descriptors the listener stays readable, so a loop that just goes on
would spin on a full core. One descriptor is kept in reserve for that moment. It is given up to
accept one visitor and to tell them; then the listener pauses for a while.

Options that every connection needs are set on the listening socket, because accepted sockets
inherit them. That saves eight system calls per visitor in a storm, and setting them cannot fail for
a peer who has gone already.
"""

import contextlib
import errno
import logging
import os
import socket
from collections.abc import Callable, Sized

from chatroom.metrics import Metrics
from chatroom.net.address import printable
from chatroom.net.connection import Connection
from chatroom.net.connections import Connections
from chatroom.net.loop import READ, Loop, Seldom
from chatroom.settings import Settings
from chatroom.vocabulary.counts import counted
from chatroom.vocabulary.notices import FULL

_OUT_OF_RESOURCES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_CLOSED = {errno.EBADF, errno.EINVAL}

# What getaddrinfo gives for IPv4 and IPv6, and for a Python without IPv6.
_Sockaddr = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Address = tuple[socket.AddressFamily, _Sockaddr]

Bound = list[socket.socket]
"""Sockets that listen, one for each address."""

log = logging.getLogger(__name__)


class CannotListen(Exception):
    """The message says what is wrong and what to do about it."""


class Listener:
    """Accepts from one socket; `welcome(connection, host)` is given each peer that is let in.

    It gives the connection a session and starts it. Nobody is let in while there are as many
    `clients` as the settings allow.
    """

    def __init__(
        self,
        sock: socket.socket,
        connections: Connections,
        clients: Sized,
        settings: Settings,
        metrics: Metrics,
        welcome: Callable[[Connection, str], None],
    ) -> None:
        self.host, self.port = sock.getsockname()[:2]
        self.address = printable(self.host, self.port)
        self._sock = sock
        self._connections = connections
        self._clients = clients
        self._settings = settings
        self._metrics = metrics
        self._welcome = welcome
        self._loop: Loop = connections.loop
        self._reserve: int | None = os.open(os.devnull, os.O_RDONLY)
        self._watched = False
        self._refused = 0  # since the log was last told
        self._log = Seldom(settings.log_interval)

    def __repr__(self) -> str:
        return f"<Listener {self.address}>"

    def start(self) -> None:
        self._watched = True
        self._loop.watch(self._sock, READ, self)

    def close(self) -> None:
        """Stop accepting. Closing twice does nothing."""
        self._rest()
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
        self._sock.close()

    def ready(self, _: int) -> None:
        for _ in range(self._settings.accepts_per_tick):
            try:
                sock, address = self._sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _OUT_OF_RESOURCES:
                    self._exhausted(error)
                    return
                if error.errno in _CLOSED:
                    return
                continue  # that peer is gone already
            self._admit(sock, address)
            if self._connections.turns.backlog_over:
                return  # connected clients go first; newcomers wait in the backlog

    def crashed(self, error: Exception) -> None:
        """One visitor was lost; the listener goes on."""

    def _admit(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self._metrics.accepted += 1
        sock.setblocking(False)
        if len(self._clients) >= self._settings.max_clients:
            _turn_away(sock)
            self._note(f"full at {counted(self._settings.max_clients, 'client')}")
        else:
            host = address[0].removeprefix("::ffff:")
            connection = Connection(sock, printable(host, address[1]), self._connections)
            self._welcome(connection, host)

    def _exhausted(self, error: OSError) -> None:
        """Out of descriptors or memory: tell one visitor; the others wait in the backlog."""
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
        with contextlib.suppress(OSError):  # or not even that: the pause is what helps
            sock, _ = self._sock.accept()
            sock.setblocking(False)
            _turn_away(sock)
        with contextlib.suppress(OSError):  # or there is none the next time
            self._reserve = os.open(os.devnull, os.O_RDONLY)
        self._note(os.strerror(error.errno or 0).lower())
        self._rest()
        self._loop.call_later(self._settings.accept_pause, self._resume, self)

    def _rest(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.unwatch(self._sock)

    def _resume(self) -> None:
        if self._sock.fileno() >= 0 and not self._watched:
            self.start()

    def _note(self, why: str) -> None:
        """Log a refusal, once per interval with a count."""
        self._refused += 1
        self._metrics.endings[f"turned away: {why}"] += 1
        if self._log.due(self._loop.woke):
            log.warning("visitors turned away: %d (%s)", self._refused, why)
            self._refused = 0


def bind(host: str, port: int, settings: Settings) -> Bound:
    """Listening sockets for every address that the host stands for.

    The empty host is every interface, in IPv4 and IPv6; `::` alone takes both in one socket. Port 0
    lets the system choose one port, the same for all. Raises CannotListen.
    """
    addresses = _resolve(host, port)
    sockets: list[socket.socket] = []
    missing: list[OSError] = []
    try:
        for family, address in addresses:
            if port == 0 and sockets:
                address = (address[0], sockets[0].getsockname()[1], *address[2:])
            try:
                sockets.append(_listen(family, address, len(addresses) == 1, settings))
            except OSError as error:
                # localhost often has an IPv6 address on a machine without IPv6
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing.append(error)
        if not sockets:
            raise missing[0]
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise CannotListen(_advice(error, host, port)) from None
    return sockets


def _resolve(host: str, port: int) -> list[_Address]:
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError):
        raise CannotListen(
            f"cannot find the host {host!r}; give an address of this machine, or 0.0.0.0 for all"
        ) from None
    unique = dict.fromkeys((family, address) for family, _, _, _, address in found)
    return list(unique)


def _listen(
    family: socket.AddressFamily, address: _Sockaddr, alone: bool, settings: Settings
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            both = alone and address[0] == "::"
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        for level, option, value in _inherited(settings):
            sock.setsockopt(level, option, value)
        sock.bind(address)
        sock.listen(settings.backlog)
    except OSError:
        sock.close()
        raise
    return sock


def _inherited(settings: Settings) -> list[tuple[int, int, int]]:
    """Options for the connections to come; those that this system does not have are left out."""
    options = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.SOL_SOCKET, socket.SO_SNDBUF, settings.send_buffer),
        (socket.SOL_SOCKET, socket.SO_RCVBUF, settings.receive_buffer),
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    ]
    for name, value in (
        ("TCP_KEEPIDLE", settings.keepalive_idle),
        ("TCP_KEEPINTVL", settings.keepalive_interval),
        ("TCP_KEEPCNT", settings.keepalive_probes),
        ("TCP_USER_TIMEOUT", settings.user_timeout * 1000),
    ):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def _turn_away(sock: socket.socket) -> None:
    with sock, contextlib.suppress(OSError):  # they may have left first
        sock.send(f"{FULL}\n".encode())
        sock.shutdown(socket.SHUT_WR)
        sock.recv(4096)  # closing with unread input would reset the connection


def _advice(error: OSError, host: str, port: int) -> str:
    where = printable(host or "*", port)
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use; stop the other program, or choose another port with -p"
    if error.errno == errno.EACCES:
        return f"port {port} needs privileges; choose one above 1023 with -p"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine; give one that is, or 0.0.0.0 for all"
    why = os.strerror(error.errno or 0).lower()
    return f"cannot listen at {where} ({why}); give another HOST, or 0.0.0.0 for all"
