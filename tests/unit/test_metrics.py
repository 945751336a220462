"""How exact the histogram is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.metrics import Histogram, Metrics

MICROSECOND = 1e-6

times = st.lists(st.floats(min_value=10 * MICROSECOND, max_value=3600.0), min_size=1, max_size=200)
shares = st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0])


def exact(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def filled(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    return histogram


@given(times, shares)
def test_a_quantile_is_at_most_an_eighth_too_high(values: list[float], share: float) -> None:
    found = filled(values).quantile(share)
    right = exact(values, share)
    assert right * 0.999 <= found <= right * 1.126 + MICROSECOND


@given(times)
def test_the_maximum_is_exact(values: list[float]) -> None:
    histogram = filled(values)
    assert histogram.max == max(values)
    assert histogram.count == len(values)
    assert histogram.quantile(1.0) <= max(values)


@given(times, st.integers(1, 1000))
def test_a_weight_is_as_many_records(values: list[float], weight: int) -> None:
    histogram = Histogram()
    for value in values:
        histogram.record(value, weight)
    assert histogram.count == weight * len(values)
    for share in (0.5, 0.99):
        assert histogram.quantile(share) == pytest.approx(filled(values).quantile(share), rel=0.13)


def test_a_weight_moves_a_quantile() -> None:
    histogram = Histogram()
    histogram.record(1.0, 99)
    histogram.record(100.0)
    assert histogram.quantile(0.5) == pytest.approx(1.0, rel=0.125)
    assert histogram.quantile(0.99) == pytest.approx(1.0, rel=0.125)
    assert histogram.quantile(0.999) == 100.0


def test_an_empty_histogram_has_quantiles_of_zero() -> None:
    histogram = Histogram()
    assert histogram.quantile(0.5) == histogram.max == histogram.count == 0


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1e-9, 1e-6, 7.9e-6, 8e-6, 1e6, 1e9, 1e12])
def test_any_time_can_be_recorded(seconds: float) -> None:
    histogram = filled([seconds])
    assert histogram.count == 1
    assert histogram.quantile(0.5) <= max(seconds, 0.0)


@pytest.mark.parametrize("units", range(9))
def test_the_shortest_times_are_told_to_a_microsecond(units: int) -> None:
    histogram = filled([(units + 0.5) * MICROSECOND, 1.0])
    assert histogram.quantile(0.5) == pytest.approx((units + 1) * MICROSECOND)


def test_all_counters_begin_at_zero() -> None:
    metrics = Metrics()
    assert not metrics.endings
    assert metrics.accepted == metrics.messages == metrics.deliveries == metrics.skipped == 0
    assert metrics.handler_errors == metrics.log_dropped == 0
    assert metrics.fanout.count == metrics.lag.count == 0
