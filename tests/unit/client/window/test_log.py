"""A stretch of the past of bounded length."""

from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.window.items import Item, Kind
from chatroom.client.window.log import Change, Log

MOST, SLACK = 10, 5


def item(number: int, own: bool = False) -> Item:
    return Item(Kind.SAID, str(number), 0.0, number, "ann", own=own)


def items(begin: int, end: int) -> list[Item]:
    return [item(number) for number in range(begin, end)]


def log(begin: int = 1, end: int = 1, has_history: bool = True) -> Log:
    result = Log(MOST, SLACK, has_history)
    result.append(items(begin, end))
    return result


def ids(log: Log) -> list[int]:
    return [item.id for item in log.items]


def test_what_comes_is_appended_and_the_oldest_go_some_at_a_time() -> None:
    full = log(1, 16)
    assert full.append([item(16)]) is Change.REPLACED
    assert ids(full) == list(range(7, 17))
    assert full.before
    assert full.append([item(17)]) is Change.APPENDED


def test_what_came_already_is_not_shown_twice() -> None:
    twice = log(1, 5)
    assert twice.append([item(4)]) is Change.NONE
    assert ids(twice) == [1, 2, 3, 4]


def test_a_private_conversation_has_nothing_to_load() -> None:
    private = log(1, 100, has_history=False)
    assert not private.before
    assert len(private.items) <= MOST + SLACK


def test_whoever_reads_back_keeps_what_they_read() -> None:
    back = log(1, 16)
    assert back.append([item(16), item(17)], reading_back=True) is Change.REPLACED
    assert ids(back) == list(range(1, 11))
    assert (back.after, back.missed) == (True, 7)
    assert back.append([item(18)]) is Change.NONE
    assert back.missed == 8


def test_a_page_before_lets_the_other_end_go() -> None:
    back = log(11, 21)
    back.show_before(items(5, 12), more=True)
    assert ids(back) == list(range(5, 15))
    assert (back.before, back.after) == (True, True)


def test_pages_after_come_to_the_present_again() -> None:
    back = log()
    back.show(items(1, 11), before=False, after=True)
    back.show_after(items(8, 15), more=True)
    assert ids(back) == list(range(5, 15))
    assert (back.before, back.after) == (True, True)
    back.show_after(items(15, 18), more=False)
    assert (ids(back)[-1], back.after, back.missed) == (17, False, 0)
    assert back.append([item(18)]) is Change.APPENDED


def test_what_comes_while_nobody_looks_is_new_until_one_leaves_again() -> None:
    place = log(1, 3)
    place.leave()
    place.append([item(3, own=True), item(4), item(5)])
    assert [one.id for one in place.items if place.is_unread(one)] == [4]
    place.look()
    place.append([item(6)])
    assert [one.id for one in place.items if place.is_unread(one)] == [4]
    place.leave()
    assert place.unread is None


def test_what_is_new_stays_it_when_the_same_message_is_loaded_again() -> None:
    place = log(1, 5)
    place.mark_after(2)
    place.show(items(1, 8), before=False, after=False)
    assert [one.id for one in place.items if place.is_unread(one)] == [3]


steps = st.lists(st.sampled_from(["live", "back", "before", "after", "latest"]), max_size=60)


@given(steps)
def test_however_one_scrolls_there_is_no_gap_and_no_repeat(steps: list[str]) -> None:
    """The history is 1 to `last`; pages of it are given as a server would."""
    last, place = 0, log()
    place.before = False
    for step in steps:
        match step:
            case "live" | "back":
                last += 1
                place.append([item(last)], reading_back=step == "back")
            case "before" if place.first and place.before:
                begin = max(1, place.first - 4)
                place.show_before(items(begin, place.first), more=begin > 1)
            case "after" if place.after:
                end = min(last, place.last + 4)
                place.show_after(items(place.last + 1, end + 1), more=end < last)
            case "latest":
                begin = max(1, last - 4)
                place.show(items(begin, last + 1), before=begin > 1, after=False)
        held = ids(place)
        assert held == list(range(held[0], held[-1] + 1)) if held else last == 0
        assert len(held) <= MOST + SLACK
        if held:
            assert place.after is (held[-1] < last)
            assert place.before is (held[0] > 1)
