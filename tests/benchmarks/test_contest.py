import pytest

from contest import contest
from contest.contest import Contest
from contest.workloads import LATE, Figure, Workload
from load.measure import Result
from load.plan import Plan
from load.target import Unusable
from peers import Peer

SPAN = Figure("span", lambda result: result.seconds or None, str)
EASY = Workload("easy", "work", "easy work", Plan(), (SPAN,), (SPAN,))
HARD = Workload("hard", "work", "hard work", Plan(), (SPAN,), (SPAN,), beside="easy")
OPEN = Workload("open", "work", "open work", Plan(), (SPAN,), (SPAN,), ways=True)
REST = Workload("rest", "leisure", "rest", Plan(), (SPAN,), (SPAN,))


class Runs:
    """In place of measurements: what was asked for, and a fixed outcome for each contender."""

    def __init__(self, **lost: float) -> None:
        self.lost = lost
        self.asked: list[tuple[str, str]] = []

    def __call__(self, _: Contest, workload: Workload, name: str, bar: object) -> Result:
        self.asked.append((workload.key, name))
        if name == "broken":
            raise Unusable("it fell over")
        result = Result(Plan(), watched=False, seconds=len(self.asked))
        result.found.verdict.expected = 1000
        result.found.verdict.lost = round(1000 * self.lost.get(name, 0))
        return result


def held(monkeypatch: pytest.MonkeyPatch, runs: Runs, *names: str) -> Contest:
    monkeypatch.setattr(Contest, "one", lambda *arguments: runs(*arguments))
    peer = Peer(lambda *_: [], "1")
    made = Contest(dict.fromkeys(names, peer), [EASY, HARD, REST])
    made.run(rounds=2)
    return made


def test_contenders_take_turns_and_rounds_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    made = held(monkeypatch, runs, "ours", "theirs")
    once = [(job, name) for job in ("easy", "hard", "rest") for name in ("ours", "theirs")]
    assert runs.asked == once * 2
    assert made.values(EASY, "theirs", SPAN) == [2, 8]
    assert made.middle(EASY, "theirs", SPAN) == 5
    assert not made.failures


@pytest.mark.parametrize("name", ["broken", "lossy"])
def test_who_fails_is_asked_for_nothing_more_difficult(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs(lossy=0.02)
    made = held(monkeypatch, runs, "ours", name)
    assert [job for job, who in runs.asked if who == name] == ["easy", "rest"]
    assert made.failures["hard", name] == "not tried, having failed at easy work"


def test_a_failure_keeps_its_reason_and_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    made = held(monkeypatch, Runs(lossy=0.02), "ours", "lossy", "broken")
    assert made.failures["easy", "broken"] == "it fell over"
    assert made.failures["easy", "lossy"] == "2.0% of all deliveries not made 5 s after the end"
    assert made.values(EASY, "lossy", LATE) == [pytest.approx(2)]


def test_the_measure_of_all_others_is_always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(lossy=0.5)
    held(monkeypatch, runs, "lossy", "theirs")
    assert [job for job, who in runs.asked if who == "lossy"] == ["easy", "hard", "rest"] * 2


def test_growth_compares_each_round_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    made = held(monkeypatch, Runs(), "ours")
    assert made.values(HARD, "ours", SPAN) == [2, 5]
    assert made.values(EASY, "ours", SPAN) == [1, 4]
    assert made.growth(HARD, "ours", SPAN) == [2, 1.25]
    assert made.growth(EASY, "ours", SPAN) == []


def test_ways_into_chatroom_do_only_what_tells_something_about_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = Runs()
    monkeypatch.setattr(Contest, "one", lambda *arguments: runs(*arguments))
    peer, way = Peer(lambda *_: [], "1"), Peer(lambda *_: [], "1", way=True)
    made = Contest({"ours": peer, "way": way, "theirs": peer}, [EASY, OPEN])
    made.run(rounds=1)
    assert [name for job, name in runs.asked if job == "easy"] == ["ours", "theirs"]
    assert [name for job, name in runs.asked if job == "open"] == ["ours", "way", "theirs"]
    assert (made.others, made.ways) == (["theirs"], ["way"])


def test_a_way_that_is_first_is_what_all_others_are_compared_with() -> None:
    way = Peer(lambda *_: [], "1", way=True)
    made = Contest({"browsers": way, "history": way}, [EASY, OPEN])
    assert (made.base, made.others, made.ways) == ("browsers", [], ["history"])
    assert made.entered(EASY) == ["browsers"]


def test_little_is_lost_on_a_busy_machine_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert contest.TOLERATED == 0.01
    assert not held(monkeypatch, Runs(theirs=0.005), "ours", "theirs").failures
