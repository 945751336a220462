"""The figures as a drawing: distributions of one measurement, or the growth over a sweep.

matplotlib is asked for by name only when something is drawn, so that measuring needs nothing
but the standard library.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from load.figures import Summary, summarise
from load.measure import Result
from results.report import title

MILLI = 1_000
SIZE = (10, 4.5)  # inches
DOTS = 120  # an inch


def draw(path: Path, results: Sequence[Result], sweep: str) -> None:
    """Write a drawing; the ending of the path chooses the format."""
    matplotlib = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    pyplot = importlib.import_module("matplotlib.pyplot")
    figure, (left, right) = pyplot.subplots(1, 2, figsize=SIZE, layout="constrained")
    if sweep:
        draw_growth(left, right, results, sweep)
    else:
        draw_distribution(left, right, results[0])
    heading = f"Growth with {sweep}" if sweep else title(results[0])
    figure.suptitle(heading, fontsize=10)
    figure.savefig(path, dpi=DOTS)
    pyplot.close(figure)


def draw_distribution(left: Any, right: Any, result: Result) -> None:
    """Counts on the left; on the right the tail, one more nine at each step."""
    for name, counts in curves(result).items():
        if not counts:
            continue
        ordered = sorted(counts)
        sums = list(accumulate(counts[time] for time in ordered))
        milliseconds = [time / MILLI for time in ordered]
        left.plot(milliseconds, [100 * s / sums[-1] for s in sums], label=name)
        rest = [1 - (s - counts[time]) / sums[-1] for s, time in zip(sums, ordered, strict=True)]
        right.plot(milliseconds, rest, label=name)
    left.set(xscale="log", xlabel="ms", ylabel="% that took at most this")
    right.set(xscale="log", yscale="log", xlabel="ms", ylabel="share that took at least this")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend()


def curves(result: Result) -> dict[str, Mapping[int, int]]:
    if result.plan.storm:
        return {"greeted": result.joined.greetings, "let in": result.joined.joins}
    return {"each delivery": result.found.latencies, "to the last receiver": result.fan_out}


def draw_growth(left: Any, right: Any, results: Sequence[Result], sweep: str) -> None:
    """Latency on the left, cost on the right."""
    across = [getattr(result.plan, sweep) for result in results]
    lines: dict[str, Callable[[Summary], int]] = {"p50": lambda s: s.p50, "p99": lambda s: s.p99}
    for name, pick in lines.items():
        for what, times in (
            ("delivery", [summarise(result.found.latencies) for result in results]),
            ("last receiver", [summarise(result.fan_out) for result in results]),
        ):
            heights = [pick(s) / MILLI if s else None for s in times]
            left.plot(across, heights, marker="o", label=f"{what} {name}")
    right.plot(across, [result.per_delivery for result in results], marker="o")
    left.set(xscale="log", yscale="log", xlabel=sweep, ylabel="ms")
    right.set(xscale="log", xlabel=sweep, ylabel="us of the server's CPU a delivery")
    right.set_ylim(bottom=0)
    left.legend()
    for axes in (left, right):
        axes.set_xticks(across, [f"{value:,.0f}" for value in across])
        axes.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
        axes.grid(alpha=0.3)
