"""docs/protocol.md is written by hand, and agrees with the code."""

import ast
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_type_hints

import pytest

from chatroom.protocols.objects import IMPLIED, MESSAGES, REQUESTS
from chatroom.vocabulary.events import Limits, People, RoomCount, Row, Stats

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text()

# What is given the code of an error, beside a sentence. Those of a Closing have another table.
ERRORS = ("Refused", "NameRefused", "Unavailable", "Wrong", "refuse")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table with these columns, without its heading."""
    lines = PAGE.split(f"\n| {heading} |\n", 1)[1].split("\n\n", 1)[0].split("\n")[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def table(heading: str) -> dict[str, list[str]]:
    """The other cells of each row, by each of the words in its first one."""
    return {word: cells for first, *cells in rows(heading) for word in quoted(first)}


def described(cell: str) -> dict[str, bool]:
    """The fields in a cell, and whether they may be missing: `a`, `b`: what; optional `c`: what."""
    parts = [part.partition(":")[0] for part in cell.split(";")]
    return {name: "optional" in part for part in parts for name in quoted(part)}


def declared(make: type, word: str) -> dict[str, bool]:
    left_out = ("ref", *IMPLIED.get(word, ()))
    return {
        field.name: field.default is not MISSING
        for field in fields(make)
        if field.name not in left_out
    }


ASKED = table("type | fields | answer")
TOLD = table("type | fields")


def test_the_requests_of_the_page_are_those_of_the_code() -> None:
    assert list(ASKED) == list(REQUESTS)


@pytest.mark.parametrize("word", REQUESTS)
def test_a_request_has_the_fields_of_the_page(word: str) -> None:
    cell, answer = ASKED[word]
    assert described(cell) == declared(REQUESTS[word], word)
    assert set(described(answer)) <= set(MESSAGES)


def test_the_messages_of_the_page_are_those_of_the_code() -> None:
    assert list(TOLD) == list(MESSAGES)


@pytest.mark.parametrize("word", [word for word in MESSAGES if word != "stats"])
def test_a_message_has_the_fields_of_the_page(word: str) -> None:
    assert list(described(TOLD[word][0])) == list(declared(MESSAGES[word], word))


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    hints = get_type_hints(Stats, include_extras=True)
    figures = {name: hint.__metadata__[0] for name, hint in hints.items()}
    assert {name: cell for name, (cell,) in table("figure |").items()} == figures


def test_the_objects_inside_of_messages_have_the_fields_of_the_page() -> None:
    for make in (Row, RoomCount):
        written = ", ".join(f'"{field.name}"' for field in fields(make))
        assert f"`{{{written}}}`" in PAGE
    example = ", ".join(rf'"{field.name}": [^,]*' for field in fields(People))
    assert re.search(rf"`{{{example}", PAGE)
    (limits,) = re.findall(r"^`limits` are ((?:.+\n)+)", PAGE, re.MULTILINE)
    assert quoted(limits) == [field.name for field in fields(Limits)]


def codes(*names: str) -> set[str]:
    """The literals that are given to these, anywhere in the server, and are no sentences."""
    paths = [path for path in (ROOT / "chatroom").rglob("*.py") if "client" not in path.parts]
    trees = [ast.parse(path.read_text(), path) for path in paths]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        str(node.value)
        for call in calls
        if ast.unparse(call.func).rpartition(".")[2] in names
        for argument in call.args
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z]+)*", str(node.value))
    }


def test_the_codes_of_errors_are_all_on_the_page() -> None:
    assert set(table("error |")) == codes(*ERRORS)


def test_the_codes_of_closings_are_all_on_the_page() -> None:
    assert set(table("closing |")) == codes("Closing")
