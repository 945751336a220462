import json
from pathlib import Path

import pytest

import compare
from contest import chart
from contest.contest import Contest


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--only", "somebody"], "--only knows chatroom"),
        (["--load", "heavy"], "--load knows alone, alone5000, 1000"),
        (["--repeat", "0"], "--repeat"),
        (["--seconds", "nan"], "--seconds"),
        (["--most", "1"], "--most"),
        (["--write", "/nowhere/at/all"], "no folder"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        compare.main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1


def test_a_contender_at_a_workload(capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--most", "10", "--seconds", "0.2", "--repeat", "1"]
    assert compare.main([*few, "--load", "1000", "--only", "asyncio"]) == 0
    said = capsys.readouterr().out
    assert "|  | asyncio |" in said
    assert "### 1,000 messages/s to 10" in said
    assert "failed:" not in said
    assert "`python -c pass`" in said


def test_a_way_into_the_room(capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--most", "10", "--seconds", "0.2", "--repeat", "1", "--load", "1000", "--strict"]
    assert compare.main([*few, "--only", "chatroom,history,mixed"]) == 0
    said = capsys.readouterr().out
    assert "|  | chatroom | history | mixed |" in said
    assert said.count("| history | **") == 1


def test_one_name_makes_the_page_the_figures_and_the_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Path] = []
    monkeypatch.setattr(compare, "check_page", lambda *_: None)
    monkeypatch.setattr(chart, "draw", lambda path, _: drawn.append(path))
    monkeypatch.setattr(Contest, "run", lambda *_: None)
    assert compare.main(["--only", "chatroom", "--write", str(tmp_path / "figures")]) == 2
    assert "## Measured" in (tmp_path / "figures.md").read_text()
    assert json.loads((tmp_path / "figures.json").read_text())["contenders"]
    assert drawn == [tmp_path / "figures.svg"]
