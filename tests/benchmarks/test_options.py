import re
from pathlib import Path

import pytest

import compare
import hostile
import options
from options import parse
from peers import HERE


def test_without_arguments_500_clients_of_whom_50_talk_for_ten_seconds() -> None:
    options = parse([])
    (plan,) = options.plans
    assert (plan.clients, plan.senders, plan.rate, plan.seconds) == (500, 50, 1000, 10)
    assert plan.speak == "line"
    assert options.port is None


def test_stalled_may_be_a_share_or_a_number() -> None:
    assert parse(["--stalled", "10%"]).plans[0].stalled == 50
    assert parse(["--stalled", "10"]).plans[0].stalled == 10


def test_slow_may_be_a_share_or_a_number() -> None:
    assert parse(["--slow", "10%"]).plans[0].slow == 50
    assert parse(["--slow", "10"]).plans[0].slow == 10
    assert parse(["--clients", "20", "--slow", "25%", "--stalled", "5"]).plans[0].senders == 10


def test_fewer_clients_than_usual_talkers_all_talk() -> None:
    assert parse(["--clients", "20"]).plans[0].senders == 20
    assert parse(["--clients", "20", "--stalled", "50%"]).plans[0].senders == 10


def test_a_sweep_is_a_plan_for_each_value() -> None:
    options = parse(["--sweep", "clients=10,100"])
    assert [(plan.clients, plan.senders) for plan in options.plans] == [(10, 10), (100, 50)]
    assert options.sweep == "clients"
    assert [plan.rate for plan in parse(["--sweep", "rate=10,20.5"]).plans] == [10, 20.5]


def test_a_storm_is_nothing_but_connecting() -> None:
    (plan,) = parse(["--storm", "300", "--stalled", "10%", "--slow", "10%"]).plans
    assert (plan.clients, plan.senders, plan.stalled, plan.storm) == (300, 0, 0, True)
    assert plan.slow == 0
    assert plan.messages == 0


def test_files_are_paths() -> None:
    assert parse(["--json", "a.json"]).json == Path("a.json")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--clients 0", "--clients"),
        ("--clients many", "--clients"),
        ("--senders 501", "more than 500 clients"),
        ("--senders 460 --stalled 10%", "460 who talk and 50 stalled"),
        ("--senders 440 --stalled 10% --slow 20", "440 who talk and 50 stalled and 20 slow"),
        ("--slow lots", "--slow"),
        ("--slow -1", "--slow"),
        ("--slow 100%", "--senders"),
        ("--stalled lots", "--stalled"),
        ("--stalled lots%", "--stalled"),
        ("--rate -1", "--rate"),
        ("--seconds 0", "--seconds"),
        ("--seconds inf", "--seconds"),
        ("--rate nan", "--rate"),
        ("--size 8", "--size"),
        ("--size 500 --speak irc", "--size"),
        ("--workers 0", "--workers"),
        ("--clients 60000000", "ulimit -n"),
        ("--speak latin", "--speak"),
        ("--storm 10 --speak raw", "--storm"),
        ("--idle -1", "--idle"),
        ("--storm 0", "--storm"),
        ("--storm 10 --sweep rate=1,2", "--storm"),
        ("--sweep size=1,2", "--sweep"),
        ("--sweep clients=1,two", "--sweep"),
        ("--sweep clients=nan", "--sweep"),
        ("--stalled nan%", "--stalled"),
        ("--stalled 101%", "--stalled"),
        ("--json /nowhere/at/all/a.json", "no folder"),
        ("--plot drawing.gif", "--plot"),
        ("--port nowhere", "--port"),
        ("--port 70000", "--port"),
        ("--host localhost", "--port"),
        ("--senders 0", "--senders"),
        ("--stalled 100%", "talk"),
        ("--rate 0", "--rate"),
        ("--rate 0.1 --seconds 5", "not a single message"),
        ("--clients 1", "listen"),
        ("--workers 65", "--workers"),
        ("--workers 6 --clients 5", "--workers"),
        ("--json /", "folder"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_2(
    arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments.split())
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("flood: ")
    assert said.count("\n") == 1
    assert complaint in said


@pytest.mark.parametrize(
    "parser",
    [options.new_parser(), compare.new_parser(), hostile.new_parser()],
    ids=lambda p: p.prog,
)
def test_every_option_is_in_the_documentation(parser: options.Parser) -> None:
    text = (HERE.parents[1] / "docs" / "benchmarks.md").read_text()
    names = {name for name in parser.format_help().split() if name.startswith("--")}
    assert {name.strip("[],") for name in names} - {"--help"} <= set(re.findall(r"--[a-z]+", text))
