"""python -m chatroom.client: arguments, and then one of the clients."""

import argparse
import asyncio
import importlib
import importlib.util
import io
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Callable, Sequence

from chatroom import __version__
from chatroom.arguments import port
from chatroom.clients.core import Client
from chatroom.clients.happenings import Happening
from chatroom.clients.network import Network
from chatroom.clients.plain import Plain
from chatroom.clients.settings import ClientSettings
from chatroom.net.address import printable
from chatroom.output import open_standard_streams
from chatroom.settings import Settings

PROGRAM = "python -m chatroom.client"
_BETTER = "For history, completion and colours: pip install prompt_toolkit"
_NO_TKINTER = (
    "This Python has no tkinter. Install it (on Debian: apt install python3-tk), or leave out --gui"
    " and talk in the terminal."
)


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=program,
        description="Take part in a chatroom: in the terminal, in a window, or in a pipe.",
    )
    result.add_argument("host", nargs="?", metavar="HOST", help="where the chatroom is")
    result.add_argument(
        "-p", "--port", type=port, default=Settings().port, help="its TCP port (%(default)s)"
    )
    result.add_argument("--name", default="", help="your name there; without it you are asked")
    result.add_argument("--room", default="", help="the room to go to (lobby)")
    result.add_argument("--gui", action="store_true", help="in a window of its own")
    result.add_argument(
        "--echo", action="store_true", help="with --gui: the terminal takes part as well"
    )
    result.add_argument(
        "--plain", action="store_true", help="plain lines, also where the terminal could do more"
    )
    result.add_argument("--version", action="version", version=f"chatroom {__version__}")
    return result


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """The exit code: 0, 1 if we could not get in or something was not delivered, 130 by Ctrl-C."""
    _mend_streams()
    options = parser(program).parse_args(arguments)
    if options.gui:
        return _window(options)
    if not options.host:
        parser(program).error("HOST is missing: where is the chatroom? (localhost, if it is here)")
    try:
        return asyncio.run(_talk(options))
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            print()  # behind the terminal's own ^C
        return 128 + signal.SIGINT


def _mend_streams() -> None:
    """Whatever we were started with: nothing to read, nowhere to write, a terminal of long ago."""
    open_standard_streams()
    # they stay open as long as the program runs, so no `with` is wanted
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # who cannot show an emoji shows a question mark


async def _talk(options: argparse.Namespace) -> int:
    """The terminal client, the better one where there is a person and what it needs."""
    settings = ClientSettings()
    loop = asyncio.get_running_loop()
    where = printable(options.host, options.port)
    client = new_client(settings, options.room, loop.time, where)
    if options.name:
        client.join(options.name)

    def connect(client: Client, show: Callable[[list[Happening]], None]) -> Network:
        return Network(client, options.host, options.port, settings.connect_seconds, show, loop)

    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    better = importlib.util.find_spec("prompt_toolkit") is not None
    if interactive and better and not options.plain:
        terminal = importlib.import_module("chatroom.clients.terminal")
        return int(await terminal.Terminal(client, where, connect).run())
    if interactive and not better:
        print(_BETTER)
    return await Plain(client, where, connect, interactive).run()


def new_client(
    settings: ClientSettings, room: str, clock: Callable[[], float], where: str
) -> Client:
    ticket = secrets.token_urlsafe(16)
    return Client(settings, ticket, clock, time.time, random.random, room, where)


def _window(options: argparse.Namespace) -> int:
    try:
        window = importlib.import_module("chatroom.clients.window")
    except ImportError:
        print(_NO_TKINTER, file=sys.stderr)
        return 1
    host = options.host or ""
    where = (host, options.port)
    return int(window.run(new_client, *where, options.name, options.room, echo=options.echo))


if __name__ == "__main__":
    sys.exit(main())
