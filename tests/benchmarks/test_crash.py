"""The benchmark that kills its server, with a few kills, and what it finds wrong."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import crash

TABLE = "CREATE TABLE message (id INTEGER PRIMARY KEY, name TEXT, text TEXT)"


def test_nothing_is_lost_by_a_few_kills(capsys: pytest.CaptureFixture[str]) -> None:
    assert crash.main(["--kills", "3"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3 kills, ")
    assert said.endswith(" said again: nothing lost, nothing twice\n")


@pytest.mark.parametrize(
    ("stored", "received", "wrong"),
    [
        ([], {1: ("p0", "x")}, "is not in the file"),
        ([(2, "p0", "x")], {1: ("p0", "x")}, "is not in the file"),
        ([(1, "p0", "x"), (2, "p0", "x")], {1: ("p0", "x")}, "twice"),
    ],
)
def test_a_line_that_is_lost_or_there_twice_is_found(
    tmp_path: Path,
    stored: list[tuple[int, str, str]],
    received: dict[int, tuple[str, str]],
    wrong: str,
) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(TABLE)
        database.executemany("INSERT INTO message VALUES (?, ?, ?)", stored)
    program = crash.Program(0)
    program.received = received
    with pytest.raises(crash.Wrong, match=wrong):
        crash.check(path, [program])
