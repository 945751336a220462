from collections import Counter
from math import inf, isinf

import pytest

from contest.workloads import (
    CPU,
    EACH_P50,
    EACH_P99,
    GRACE,
    LAST_P50,
    LAST_P99,
    LATE,
    LET_IN,
    at,
    missing,
    time,
    unfinished,
    workloads,
)  # fmt: skip
from load.measure import Result
from load.plan import Plan


def result(speak: str = "raw", **changes: int) -> Result:
    made = Result(Plan(clients=11, senders=1, rate=10, seconds=1, speak=speak), watched=False)
    made.found.verdict.expected = 100
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_every_workload_has_a_key_and_a_name_of_its_own() -> None:
    jobs = workloads(seconds=2, most=10_000, workers=1)
    assert len({job.key for job in jobs}) == len({job.name for job in jobs}) == len(jobs) == 10


def test_workloads_of_a_kind_grow_more_difficult() -> None:
    rates = [job for job in workloads(2, 10_000, 1) if job.kind == "rate"]
    assert [job.plan.rate for job in rates] == [1_000, 4_000, 20_000]
    assert {job.plan.clients for job in rates} == {500}


def test_the_stalled_come_on_top_of_the_same_readers() -> None:
    jobs = {job.key: job for job in workloads(2, 10_000, 1)}
    slow, plain = jobs["stalled"], jobs[jobs["stalled"].beside]
    assert slow.plan.clients == 1_000
    assert slow.plan.stalled == 100
    assert slow.plan.readers == plain.plan.readers == 900
    assert slow.plan.rate == plain.plan.rate


@pytest.mark.parametrize("most", [2, 20, 10_000])
def test_no_workload_has_many_more_clients_than_are_allowed(most: int) -> None:
    for job in workloads(1, most, 1):
        assert job.plan.readers <= most
        assert job.plan.senders <= job.plan.readers
        assert job.plan.grace == GRACE


def test_a_message_that_somebody_did_not_get_has_not_reached_everybody() -> None:
    lossy = result()
    lossy.found.verdict.lost = 60
    lossy.unfinished = 3  # of ten: as far as the receivers know whose streams were kept
    assert unfinished(lossy) == missing(lossy) == 0.6
    assert isinf(LAST_P50.pick(lossy) or 0)


def test_what_never_came_counts_as_infinitely_late() -> None:
    counts = Counter({10: 60, 20: 30})
    assert at(counts, 50, never=0.1) == 10
    assert at(counts, 90, never=0.1) == 20
    assert at(counts, 99, never=0.1) == inf
    assert at(Counter(), 50, never=1) == inf
    assert at(Counter(), 50, never=0) is None
    assert time(inf) == "> 5 s"


def test_what_no_kernel_took_is_missing_as_much_as_what_was_lost() -> None:
    some = result(unsent=10)
    some.found.verdict.lost = 20
    assert missing(some) == pytest.approx((20 + 100) / 200)
    assert LATE.pick(some) == pytest.approx(60)
    assert missing(Result(Plan(senders=0), watched=False)) == 0


def test_times_of_a_run_with_losses() -> None:
    some = result(unfinished=1)
    some.found.verdict.lost = 10
    some.found.latencies.update({7: 90})
    some.fan_out.update({9: 9})
    assert EACH_P50.pick(some) == 7
    assert isinf(EACH_P99.pick(some) or 0)
    assert isinf(LAST_P99.pick(some) or 0)
    assert CPU.pick(some) is None


def test_a_relay_lets_nobody_in() -> None:
    for speak, expected in (("raw", None), ("irc", 5)):
        some = result(speak)
        some.joined.joins.update([5])
        assert LET_IN.pick(some) == expected
