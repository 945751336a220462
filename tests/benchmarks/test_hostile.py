"""The attacks against a real server: each does what it is meant to, and the run has a verdict."""

import json
from collections.abc import Iterator
from math import inf
from pathlib import Path
from time import monotonic

import pytest

import hostile
from attack import attacks
from attack.attackers import STEP, Attackers, Report
from attack.attacks import KINDS
from hostile import Trial, let_in, sentence
from load.measure import Result
from load.target import ORDINARY, Target, started
from machine.proc import Busy

FEW = ["--clients", "5", "--seconds", "0.5"]
SHORT = 0.1  # seconds
PATIENCE = 20.0
NAMELESS = ("telnet", "halves", "pings", "resets", "heads")
DEAF = ("deaf",)


@pytest.fixture
def server() -> Iterator[Target]:
    with started(ORDINARY) as target:
        yield target


@pytest.mark.parametrize("kind", KINDS)
def test_five_clients_come_and_attack(kind: str, server: Target) -> None:
    attackers = Attackers(KINDS[kind], 5, server.address)
    report, end = attackers.report, monotonic() + PATIENCE
    lets_in = kind not in (*NAMELESS, *DEAF)
    while not (report.sent and (report.let_in or not lets_in)) and monotonic() < end:
        attackers.go_on(monotonic() + STEP)
    attackers.disperse()
    assert report.visits >= attackers.clients
    assert report.sent > 0
    assert (report.let_in > 0) == lets_in


@pytest.mark.parametrize("kind", ["who", "lined-up"])
def test_an_attack_ends_in_time_and_nobody_comes_too_often(kind: str, server: Target) -> None:
    now = monotonic()
    report = Attackers(KINDS[kind], 5, server.address).attack(now, now + SHORT)
    assert SHORT <= monotonic() - now < PATIENCE
    assert 5 <= report.visits <= 5 * KINDS[kind].visits


def test_the_server_lets_newcomers_in(server: Target) -> None:
    assert let_in(server.address) < hostile.ANSWERING


def test_a_server_that_is_gone_lets_nobody_in() -> None:
    with started(ORDINARY) as target:
        pass
    assert let_in(target.address) == inf


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_visits_have_the_same_bytes_but_where_they_want_the_same(kind: str) -> None:
    visit = KINDS[kind].visit
    assert visit(3) == visit(3)
    if kind not in (*NAMELESS, "same-name"):
        one, other = visit(3), visit(4)
        assert (one.hello, one.packet) != (other.hello, other.packet)


def test_what_must_fit_into_one_read_or_line_does() -> None:
    assert len(attacks.requests(1).packet) <= attacks.REQUESTS
    assert len(attacks.lined_up(1).packet) <= 16 * 1024
    assert max(map(len, attacks.private(1).packet.splitlines())) <= 4096


def test_the_victim_counts_each_line_of_the_room_once(server: Target) -> None:
    attackers = Attackers(KINDS["private"], 1, server.address)
    assert attackers.victim is not None
    attackers.victim.kept = bytearray(b"ann: ~00000001 0000000000000001 x\n" * 2)
    now = monotonic()
    assert attackers.attack(now, now + SHORT).heard == 1


def test_a_failure_on_a_busy_machine_says_that_it_may_be_the_machine_s() -> None:
    plan = hostile.new_plan(1)
    quiet, attacked = Result(plan, watched=True), Result(plan, watched=True)
    trial = Trial("who", quiet, attacked, Report(), grown=0, answered=0.0)
    assert "FAILED" in sentence(trial, 5)
    assert "core" not in sentence(trial, 5)
    attacked.server = Busy(cpu=1.0, waited=1.0, wall=5.0)
    assert "kept the server from its core for 50% of its work" in sentence(trial, 5)


def test_what_somebody_could_not_say_is_lost_to_all_the_others() -> None:
    plan = hostile.new_plan(1)
    attacked = Result(plan, watched=True, unsent=2)
    trial = Trial("who", attacked, attacked, Report(), grown=0, answered=0.0)
    assert trial.impact.lost == 2 * 49


def test_a_run_prints_a_table_and_a_verdict_for_each_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    assert hostile.main([*FEW, "--only", "halves,who", "--json", str(file)]) == 0
    said = capsys.readouterr().out
    for kind in ("halves", "who"):
        assert f"5 clients {KINDS[kind].about}: " in said
        assert f"\n{kind} " in said
    results = json.loads(file.read_text())["results"]
    assert results["halves"]["impact"]["lost"] == 0
    assert results["halves"]["hostile"]["delivery"]["count"] == 25 * 49
    assert results["who"]["attackers"]["visits"] == 5


def test_strict_ends_with_1_when_a_bound_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile, "broken", lambda _: iter(["too slow"]))
    arguments = [*FEW, "--seconds", "0.1", "--only", "halves"]
    assert hostile.main(arguments) == 0
    assert hostile.main([*arguments, "--strict"]) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--clients", "0"], "--clients must be 1 to 1000"),
        (["--seconds", "0"], "--seconds must be 0.02 to 60"),
        (["--only", "who,nobody"], "--only knows telnet, who,"),
        (["--json", "/"], "/ is a folder"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        hostile.main(arguments)
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1
