"""The server, put together from its parts: the only file that knows all the others."""

import logging
import time
from collections.abc import Callable
from functools import partial

from chatroom.chat.history import Figures, History
from chatroom.chat.hub import Hub
from chatroom.chat.rules import decide
from chatroom.metrics import Metrics
from chatroom.net.connection import Connection
from chatroom.net.connections import Connections
from chatroom.net.listener import Bound, Listener
from chatroom.net.loop import Loop
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.undecided import Undecided, table
from chatroom.protocols.web.http import Http
from chatroom.server.browsers import Browsers
from chatroom.server.keeping import Keeping
from chatroom.server.pacing import Pacing
from chatroom.server.session import Session
from chatroom.server.site import new_site
from chatroom.server.stats import measure
from chatroom.server.stopping import Stopping
from chatroom.server.visitors import Visitors
from chatroom.settings import Settings
from chatroom.vocabulary.events import Stats

log = logging.getLogger(__name__)


class Server:
    """A chatroom. The listening `sockets` and the `history` belong to the server from here on.

    `clock` must be the loop's. Without a history there is one in memory.
    """

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        loop: Loop,
        sockets: Bound,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        history: History | None = None,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._loop = loop
        self._clock = clock
        self._started = clock()
        self._history = History(None, settings, wall) if history is None else history
        self._connections = Connections(loop, settings, metrics)
        self._visitors = Visitors(self._connections, Browsers(settings, clock))
        program = partial(JsonLines, settings.max_object, settings.max_line)
        self._person = partial(Line, settings.max_line, program)
        self.hub = Hub(
            settings,
            metrics,
            clock,
            wall,
            loop.call_later,
            self.measure,
            decide,
            self._history,
        )
        self._table = table(program, partial(Http, new_site(settings, sockets, self.hub)))
        self._order_the_end_of_a_tick()
        self.listeners = [
            Listener(sock, self._connections, self._visitors, settings, metrics, self._welcome)
            for sock in sockets
        ]
        turns = self._connections.turns
        self.stopping = Stopping(
            settings, loop, self.hub, self._visitors, turns, self.listeners, clock
        )
        loop.at_tick_end(self.stopping.stop_when_drained)

    def _order_the_end_of_a_tick(self) -> None:
        """Kept, then handed out, then sent, then measured."""
        loop, settings = self._loop, self._settings
        keeping = Keeping(self._history, loop, settings)
        loop.at_tick_end(keeping.commit)
        loop.at_tick_end(self.hub.catch_up)
        held = keeping.is_held
        pacing = Pacing(self.hub, loop, settings, self._metrics, self._clock, held)
        loop.at_tick_end(pacing.flush)
        loop.at_tick_end(self._connections.flush)
        loop.at_tick_end(pacing.measure)

    def run(self) -> int:
        """Serve until told to stop; returns the exit code."""
        for listener in self.listeners:
            listener.start()
        self._loop.run()
        for listener in self.listeners:
            listener.close()
        self._connections.close()
        self._history.close()
        return self.stopping.exit_code

    def _welcome(self, connection: Connection, host: str) -> None:
        """A visitor has connected: give them a session."""
        protocol = Undecided(self._table, self._person)
        connection.session = session = Session(
            connection, protocol, self.hub, self._loop, self._settings, host, self._visitors
        )
        self._visitors.add(connection, session)
        connection.start()
        log.debug("%s connected", connection.address)

    def measure(self) -> Stats:
        uptime = self._clock() - self._started
        figures = self._history.figures() if self._history else Figures()
        return measure(self._metrics, self._visitors, len(self.hub.rooms), uptime, figures)
