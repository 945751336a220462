"""python -m chatroom.server: arguments to settings, settings to parts, and then the loop turns.

The only file that knows all the others.
"""

import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import cast

from chatroom.arguments import PROGRAM, parser, settings_of
from chatroom.chat.events import Measured
from chatroom.chat.hub import Hub
from chatroom.chat.member import Broadcast
from chatroom.console import Console
from chatroom.counts import counted
from chatroom.fanout import Fanout
from chatroom.invitation import invitation
from chatroom.metrics import Metrics
from chatroom.net.address import printable
from chatroom.net.connection import Connection, Connections
from chatroom.net.listener import CannotListen, Listener, bind
from chatroom.net.loop import Loop
from chatroom.net.signals import Signals
from chatroom.net.supervisor import notify
from chatroom.output import Stream, log_to, open_standard_streams
from chatroom.protocols.detect import Detect
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.resources import memory_in_use
from chatroom.session import Session
from chatroom.settings import Settings

_FAREWELL = "The chatroom is shutting down. Goodbye!"

log = logging.getLogger("chatroom.server")  # __name__ is "__main__" when run with -m


class Server:
    """All parts put together. The listening `sockets` belong to the server from here on.

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
        self._draining = False
        self._finish_until = 0.0
        self._reads = 0  # of all connections, when the last tick ended
        self._quiet_ticks = 0
        self._untaken = 0  # lines that came too late before the stop
        self._exit_code = 0
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
        fanout = Fanout(self.hub, loop, settings, metrics, clock)
        loop.at_tick_end(fanout.flush)
        loop.at_tick_end(self._connections.flush)
        loop.at_tick_end(fanout.measure)
        loop.at_tick_end(self._stop_when_drained)
        self.listeners = [
            Listener(sock, self._connections, settings, metrics, self._welcome) for sock in sockets
        ]

    def run(self) -> int:
        """Serve until told to stop; returns the exit code."""
        for listener in self.listeners:
            listener.start()
        self._loop.run()
        for listener in self.listeners:
            listener.close()
        self._connections.close()
        return self._exit_code

    def _welcome(self, sock: socket.socket, host: str, port: int) -> None:
        """A visitor has connected: give them a connection and a session."""
        connection = Connection(sock, printable(host, port), self._connections)
        settings = self._settings
        program = JsonLines(settings.max_object, settings.max_line)
        protocol = Detect(Line(settings.max_line, program), program)
        connection.session = Session(connection, protocol, self.hub, self._loop, settings, host)
        connection.start()
        log.debug("%s connected", connection.address)

    # --- stopping -----------------------------------------------------------------------------

    def on_signal(self, number: int) -> None:
        name = signal.Signals(number).name
        if number == signal.SIGHUP:
            log.info("%s: there is nothing to reload", name)
        elif self._draining:
            log.warning("%s again: stopping at once", name)
            self._exit_code = 128 + number
            self._loop.stop()
        else:
            log.info("%s", name)
            self.shut_down()

    def shut_down(self) -> None:
        """Let nobody in any more, handle what has arrived, and then drain."""
        if not self._draining:
            self._draining = True
            log.info("shutting down")
            notify("STOPPING=1")
            for listener in self.listeners:
                listener.close()
            self._finish_until = self._clock() + self._settings.finish_seconds
            self._loop.each(_hurry, list(self._connections.talking))
            self._loop.call_later(0.0, self._finish)

    def _finish(self) -> None:
        """Wait until a tick has found nothing more to read or to handle; then say goodbye."""
        connections = self._connections
        quiet = connections.reads == self._reads and not connections.turns.waiting
        self._reads = connections.reads
        self._quiet_ticks = self._quiet_ticks + 1 if quiet else 0
        # one such tick may have been the one that began to read from somebody again
        if self._quiet_ticks < 2 and self._clock() < self._finish_until:
            self._loop.call_later(0.0, self._finish)
            return
        try:
            self.hub.shut_down()
        finally:
            self._loop.each(self._say_goodbye, list(connections.talking))
            if self._untaken:
                log.warning("%s came too late to be taken", counted(self._untaken, "line"))

    def _say_goodbye(self, connection: Connection) -> None:
        self._untaken += connection.session.say_goodbye(_FAREWELL)

    def _stop_when_drained(self) -> None:
        if self._draining and not self._connections.talking:
            self._loop.stop()

    # --- measuring ----------------------------------------------------------------------------

    def measure(self) -> Measured:
        metrics = self._metrics
        return Measured(
            clients=len(self._connections.talking),
            rooms=len(self.hub.rooms),
            messages=metrics.messages,
            deliveries=metrics.deliveries,
            skipped=metrics.skipped,
            fanout_p50=metrics.fanout.quantile(0.5),
            fanout_p99=metrics.fanout.quantile(0.99),
            fanout_max=metrics.fanout.max,
            lag_p99=metrics.lag.quantile(0.99),
            lag_max=metrics.lag.max,
            slow_readers=len(self._connections.blocked),
            queued=sum(connection.queued for connection in self._connections.blocked),
            endings=tuple(metrics.endings.most_common(8)),
            accepted=metrics.accepted,
            errors=metrics.handler_errors,
            log_dropped=metrics.log_dropped,
            cpu=time.process_time(),
            memory=memory_in_use(),
            uptime=self._clock() - self._started,
        )


def _hurry(connection: Connection) -> None:
    connection.session.hurry()


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """The exit code: 0 after a shutdown, 1 if it cannot listen, 128 + N after a second signal N.

    `program` is what was typed to start it.
    """
    open_standard_streams()
    options = parser(program).parse_args(arguments)
    metrics = Metrics()
    errors, output = Stream(2), Stream(1)
    handler = log_to(errors, metrics, options.log_level, Settings().log_alike)
    settings = settings_of(options)
    try:
        sockets = bind(settings.host, settings.port, settings)
    except CannotListen as problem:
        errors.write(f"chatroom: {problem}\n")
        return 1
    loop = Loop(settings, metrics)
    handler.call_later = loop.call_later
    server = Server(settings, metrics, loop, sockets)
    Signals(loop, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP), server.on_signal)
    _announce(output, settings.host, server.listeners, program)
    Console(0, output, loop, server.hub, server.shut_down, server.measure).start()
    notify("READY=1")
    if os.geteuid() == 0:
        log.warning("running as root, which a chatroom does not need")
    gc.freeze()  # what is here now stays; the collector need not look at it again
    return server.run()


def _announce(output: Stream, host: str, listeners: list[Listener], program: str) -> None:
    places = [(listener.host, listener.port) for listener in listeners]
    for line in invitation(host, places, program):
        output.write(line + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before there was a loop to hear of it
        sys.exit(128 + signal.SIGINT)
