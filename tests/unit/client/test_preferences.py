"""What a client remembers between two runs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatroom.client.preferences import Preferences, change, config_directory, load, save

CHOSEN = Preferences("attic", 1060, "ann", "dark", 14, "off")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    assert save(CHOSEN, tmp_path / "new" / "chatroom")
    assert load(tmp_path / "new" / "chatroom") == CHOSEN


def test_a_change_leaves_what_others_have_changed(tmp_path: Path) -> None:
    save(CHOSEN, tmp_path)
    assert change(tmp_path, bell="all", theme="light")
    assert load(tmp_path) == replace(CHOSEN, bell="all", theme="light")


def test_without_a_file_nothing_is_chosen(tmp_path: Path) -> None:
    assert load(tmp_path) == Preferences()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"host"', "[" * 5000, '{"host": "\\ud800"}', "\x00\xff", "1" * 5000],
)
def test_a_damaged_file_gives_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "preferences.json").write_bytes(text.encode("latin-1"))
    assert load(tmp_path) == Preferences()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "1060"),
        ("port", True),
        ("port", -1),
        ("port", 65536),
        ("port", 10.5),
        ("font_size", None),
        ("name", 7),
        ("name", ["ann"]),
        ("host", "attic\x1b[2J"),
    ],
)
def test_a_damaged_field_spoils_no_other(tmp_path: Path, name: str, value: object) -> None:
    saved = {"host": "attic", "name": "ann", "bell": "all", name: value}
    (tmp_path / "preferences.json").write_text(json.dumps(saved))
    default = getattr(Preferences(), name)
    assert load(tmp_path) == replace(
        Preferences(host="attic", name="ann", bell="all"), **{name: default}
    )


def test_fields_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "preferences.json").write_text('{"name": "ann", "colours": "many"}')
    assert load(tmp_path) == Preferences(name="ann")


def test_a_directory_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert not save(CHOSEN, tmp_path / "file" / "chatroom")


def test_a_failed_save_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(CHOSEN, tmp_path)

    def refuse(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("chatroom.client.files.os.replace", refuse)
    assert not save(replace(CHOSEN, name="bob"), tmp_path)
    assert load(tmp_path) == CHOSEN
    assert [path.name for path in tmp_path.iterdir()] == ["preferences.json"]


def test_the_directory_is_the_one_that_xdg_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert config_directory() == Path("/elsewhere/chatroom")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert config_directory() == Path("/home/ann/.config/chatroom")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert config_directory() == Path("/home/ann/.config/chatroom")
