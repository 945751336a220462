"""A comparison as a drawing: one line for each figure, one mark for each contender.

What is drawn are ratios to the first contender, on a logarithmic scale: the farther to the right,
the more is needed for the same. The drawing has no background of its own, and its colours are
chosen to be legible on white as well as on a dark page.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any

from contest.contest import Contest
from contest.workloads import GRACE, Figure, Workload

INK = "#7a7f87"  # contrast of 4:1 and more to both white and nearly black
COLOURS = (
    "#e0433a", "#3b82d6", "#2a9d5c", "#9b6ad6", "#d98200", "#c2589b", "#1f9fb4", "#8b8f3a",
)  # fmt: skip
MARKS = "osD^vPX*"
WIDTH, HEAD, LINE = 10.0, 1.7, 0.42  # inches: across, above and below, for each figure
FAILED = 4.0  # times the largest ratio: where those stand who have none
SPREAD = 0.56  # of a line, over which the marks of one figure are spread


def draw(path: Path, contest: Contest) -> None:
    """Write a drawing; the ending of the path chooses the format."""
    matplotlib = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    matplotlib.rcParams.update(style())
    pyplot = importlib.import_module("matplotlib.pyplot")
    rows = [(job, figure) for job in contest.workloads for figure in job.headlines]
    rows = [(job, figure) for job, figure in rows if contest.middle(job, contest.base, figure)]
    size = (WIDTH, HEAD + LINE * len(rows))
    canvas, axes = pyplot.subplots(figsize=size, layout="constrained")
    marks(axes, contest, rows)
    dress(axes, contest, rows)
    canvas.legend(loc="outside lower center", ncols=5, frameon=False)
    canvas.savefig(path, dpi=120, transparent=True, metadata={"Date": None} if svg(path) else None)
    pyplot.close(canvas)


def svg(path: Path) -> bool:
    return path.suffix == ".svg"


def style() -> dict[str, Any]:
    ink = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return {**dict.fromkeys(ink, INK), "font.size": 9, "svg.hashsalt": "chatroom"}


def ratio(contest: Contest, job: Workload, figure: Figure, name: str) -> float | None:
    """Against the first contender; infinite for who has failed, None for who has no such figure."""
    base = contest.middle(job, contest.base, figure)
    value = contest.middle(job, name, figure)
    if value is None:
        return inf if (job.key, name) in contest.failures else None
    return value / base if base and base != inf else None


def marks(axes: Any, contest: Contest, rows: Sequence[tuple[Workload, Figure]]) -> None:
    others = contest.others
    table = {name: [ratio(contest, *row, name) for row in rows] for name in others}
    finite = [r for ratios in table.values() for r in ratios if r is not None and r < inf]
    edge = FAILED * max([*finite, 2.0])
    axes.axvline(1, color=INK, linewidth=1.6, label=contest.base)
    axes.axvspan(edge / 2, edge * 2, color=INK, alpha=0.15, linewidth=0)
    for place, (name, ratios) in enumerate(table.items()):
        aside = place / max(len(others) - 1, 1) - 0.5
        failed = edge * 2 ** (1.5 * aside)
        seen = [(r, y) for y, r in enumerate(ratios) if r is not None]
        axes.scatter(
            [min(r, failed) for r, _ in seen],
            [y + SPREAD * aside for _, y in seen],
            marker=MARKS[place % len(MARKS)],
            color=COLOURS[place % len(COLOURS)],
            s=32,
            label=name,
            zorder=3,
        )
    axes.text(edge, -0.8, f"failed,\nor > {GRACE:g} s", ha="center", va="bottom")
    axes.set_xscale("log")
    axes.set_xlim(min([*finite, 1.0]) / 1.5, edge * 2)


def dress(axes: Any, contest: Contest, rows: Sequence[tuple[Workload, Figure]]) -> None:
    labels = []
    for job, figure in rows:
        value = contest.middle(job, contest.base, figure)
        labels.append(f"{job.name}\n{figure.name} ({figure.write(value or 0)})")
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}x")
    axes.set_xlabel(f"times what {contest.base} needs, whose own figures are in brackets")
    axes.grid(axis="x", alpha=0.3, color=INK)
    for y in range(1, len(rows)):
        axes.axhline(y - 0.5, color=INK, alpha=0.3, linewidth=0.6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
