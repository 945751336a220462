import pytest

from load.figures import Bin
from load.measure import Result
from load.plan import Plan
from machine.proc import Busy
from results.report import bars, duration, growth, report, table, verdict


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (0, "0 us"),
        (999, "999 us"),
        (1_000, "1 ms"),
        (1_234, "1.23 ms"),
        (12_345, "12.3 ms"),
        (123_456, "123 ms"),
        (1_500_000, "1.50 s"),
    ],
)
def test_a_time_is_written_in_three_digits(time: int, words: str) -> None:
    assert duration(time) == words


def test_a_table_has_names_to_the_left_and_figures_to_the_right() -> None:
    assert table([("", "p50"), ("delivery", "1 ms")]) == ["           p50", "delivery  1 ms"]


def test_whatever_is_there_at_all_shows_in_a_histogram() -> None:
    lines = bars([Bin(0, 1, 1_000_000), Bin(1, 2, 1), Bin(2, 5, 0)])
    assert lines[0].endswith("|" + "#" * 40)
    assert lines[1].endswith("|.")
    assert lines[2].endswith("|")


def result(**changes: object) -> Result:
    made = Result(Plan(clients=3, senders=1, seconds=1, rate=2), watched=False)
    made.found.verdict.expected = made.found.verdict.received = 4
    made.found.latencies.update([1000, 1000, 2000, 2000])
    made.fan_out.update([2000, 2000])
    made.lags.update([10, 10])
    made.waits.update([20, 20])
    made.harness = [Busy(0.1, 0.0, 1.0)]
    made.seconds = 0.6
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_a_report_names_what_was_counted_and_what_was_late() -> None:
    text = report(result())
    assert "4 expected, 4 received, 0 lost, 0 duplicated, 0 out of order" in text
    assert "sent late by 10 us (p50)" in text
    assert "to the last receiver" in text


def test_a_report_begins_with_one_plain_sentence() -> None:
    first, empty, *_ = report(result()).split("\n")
    assert first == (
        "This server delivered 2 messages/s to 3 clients: every line arrived, "
        "half within 1 ms, 99 % within 2 ms."
    )
    assert empty == ""


def test_the_verdict_says_what_went_wrong() -> None:
    wrong = result()
    wrong.found.verdict.expected = 1_900
    wrong.found.verdict.lost, wrong.found.verdict.disordered = 38, 2
    said = verdict(wrong)
    assert "of 1,900 lines 38 did not arrive, 2 arrived out of order, half within" in said
    nothing = result()
    nothing.found.verdict.received = 0
    assert verdict(nothing) == "This server delivered none of 2 messages."


def test_the_verdict_counts_what_was_taken_in_the_time_that_it_took() -> None:
    plan = Plan(clients=3, senders=1, seconds=1, rate=5000)
    said = verdict(result(plan=plan, seconds=2.0, unsent=1000))
    assert said.startswith("This server delivered 2,000 messages/s to 3 clients: ")


def test_the_verdict_admits_a_late_harness() -> None:
    late = result()
    late.lags.update([900] * 10)
    assert verdict(late).endswith("; these are upper bounds, since the harness was late itself.")


def test_the_verdict_of_a_storm_is_how_soon_everybody_was_in() -> None:
    storm = Result(Plan(clients=1000, senders=0, storm=True), watched=False)
    storm.joined.joins.update([1_000] * 90 + [20_000] * 10)
    assert verdict(storm) == (
        "This server let in 1,000 clients that connected at once, half within 1 ms, "
        "99 % within 20 ms."
    )


def test_a_late_harness_is_called_the_limit() -> None:
    late = result()
    late.lags.update([900] * 10)
    assert "THE HARNESS" in report(late)
    assert "THE HARNESS" not in report(result())


def test_a_server_that_falls_behind_is_called_the_limit() -> None:
    behind = result(server=Busy(1.9, 0.0, 2.0), seconds=2.0)
    assert "the server, which was 1.0 s behind at the end" in report(behind)
    assert "but kept up" in report(result(server=Busy(0.95, 0.0, 1.0)))


def test_a_sweep_has_a_line_for_each_measurement() -> None:
    lines = growth([result(), result()], "clients").splitlines()
    assert len(lines) == 3
    assert len({len(line.split("  ")[0]) for line in lines[1:]}) == 1
