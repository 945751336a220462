import pytest
from figures import Bin
from measure import Result
from plan import Plan
from proc import Busy
from report import bars, duration, growth, report, table


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
