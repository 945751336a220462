"""A measurement as JSON: every figure of the report, the distributions, and the circumstances.

Times are microseconds, memory is bytes. The machine is part of the record, since absolute
figures of two machines are not to be compared; only ratios travel.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load.figures import histogram, summarise
from load.measure import Result
from machine import proc
from results.limits import limit, own_share


def circumstances() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": proc.processor() or platform.processor(),
        "cores": os.cpu_count(),
        "congestion": proc.congestion_control(),
    }


def distribution(counts: Mapping[int, int]) -> dict[str, Any] | None:
    summary = summarise(counts)
    if summary is None:
        return None
    return {**asdict(summary), "bins": [asdict(bin_) for bin_ in histogram(counts)]}


def figures(result: Result) -> dict[str, Any]:
    """One measurement, as plain data."""
    found = result.found
    return {
        "plan": asdict(result.plan),
        "connected": distribution(result.joined.connects),
        "greeted": distribution(result.joined.greetings),
        "let_in": distribution(result.joined.joins),
        "delivery": distribution(found.latencies),
        "last_receiver": distribution(result.fan_out),
        **asdict(found.verdict),
        "unsent": result.unsent,
        "unfinished": result.unfinished,
        "receivers": {"read": found.read, "identical": found.same, "by_length": found.unread},
        "disconnected": {"readers": result.left, "stalled": result.cut},
        "slow": caught(result) if result.plan.slow else None,
        "deliveries_per_second": result.per_second,
        "server": asdict(result.server) if result.server else None,
        "server_cpu_per_delivery": result.per_delivery,
        "memory": result.memory,
        "memory_per_client": result.per_client() if result.watched else None,
        "harness": {
            "processes": [asdict(busy) for busy in result.harness],
            "sent_late": distribution(result.lags),
            "read_late": distribution(result.waits),
            "own_share": own_share(result),
        },
        "limit": limit(result),
    }


def caught(result: Result) -> dict[str, Any]:
    """Of those who read slowly: what they had in the end, and how they got it."""
    return {
        **asdict(result.slow.verdict),
        **asdict(result.caught),
        "by_length": result.slow.unread,
        "seconds": result.catching_up,
        "server_cpu": result.catching_cpu,
    }


def write(path: Path, results: Mapping[str, Sequence[Result]]) -> None:
    """All results under their names, with the circumstances."""
    named = {name: [figures(result) for result in some] for name, some in results.items()}
    whole = {"circumstances": circumstances(), "results": named}
    path.write_text(json.dumps(whole, indent=2) + "\n")
