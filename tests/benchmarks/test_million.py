"""The benchmark of a large history, with a small one."""

import sys

import pytest

import million


def test_a_small_history_is_made_and_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["million", "--messages", "6000"])
    assert million.main() == 0
    output = capsys.readouterr().out
    assert output.startswith("6000 messages, ")
    assert "opening after an unclean stop" in output
    assert "a common word (20 found)" in output
    assert "a rare word (1 found)" in output
    assert "a word that nobody said (0 found)" in output
    assert "two characters of Chinese (2 found)" in output
