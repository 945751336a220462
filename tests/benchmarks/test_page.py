import json
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from contest import chart, page
from contest.contest import Contest
from contest.page import BEGIN, END, Setting, as_json, cell, insert, measured
from contest.workloads import EACH_P99, LAST_P50, Figure, Workload
from load.measure import Result
from load.plan import Plan
from peers import Absent, Peer
from results.report import duration

SPAN = Figure("span", lambda result: result.seconds or None, lambda value: f"{value:g} s")
JOB = Workload("job", "kind", "a job", Plan(), (SPAN,), (SPAN,))
HARD = Workload("hard", "kind", "a hard job", Plan(), (EACH_P99,), (), beside="job")
SETTING = Setting(
    ["benchmarks/compare.py", "--only", "a b"],
    rounds=3,
    minutes=2.4,
    circumstances={"date": "2030-01-02T03:04:05", "processor": "abacus", "cores": 2, "system": ""},
    bare=[9_000.0],
    absent={"teletype": Absent("there is no paper")},
)


def contest(**results: list[float]) -> Contest:
    peer = Peer(lambda *_: [], "9.9")
    made = Contest(dict.fromkeys(results, peer), [JOB])
    for name, spans in results.items():
        if spans:
            made.results[JOB.key, name] = [
                Result(Plan(), watched=False, seconds=span) for span in spans
            ]
    return made


def test_a_cell_is_a_ratio_of_medians_with_the_figures_behind_it() -> None:
    assert cell(SPAN, [4, 8, 5], 2.5) == "**2x** (5 s; 4 s - 8 s)"
    assert cell(SPAN, [5], 2) == "**2.50x** (5 s)"


def test_nothing_is_divided_by_zero_nothing_or_for_ever() -> None:
    assert cell(SPAN, [3], 0) == "(3 s)"
    assert cell(SPAN, [3], None) == "(3 s)"
    assert cell(SPAN, [3], inf) == "(3 s)"
    assert cell(SPAN, [], 3) == "-"


def test_what_takes_for_ever_is_more_than_was_waited() -> None:
    assert cell(LAST_P50, [inf], 10_000) == "**> 500x** (> 5 s)"


def test_a_workload_is_a_table_against_the_first_contender() -> None:
    lines = measured(contest(ours=[1, 2, 3], theirs=[6, 8, 7]), SETTING).splitlines()
    place = lines.index("### A job")
    assert lines[place + 2] == "|  | span |"
    assert lines[place + 4 : place + 6] == [
        "| ours | **1x** (2 s; 1 s - 3 s) |",
        "| theirs | **3.50x** (7 s; 6 s - 8 s) |",
    ]


def test_how_it_was_made_is_told() -> None:
    text = measured(contest(ours=[1]), SETTING)
    assert "`python benchmarks/compare.py --only 'a b'` wrote this on 2030-01-02" in text
    assert "processor abacus; cores 2." in text
    assert "- ours: 9.9" in text
    assert "- teletype: not measured: there is no paper" in text


def with_ways(*others: str) -> Contest:
    """The plain room, these others, and a way into it which needs twice as long."""
    made = contest(ours=[1], **{name: [5.0] for name in others}, browsers=[2])
    made.peers["browsers"] = Peer(lambda *_: [], "9.9, in a browser", way=True)
    made.workloads = [replace(JOB, ways=True)]
    return made


def test_ways_into_the_room_have_tables_of_their_own() -> None:
    text = measured(with_ways("theirs"), SETTING)
    above, _, below = text.partition("### Ways into the room")
    assert "|  | ours | theirs |" in above
    assert "- browsers: 9.9, in a browser" in above
    assert "| a job: span | 1 s | 2x |" in below
    jobs = below.partition("### A job")[2]
    plain, _, ways = jobs.partition("The ways into the room:")
    assert "theirs" in plain
    assert "browsers" not in plain
    assert "| browsers | **2x** (2 s) |" in ways
    assert "theirs" not in ways


def test_ways_alone_need_no_table_of_peers() -> None:
    text = measured(with_ways(), SETTING)
    assert text.count("|  | ours | browsers |") == 1
    assert text.count("|  | span |") == 1


def test_a_workload_without_the_ways_does_not_name_them() -> None:
    made = with_ways("theirs")
    made.workloads = [JOB]
    text = measured(made, SETTING)
    assert "Ways into" not in text
    assert "ways into" not in text


def test_no_way_is_drawn_or_timed_while_it_starts() -> None:
    made = with_ways("theirs")
    made.starts = {name: [60_000] for name in made.peers}
    assert "browsers |" not in measured(made, SETTING).partition("### Starting")[2]
    assert made.others == ["theirs"]


def test_who_fails_is_shown_to_have_failed() -> None:
    made = contest(ours=[1], theirs=[])
    made.failures[JOB.key, "theirs"] = "the server did not start"
    text = measured(made, SETTING)
    assert "| theirs | - |" in text
    assert "- theirs failed: the server did not start." in text


def test_starting_is_compared_with_a_python_that_does_nothing() -> None:
    made = contest(ours=[1])
    made.starts["ours"] = [60_000, 54_000, 66_000]
    text = measured(made, SETTING)
    assert "| ours | **1x** (60 ms; 54 ms - 66 ms) |" in text
    assert "| `python -c pass`, to its end | **0.15x** (9 ms) |" in text


def test_growth_is_a_column_beside_the_figures() -> None:
    made = contest(ours=[1])
    made.workloads.append(HARD)
    assert "each delivery, p99, beside that without them" in measured(made, SETTING)
    assert page.grown([1.5, 1.0, 1.1]) == "**1.10x** (1.00x - 1.50x)"
    assert page.grown([inf]) == "(no comparison)"


def test_what_is_written_by_hand_survives(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    page.write(path, "first\n", "a.svg")
    path.write_text(
        path.read_text().replace(BEGIN, f"Nearly everything.\n\n{BEGIN}") + "The end.\n"
    )
    page.write(path, "second\n", "a.svg")
    text = path.read_text()
    assert "Nearly everything.\n\n" + BEGIN in text
    assert text.endswith(END + "\nThe end.\n")
    assert "second" in text
    assert "first" not in text


def test_a_page_without_markers_is_not_overwritten() -> None:
    with pytest.raises(ValueError, match="there is nothing like"):
        insert("all of it by hand", "figures")
    with pytest.raises(ValueError, match="there is nothing like"):
        insert(f"{END} {BEGIN}", "figures")


def test_a_program_can_read_every_round() -> None:
    made = contest(ours=[1, 2], theirs=[])
    made.failures[JOB.key, "theirs"] = "it fell over"
    found = json.loads(json.dumps(as_json(made, SETTING), allow_nan=False))
    job = found["workloads"]["job"]
    assert job["figures"] == {"span": {"ours": [1, 2]}}
    assert job["failed"] == {"theirs": "it fell over"}
    assert found["not_measured"] == {"teletype": "there is no paper"}


def test_a_drawing_has_a_place_for_those_who_failed() -> None:
    made = contest(ours=[2], theirs=[3], others=[], silent=[])
    made.failures[JOB.key, "others"] = "it fell over"
    ratios = [chart.ratio(made, JOB, SPAN, name) for name in made.peers]
    assert ratios == [1, 1.5, inf, None]


def test_figures_are_written_as_the_reports_of_flood_write_them() -> None:
    assert LAST_P50.write(1234) == duration(1234)
