"""python -m chatroom.server: read the arguments, build the server and run its loop."""

import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence

from chatroom.chat.history import CannotOpen, History
from chatroom.metrics import Metrics
from chatroom.net.listener import CannotListen, Listener, bind
from chatroom.net.loop import Loop
from chatroom.net.signals import Signals
from chatroom.net.standard import Stream, open_standard_streams
from chatroom.net.supervisor import notify
from chatroom.net.workers import Workers
from chatroom.server.arguments import PROGRAM, parser, settings_of
from chatroom.server.console import Console
from chatroom.server.invitation import invitation, picture
from chatroom.server.log import log_to
from chatroom.server.server import Server
from chatroom.settings import Settings

log = logging.getLogger("chatroom.server")  # __name__ is "__main__" when run with -m


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """The exit code: 0 after a shutdown, 1 if it cannot listen or open the history, 128 + N after a
    second signal N.

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
    workers = Workers(loop, settings.worker_threads, settings.worker_jobs)
    try:
        history = History(settings.history, settings, time.time, workers.submit)
    except CannotOpen as problem:
        errors.write(f"chatroom: {problem}\n")
        return 1
    if history:
        history.tell(lambda text: output.write(f"{text}\n"))
    handler.call_later = loop.call_later
    server = Server(settings, metrics, loop, sockets, history=history)
    Signals(loop, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP), server.stopping.on_signal)
    _announce(output, settings.host, server.listeners, program, options.qr)
    stop = server.stopping.shut_down
    Console(0, output, loop, server.hub, stop, server.measure).start()
    notify("READY=1")
    if os.geteuid() == 0:
        log.warning("running as root, which a chatroom does not need")
    gc.freeze()  # what exists now stays: the collector need not visit it again
    code = server.run()
    workers.close(0)
    return code


def _announce(output: Stream, host: str, listeners: list[Listener], program: str, qr: bool) -> None:
    places = [(listener.host, listener.port) for listener in listeners]
    for line in [*invitation(host, places, program), *(picture(host, places) if qr else [])]:
        output.write(line + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before the loop handles signals
        sys.exit(128 + signal.SIGINT)
