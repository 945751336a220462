"""Days and months as people call them."""

import calendar
from datetime import date, datetime, timedelta


def day_of(seconds: float) -> date:
    """The day of a time (since 1970), in the zone where we are."""
    return datetime.fromtimestamp(seconds).date()


def day_name(day: date, today: date) -> str:
    """What stands above what was said on this day."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    name = f"{day:%A}, {day.day} {day:%B}"
    return name if day.year == today.year else f"{name} {day.year}"


def when(seconds: float, now: float) -> str:
    """A time in a list of what was found: the day too, unless it is today."""
    day, today = day_of(seconds), day_of(now)
    clock = f"{datetime.fromtimestamp(seconds):%H:%M}"
    if day == today:
        return clock
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {day:%b}{year}, {clock}"


def weeks(year: int, month: int) -> list[list[date | None]]:
    """A month in weeks that begin on Monday; None is a day of another month."""
    return [
        [date(year, month, day) if day else None for day in week]
        for week in calendar.Calendar().monthdayscalendar(year, month)
    ]


def month_name(year: int, month: int) -> str:
    return f"{date(year, month, 1):%B} {year}"


def month_after(year: int, month: int, steps: int) -> tuple[int, int]:
    """The year and month so many months later; before year 1 there is none."""
    count = max(12, year * 12 + month - 1 + steps)
    return count // 12, count % 12 + 1


def start_of(day: date) -> float:
    """When the day begins, in seconds since 1970."""
    return datetime(day.year, day.month, day.day).timestamp()
