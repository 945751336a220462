"""All contenders run all workloads, in turns and several times; failures are not repeated.

The contenders take turns within each workload and every round is repeated, so that other activity
on the machine in the course of an hour does not hit one contender alone. A contender that has
failed at a workload (it could not take the clients, or left deliveries undone) is not run again on
that workload or on a more difficult one of the same kind, because that would only take long. The
first contender is the reference for all others and always runs.

Ways into chatroom take part in the workloads that tell something about them.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from statistics import median

from contest.workloads import GRACE, Figure, Workload, missing
from load.measure import Result, measure
from load.target import Target, Unusable, free_port, started
from machine import proc
from machine.progress import Bar
from peers import Peer

TOLERATED = 0.01  # of all deliveries not made: from here on it is a failure


@dataclass
class Contest:
    """Everybody's results: by workload and contender, one per round."""

    peers: dict[str, Peer]
    workloads: list[Workload]
    results: dict[tuple[str, str], list[Result]] = field(default_factory=dict)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)  # microseconds

    def run(self, rounds: int) -> None:
        for number in range(rounds):
            for place, workload in enumerate(self.workloads):
                done = (number + place / len(self.workloads)) / rounds
                for name in self.entered(workload):
                    if name == self.base or not self.has_failed(workload, name):
                        self.measure(workload, name, done)

    @property
    def base(self) -> str:
        return next(iter(self.peers))

    @property
    def others(self) -> list[str]:
        """The contenders that are compared with the first one."""
        return [name for name, peer in self.peers.items() if name != self.base and not peer.way]

    @property
    def ways(self) -> list[str]:
        """The ways into chatroom, which are compared with the first one as well."""
        return [name for name, peer in self.peers.items() if name != self.base and peer.way]

    def entered(self, workload: Workload) -> list[str]:
        """Who takes part."""
        return [n for n in self.peers if workload.ways or n not in self.ways]

    def has_failed(self, workload: Workload, name: str) -> bool:
        """Has it failed at this, or at something easier of the same kind?"""
        alike = [other for other in self.workloads if other.kind == workload.kind]
        tried = alike[: alike.index(workload) + 1]
        for other in tried:
            if (other.key, name) in self.failures:
                easier = f"not tried, having failed at {other.name}"
                if other is not workload:
                    self.failures.setdefault((workload.key, name), easier)
                return True
        return False

    def measure(self, workload: Workload, name: str, done: float) -> None:
        bar = Bar(f"{done:.0%}: {name}, {workload.name}: ")
        try:
            result = self.one(workload, name, bar)
        except Unusable as error:
            self.failures[workload.key, name] = str(error)
            return
        finally:
            bar.clear()
        self.results.setdefault((workload.key, name), []).append(result)
        if missing(result) > TOLERATED:
            share = f"{missing(result):.1%} of all deliveries not made {GRACE:g} s after the end"
            self.failures[workload.key, name] = share

    def one(self, workload: Workload, name: str, bar: Bar) -> Result:
        """One run on a server of its own."""
        cores = proc.cores()
        server, load = (cores[:1], cores[1:]) if len(cores) > 1 else (None, None)
        peer = self.peers[name]
        with tempfile.TemporaryDirectory() as folder:
            port = 0 if peer.announces else free_port()
            with started(peer.command(Path(folder), port), server, port) as target:
                self.note_start(name, target)
                return measure(
                    replace(
                        workload.plan, speak=peer.speak, concurrent_joins=peer.concurrent_joins
                    ),
                    target,
                    bar,
                    load,
                )

    def note_start(self, name: str, target: Target) -> None:
        self.starts.setdefault(name, []).append(target.starting * 1_000_000)

    def values(self, workload: Workload, name: str, figure: Figure) -> list[float]:
        picked = map(figure.pick, self.results.get((workload.key, name), []))
        return [value for value in picked if value is not None]

    def growth(self, workload: Workload, name: str, figure: Figure) -> list[float]:
        """How many times as much it is as in the workload beside it, round by round."""
        easy = [other for other in self.workloads if other.key == workload.beside]
        plain = self.values(easy[0], name, figure) if easy else []
        pairs = zip(self.values(workload, name, figure), plain, strict=False)
        return [hard / soft for hard, soft in pairs if 0 < soft < inf]

    def middle(self, workload: Workload, name: str, figure: Figure) -> float | None:
        values = self.values(workload, name, figure)
        return median(values) if values else None
