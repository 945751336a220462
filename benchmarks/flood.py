"""Flood a chat server with messages, check every delivery, and say how long each took.

    python benchmarks/flood.py                          chatroom, 500 clients, 1,000 messages/s
    python benchmarks/flood.py --clients 2000 --rate 200 --stalled 10%
    python benchmarks/flood.py --clients 1000 --rate 200 --size 400 --slow 10%
    python benchmarks/flood.py --storm 3000             all connect at once
    python benchmarks/flood.py --sweep clients=100,500,1000,5000,10000 --plot growth.svg
    python benchmarks/flood.py --speak irc --port 6667  somebody else's server

It uses nothing but the wire protocol and imports nothing of the program that it measures, so it can
measure any server that understands one of its dialects (``load/wire.py``). The schedule is
open-loop and never waits for answers (``load/plan.py``). Deliveries are checked exactly, after
the measurement (``load/tally.py``). The share of the harness in the latencies is measured and
reported as well (``load/performance.py``, ``results/limits.py``).

It does not measure servers on other machines. Sender and receiver must share one monotonic clock
or a latency means nothing, and a tool that floods other people's servers is no benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import options
from load.measure import Result, measure
from load.plan import Plan
from load.target import CHATROOM, KEEPING, Target, Unusable, running, started
from machine import proc
from machine.leaving import leave_with
from machine.progress import Bar
from options import Options
from results import plot, record
from results.report import growth, report


@contextmanager
def target(plan: Plan, chosen: Options, core: list[int] | None) -> Iterator[Target]:
    """The server to measure: the one named, or a fresh chatroom."""
    if chosen.port is not None:
        yield running(chosen.host, chosen.port)
    else:
        with started(KEEPING if plan.slow else CHATROOM, core) as server:
            yield server


def run(plan: Plan, chosen: Options, title: str) -> Result:
    """One measurement, on its own server unless one is running."""
    cores = proc.cores()
    apart = chosen.pin and len(cores) > 1
    bar = Bar(title)
    try:
        with target(plan, chosen, cores[:1] if apart else None) as server:
            return measure(plan, server, bar, cores[1:] if apart else None)
    finally:
        bar.clear()


def flood(chosen: Options) -> list[Result]:
    """Measure everything that was asked for, and print what was found."""
    results = []
    for plan in chosen.plans:
        title = f"{chosen.sweep} {getattr(plan, chosen.sweep):,.0f}: " if chosen.sweep else ""
        results.append(run(plan, chosen, title))
        print(report(results[-1]), end="\n\n", flush=True)
    if chosen.sweep:
        print(growth(results, chosen.sweep))
    return results


def main(arguments: list[str] | None = None) -> int:
    chosen = options.parse(arguments)
    try:
        results = flood(chosen)
    except Unusable as error:
        print(f"flood: {error}", file=sys.stderr)
        return 2
    if chosen.json is not None:
        record.write(chosen.json, {"flood": results})
    if chosen.plot is not None:
        plot.draw(chosen.plot, results, chosen.sweep)
    return 0 if all(result.sound for result in results) else 1


if __name__ == "__main__":
    leave_with(main)
