"""The command line of the server, and the settings that it stands for."""

import argparse
import logging
import re

from chatroom import __version__
from chatroom.chat.index import has_fts5
from chatroom.chat.inspection import is_before_the_fix, sqlite_version
from chatroom.net.address import port
from chatroom.protocols.web.site import plain_origin
from chatroom.server.resources import allow_descriptors
from chatroom.settings import Settings

log = logging.getLogger(__name__)


_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")

PROGRAM = "python -m chatroom.server"
"""How the server is started straight from a clone."""


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    default = Settings()
    result = argparse.ArgumentParser(
        prog=program,
        description="A chatroom for everybody on the network. Join it with: nc HOST PORT",
        epilog="While it runs, type help on its standard input for the operator's commands.",
    )
    _add_address(result, default)
    result.add_argument(
        "--rate",
        type=_rate,
        default=default.rate,
        metavar="N",
        help="lines a second per client, with bursts of 4N; faster clients are throttled;"
        " 0: unlimited (default: %(default)g)",
    )
    result.add_argument(
        "--max-clients",
        type=_clients,
        metavar="N",
        help="clients at once (default: what the limit on open files allows)",
    )
    _add_history(result, default)
    _add_web(result)
    result.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default="info",
        help="debug also logs what is said (default: %(default)s)",
    )
    result.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    return result


class _Version(argparse.Action):
    """argparse's own joins the lines."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(_version())
        parser.exit()


def _version() -> str:
    """With the SQLite that keeps the history."""
    search = "FTS5" if has_fts5() else "no FTS5: all is looked through"
    lines = [f"chatroom {__version__}", f"SQLite {sqlite_version()}, search: {search}"]
    if is_before_the_fix():
        lines.append(
            "SQLite before 3.51.3: no other program may write to a history while a server runs"
        )
    return "\n".join(lines)


def _add_address(result: argparse.ArgumentParser, default: Settings) -> None:
    result.add_argument(
        "host",
        nargs="?",
        default=default.host,
        metavar="HOST",
        help="address or hostname to listen at; 0.0.0.0 is every IPv4 interface, '' every"
        " interface (default: %(default)s)",
    )
    result.add_argument(
        "-p",
        "--port",
        type=port,
        default=default.port,
        help="TCP port; 0 lets the system choose (default: %(default)s)",
    )


def _add_history(result: argparse.ArgumentParser, default: Settings) -> None:
    result.add_argument(
        "--history",
        metavar="FILE",
        help="keep what is said in this file; without it in memory, until the server stops",
    )
    result.add_argument(
        "--keep",
        type=_count,
        default=default.history_keep,
        metavar="N",
        help="messages to keep of each room; 0: all (default: %(default)s)",
    )
    result.add_argument(
        "--fsync",
        choices=("normal", "full"),
        default=default.fsync,
        help="full: what is said outlives a loss of power, and each message waits for the disk"
        " (default: %(default)s: it outlives the end of the server)",
    )
    result.add_argument(
        "--backlog",
        type=_count,
        default=default.recent_lines,
        metavar="N",
        help="messages that people are shown when they come into a room (default: %(default)s)",
    )


def _add_web(result: argparse.ArgumentParser) -> None:
    result.add_argument(
        "--allow-origin",
        type=_origin,
        action="append",
        default=[],
        metavar="URL",
        help="let pages of this other site (https://chat.example.org) talk here, beside the"
        " server's own; can be given more than once",
    )
    result.add_argument(
        "--qr",
        action="store_true",
        help="show the address of the page as a QR code at the start",
    )
    result.add_argument(
        "--public-rooms",
        action="store_true",
        help="let anybody read the rooms without a name: http://HOST:PORT/room/lobby.txt",
    )


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is not http(s)://HOST or http(s)://HOST:PORT")
    return plain_origin(text)


def settings_of(options: argparse.Namespace) -> Settings:
    """Raises the limit on descriptors as far as it goes, for as many clients."""
    possible = allow_descriptors()
    wanted = options.max_clients or possible
    if wanted > possible:
        log.warning("--max-clients %d: the limit on descriptors allows %d", wanted, possible)
    return Settings(
        host=options.host,
        port=options.port,
        rate=options.rate,
        max_clients=min(wanted, possible),
        history=options.history,
        history_keep=options.keep,
        fsync=options.fsync,
        recent_lines=options.backlog,
        allow_origins=tuple(options.allow_origin),
        public_rooms=options.public_rooms,
    )


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate; give lines a second, 0 or more")
    return rate


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number; give 0 or more")
    return int(text)


def _clients(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of clients; give 1 or more")
    return int(text)
