"""What stands above an item: the day, the line that says what is new, its author."""

from dataclasses import dataclass
from datetime import date

from chatroom.client.window.dates import day_of
from chatroom.client.window.items import Item, Kind

_GROUP = 5 * 60  # seconds, after which the name and the time are shown again


@dataclass(frozen=True, slots=True)
class Lead:
    """`day`: it is the first of this day. `new`: it is the first that is unread. `head`: the name
    of its author and the time. `apart`: there is some space above it."""

    day: date | None
    new: bool
    head: bool
    apart: bool


def lead(previous: Item | None, item: Item, new: bool) -> Lead:
    """What stands between an item and the one before it; `new`: it is the first unread one."""
    day = day_of(item.time)
    other_day = previous is None or day_of(previous.time) != day
    continues = (
        previous is not None
        and not (other_day or new)
        and previous.kind is item.kind is Kind.SAID
        and previous.name == item.name
        and abs(item.time - previous.time) < _GROUP
    )
    head = item.is_talk and not continues
    apart = head or (previous is not None and previous.is_talk != item.is_talk)
    return Lead(day if other_day else None, new, head, apart)
