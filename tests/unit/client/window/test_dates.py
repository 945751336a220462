"""Days and months as people call them."""

from datetime import date

import pytest

from chatroom.client.window.dates import day_name, day_of, month_after, start_of, weeks, when

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (TODAY, "Today"),
        (date(2026, 11, 23), "Yesterday"),
        (date(2026, 11, 22), "Sunday, 22 November"),
        (date(2025, 12, 1), "Monday, 1 December 2025"),
    ],
)
def test_a_day_is_called_what_people_call_it(day: date, name: str) -> None:
    assert day_name(day, TODAY) == name


def test_a_time_of_another_day_has_its_date() -> None:
    now = start_of(TODAY) + 12 * 3600
    assert when(now - 3600, now) == "11:00"
    assert when(now - 24 * 3600, now) == "23 Nov, 12:00"
    assert when(start_of(date(2025, 1, 2)), now) == "2 Jan 2025, 00:00"


def test_a_day_begins_at_its_start() -> None:
    assert day_of(start_of(TODAY)) == TODAY
    assert day_of(start_of(TODAY) - 1) == date(2026, 11, 23)


def test_a_month_is_told_in_weeks_that_begin_on_monday() -> None:
    first, *_, last = weeks(2026, 11)
    assert first == [None] * 6 + [date(2026, 11, 1)]
    assert last[0] == date(2026, 11, 30)
    assert last[1:] == [None] * 6


@pytest.mark.parametrize(
    ("steps", "month"), [(1, (2026, 12)), (2, (2027, 1)), (-11, (2025, 12)), (-99999, (1, 1))]
)
def test_months_go_on_over_the_year(steps: int, month: tuple[int, int]) -> None:
    assert month_after(2026, 11, steps) == month
