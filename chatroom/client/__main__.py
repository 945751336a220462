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
from chatroom.client import preferences
from chatroom.client.core import Client
from chatroom.client.events import Entry
from chatroom.client.last_read import LastRead, state_directory
from chatroom.client.network import Network
from chatroom.client.plain import Plain
from chatroom.client.settings import ClientSettings
from chatroom.net.address import port, printable, split
from chatroom.net.standard import open_standard_streams
from chatroom.settings import Settings
from chatroom.vocabulary import events

PROGRAM = "python -m chatroom.client"
_BETTER = "For history, completion and colours: pip install prompt_toolkit"
_DUMB = ("dumb", "unknown")  # terminals that cannot move their cursor
_NO_TKINTER = (
    "This Python has no tkinter. Install it (on Debian: apt install python3-tk), or leave out --gui"
    " and talk in the terminal."
)


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=program,
        description="Take part in a chatroom: in the terminal, in a window, or in a pipe.",
    )
    result.add_argument(
        "host",
        nargs="?",
        metavar="HOST",
        help="where the chatroom is: HOST, HOST:PORT or [ADDRESS]:PORT; without it, where you were"
        " last",
    )
    result.add_argument("-p", "--port", type=port, help=f"its TCP port ({Settings().port})")
    result.add_argument("--name", default="", help="your name there; without it you are asked")
    result.add_argument("--room", default="", help="the room to go to (lobby)")
    result.add_argument("--gui", action="store_true", help="in a window of its own")
    result.add_argument(
        "--echo", action="store_true", help="with --gui: the terminal takes part as well"
    )
    result.add_argument(
        "--plain", action="store_true", help="plain lines, also where the terminal could do more"
    )
    result.add_argument(
        "--listen", action="store_true", help="in a pipe: also print what others say and do"
    )
    result.add_argument(
        "--quiet", action="store_true", help="come and go without a notice to the room"
    )
    result.add_argument("--version", action="version", version=f"chatroom {__version__}")
    return result


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """The exit code: 0, 1 if we could not get in or something was not delivered, 130 by Ctrl-C."""
    _mend_streams()
    options = _options(parser(program), arguments)
    if options.gui:
        return _window(options)
    try:
        return asyncio.run(_talk(options))
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            print()  # behind the terminal's own ^C
        return 128 + signal.SIGINT


def _options(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> argparse.Namespace:
    """The arguments, with the port that was given with the host, and where we were last."""
    options = parser.parse_args(arguments)
    try:
        options.host, text = split(options.host or "")
        with_host = port(text) if text else None
    except (ValueError, argparse.ArgumentTypeError) as error:
        parser.error(f"argument HOST: {error}")
    if None not in (options.port, with_host) and options.port != with_host:
        parser.error(f"two ports were given: {with_host} and {options.port}")
    options.port = with_host if options.port is None else options.port
    options.remembered = preferences.load() if _is_interactive() else preferences.Preferences()
    if not (options.host or options.gui):
        options.host = options.remembered.host
        options.port = options.port or options.remembered.port or None
        if not options.host:
            parser.error("HOST is missing: where is the chatroom? (localhost, if it is here)")
    options.port = Settings().port if options.port is None else options.port
    return options


def _is_interactive() -> bool:
    """Whether a person sits at both ends. A script finds the same as on every other day."""
    return sys.stdin.isatty() and sys.stdout.isatty()


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
    interactive = _is_interactive()
    # a script sees nothing of what was said before it came
    settings = ClientSettings() if interactive else ClientSettings(recent=0)
    loop = asyncio.get_running_loop()
    where = printable(options.host, options.port)
    client = new_client(settings, options.room, loop.time, where, options.quiet, interactive)
    if options.name:
        client.join(options.name)

    def connect(client: Client, show: Callable[[list[Entry]], None]) -> Network:
        def remember_and_show(happened: list[Entry]) -> None:
            if interactive:
                _remember(happened, options, client.name)
            show(happened)

        host, port = options.host, options.port
        return Network(client, host, port, settings.connect_timeout, remember_and_show, loop)

    capable = os.environ.get("TERM", "") not in _DUMB
    better = importlib.util.find_spec("prompt_toolkit") is not None
    if interactive and capable and better and not options.plain:
        terminal = importlib.import_module("chatroom.client.terminal")
        return int(await terminal.Terminal(client, where, connect, options.remembered).run())
    if interactive and capable and not better:
        print(_BETTER)
    listen = options.listen or sys.stdin.isatty()
    plain = Plain(client, where, connect, interactive, listen, options.remembered.name)
    return await plain.run()


def _remember(happened: list[Entry], options: argparse.Namespace, name: str) -> None:
    """Where we got in, and as whom; it is what the next run offers."""
    if any(isinstance(one.event, events.Welcomed | events.NowKnownAs) for one in happened):
        preferences.change(host=options.host, port=options.port, name=name)


def new_client(
    settings: ClientSettings,
    room: str,
    clock: Callable[[], float],
    where: str,
    quiet: bool = False,
    remembers: bool = True,
) -> Client:
    """`remembers`: what was read last is kept between two runs."""
    ticket = secrets.token_urlsafe(16)
    last_read = LastRead(where, state_directory()) if remembers else LastRead()
    wall, jitter = time.time, random.random
    return Client(settings, ticket, clock, wall, jitter, room, where, quiet, last_read)


def _window(options: argparse.Namespace) -> int:
    try:
        window = importlib.import_module("chatroom.client.window")
    except ImportError:
        print(_NO_TKINTER, file=sys.stderr)
        return 1
    where = (options.host, options.port)
    return int(window.run(new_client, *where, options.name, options.room, echo=options.echo))


if __name__ == "__main__":
    sys.exit(main())
