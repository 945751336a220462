"""Durations for people, in one form everywhere."""


def duration(seconds: float) -> str:
    """In the two largest units that matter; less than a second is `0 s`."""
    total = int(seconds)
    days, hours, minutes = total // 86400, total // 3600 % 24, total // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{total} s"
