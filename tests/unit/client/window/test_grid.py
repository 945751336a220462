"""One scale of distances, and what depends on the size of the window."""

import pytest

from chatroom.client.window.grid import Grid, composer_rows


def test_distances_are_multiples_of_four_pixels_and_grow_with_the_screen() -> None:
    assert [Grid(96)(units) for units in (1, 2.5, 4)] == [4, 10, 16]
    assert [Grid(192)(units) for units in (1, 2.5, 4)] == [8, 20, 32]
    assert Grid(72)(4) == 16


@pytest.mark.parametrize(
    ("width", "sidebar", "beside"),
    [(599, 232, False), (600, 232, True), (900, 470, False), (1600, 470, True)],
)
def test_the_sidebar_stands_beside_the_conversation_where_there_is_room(
    width: int, sidebar: int, beside: bool
) -> None:
    assert Grid(96).has_room_for_sidebar(width, sidebar) is beside


def test_the_search_takes_all_of_a_narrow_conversation() -> None:
    assert Grid(96).panel_width(400) == 400
    assert Grid(96).panel_width(900) == 352


@pytest.mark.parametrize(
    ("draft", "height", "line", "rows"), [(1, 600, 20, 1), (9, 600, 20, 5), (9, 320, 40, 2)]
)
def test_a_draft_has_one_to_five_rows(draft: int, height: int, line: int, rows: int) -> None:
    assert composer_rows(draft, height, line) == rows
