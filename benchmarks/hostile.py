"""Attack a chatroom in every way we know, and measure what the other people in it notice.

    python benchmarks/hostile.py                        every kind of attack, about 5 minutes
    python benchmarks/hostile.py --only who,telnet      two of them
    python benchmarks/hostile.py --strict               exit with 1 unless all bounds hold

For each kind a chatroom is started, with the settings that a stranger meets. 50 people join its
lobby, and 25 of them say 50 lines a second in turns: nobody is throttled, and a freeze is
measured with a resolution of 20 ms. They are measured twice, first in quiet and then during the
attack, so that the two can be compared whatever else the machine does. The people are the clients
of ``flood.py``: a line counts from when it was due, and every delivery is checked.

The attacks are in ``attack/attacks.py``, ``attack/attackers.py`` is the process that carries them
out, and ``attack/bounds.py`` has the rule.

It attacks only the server that it has started.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from time import monotonic

from attack.attackers import Report, work
from attack.attacks import KINDS
from attack.bounds import Impact, broken, time
from contest.workloads import at, missing
from load.measure import AHEAD, Progress, Result, crew, hear, join, perform, processes_for, tell
from load.plan import MICRO, Plan
from load.target import ORDINARY, Target, Unusable, started
from machine import proc
from machine.leaving import leave_with
from machine.progress import Bar
from options import Parser, check_file, choose, words
from results.record import circumstances, figures
from results.report import MB, table, three

PEOPLE, TALKERS, LINES = 50, 25, 50.0  # LINES a second, of all talkers
URGENT = -10  # niceness, where it is allowed: what else runs here is not what is measured
GRACE = 20.0  # seconds after the end in which a line may still arrive
ANSWERING = 20.0  # seconds after the end in which a newcomer may be let in
MOST_CLIENTS = 1000  # of a kind; some kinds come with 15 times as many
LONGEST = 60.0  # seconds of one attack
CROWDED = 0.25  # of its work that a server did late for want of a core: not its own doing
BUSY = " (Other programs kept the server from its core for {:.0%} of its work: measure again.)"
HEADINGS = (
    "attack", "quiet p99", "p50", "p99", "ratio", "longest", "memory", "lost", "answers",
    "waited", "",
)  # fmt: skip


@dataclass
class Trial:
    """One kind of attack, measured."""

    kind: str
    quiet: Result
    hostile: Result
    report: Report
    grown: int
    answered: float
    ended: str = ""

    @property
    def impact(self) -> Impact:
        return Impact(
            quiet_p99=at(self.quiet.found.latencies, 99, missing(self.quiet)) or inf,
            p50=at(self.hostile.found.latencies, 50, missing(self.hostile)) or inf,
            p99=at(self.hostile.found.latencies, 99, missing(self.hostile)) or inf,
            longest=max(self.hostile.found.latencies, default=inf),
            lost=self.lost,
            grown=self.grown,
            answered=self.answered,
            missed=self.missed,
            waited=waited(self.hostile),
            ended=self.ended,
        )

    @property
    def lost(self) -> int:
        """Deliveries that were lost. A client that lost its connection reports nothing of what was
        due.
        """
        return self.hostile.found.verdict.lost + self.hostile.unsent * (PEOPLE - 1)

    @property
    def missed(self) -> float:
        """The share of the room's lines that the victim did not hear, if there was a victim."""
        heard = self.report.heard
        return 0.0 if heard is None else 1 - heard / self.hostile.plan.messages


def waited(result: Result) -> float:
    """How much of its work the server did late, because other processes had its core."""
    server = result.server
    return server.waited / (server.cpu + server.waited) if server and server.waited else 0.0


def new_plan(seconds: float) -> Plan:
    return Plan(PEOPLE, TALKERS, rate=LINES, seconds=seconds, tag="p", noisy=True, grace=GRACE)


def trial(kind: str, clients: int, plan: Plan, progress: Progress) -> Trial:
    """One kind against a server of its own. Raises Unusable when it cannot be measured."""
    cores = proc.cores()
    server, load = (cores[:1], cores[1:]) if len(cores) > 1 else (None, None)
    done: list[Trial] = []
    try:
        with started(ORDINARY, server) as target:
            done.append(attacked(kind, clients, plan, target, load, progress))
    except Unusable as error:
        if not done:
            raise
        done[0].ended = str(error)
    return done[0]


def attacked(
    kind: str,
    clients: int,
    plan: Plan,
    target: Target,
    cores: list[int] | None,
    progress: Progress,
) -> Trial:
    """The same clients twice: in quiet, and under attack."""
    quiet, hostile = Result(plan, watched=True), Result(plan, watched=True)
    job = (kind, clients, target.address, cores)
    with crew(plan, target, cores) as people, processes_for(work, [job]) as (attackers,):
        join(people, quiet, progress)
        hear(attackers)  # they are ready
        perform(people, target, quiet, progress)
        before = hostile.memory["before"] = target.memory()
        begin = monotonic() + AHEAD
        attackers.send((begin, begin + plan.seconds))
        perform(people, target, hostile, progress)
        answered = let_in(target.address)
        report = hear(attackers)
        tell(people, "leave")
        after = hostile.memory["after"] = target.memory()
    grown = max(after.get("VmHWM", 0) - before.get("VmHWM", 0), 0)
    return Trial(kind, quiet, hostile, report, grown, answered)


def let_in(address: tuple[str, int]) -> float:
    """Seconds until a new client has joined; infinite when that does not happen."""
    begun = monotonic()
    try:
        with socket.create_connection(address, timeout=ANSWERING) as newcomer:
            newcomer.sendall(b"newcomer\n")
            heard = b""
            while b"All set, " not in heard:
                newcomer.settimeout(max(begun + ANSWERING - monotonic(), 0.001))
                data = newcomer.recv(4096)
                if not data:
                    return inf
                heard += data
    except OSError:
        return inf
    return monotonic() - begun


def row(trial: Trial) -> list[str]:
    impact = trial.impact
    return [
        trial.kind,
        time(impact.quiet_p99),
        time(impact.p50),
        time(impact.p99),
        f"{three(impact.ratio)}x",
        time(impact.longest),
        f"+{impact.grown / MB:.1f} MB",
        f"{impact.lost:,}",
        time(impact.answered * MICRO),
        f"{impact.waited:.0%}",
        "FAILED" if list(broken(impact)) else "ok",
    ]


def sentence(trial: Trial, clients: int) -> str:
    """The verdict on one kind, in words."""
    wrong = "; ".join(broken(trial.impact))
    verdict = f"FAILED: {wrong}." if wrong else "the others hardly notice."
    busy = BUSY.format(trial.impact.waited) if wrong and trial.impact.waited > CROWDED else ""
    return f"{clients} clients {KINDS[trial.kind].about}: {verdict}{busy}"


def as_json(trial: Trial) -> dict[str, object]:
    return {
        "impact": asdict(trial.impact),
        "broken": list(broken(trial.impact)),
        "attackers": asdict(trial.report),
        "quiet": figures(trial.quiet),
        "hostile": figures(trial.hostile),
    }


def attack_all(
    kinds: list[str], clients: int, plan: Plan, tell: Callable[[str], None]
) -> list[Trial]:
    trials = []
    for number, kind in enumerate(kinds):
        bar = Bar(f"{number / len(kinds):.0%}: {kind}: ")
        try:
            trials.append(trial(kind, clients, plan, bar))
        finally:
            bar.clear()
        tell(sentence(trials[-1], clients))
    return trials


def new_parser() -> Parser:
    parser = Parser(
        prog="hostile", description="Attack a chatroom, and measure what others notice."
    )
    add = parser.add_argument
    add("--clients", type=int, default=200, metavar="N", help="hostile clients of each kind (200)")
    add("--seconds", type=float, default=5, metavar="S", help="how long each attack lasts (5)")
    add("--only", type=words, help=f"these kinds, as a list with commas, of: {', '.join(KINDS)}")
    add("--strict", action="store_true", help="exit with 1 when a bound does not hold")
    add("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser


def main(arguments: list[str] | None = None) -> int:
    parser = new_parser()
    given = parser.parse_args(arguments)
    if not 1 <= given.clients <= MOST_CLIENTS:
        parser.error(f"--clients must be 1 to {MOST_CLIENTS}")
    if not 1 / LINES <= given.seconds <= LONGEST:
        parser.error(f"--seconds must be {1 / LINES:g} to {LONGEST:g}")
    if given.json is not None:
        check_file(parser, given.json)
    kinds = choose(parser, "--only", given.only, list(KINDS))
    proc.prefer(URGENT)
    try:
        trials = attack_all(kinds, given.clients, new_plan(given.seconds), print)
    except Unusable as error:
        print(f"hostile: {error}", file=sys.stderr)
        return 2
    print("", *table([HEADINGS, *map(row, trials)]), sep="\n")
    if given.json is not None:
        results = {trial.kind: as_json(trial) for trial in trials}
        whole = {"circumstances": circumstances(), "results": results}
        given.json.write_text(json.dumps(whole, indent=2) + "\n")
    return int(given.strict and any(list(broken(trial.impact)) for trial in trials))


if __name__ == "__main__":
    leave_with(main)
