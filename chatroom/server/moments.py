"""A moment that somebody types at the command line."""

import argparse
import re
from datetime import datetime, timedelta

_AGO = re.compile(r"(\d{1,6}) ?(min|m|h|d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> float:
    """Seconds since 1970: `2h` is so long ago, `2026-11-24` and `2026-11-24T14:02` are local."""
    try:
        if found := _AGO.fullmatch(text):
            ago = timedelta(**{_UNITS[found[2]]: int(found[1])})
            return (datetime.now().astimezone() - ago).timestamp()
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        problem = f"{text!r} is no moment; give 30min, 2h, 3d, 2026-11-24 or 2026-11-24T14:02"
        raise argparse.ArgumentTypeError(problem) from None
