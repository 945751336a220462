"""When the history writes, and when it tidies up."""

from collections.abc import Callable
from typing import cast

import pytest

from chatroom.chat.history import History
from chatroom.net.loop import Loop
from chatroom.server.keeping import Keeping
from chatroom.settings import Settings

SETTINGS = Settings(idle_seconds=0.05, history_retry=30.0)


class Kept:
    """A history that only says what it was asked for."""

    def __init__(self) -> None:
        self.waiting = 0
        self.paused = ""
        self.is_working = False
        self.steps = 0
        self.calls: list[str] = []

    def commit(self) -> bool:
        self.calls.append("commit")
        if self.is_working:
            return False
        self.waiting = 0
        return True

    def idle(self) -> bool:
        self.calls.append("idle")
        self.steps -= 1
        return self.steps > 0


class Clockwork:
    """A loop of which only the timers turn."""

    def __init__(self) -> None:
        self.woke = 1000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        self.timers.append((self.woke + seconds, call))

    def passes(self, seconds: float) -> None:
        end = self.woke + seconds
        while due := [timer for timer in self.timers if timer[0] <= end]:
            timer = min(due, key=lambda one: one[0])
            self.timers.remove(timer)
            self.woke = timer[0]
            timer[1]()
        self.woke = end


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
def keeping(kept: Kept, clockwork: Clockwork) -> Keeping:
    return Keeping(cast(History, kept), cast(Loop, clockwork), SETTINGS)


def say(keeping: Keeping, kept: Kept) -> None:
    kept.waiting = 1
    keeping.commit()


def test_a_tick_in_which_nothing_was_said_writes_nothing(
    keeping: Keeping, kept: Kept, clockwork: Clockwork
) -> None:
    keeping.commit()
    clockwork.passes(60)
    assert kept.calls == []


def test_what_was_said_is_committed_and_the_rest_is_done_when_it_is_quiet(
    keeping: Keeping, kept: Kept, clockwork: Clockwork
) -> None:
    kept.steps = 3
    say(keeping, kept)
    assert kept.calls == ["commit"]
    clockwork.passes(0.04)
    assert kept.calls == ["commit"]
    clockwork.passes(60)
    assert kept.calls == ["commit", "idle", "idle", "idle"]
    assert not clockwork.timers


def test_while_people_talk_nothing_is_tidied_up(
    keeping: Keeping, kept: Kept, clockwork: Clockwork
) -> None:
    for _ in range(100):
        say(keeping, kept)
        clockwork.passes(0.03)
    assert "idle" not in kept.calls
    assert len(clockwork.timers) == 1
    clockwork.passes(0.05)
    assert kept.calls[-1] == "idle"


def test_a_history_that_is_paused_is_tried_again_later(
    keeping: Keeping, kept: Kept, clockwork: Clockwork
) -> None:
    kept.paused = "disk full"
    say(keeping, kept)
    clockwork.passes(61)
    assert kept.calls == ["commit", "idle", "idle", "idle"]
    kept.paused = ""
    clockwork.passes(60)
    assert not clockwork.timers


def test_the_flush_is_held_until_what_was_said_is_kept(
    keeping: Keeping, kept: Kept, clockwork: Clockwork
) -> None:
    kept.is_working = True
    say(keeping, kept)
    assert keeping.is_held()
    keeping.commit()
    assert keeping.is_held()
    kept.is_working = False
    keeping.commit()
    assert not keeping.is_held()


def test_while_a_job_runs_nothing_is_held_when_nothing_was_said(
    keeping: Keeping, kept: Kept
) -> None:
    kept.is_working = True
    keeping.commit()
    assert not keeping.is_held()


def test_the_loop_looks_again_when_the_disk_ought_to_have_answered(
    keeping: Keeping, kept: Kept, clockwork: Clockwork
) -> None:
    kept.is_working = True
    say(keeping, kept)
    keeping.commit()
    at = [when for when, _ in clockwork.timers]
    assert at.count(clockwork.woke + SETTINGS.stuck_seconds) == 1
