"""A comparison on a page: ratios first, then what was measured, then how.

One half of the page is written by hand: what is reached, what is not, and why. A comparison
replaces only what stands between the two markers.
"""

from __future__ import annotations

import shlex
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isinf
from pathlib import Path
from typing import Any

from contest.contest import Contest
from contest.workloads import EACH_P99, GRACE, Figure, Workload
from peers import Absent
from results.limits import limit
from results.report import duration, three

BEGIN = "<!-- Measured: written by benchmarks/compare.py, do not edit from here ... -->"
END = "<!-- ... to here. -->"
NEW = f"""\
# Benchmarks

The load that this server carries, compared with other ways to build it and with what people
would run instead.

## What is reached, what is not, and why

{BEGIN}
{END}
"""
ABOUT = ("processor", "cores", "system", "congestion")
HOW = f"""\
The load comes from this machine, over loopback; server and load run on different cores where there
are two. In each round the contenders take turns, each run is on a server freshly started, and what
is compared are the medians of the rounds, followed by the least and the most. Times count from when
a message was *due*, and end when the kernel had it for the receiver. A message that had not arrived
{GRACE:g} s after the end counts as one that never arrives. Memory is resident memory (user space).
In a storm everybody connects at once, reads the greeting, and then gives a name. chatroom greets a
client that has said nothing for 0.25 s, which its times include.

C epoll, asyncio, uvloop, Twisted and threads are relays of our own (`benchmarks/peers/`). They
greet nobody, check nothing and keep nothing, and so do less than a chatroom does for the same
message. ngircd, InspIRCd and ncat are Debian's packages, configured without throttling, DNS and
ident. They do not set TCP_NODELAY and have no option for it: where many small messages follow each
other, a part of their times is Nagle's algorithm in the kernel. InspIRCd's room does not announce
who joins and leaves.
"""
WAYS = """\
In the table above everything is kept in memory and everybody has nc. Here each column differs from
that in one thing: what is said is kept in a file (`history`, in the folder for temporary files),
everybody is a program that speaks JSON (`programs`) or has a WebSocket (`browsers`), or those who
listen are by turns people with nc, programs and browsers (`mixed`). JSON has about 100 bytes around
each message, and nc 10. Programs and browsers get receipts for what they say themselves, which cost
as much as deliveries and are not counted."""


@dataclass(frozen=True)
class Setting:
    """What a page must tell besides the figures."""

    command: list[str]
    rounds: int
    minutes: float
    circumstances: Mapping[str, Any]
    bare: list[float]  # microseconds to start and end a Python that does nothing
    absent: Mapping[str, Absent]


def ratio(figure: Figure, middle: float, base: float | None) -> str:
    """How many times the base; empty where that says nothing."""
    if not figure.ratio or not base or isinf(base):
        return ""
    if isfinite(middle):
        return f"{three(middle / base)}x"
    return f"> {three(GRACE * 1_000_000 / base)}x"


def cell(figure: Figure, values: Sequence[float], base: float | None) -> str:
    """``**1.9x** (4.1 ms; 3.9 ms - 4.4 ms)``: against the first contender, then the figures."""
    if not values:
        return "-"
    middle, least, most = statistics.median(values), min(values), max(values)
    figures = figure.write(middle)
    if least != most:
        figures += f"; {figure.write(least)} - {figure.write(most)}"
    times = ratio(figure, middle, base)
    return f"**{times}** ({figures})" if times else f"({figures})"


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def heading(*cells: str) -> list[str]:
    return [row(*cells), "|---" * len(cells) + "|"]


def overview(contest: Contest, others: Sequence[str], jobs: Sequence[Workload]) -> list[str]:
    """The headlines: a column for the first contender and for each of these others."""
    names = [contest.base, *others]
    lines = heading("", *names)
    for workload in jobs:
        for figure in workload.headlines:
            base = contest.middle(workload, names[0], figure)
            cells = [brief(contest, workload, name, figure, base) for name in names]
            lines.append(row(f"{workload.name}: {figure.name}", *cells))
    return lines


def brief(
    contest: Contest, workload: Workload, name: str, figure: Figure, base: float | None
) -> str:
    middle = contest.middle(workload, name, figure)
    if middle is None:
        return "failed" if (workload.key, name) in contest.failures else "-"
    if name == contest.base:
        return figure.write(middle)
    return ratio(figure, middle, base) or figure.write(middle)


def ways(contest: Contest) -> list[str]:
    """What the ways into chatroom cost, in a table of their own: they are no peers."""
    jobs = [workload for workload in contest.workloads if workload.ways]
    if not (contest.ways and jobs):
        return []
    lines = ["", "### Ways into the room", "", WAYS, ""]
    return lines + overview(contest, contest.ways, jobs)


def details(contest: Contest, workload: Workload) -> list[str]:
    """One workload: a line for each contender, and then one for each way into chatroom."""
    lines = ["", f"### {workload.name[0].upper()}{workload.name[1:]}", ""]
    if contest.others or not contest.ways:
        lines += table(contest, workload, contest.others)
    if contest.ways and workload.ways:
        lines += ["", "The ways into the room:", "", *table(contest, workload, contest.ways)]
    return lines


def table(contest: Contest, workload: Workload, others: Sequence[str]) -> list[str]:
    names = [contest.base, *others]
    columns = [figure.name for figure in workload.figures]
    if workload.beside:
        columns.append(f"{EACH_P99.name}, beside that without them")
    lines = heading("", *columns)
    for name in names:
        cells = []
        for figure in workload.figures:
            base = contest.middle(workload, names[0], figure)
            cells.append(cell(figure, contest.values(workload, name, figure), base))
        if workload.beside:
            cells.append(grown(contest.growth(workload, name, EACH_P99)))
        lines.append(row(name, *cells))
    failed = [(name, contest.failures.get((workload.key, name))) for name in names]
    lines += ["", *(f"- {name} failed: {why}." for name, why in failed if why)]
    return lines


def grown(values: Sequence[float]) -> str:
    if not values:
        return "-"
    middle = statistics.median(values)
    if isinf(middle):
        return "(no comparison)"
    return f"**{middle:.2f}x** ({min(values):.2f}x - {max(values):.2f}x)"


def starts(contest: Contest, bare: Sequence[float]) -> list[str]:
    """How long a server needs until it listens, beside a Python that has nothing to do."""
    names = [n for n in (contest.base, *contest.others) if contest.starts.get(n)]
    if not names:
        return []
    figure = Figure("until it listens", lambda _: None, duration)
    base = statistics.median(contest.starts[names[0]])
    lines = ["", "### Starting", "", *heading("", figure.name)]
    lines += [row(name, cell(figure, contest.starts[name], base)) for name in names]
    return [*lines, row("`python -c pass`, to its end", cell(figure, bare, base)), ""]


def overloaded(contest: Contest) -> list[str]:
    """The workloads and servers whose times were limited by the load processes."""
    found = []
    for workload in contest.workloads:
        for name in contest.peers:
            limits = [limit(result) for result in contest.results.get((workload.key, name), [])]
            if any(word in ("harness", "both") for word in limits):
                found.append(f"{name} at {workload.name}")
    if not found:
        return []
    return ["The load processes were themselves overloaded (upper bounds): " + "; ".join(found)]


def measured(contest: Contest, setting: Setting) -> str:
    """Everything between the markers."""
    about = setting.circumstances
    lines = ["", "## Measured", ""]
    lines.append(f"`python {shlex.join(setting.command)}` wrote this on {about['date'][:10]}")
    rounds = f"{setting.rounds} round{'s' if setting.rounds > 1 else ''}"
    each = duration(setting.minutes / setting.rounds * 60_000_000)
    lines.append(f"in {rounds} of {each}, on this machine:")
    lines += ["; ".join(f"{key} {about[key]}" for key in ABOUT if about.get(key)) + ".", ""]
    lines += [f"- {name}: {peer.version}" for name, peer in contest.peers.items()]
    lines += [f"- {name}: not measured: {absent.why}" for name, absent in setting.absent.items()]
    lines += [
        "",
        HOW,
        f"In multiples of the figures of {contest.base}, which are given as measured:",
        "",
    ]
    if contest.others or not contest.ways:
        lines += overview(contest, contest.others, contest.workloads)
    lines += ways(contest)
    for workload in contest.workloads:
        lines += details(contest, workload)
    lines += [*starts(contest, setting.bare), *overloaded(contest)]
    return tidy(lines)


def tidy(lines: Sequence[str]) -> str:
    """Without two empty lines in a row."""
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip("\n") + "\n"


def insert(page: str, text: str) -> str:
    """``page`` with ``text`` between its markers. Raises ValueError where there are none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"there is nothing like {BEGIN!r} ... {END!r} in it")
    return before + begin + "\n" + text + "\n" + end + after


def write(path: Path, text: str, picture: str) -> None:
    """Put what was measured into a page, which is made if there is none yet."""
    page = path.read_text() if path.exists() else NEW
    path.write_text(insert(page, f"\n![as a drawing]({picture})\n{text}"))


def as_json(contest: Contest, setting: Setting) -> dict[str, Any]:
    """The same for a program: the value of each round. Times in microseconds, sizes in bytes."""
    found: dict[str, Any] = {}
    for workload in contest.workloads:
        figures = {
            figure.name: {
                name: [None if value == inf else value for value in values]
                for name in contest.peers
                if (values := contest.values(workload, name, figure))
            }
            for figure in workload.figures
        }
        fails = {n: why for (key, n), why in contest.failures.items() if key == workload.key}
        found[workload.key] = {"name": workload.name, "figures": figures, "failed": fails}
    return {
        "circumstances": dict(setting.circumstances),
        "contenders": {name: peer.version for name, peer in contest.peers.items()},
        "not_measured": {name: absent.why for name, absent in setting.absent.items()},
        "starting": {**contest.starts, "python -c pass": setting.bare},
        "workloads": found,
    }
