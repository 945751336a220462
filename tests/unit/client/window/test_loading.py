"""Pages of the history as one scrolls, searches or picks a day."""

from typing import Any

import pytest

from chatroom.client.events import Answer
from chatroom.client.window.loading import Loading
from chatroom.client.window.log import Change
from chatroom.client.window.places import Place, Places
from chatroom.vocabulary import events


class Archive:
    """Notes what is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> int:
            self.asked.append((name, *arguments))
            return len(self.asked)

        return ask


class World:
    """A place with the messages 50 to 59 of 100, and a client that is asked for more."""

    def __init__(self) -> None:
        self.archive = Archive()
        self.name = "ann"
        self.place = Places().room("tea")
        self.shown: list[tuple[Change, int]] = []
        self.refused: list[str] = []
        self.advanced = 0
        self.loading = Loading(lambda: self, self.advance, self.show, self.refused.append)  # type: ignore[arg-type, return-value]
        self.loading.around(self.place, 55)
        self.answer(page(50, 60))

    def advance(self) -> None:
        self.advanced += 1

    def show(self, place: Place, change: Change, go_to: int) -> None:
        self.shown.append((change, go_to))

    def answer(self, event: Any, request: int = 0) -> bool:
        return self.loading.take(Answer(request or len(self.archive.asked), event))

    @property
    def ids(self) -> list[int]:
        return [item.id for item in self.place.log.items]


def page(begin: int, end: int) -> events.Page:
    kept = tuple(events.Kept(n, "said", "bob", str(n), 0.0) for n in range(begin, end))
    return events.Page("tea", kept, events.More(begin > 1, end < 100), 0.0)


REFUSED = events.Refused("lost", "The connection was lost.")


@pytest.fixture
def world() -> World:
    return World()


def test_a_message_that_is_not_held_is_loaded_with_those_around_it(world: World) -> None:
    assert world.archive.asked == [("load_around", "tea", 55, 60)]
    assert (world.ids, world.shown) == (list(range(50, 60)), [(Change.REPLACED, 55)])
    assert (world.place.log.before, world.place.log.after) == (True, True)
    world.loading.around(world.place, 52)
    assert len(world.archive.asked) == 1
    assert world.shown[-1] == (Change.NONE, 52)


def test_more_is_loaded_in_both_directions_one_question_at_a_time(world: World) -> None:
    for _ in range(3):
        world.loading.more(world.place, before=True)
    world.answer(page(40, 50))
    world.loading.more(world.place, before=False)
    world.answer(page(60, 70))
    assert world.archive.asked[1:] == [
        ("load_before", "tea", 50, 60),
        ("load_after", "tea", 59, 60),
    ]
    assert world.ids == list(range(40, 70))
    assert world.advanced == 3


def test_an_answer_for_a_place_that_was_moved_is_not_shown(world: World) -> None:
    world.loading.more(world.place, before=True)
    world.loading.at(world.place, 9.0)
    world.answer(page(10, 20), request=3)
    world.answer(page(40, 50), request=2)
    assert world.ids == list(range(10, 20))
    assert world.shown[-1] == (Change.REPLACED, 10)


def test_the_latest_are_loaded_only_if_they_are_not_held(world: World) -> None:
    world.rooms = Places()  # type: ignore[attr-defined]
    world.place.log.after = False
    world.loading.latest(world.place)
    assert len(world.archive.asked) == 1
    assert world.shown[-1] == (Change.NONE, -1)


def test_a_day_without_messages_is_said(world: World) -> None:
    world.loading.at(world.place, 9.0)
    world.answer(page(100, 100))
    assert world.refused == ["Nothing was said on that day or later."]
    assert world.ids == list(range(50, 60))


def test_what_cannot_be_loaded_is_not_asked_for_without_end(world: World) -> None:
    world.loading.more(world.place, before=True)
    world.answer(REFUSED)
    assert (world.place.log.before, world.refused) == (False, [])
    world.loading.at(world.place, 9.0)
    world.answer(REFUSED)
    assert world.refused == ["The connection was lost."]


def test_answers_to_other_questions_are_left_to_others(world: World) -> None:
    assert not world.answer(page(1, 2), request=77)
