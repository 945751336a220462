"""Order, losses, duplicates and times, on streams made by hand."""

from dataclasses import replace
from zlib import crc32

import pytest

from load.plan import Plan
from load.tally import Findings, Reading, Record, Tally, Verdict, arrivals, fan_out
from load.wire import body

START = 1_000_000
PLAN = Plan(clients=4, senders=2, rate=6, seconds=1, size=64, speak="line", tag="f")
LINE = len(b"f00000: ") + 64


def message(number: int) -> bytes:
    name = PLAN.name(PLAN.author(number))
    return name + b": " + body(number, START + PLAN.due(number), PLAN.size) + b"\n"


def stream(*numbers: int) -> bytes:
    return b"".join(map(message, numbers))


def record(client: int, data: bytes, kept: bool = True, time: int = START) -> Record:
    return Record(client, crc32(data), [time], [len(data)], data if kept else None)


def findings(*records: Record, unsent: tuple[int, ...] = ()) -> Findings:
    return Tally(PLAN, START, unsent).findings(records)


ALL = stream(0, 1, 2, 3, 4, 5)


def verdict(expected: int, received: int, **wrong: int) -> Verdict:
    return Verdict(expected, received, **wrong)


@pytest.mark.parametrize(
    ("data", "judged"),
    [
        (ALL, verdict(6, 6)),
        (stream(1, 0, 3, 2, 5, 4), verdict(6, 6)),
        (stream(0, 1, 2, 4, 5), verdict(6, 5, lost=1)),
        (stream(0, 1, 2, 3, 3, 4, 5), verdict(6, 7, duplicated=1)),
        (stream(2, 1, 0, 3, 4, 5), verdict(6, 6, disordered=1)),
        (b"", verdict(6, 0, lost=6)),
        (b"Server: hello\n" + ALL + b"Server: bye\n", verdict(6, 6, notices=2)),
        (ALL.replace(b"f00001", b"f00000"), verdict(6, 3, lost=3, notices=3)),
        (ALL[: -LINE // 2], verdict(6, 5, lost=1)),
    ],
    ids=[
        "all", "order between authors is free", "lost", "twice", "an author's order is not",
        "nothing", "notices", "wrong author", "cut off",
    ],
)  # fmt: skip
def test_a_listener_is_judged_line_by_line(data: bytes, judged: Verdict) -> None:
    assert findings(record(3, data)).verdict == judged


def test_talkers_must_hear_everybody_but_themselves() -> None:
    assert findings(record(0, stream(1, 3, 5))).verdict == verdict(3, 3)


def test_an_echo_to_its_author_is_a_duplicate() -> None:
    assert findings(record(0, stream(0, 1, 3, 5))).verdict == verdict(3, 4, duplicated=1)


def test_what_was_never_sent_is_not_expected() -> None:
    found = findings(record(3, stream(0, 1, 2, 3, 4)), record(1, stream(0, 2, 4)), unsent=(5,))
    assert found.verdict == verdict(8, 8)


def test_an_identical_stream_need_not_be_kept() -> None:
    found = findings(record(2, ALL), record(3, ALL, kept=False))
    assert found.verdict == verdict(12, 12)
    assert (found.read, found.same, found.unread) == (1, 1, 0)


def test_the_same_bytes_mean_something_else_for_a_talker() -> None:
    found = findings(record(2, ALL), record(0, ALL, kept=False))
    assert found.unread == 1
    assert not found.verdict.sound


def test_a_different_stream_that_was_not_kept_is_judged_by_its_length() -> None:
    short = findings(record(2, ALL), record(3, stream(0, 1, 2, 3, 4), kept=False))
    assert short.verdict == verdict(12, 11, lost=1)
    assert short.unread == 1
    shuffled = findings(record(2, ALL), record(3, stream(1, 0, 2, 3, 4, 5), kept=False))
    assert shuffled.verdict == verdict(12, 12)


BROWSERS = replace(PLAN, speak="websocket")


def frame(*numbers: int) -> bytes:
    """One frame with the lines of these messages."""
    lines = b""
    for number in numbers:
        name, text = PLAN.name(PLAN.author(number)), body(number, START + PLAN.due(number), 64)
        lines += b'{"type":"said","id":1,"name":"%s","text":"%s","time":1.5}\n' % (name, text)
    return b"\x81\x7e" + len(lines).to_bytes(2, "big") + lines


@pytest.mark.parametrize(
    ("data", "judged"),
    [
        (frame(0, 1, 2, 3, 4, 5), verdict(6, 6)),
        (frame(0, 1) + frame(2) + b"\x89\0" + frame(3, 4, 5), verdict(6, 6)),
        (frame(0, 1, 2, 4, 5), verdict(6, 5, lost=1)),
        (frame(0, 1, 2) + frame(2, 3, 4, 5), verdict(6, 7, duplicated=1)),
        (frame(2, 1) + frame(0, 3, 4, 5), verdict(6, 6, disordered=1)),
        (frame(0, 1, 2) + frame(3, 4, 5)[:-1], verdict(6, 3, lost=3, notices=2)),
    ],
    ids=["in one frame", "in several", "lost", "twice", "out of order", "cut off"],
)
def test_every_line_of_every_frame_is_judged(data: bytes, judged: Verdict) -> None:
    assert Tally(BROWSERS, START, ()).findings([record(3, data)]).verdict == judged


def test_what_is_in_a_frame_has_arrived_with_its_last_byte() -> None:
    data = frame(0, 1, 2) + frame(3, 4, 5)
    half = len(data) // 2
    reading = Tally(BROWSERS, START, ()).read(data, client=3)
    parts = Record(3, crc32(data), [10, 20, 30], [half - 1, half, len(data)], data)
    assert arrivals(parts, reading.ends) == [20, 20, 20, 30, 30, 30]


def test_in_a_mixed_room_each_stream_is_read_in_its_dialect() -> None:
    mixed = replace(PLAN, clients=6, speak="mixed")
    told = {2: frame(0, 1, 2, 3, 4, 5), 3: ALL, 4: frame(0, 1, 2, 3, 4, 5)[4:], 5: frame(0, 1)}
    records = [record(client, data) for client, data in told.items()]
    found = Tally(mixed, START, ()).findings(records)
    assert found.verdict == verdict(24, 20, lost=4)
    assert found.read == 4


def test_where_lengths_vary_a_length_tells_no_single_message() -> None:
    programs = replace(PLAN, rate=1000, senders=1, speak="json")
    whole = Tally(programs, START, ())
    some = b"x" * 100_000
    reading = Reading(list(range(1000)), [100 * (n + 1) for n in range(1000)], [], Verdict())
    assert whole.by_length(record(3, some[:-500], kept=False), [reading]) == verdict(1000, 1000)
    assert whole.by_length(record(3, some[:-5000], kept=False), [reading]) == verdict(
        1000, 950, lost=50
    )


def test_a_message_has_arrived_with_its_last_byte() -> None:
    totals = [LINE - 1, LINE, 3 * LINE + 5, 6 * LINE]
    parts = Record(3, crc32(ALL), [10, 20, 30, 40], totals, ALL)
    ends = [LINE * (n + 1) for n in range(6)]
    assert arrivals(parts, ends) == [20, 30, 30, 40, 40, 40]


def test_latency_counts_from_the_due_time() -> None:
    found = findings(record(3, ALL, time=START + 1_000_000))
    assert sorted(found.latencies) == [1_000_000 - PLAN.due(n) for n in reversed(range(6))]


def test_fan_out_is_the_time_of_the_last_receiver_in_any_load_process() -> None:
    found = findings(record(2, ALL, time=START + 1_000_000))
    found.add(findings(record(3, ALL, time=START + 2_000_000)))
    counts, unfinished = fan_out(PLAN, START, found)
    assert max(counts) == 2_000_000
    assert unfinished == 0


def test_a_message_that_somebody_missed_has_no_fan_out() -> None:
    found = findings(record(2, ALL), record(3, stream(0, 1, 2, 3, 4)))
    counts, unfinished = fan_out(PLAN, START, found)
    assert (counts.total(), unfinished) == (5, 1)


def test_a_reading_is_shared_and_its_latest_time_is_the_maximum() -> None:
    tally = Tally(PLAN, START, ())
    reading: Reading = tally.read(ALL, client=3)
    found = Findings()
    for time in (START + 30, START + 10, START + 20):
        tally.time(record(3, ALL, time=time), reading, found.latencies)
    assert reading.latest == [START + 30] * 6
    assert reading.receivers == 3
