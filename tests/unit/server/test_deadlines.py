"""What a newcomer has to do, and until when."""

from collections.abc import Callable
from typing import cast

from chatroom.net.connection import Connection
from chatroom.net.loop import Loop
from chatroom.server.deadlines import Deadlines
from chatroom.settings import Settings

SETTINGS = Settings()


class Timer:
    def __init__(self, due: float, call: Callable[[], object]) -> None:
        self.due = due
        self.call = call
        self.live = True

    def cancel(self) -> None:
        self.live = False


class Clock:
    """A loop that has timers and nothing else."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def call_later(self, seconds: float, call: Callable[[], object], _: object) -> Timer:
        self.timers.append(Timer(self.now + seconds, call))
        return self.timers[-1]

    def run(self, until: float) -> None:
        while due := [timer for timer in self.timers if timer.live and timer.due <= until]:
            timer = min(due, key=lambda timer: timer.due)
            timer.live = False
            self.now = timer.due
            timer.call()
        self.now = until


class Peer:
    unread = 0


class Newcomer:
    def __init__(self) -> None:
        self.clock, self.peer = Clock(), Peer()
        self.calls: list[tuple[str, float]] = []
        self.deadlines = Deadlines(
            cast(Connection, self.peer),
            cast(Loop, self.clock),
            SETTINGS,
            lambda: self.calls.append(("silence", round(self.clock.now, 6))),
            lambda: self.calls.append(("nameless", round(self.clock.now, 6))),
            lambda _: False,
        )


LATER = [("silence", SETTINGS.head_seconds), ("nameless", SETTINGS.name_seconds)]


def test_silence_is_noticed_twice_and_that_there_is_no_name_once() -> None:
    newcomer = Newcomer()
    newcomer.clock.run(1000)
    assert newcomer.calls == [("silence", SETTINGS.silence), *LATER]


def test_whoever_has_sent_something_that_is_not_read_yet_is_not_silent() -> None:
    newcomer = Newcomer()
    newcomer.peer.unread = 5
    newcomer.clock.run(3.5 * SETTINGS.silence)
    assert newcomer.calls == []
    newcomer.peer.unread = 0
    newcomer.clock.run(1000)
    assert newcomer.calls == [("silence", 4 * SETTINGS.silence), *LATER]


def test_bytes_that_are_never_read_do_not_extend_the_other_deadlines() -> None:
    newcomer = Newcomer()
    newcomer.peer.unread = 5
    newcomer.clock.run(SETTINGS.name_seconds)
    assert newcomer.calls == LATER


def test_nothing_is_due_after_it_was_cancelled() -> None:
    newcomer = Newcomer()
    newcomer.peer.unread = 5
    newcomer.clock.run(1.5 * SETTINGS.silence)
    newcomer.deadlines.cancel()
    newcomer.clock.run(1000)
    assert newcomer.calls == []
