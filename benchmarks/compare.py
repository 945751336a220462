"""The same load on chatroom and on other people's ways to build it, as ratios.

    python benchmarks/compare.py --write docs/benchmarks   about 25 minutes
    python benchmarks/compare.py --quick                   a first impression
    python benchmarks/compare.py --quick --only chatroom,asyncio --load alone,4000
    python benchmarks/compare.py --only chatroom,history,programs,browsers,mixed

Absolute figures hold for one machine on one day; ratios are more general. To reduce the influence
of other activity, the contenders take turns within each round, every round is repeated, and medians
are compared, shown with the least and the most (``contest/contest.py``).

The peers of our own are relays: they greet nobody, check nothing and keep nothing, and so do
less than chatroom does for the same message. They are minimal on purpose: where they are slower,
it is not because they do more. A peer that fails a workload is shown as failed, and one that this
machine does not have as not measured.

Besides peers there are other ways into chatroom itself: with a history file, as programs, from
browsers, and all of these in one room (``contest/ways.py``). They have a table of their own.

What the kernel does for a server is included. Small sends that have to wait on a connection leave
together, so a server that sends every message by itself gets some of the coalescing that chatroom
does itself. The record therefore says how TCP is tuned.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

import peers
from contest import chart, page, ways
from contest.contest import Contest
from contest.page import Setting
from contest.workloads import ALL, workloads
from load.target import CHATROOM, ROOT
from machine import proc
from machine.leaving import leave_with
from options import LONGEST, Parser, choose, words
from peers import Absent, Peer
from results import record

CHAT = "chatroom"
SPARE_FILES = 100  # descriptors a server may need besides its clients
CONTENDERS = ", ".join((CHAT, *ways.NAMES, *peers.NAMES))
LOADS = ", ".join(job.key for job in workloads(1.0, ALL, 1))
FEWEST = 2  # clients in a workload: one who talks and one who reads
BARE = 20  # how often a Python is started that has nothing to do


def new_parser() -> Parser:
    parser = Parser(prog="compare", description="Compare chatroom with servers of other designs.")
    add = parser.add_argument
    add("--repeat", type=int, default=3, help="rounds (3)")
    add("--seconds", type=float, default=2, help="of talk in each run (2)")
    add("--quick", action="store_true", help="one round, one second each: a first impression")
    add("--strict", action="store_true", help="exit with 1 when anybody fails at anything")
    add("--most", type=int, default=ALL, metavar="N", help=f"clients at most ({ALL})")
    add("--only", type=words, help=f"these contenders, as a list with commas, of: {CONTENDERS}")
    add("--load", type=words, help=f"these workloads, as a list with commas, of: {LOADS}")
    add("--write", type=Path, metavar="PATH", help="write PATH.md, PATH.json and PATH.svg")
    return parser


def chatroom() -> Peer:
    version = peers.first_line([sys.executable, "-m", "chatroom.server", "--version"], ROOT)
    return Peer(lambda *_: CHATROOM, version, "line")


def bare_starts() -> list[float]:
    """Microseconds from the start of a Python that does nothing until it has ended."""
    times = []
    for _ in range(BARE):
        begun = monotonic()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append((monotonic() - begun) * 1_000_000)
    return times


def check_page(parser: Parser, path: Path) -> None:
    """Complain before the measurement, not after it."""
    if not path.name:
        parser.error("--write needs the name of a page, without its ending")
    if not path.absolute().parent.is_dir():
        parser.error(f"there is no folder {path.parent} to write into")
    if importlib.util.find_spec("matplotlib") is None:
        parser.error("--write needs matplotlib: pip install '.[bench]'")
    text = beside(path, ".md")
    try:
        page.insert(text.read_text() if text.exists() else page.NEW, "")
    except ValueError as error:
        parser.error(f"{text}: {error}")


def beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def main(arguments: list[str] | None = None) -> int:
    parser = new_parser()
    given = parser.parse_args(arguments)
    if given.quick:
        given.repeat, given.seconds = 1, 1.0
    if given.repeat < 1:
        parser.error("--repeat must be at least 1")
    if not 0 < given.seconds <= LONGEST:
        parser.error(f"--seconds must be more than 0 and at most {LONGEST:.0f}")
    if given.most < FEWEST:
        parser.error(f"--most must be at least {FEWEST}")
    if given.write is not None:
        check_page(parser, given.write)
    most = min(given.most, proc.raise_file_limit() - SPARE_FILES)
    jobs = workloads(given.seconds, most, proc.load_processes())
    keys = choose(parser, "--load", given.load, [job.key for job in jobs])
    with tempfile.TemporaryDirectory() as folder:
        plain = chatroom()
        found = {CHAT: plain, **ways.find(plain.version), **peers.find(Path(folder))}
        names = choose(parser, "--only", given.only, list(found))
        able = {n: p for n in names if isinstance(p := found[n], Peer)}
        absent = {n: p for n in names if isinstance(p := found[n], Absent)}
        if not able:
            for name, peer in absent.items():
                print(f"compare: {name} is not measured: {peer.why}", file=sys.stderr)
            return 2
        contest = Contest(able, [job for job in jobs if job.key in keys])
        begun = monotonic()
        contest.run(given.repeat)
    command = ["benchmarks/compare.py", *(sys.argv[1:] if arguments is None else arguments)]
    minutes = (monotonic() - begun) / 60
    about = record.circumstances()
    setting = Setting(command, given.repeat, minutes, about, bare_starts(), absent)
    tell(contest, setting, given.write)
    if not contest.results:
        return 2
    return 1 if given.strict and contest.failures else 0


def tell(contest: Contest, setting: Setting, path: Path | None) -> None:
    text = page.measured(contest, setting)
    if path is not None:
        figures = json.dumps(page.as_json(contest, setting), indent=2)
        beside(path, ".json").write_text(figures + "\n")
        page.write(beside(path, ".md"), text, path.name + ".svg")
        chart.draw(beside(path, ".svg"), contest)
    print(text)


if __name__ == "__main__":
    leave_with(main)
