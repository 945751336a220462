"""What stands above an item: days, names, the line of what is new."""

from datetime import date

import pytest

from chatroom.client.window.dates import start_of
from chatroom.client.window.items import Item, Kind
from chatroom.client.window.lead import lead

NOON = start_of(date(2026, 11, 24)) + 12 * 3600


def said(name: str, after: float = 0.0, kind: Kind = Kind.SAID) -> Item:
    return Item(kind, "hello", NOON + after, 1, name)


@pytest.mark.parametrize(
    ("before", "item", "head"),
    [
        (said("ann"), said("ann", 60), False),
        (said("ann"), said("ann", 299), False),
        (said("ann"), said("ann", 300), True),
        (said("ann"), said("ann", -300), True),
        (said("ann"), said("bob", 1), True),
        (said("ann"), said("ann", 1, Kind.ACTED), True),
        (said("ann", 0, Kind.ACTED), said("ann", 1), True),
        (said("", 0, Kind.NOTICE), said("ann", 1), True),
        (None, said("ann"), True),
        (said("ann"), said("", 1, Kind.NOTICE), False),
    ],
)
def test_the_name_stands_once_above_what_one_person_says(
    before: Item | None, item: Item, head: bool
) -> None:
    assert lead(before, item, new=False).head is head


def test_a_new_day_is_told_and_begins_a_new_group() -> None:
    late = said("ann", 12 * 3600 - 10)
    above = lead(late, said("ann", 12 * 3600 + 10), new=False)
    assert (above.day, above.head) == (date(2026, 11, 25), True)
    assert lead(None, late, new=False).day == date(2026, 11, 24)
    assert lead(said("ann"), late, new=False).day is None


def test_what_is_new_begins_a_new_group() -> None:
    above = lead(said("ann"), said("ann", 1), new=True)
    assert (above.new, above.head) == (True, True)


def test_notices_stand_together_apart_from_what_is_said() -> None:
    notice = said("", 0, Kind.NOTICE)
    assert lead(said("ann"), notice, new=False).apart
    assert not lead(notice, notice, new=False).apart
