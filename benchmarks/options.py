"""The command line of flood: words into plans, or one clear line about what is wrong."""

from __future__ import annotations

import argparse
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from load.plan import MIXED, Plan
from load.wire import DIALECTS, SMALLEST
from machine import proc

TALKERS = 50  # unless asked otherwise, or there are not as many clients
SPARE_FILES = 64  # descriptors a load process needs for itself
MOST_MESSAGES = 10**8  # their numbers have eight digits
FASTEST = 1e7  # messages a second
LONGEST = 3600.0  # seconds
HIGHEST_PORT = 65535
MOST_WORKERS = 64  # far more than there are cores to run them
LOCAL = "127.0.0.1"

DESCRIPTION = """\
Connect many clients to a chat server, let some of them talk, check every delivery and
measure how long each took. Without --port, starts and stops the chatroom of this folder."""

SLOW = """clients who read 1 KB/s, and all the rest when everything has been said (0); a server
that already runs must keep all of that"""

EXIT_CODES = """\
Exits with 0 when everything was delivered once and in order, with 1 when not, and with 2
when nothing could be measured."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong usage is one line; the whole usage is what --help is for."""
        self.exit(2, f"{self.prog}: {message}\n")


@dataclass(frozen=True)
class Options:
    """What to measure, in turn, and what to do with the results."""

    plans: list[Plan]
    sweep: str  # the name of what differs between the plans; empty for a single one
    host: str
    port: int | None
    pin: bool
    json: Path | None
    plot: Path | None


def words(text: str) -> list[str]:
    return text.split(",")


def choose(parser: Parser, option: str, wanted: list[str] | None, known: list[str]) -> list[str]:
    """The names that were asked for, if all of them are known; all names if none was given."""
    if wanted is None:
        return known
    if not set(wanted) <= set(known):
        parser.error(f"{option} knows {', '.join(known)}")
    return [name for name in known if name in wanted]


def share(text: str) -> float | int:
    """``10%`` is a share of the clients, ``10`` is ten of them."""
    if not text.endswith("%"):
        return int(text)
    percent = float(text[:-1])
    if not 0 <= percent <= 100:
        raise ValueError("more than everybody, or fewer than nobody")
    return percent / 100


def sweep(text: str) -> tuple[str, list[float]]:
    name, _, values = text.partition("=")
    if name not in ("clients", "rate"):
        raise argparse.ArgumentTypeError("give clients=100,500,... or rate=1000,2000,...")
    try:
        number = int if name == "clients" else float
        return name, [number(value) for value in values.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a list of numbers: {values!r}") from None


def new_parser() -> Parser:
    parser = Parser(
        prog="flood",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", help="of a server that already runs, with --port (127.0.0.1)")
    add("--port", type=int, help="of a server that already runs")
    add(
        "--speak",
        choices=sorted([*DIALECTS, MIXED]),
        default="line",
        help="what it understands (line)",
    )
    add("--clients", type=int, default=500, help="how many there are (500)")
    add("--senders", type=int, help="how many of them talk (50)")
    add("--idle", type=int, default=0, help="clients more, who only listen (0)")
    add("--stalled", type=share, default=0, metavar="N|P%", help="clients who never read (0)")
    add("--slow", type=share, default=0, metavar="N|P%", help=SLOW)
    add("--rate", type=float, default=1000, help="messages a second, of all together (1000)")
    add("--seconds", type=float, default=10, help="how long they talk (10)")
    add("--size", type=int, default=64, help="bytes a message, with its line feed (64)")
    add("--workers", type=int, help="load processes (one less than there are cores)")
    add("--pin", action="store_true", help="the server on one core, the load on the others")
    add("--storm", type=int, metavar="N", help="only connect, all N at once, and time that")
    add("--sweep", type=sweep, metavar="NAME=A,B,...", help="once for each: clients or rate")
    add("--json", type=Path, metavar="FILE", help="write all figures there")
    add("--plot", type=Path, metavar="FILE", help="draw them: .svg or .png (needs matplotlib)")
    return parser


def parse(arguments: list[str] | None = None) -> Options:
    """Ends the program with 2 and one line when the arguments make no sense."""
    parser = new_parser()
    given = parser.parse_args(arguments)
    name, values = given.sweep or ("", [])
    if given.storm is not None and name:
        parser.error("--storm and --sweep exclude each other")
    if given.port is not None and not 0 < given.port <= HIGHEST_PORT:
        parser.error("--port must be 1 to 65535")
    if given.host is not None and given.port is None:
        parser.error("--host needs --port; without both, a server is started here")
    for path in (given.json, given.plot):
        if path is not None:
            check_file(parser, path)
    if given.plot is not None:
        check_plot(parser, given.plot)
    variants = [{name: value} for value in values] or [{}]
    plans = [new_plan(given, variant) for variant in variants]
    for plan in plans:
        complaint = wrong(plan)
        if complaint:
            parser.error(complaint)
    return Options(plans, name, given.host or LOCAL, given.port, given.pin, given.json, given.plot)


def check_file(parser: Parser, path: Path) -> None:
    """Complain before the measurement, not after it."""
    if path.is_dir():
        parser.error(f"{path} is a folder; give a file to write")
    folder = path.absolute().parent
    if not folder.is_dir():
        parser.error(f"there is no folder {path.parent} to write {path.name} into")
    if not os.access(path if path.exists() else folder, os.W_OK):
        parser.error(f"{path} cannot be written")


def check_plot(parser: Parser, path: Path) -> None:
    if path.suffix not in (".svg", ".png"):
        parser.error("--plot writes .svg or .png")
    if importlib.util.find_spec("matplotlib") is None:
        parser.error("--plot needs matplotlib: pip install '.[bench]'")


def new_plan(given: argparse.Namespace, variant: dict[str, float]) -> Plan:
    clients = int(variant.get("clients", given.clients))
    if given.storm is not None:
        clients, given.senders, given.stalled, given.idle = given.storm, 0, 0, 0
        given.slow = 0
    stalled, slow = (of(clients, part) for part in (given.stalled, given.slow))
    senders = given.senders
    if senders is None:
        senders = min(TALKERS, max(clients - stalled - slow, 0))
    return Plan(
        clients=clients,
        senders=senders,
        idle=given.idle,
        stalled=stalled,
        slow=slow,
        rate=variant.get("rate", given.rate),
        seconds=given.seconds,
        size=given.size,
        workers=proc.load_processes() if given.workers is None else given.workers,
        speak=given.speak,
        tag=new_tag(),
        storm=given.storm is not None,
    )


def of(clients: int, part: float | int) -> int:
    """How many a share of the clients is; a number is itself."""
    return round(clients * part) if isinstance(part, float) else part


def new_tag() -> str:
    """Three letters, so that a run does not ask for the names of the run before it."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    number = os.getpid()
    return "f" + letters[number % 26] + letters[number // 26 % 26]


def wrong(plan: Plan) -> str:
    """Why this plan cannot be carried out; empty if it can."""
    largest = plan.dialect.largest
    files = proc.raise_file_limit() - SPARE_FILES
    many = "--storm" if plan.storm else "--clients"
    chosen = plan.senders + plan.stalled + plan.slow
    silent = f"{plan.stalled} stalled" + (f" and {plan.slow} slow" if plan.slow else "")
    talkers = f"--senders: {plan.senders} who talk and {silent} are more than"
    rules = [
        (plan.clients >= 1, f"{many} must be at least 1"),
        (1 <= plan.workers <= MOST_WORKERS, f"--workers must be 1 to {MOST_WORKERS}"),
        (plan.workers <= plan.everyone, f"--workers: {plan.everyone} clients are too few for that"),
        (plan.senders >= 0, "--senders must not be negative"),
        (plan.stalled >= 0, "--stalled must not be negative"),
        (plan.slow >= 0, "--slow must not be negative"),
        (plan.idle >= 0, "--idle must not be negative"),
        (0 <= plan.rate < FASTEST, "--rate must be 0 to 10 million"),
        (0 < plan.seconds <= LONGEST, "--seconds must be more than 0 and at most 3600"),
        (chosen <= plan.clients, f"{talkers} {plan.clients} clients"),
        (SMALLEST <= plan.size <= largest, f"--size must be {SMALLEST} to {largest} bytes"),
        (plan.rate * plan.seconds < MOST_MESSAGES, "--rate: at most 100 million messages in all"),
        (plan.storm or plan.senders > 0, "--senders: somebody has to talk"),
        (
            plan.storm or plan.rate * plan.seconds >= 1,
            "--rate and --seconds: not a single message is due",
        ),
        (plan.storm or plan.readers > 1, "--clients: somebody has to listen to those who talk"),
        (plan.dialect.greets or not plan.storm, f"--storm: {plan.speak!r} has no greeting to time"),
        (
            plan.everyone <= files * plan.workers,
            f"{many}: a load process may open {files} files; raise ulimit -n, or --workers",
        ),
    ]
    return next((complaint for kept, complaint in rules if not kept), "")
