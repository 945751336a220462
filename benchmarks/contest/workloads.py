"""What the contenders of a comparison have to do, and which figures of it are compared.

Each workload answers one question: how fast is a single message; what does a message cost
when there are many; what happens when there are more than a server can send one by one; what
do slow readers do to the others; and what does an idle client cost.

Workloads of one kind are in the order of their difficulty: a contender that has failed at one
is not tried at those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf, isinf
from typing import Any

from load.figures import percentile, summarise
from load.measure import Result
from load.plan import MICRO, Plan
from results.report import duration, size, three

GRACE = 5.0  # seconds after the last message, after which what has not come counts as never
ALL = 10_000  # clients, in the largest workloads


@dataclass(frozen=True)
class Figure:
    """One number of a result (None if it has none), and how to write it."""

    name: str
    pick: Callable[[Result], float | None]
    write: Callable[[float], str]
    ratio: bool = True  # does it say anything to be so many times that of somebody else?


@dataclass(frozen=True)
class Workload:
    key: str  # what it is called on a command line
    kind: str
    name: str
    plan: Plan
    figures: tuple[Figure, ...]
    headlines: tuple[Figure, ...]  # those of them that an overview shows
    beside: str = ""  # the key of the same without what makes it difficult
    ways: bool = False  # does it tell something about the ways into chatroom?


def missing(result: Result) -> float:
    """The share of all deliveries that did not come, for whatever reason."""
    verdict = result.found.verdict
    untaken = result.unsent * max(result.plan.readers - 1, 0)
    asked_for = verdict.expected + untaken
    return (verdict.lost + untaken) / asked_for if asked_for else 0.0


def unfinished(result: Result) -> float:
    """The share of all messages that did not reach everybody.

    It is no less than the share of deliveries that are missing, wherever those are missing: times
    are known only of receivers whose streams were kept, and others may have got less.
    """
    known = (result.unfinished + result.unsent) / result.plan.messages
    return max(known, missing(result))


def at(counts: Mapping[int, int], rank: float, never: float) -> float | None:
    """A percentile in which what never arrived counts as infinite. Microseconds.

    Otherwise a server that drops the difficult half of the messages would look fast on the other.
    """
    if not counts and not never:
        return None
    if not counts or rank > 100 * (1 - never):
        return inf
    return float(percentile(counts, rank / (1 - never)))


def delivery(rank: float) -> Callable[[Result], float | None]:
    return lambda result: at(result.found.latencies, rank, missing(result))


def fan_out(rank: float) -> Callable[[Result], float | None]:
    return lambda result: at(result.fan_out, rank, unfinished(result))


def coming_in(which: str) -> Callable[[Result], float | None]:
    """Of those who connect; a relay has no join and no greeting."""

    def pick(result: Result) -> float | None:
        if which != "connects" and not result.plan.dialect.greets:
            return None
        summary = summarise(getattr(result.joined, which))
        return None if summary is None else float(summary.p99)

    return pick


def time(value: float) -> str:
    return f"> {duration(GRACE * MICRO)}" if isinf(value) else duration(value)


def micro(value: float) -> str:
    return f"{three(value)} us"


def percent(value: float) -> str:
    return f"{value:.1f}%"


LAST_P50 = Figure("to the last receiver, p50", fan_out(50), time)
LAST_P99 = Figure("to the last receiver, p99", fan_out(99), time)
EACH_P50 = Figure("each delivery, p50", delivery(50), time)
EACH_P99 = Figure("each delivery, p99", delivery(99), time)
CPU = Figure("server CPU a delivery", lambda r: r.per_delivery or None, micro)
LATE = Figure("not delivered", lambda r: 100 * missing(r), percent, ratio=False)
RESIDENT = Figure("memory a client", lambda r: r.per_client("VmRSS") or None, size)
CUT = Figure("of the stalled, cut", lambda r: 100 * r.cut / r.plan.stalled, percent, ratio=False)
CONNECTED = Figure("connected, p99", coming_in("connects"), time)
GREETED = Figure("greeted, p99", coming_in("greetings"), time)
LET_IN = Figure("let in, p99", coming_in("joins"), time)

ONE = (LAST_P50, LAST_P99, CPU)
BUSY = (EACH_P50, EACH_P99, LAST_P50, LAST_P99, CPU, LATE)
STORM = (CONNECTED, GREETED, LET_IN)


def workloads(seconds: float, most: int, workers: int) -> list[Workload]:
    """``most`` bounds how many clients there are in any of them."""

    def plan(clients: int, rate: float, stalled: int = 0, **extra: Any) -> Plan:
        readers = min(clients, most)
        never = stalled * readers // clients
        base = Plan(clients=readers + never, senders=min(50, readers), stalled=never)
        base = replace(base, rate=rate, seconds=seconds, workers=workers, grace=GRACE)
        return replace(base, **extra)

    alone = plan(500, 50, senders=1)
    thousands = plan(5_000, 5, senders=1, seconds=2 * seconds)
    rates = [plan(500, rate) for rate in (1_000, 4_000, 20_000)]
    few, more = plan(ALL, 100), plan(ALL, 400)
    others, slow = plan(900, 200, size=400), plan(900, 200, stalled=100, size=400)
    storm = plan(3_000, 0, senders=0, storm=True)

    def to(p: Plan) -> str:
        return f"{p.rate:,.0f} messages/s to {p.clients:,}"

    one = "one message at a time to"
    never = f"{others.clients:,}, and to {slow.stalled:,} who never read"
    return [
        Workload("alone", "alone", f"{one} {alone.clients:,}", alone, ONE, ONE[:1], ways=True),
        Workload("alone5000", "alone", f"{one} {thousands.clients:,}", thousands, ONE, ONE[:1]),
        *(
            Workload(f"{p.rate:.0f}", "rate", to(p), p, BUSY, (EACH_P99, CPU), ways=True)
            for p in rates
        ),
        Workload(
            "many100",
            "many",
            to(few),
            few,
            (*BUSY, RESIDENT),
            (EACH_P99, CPU, RESIDENT),
            ways=True,
        ),
        Workload("many400", "many", to(more), more, BUSY, (EACH_P99, CPU)),
        Workload("reading", "reading", f"{to(others)}, who all read", others, BUSY, (EACH_P99,)),
        Workload(
            "stalled",
            "stalled",
            f"{slow.rate:,.0f} messages/s to {never}",
            slow,
            (*BUSY, CUT),
            (EACH_P99,),
            beside="reading",
        ),
        Workload("storm", "storm", f"{storm.clients:,} connect at once", storm, STORM, (LET_IN,)),
    ]
