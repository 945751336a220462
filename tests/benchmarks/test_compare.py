import compare
import pytest
from compare import Contest, cell, markdown
from measure import Result
from plan import Plan
from report import duration
from workloads import Figure, Workload, workloads

SPAN = Figure("span", lambda result: result.seconds or None, lambda value: f"{value:g} s")
JOB = Workload("job", "a job", Plan(), (SPAN,))


def result(seconds: float) -> Result:
    return Result(Plan(), watched=False, seconds=seconds)


def contest(**results: list[float]) -> Contest:
    made = Contest({name: [name] for name in results}, [JOB])
    for name, spans in results.items():
        if spans:
            made.results[JOB.name, name] = [result(span) for span in spans]
    return made


def test_a_cell_is_a_ratio_of_medians_with_the_figures_behind_it() -> None:
    assert cell(SPAN, [4, 8, 5], [2, 2.5, 9]) == "**2.00x** (5 s; 4 s - 8 s)"


def test_nothing_is_divided_by_zero_or_nothing() -> None:
    assert cell(SPAN, [3], [0]) == "(3 s; 3 s - 3 s)"
    assert cell(SPAN, [3], []) == "(3 s; 3 s - 3 s)"
    assert cell(SPAN, [], [3]) == "-"


def test_a_comparison_is_a_table_against_the_first_contender() -> None:
    lines = markdown(contest(ours=[1, 2, 3], theirs=[6, 8, 7])).splitlines()
    assert lines[0] == "| | ours | theirs |"
    assert lines[3] == "| span | **1.00x** (2 s; 1 s - 3 s) | **3.50x** (7 s; 6 s - 8 s) |"
    assert lines[5] == "Medians with least and most, as multiples of what ours has."


def test_who_fails_is_shown_to_have_failed() -> None:
    made = contest(ours=[1], theirs=[])
    made.failures[JOB.name, "theirs"] = "the server did not start"
    text = markdown(made)
    assert "| span | **1.00x** (1 s; 1 s - 1 s) | - |" in text
    assert "theirs failed at a job: the server did not start." in text


def test_the_workloads_are_one_message_many_more_than_many_and_silence() -> None:
    jobs = workloads(seconds=5, silent=10_000, workers=1)
    assert [job.key for job in jobs] == ["alone", "1000", "4000", "silent"]
    assert [job.plan.messages for job in jobs] == [100, 5000, 20_000, 0]
    assert jobs[0].figures[0].write(1234) == duration(1234)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--only", "somebody"], "--only knows chatroom"),
        (["--load", "heavy"], "--load knows alone, 1000, 4000, silent"),
        (["--repeat", "0"], "--repeat"),
        (["--seconds", "nan"], "--seconds"),
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
