"""All parts put together: the only file that knows all the others."""

import logging
import socket
import time
from collections.abc import Callable
from typing import cast

from chatroom.chat.hub import Hub
from chatroom.chat.member import Broadcast
from chatroom.metrics import Metrics
from chatroom.net.address import printable
from chatroom.net.connection import Connection, Connections
from chatroom.net.listener import Listener
from chatroom.net.loop import Loop
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.undecided import Undecided
from chatroom.server.pacing import Pacing
from chatroom.server.session import Session
from chatroom.server.stats import measure
from chatroom.server.stopping import Stopping
from chatroom.settings import Settings
from chatroom.vocabulary.events import Stats

log = logging.getLogger(__name__)


class Server:
    """A chatroom. The listening `sockets` belong to the server from here on.

    `clock` must be the loop's.
    """

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        loop: Loop,
        sockets: list[socket.socket],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._loop = loop
        self._clock = clock
        self._started = clock()
        self._connections = Connections(loop, settings, metrics)
        self.hub = Hub(
            settings,
            metrics,
            clock,
            wall,
            loop.call_later,
            self.measure,
            cast(Broadcast, self._connections.broadcast),  # all channels are connections
        )
        pacing = Pacing(self.hub, loop, settings, metrics, clock)
        loop.at_tick_end(pacing.flush)
        loop.at_tick_end(self._connections.flush)
        loop.at_tick_end(pacing.measure)
        self.listeners = [
            Listener(sock, self._connections, settings, metrics, self._welcome) for sock in sockets
        ]
        self.stopping = Stopping(settings, loop, self.hub, self._connections, self.listeners, clock)
        loop.at_tick_end(self.stopping.stop_when_drained)

    def run(self) -> int:
        """Serve until told to stop; returns the exit code."""
        for listener in self.listeners:
            listener.start()
        self._loop.run()
        for listener in self.listeners:
            listener.close()
        self._connections.close()
        return self.stopping.exit_code

    def _welcome(self, sock: socket.socket, host: str, port: int) -> None:
        """A visitor has connected: give them a connection and a session."""
        connection = Connection(sock, printable(host, port), self._connections)
        settings = self._settings
        program = JsonLines(settings.max_object, settings.max_line)
        protocol = Undecided(Line(settings.max_line, program), program)
        connection.session = Session(connection, protocol, self.hub, self._loop, settings, host)
        connection.start()
        log.debug("%s connected", connection.address)

    def measure(self) -> Stats:
        uptime = self._clock() - self._started
        return measure(self._metrics, self._connections, len(self.hub.rooms), uptime)
