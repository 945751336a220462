"""Ids rise whatever the clocks do, and tell the time where the wall clock can be believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.chat.ids import EPOCH, Ids, first_at

DAY = 86_400.0
NOW = 1_800_000_000.0
NUMBERS_OF_JAVASCRIPT = 2**53


class Clocks:
    """A wall clock that can be set, and a monotonic one."""

    def __init__(self, wall: float = NOW) -> None:
        self.wall = wall
        self.clock = 5000.0

    def ids(self, last: int = 0) -> Ids:
        return Ids(lambda: self.wall, lambda: self.clock, last)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.clock += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def key(wall: float) -> int:
    """The least id of that time."""
    return int((wall - EPOCH) * 1000) << 10


def test_ids_are_counted_from_2020() -> None:
    assert datetime.fromtimestamp(EPOCH, UTC) == datetime(2020, 1, 1, tzinfo=UTC)


def test_an_id_tells_the_millisecond_in_which_it_was_made(clocks: Clocks) -> None:
    ids = clocks.ids()
    assert ids.next() == key(NOW)
    clocks.passes(0.25)
    assert ids.next() == key(NOW) + (250 << 10)


def test_a_date_is_a_key(clocks: Clocks) -> None:
    ids = clocks.ids()
    before = [ids.next() for _ in range(3)]
    clocks.passes(60)
    since = clocks.wall
    after = [ids.next() for _ in range(3)]
    assert [number for number in before + after if number >= key(since)] == after


def test_there_is_room_until_2298() -> None:
    clocks = Clocks(datetime(2298, 9, 1, tzinfo=UTC).timestamp())
    assert 2**52 < clocks.ids().next() < NUMBERS_OF_JAVASCRIPT


def test_a_clock_beyond_that_makes_no_id_that_is_too_large() -> None:
    ids = Clocks(datetime(9999, 1, 1, tzinfo=UTC).timestamp()).ids()
    made = [ids.next() for _ in range(1000)]
    assert made == sorted(set(made))
    assert made[-1] < NUMBERS_OF_JAVASCRIPT


def test_a_burst_within_a_millisecond_rises_and_is_caught_up_with(clocks: Clocks) -> None:
    ids = clocks.ids()
    burst = [ids.next() for _ in range(5000)]
    assert burst == list(range(key(NOW), key(NOW) + 5000))
    clocks.passes(0.002)
    assert ids.next() == burst[-1] + 1
    clocks.passes(0.003)
    assert ids.next() == key(NOW) + (5 << 10)


@pytest.mark.parametrize("seconds", [0.001, 60.0, 30 * DAY, NOW])
def test_a_clock_that_is_set_back_counts_on(clocks: Clocks, seconds: float) -> None:
    ids = clocks.ids()
    last = ids.next()
    clocks.wall -= seconds
    assert [ids.next(), ids.next()] == [last + 1, last + 2]


def test_a_clock_that_is_set_back_and_right_again_is_believed_again(clocks: Clocks) -> None:
    ids = clocks.ids()
    ids.next()
    clocks.wall -= 10 * DAY
    ids.next()
    clocks.wall += 10 * DAY
    clocks.passes(60)
    assert ids.next() == key(NOW + 60)


def test_a_clock_before_2020_counts_from_one() -> None:
    ids = Clocks(0.0).ids()
    assert [ids.next(), ids.next()] == [1, 2]


def test_a_clock_that_jumps_less_than_a_day_ahead_is_believed(clocks: Clocks) -> None:
    ids = clocks.ids()
    clocks.wall += DAY - 1
    assert ids.next() == key(NOW + DAY - 1)
    clocks.wall += DAY - 1
    assert ids.next() == key(NOW + 2 * DAY - 2)


@pytest.mark.parametrize("after_an_id", [False, True])
@pytest.mark.parametrize("seconds", [DAY + 1, 365 * DAY, 10_000 * 365 * DAY])
def test_a_clock_that_jumps_further_ahead_is_not_believed(
    clocks: Clocks, seconds: float, after_an_id: bool
) -> None:
    ids = clocks.ids()
    if after_an_id:
        ids.next()
    clocks.passes(10)
    clocks.wall += seconds
    assert ids.next() == key(NOW + 10)
    clocks.passes(1)
    assert ids.next() == key(NOW + 11)
    clocks.wall -= seconds
    clocks.passes(1)
    assert ids.next() == key(NOW + 12)


def test_a_silence_of_a_month_is_no_jump(clocks: Clocks) -> None:
    ids = clocks.ids()
    ids.next()
    clocks.passes(30 * DAY)
    assert ids.next() == key(NOW + 30 * DAY)


@pytest.mark.parametrize("last", [key(NOW + 3600), key(NOW + 1000 * DAY), key(NOW)], ids=str)
def test_whoever_starts_anew_goes_on_above_the_last_id(clocks: Clocks, last: int) -> None:
    ids = clocks.ids(last)
    assert [ids.next(), ids.next()] == [last + 1, last + 2]


@pytest.mark.parametrize("days", [0.001, 1, 400])
def test_whoever_has_been_off_for_long_believes_the_clock(clocks: Clocks, days: float) -> None:
    assert clocks.ids(key(NOW - days * DAY) + 7).next() == key(NOW)


STEP = st.tuples(
    st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 1e8)),  # that pass
    st.one_of(st.just(0.0), st.floats(-2, 2), st.floats(-1e12, 1e12)),  # that the wall is set by
    st.integers(1, 2000),
)


@given(
    start=st.floats(-1e10, 1e11),
    last=st.integers(0, key(NOW)),
    steps=st.lists(STEP, max_size=12),
)
def test_ids_rise_and_stay_exact_whatever_the_clocks_do(
    start: float, last: int, steps: list[tuple[float, float, int]]
) -> None:
    clocks = Clocks(start)
    ids = clocks.ids(last)
    for passed, set_by, count in steps:
        clocks.passes(passed)
        clocks.wall += set_by
        made = [ids.next() for _ in range(count)]
        assert all(number > before for before, number in zip([last, *made], made, strict=False))
        last = made[-1]
        assert last < NUMBERS_OF_JAVASCRIPT + len(steps) * 2000


@given(steps=st.lists(st.tuples(st.floats(0, 1e7), st.floats(-1e9, 1e9)), min_size=1, max_size=12))
def test_ids_are_at_most_a_day_ahead_for_each_time_that_the_clock_was_set(
    steps: list[tuple[float, float]],
) -> None:
    clocks = Clocks()
    ids = clocks.ids()
    passed = 0.0
    for jumps, (seconds, set_by) in enumerate(steps, 1):
        clocks.passes(seconds)
        clocks.wall += set_by
        passed += seconds
        assert ids.next() <= key(NOW + passed + jumps * DAY) + jumps + 1024


def test_the_first_id_of_a_time_is_the_one_that_is_given_then(clocks: Clocks) -> None:
    assert first_at(NOW) == clocks.ids().next()
    assert first_at(NOW + 0.0015) == first_at(NOW) + 1024


@pytest.mark.parametrize("time", [-1e300, float("-inf"), float("nan"), 0.0, EPOCH])
def test_before_2020_there_are_no_ids(time: float) -> None:
    assert first_at(time) == 0


@pytest.mark.parametrize("time", [1e300, float("inf")])
def test_the_ids_of_a_far_future_are_numbers_of_javascript(time: float) -> None:
    assert first_at(time) < NUMBERS_OF_JAVASCRIPT
