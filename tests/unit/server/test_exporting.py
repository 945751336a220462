"""Export and import: what is written, what is read back, and what is refused."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatroom.chat.history import History, Topic
from chatroom.chat.ids import EPOCH, first_at
from chatroom.server import exporting, importing
from chatroom.settings import Settings
from chatroom.vocabulary.events import Acted, Said, TopicSet

ROOT = Path(__file__).parents[3]
NOW = EPOCH + 200_000_000.0
START = first_at(NOW)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TZ", "UTC")
    return str(tmp_path / "history.db")


@pytest.fixture
def history(file: str) -> Iterator[History]:
    made = History(file, Settings(), lambda: NOW)
    made.set_topic("café", "Café", Topic("<tea>", "ann", NOW))
    made.append("café", Said(START, "Café", "ann", "one <b>\ntwo ☕", NOW + 0.123))
    made.append("den", Acted(START + 1, "Den", "Bob", "waves", NOW))
    made.append("café", Said(START + (7200_000 << 10), "Café", "ann", "later", NOW + 7200))
    made.commit()
    yield made
    made.close()


def export(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    assert exporting.main(words) == 0
    return capfd.readouterr().out


Capture = pytest.CaptureFixture[str]


@pytest.mark.usefixtures("history")
def test_text_is_grouped_by_room_and_every_line_has_its_author(file: str, capfd: Capture) -> None:
    lines = export(capfd, file).split("\n")
    assert lines[0] == "# Café: <tea>"
    assert [line.partition("] ")[2] for line in lines[1:4]] == [
        "ann: one <b>",
        "ann: two ☕",
        "ann: later",
    ]
    assert lines[5] == "# Den"
    assert lines[6].endswith("] * Bob waves")


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), [0, 7200_000 << 10, 1]),
        (("--room", "CAFÉ"), [0, 7200_000 << 10]),
        (("--since", "2026-05-03T20:33"), [7200_000 << 10]),
        (("--until", "2026-05-03T20:33"), [0, 1]),
        (("--since", "1min"), []),
    ],
)
def test_a_part_is_exported(
    words: tuple[str, ...], ids: list[int], file: str, capfd: Capture
) -> None:
    lines = map(json.loads, export(capfd, file, "--format", "json", *words).splitlines())
    assert [one["id"] - START for one in lines if one["type"] == "message"] == ids


@pytest.mark.usefixtures("history")
def test_a_page_is_escaped_and_has_no_script(file: str, capfd: Capture) -> None:
    page = export(capfd, file, "--format", "html")
    assert "one &lt;b&gt;\ntwo ☕" in page
    assert "&lt;tea&gt;" in page
    assert "<script" not in page
    assert "src=" not in page


def test_what_is_imported_is_what_was_exported(
    history: History, file: str, tmp_path: Path, capfd: Capture
) -> None:
    lines = export(capfd, file, "--format", "json")
    path, other = tmp_path / "export", str(tmp_path / "other.db")
    path.write_text(lines)
    for said in ("3 messages imported\n", "0 messages imported\n"):
        assert importing.main([other, str(path)]) == 0
        assert capfd.readouterr().out == said
    assert export(capfd, other, "--format", "json") == lines
    again = History(other, Settings(), lambda: NOW)
    assert (again.epoch, again.last) == (history.epoch, history.last)
    assert again.page("café") == history.page("café")
    assert again.topic("café") == history.topic("café")
    again.close()


def test_what_is_imported_below_others_is_found_by_search(
    history: History, file: str, tmp_path: Path, capfd: Capture
) -> None:
    path, other = tmp_path / "export", str(tmp_path / "other.db")
    path.write_text(export(capfd, file, "--format", "json"))
    newer = History(other, Settings(), lambda: NOW)
    for n in range(1, 1200):
        newer.append("café", Said(history.last + n, "Café", "ann", "newer", NOW))
    newer.commit()
    while newer.idle():
        pass
    newer.close()
    assert importing.main([other, str(path)]) == 0
    again = History(other, Settings(), lambda: NOW)
    while again.idle():
        pass
    assert [event.text for event in again.search("later").events] == ["later"]
    assert again.epoch == newer.epoch
    again.close()


def test_a_history_that_is_open_is_not_imported_into(
    history: History, file: str, tmp_path: Path, capfd: Capture
) -> None:
    path = tmp_path / "export"
    path.write_text(export(capfd, file, "--format", "json"))
    assert importing.main([file, str(path)]) == 1
    assert "in use by another server" in capfd.readouterr().err
    assert history.page("den").events


HEAD = {"type": "chatroom", "format": 1, "epoch": "e"}
ROOM = {"type": "room", "key": "den", "name": "Den", "topic": None}
MESSAGE = {
    "type": "message",
    "id": 5,
    "room": "den",
    "kind": "said",
    "name": "ann",
    "text": "hi",
    "time": 1.5,
}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ({}, "'type' is missing"),
        ({"type": "party"}, "'party' is missing or unknown"),
        ({**MESSAGE, "room": "elsewhere"}, "room was not told"),
        ({**MESSAGE, "room": []}, "room"),
        ({**MESSAGE, "id": True}, "the id"),
        ({**MESSAGE, "id": 2**60}, "the id"),
        ({**MESSAGE, "kind": "shouted"}, "the kind"),
        ({**MESSAGE, "text": "\x1b[2J"}, "the text"),
        ({**MESSAGE, "text": "\ud800"}, "the text"),
        ({**MESSAGE, "name": "a\nb"}, "the name"),
        ({**MESSAGE, "time": "x"}, "the time"),
        ({**MESSAGE, "time": float("nan")}, "the time"),
        ({**ROOM, "key": "other"}, "the key"),
        ({**ROOM, "topic": 5}, "not subscriptable"),
    ],
)
def test_a_malformed_line_is_named_and_nothing_is_imported(
    line: Any, reason: str, tmp_path: Path, capfd: Capture
) -> None:
    path, other = tmp_path / "export", tmp_path / "other.db"
    rows = [HEAD, ROOM, MESSAGE, line]
    path.write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in rows))
    assert importing.main([str(other), str(path)]) == 1
    problem = capfd.readouterr().err
    assert "line 4: " in problem
    assert reason in problem
    assert not other.exists()


@pytest.mark.parametrize("first", ["", "{}\n", '{"type": "chatroom", "format": 2, "epoch": "e"}\n'])
def test_what_is_no_export_is_refused(first: str, tmp_path: Path, capfd: Capture) -> None:
    path = tmp_path / "export"
    path.write_text(first)
    assert importing.main([str(tmp_path / "other.db"), str(path)]) == 1
    assert "line 1: " in capfd.readouterr().err


def test_what_is_no_history_is_refused(tmp_path: Path, capfd: Capture) -> None:
    path = tmp_path / "notes"
    path.write_text("notes")
    for name in (path, tmp_path / "nothing", tmp_path):
        assert exporting.main([str(name)]) == 1
        assert capfd.readouterr().err.startswith("chatroom: ")


@pytest.mark.usefixtures("history")
def test_a_closed_output_is_no_error(file: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "chatroom", "export", file]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_topics_are_exported_and_imported_like_what_was_said(
    history: History, file: str, tmp_path: Path, capfd: Capture
) -> None:
    for number, text in enumerate(("<release>", ""), 2):
        history.append("den", TopicSet(START + number, "Den", "ann", text, NOW))
    history.commit()
    lines = export(capfd, file, "--room", "Den").split("\n")
    assert [line.partition("] ")[2] for line in lines[1:4]] == [
        "* Bob waves",
        "Server: ann has set the topic of den: <release>",
        "Server: ann has taken away the topic of den.",
    ]
    page = export(capfd, file, "--format", "html")
    assert "ann has set the topic of den: &lt;release&gt;" in page
    exported = export(capfd, file, "--format", "json")
    path, other = tmp_path / "export", str(tmp_path / "other.db")
    path.write_text(exported)
    assert importing.main([other, str(path)]) == 0
    capfd.readouterr()
    assert export(capfd, other, "--format", "json") == exported
