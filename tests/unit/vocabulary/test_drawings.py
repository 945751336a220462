"""Names that look like one that is in use."""

from chatroom.vocabulary import names
from chatroom.vocabulary.drawings import Drawings
from chatroom.vocabulary.names import key

COPY = "\u0406\u0430\u043f"  # Cyrillic; Ian and lan


def in_use(*members: str) -> Drawings:
    keys = {names.key(name) for name in members}
    drawings = Drawings(keys.__contains__)
    for name in members:
        drawings.add(name, key(name))
    return drawings


def test_names_of_ascii_may_look_alike() -> None:
    assert not in_use("ian").is_another("lan")


def test_another_script_looks_like_each_name_of_ascii() -> None:
    assert in_use("lan").is_another(COPY)
    assert in_use("1an").is_another(COPY)
    assert in_use("ian", "lan").is_another(COPY)


def test_a_name_of_ascii_looks_like_one_in_another_script() -> None:
    assert in_use(COPY).is_another("lan")


def test_a_name_is_not_another_than_itself_and_not_than_the_one_it_replaces() -> None:
    assert not in_use(COPY).is_another(COPY)
    assert not in_use("lan").is_another(COPY, besides="lan")
    assert in_use("lan", "1an").is_another(COPY, besides="lan")


def test_a_name_that_is_not_in_use_any_more_stands_in_nobody_s_way() -> None:
    used = {"lan"}
    drawings = Drawings(used.__contains__)
    drawings.add("lan", "lan")
    assert drawings.is_another(COPY)
    used.clear()
    assert not drawings.is_another(COPY)


def test_names_that_were_tried_and_left_are_forgotten() -> None:
    drawings = Drawings({"lan"}.__contains__)
    drawings.add("lan", "lan")
    for number in range(10_000):
        drawings.add(f"n{number}", f"n{number}")
        assert len(drawings) <= 256
    assert drawings.is_another(COPY)


def test_names_in_use_are_never_forgotten() -> None:
    drawings = in_use("lan", *(f"n{number}" for number in range(2000)))
    assert len(drawings) == 2001
    assert drawings.is_another(COPY)


def test_adding_a_name_again_counts_it_once() -> None:
    drawings = in_use("ann", "ann", "ANN")
    assert len(drawings) == 1
