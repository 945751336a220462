from collections import Counter

import pytest

from load.figures import COARSE, FINE, Bin, count_times, histogram, percentile, summarise


@pytest.mark.parametrize(
    ("rank", "time"), [(0.1, 1), (50, 50), (90, 90), (99, 99), (99.9, 100), (100, 100)]
)
def test_a_percentile_is_the_nearest_rank(rank: float, time: int) -> None:
    assert percentile(Counter(range(1, 101)), rank) == time


def test_a_percentile_counts_repetitions() -> None:
    assert percentile({10: 99, 1000: 1}, 99) == 10
    assert percentile({10: 98, 1000: 2}, 99) == 1000


def test_a_single_time_is_every_percentile() -> None:
    summary = summarise({7: 1})
    assert summary is not None
    assert (summary.least, summary.p50, summary.p999, summary.most) == (7, 7, 7, 7)


def test_nothing_has_no_summary_and_no_histogram() -> None:
    assert summarise({}) is None
    assert histogram({}) == []
    with pytest.raises(ValueError, match="no times"):
        percentile({}, 50)


def test_bins_run_from_the_first_that_holds_something_to_the_last() -> None:
    assert histogram({100: 2, 199: 1, 600: 4}) == [
        Bin(100, 200, 3),
        Bin(200, 500, 0),
        Bin(500, 1000, 4),
    ]


def test_no_time_falls_out_of_the_histogram() -> None:
    counts = {0: 1, 1: 1, 999: 1, 10**7: 1, 3 * 10**8: 1, -3: 1}
    assert sum(bin_.count for bin_ in histogram(counts)) == len(counts)


def test_long_times_are_kept_to_the_millisecond_when_there_are_very_many() -> None:
    counts: Counter[int] = Counter()
    count_times(counts, range(1_000_000, 1_000_000 + FINE + 1))
    assert counts.total() == FINE + 1
    assert all(time % COARSE == 0 for time in counts)


def test_short_times_keep_their_microseconds() -> None:
    counts: Counter[int] = Counter()
    count_times(counts, [1, 2, 2])
    count_times(counts, range(300_000, 300_000 + FINE + 1))
    assert counts[1] == 1
    assert counts[2] == 2
