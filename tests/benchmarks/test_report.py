import pytest

from load.figures import Bin
from load.measure import Result
from load.plan import Plan
from load.slow import Caught
from load.tally import Verdict
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


def slow_ones(**wrong: int) -> Result:
    made = result(plan=Plan(clients=5, senders=1, slow=2, seconds=1, rate=2))
    made.watched = True
    made.memory = {
        "empty": {"VmRSS": 1_000_000, "VmHWM": 1_000_000},
        "joined": {"VmRSS": 2_000_000, "VmHWM": 9_000_000},
        "end": {"VmRSS": 3_000_000, "VmHWM": 4_000_000},
    }
    made.slow.verdict = Verdict(expected=4, received=4, **wrong)
    made.caught = Caught(before=50, after=200)
    made.catching_up, made.catching_cpu = 1.5, 0.25
    return made


def test_the_slow_are_told_apart_from_the_others() -> None:
    text = report(slow_ones())
    assert "4 expected, 4 received, 0 lost" in text
    assert "2 read 1 KB/s" in text
    assert "2 clients had 25.0% of their bytes when the others had everything" in text
    assert "and the rest 1.50 s later, reading at full speed: every line arrived" in text
    assert "0.25 s of the server's CPU; its memory: 2.0 MB before they talked" in text
    assert "4.0 MB at its highest, 3.0 MB at the end" in text
    assert "9.0 MB at most" in text


def test_what_the_slow_have_lost_makes_a_measurement_unsound() -> None:
    assert slow_ones().sound
    losing = slow_ones(lost=1, duplicated=2)
    assert not losing.sound
    assert "of 4 lines 1 did not arrive, 2 arrived more than once" in report(losing)
    assert "every line arrived, half" in verdict(losing)


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
