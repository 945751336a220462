"""The tokens of a client, and what waits for them."""

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.chat.hub import Hub
from chatroom.chat.pending import Pending
from chatroom.chat.room import Member
from chatroom.chat.rules import decide
from chatroom.chat.rules.kicking import kick
from chatroom.metrics import Metrics
from chatroom.net.connection import Connection
from chatroom.net.connections import Connections
from chatroom.net.loop import Crashable, Loop
from chatroom.net.turns import Turns
from chatroom.protocols.line import Line
from chatroom.server.session import Session
from chatroom.server.throttle import Tokens
from chatroom.server.visitors import Visitors
from chatroom.settings import Settings
from chatroom.vocabulary import commands
from chatroom.vocabulary.events import Stats
from tests.histories import in_memory

RATE, BURST, START = 4.0, 16.0, 1000.0


def bucket() -> Tokens:
    return Tokens(Settings(rate=RATE, burst_seconds=BURST / RATE), START)


def test_a_burst_goes_through_at_once_and_the_next_has_to_wait() -> None:
    tokens = bucket()
    waits = [tokens.take(1, START) for _ in range(16)]
    assert waits == [0.0] * 15 + [1 / RATE]


def test_after_a_burst_it_is_the_rate_that_counts() -> None:
    tokens, now, taken = bucket(), START, 0
    while now < START + 60:
        taken += 1
        now += tokens.take(1, now)
    assert taken == BURST + 60 * RATE - 1


def test_whoever_waits_as_told_has_a_whole_token() -> None:
    tokens = bucket()
    now = START + tokens.take(16, START)
    assert tokens.take(1, now) == 1 / RATE
    assert tokens.take(0, now + 1 / RATE) == 0.0


def test_a_debt_is_waited_for() -> None:
    tokens = bucket()
    assert tokens.take(36, START) == (36 - 16 + 1) / RATE


def test_a_pause_refills_no_more_than_a_burst() -> None:
    tokens = bucket()
    tokens.take(16, START)
    waits = [tokens.take(1, START + 3600) for _ in range(16)]
    assert waits == [0.0] * 15 + [1 / RATE]


def test_a_slow_talker_never_waits() -> None:
    tokens = bucket()
    assert not any(tokens.take(1, START + number / RATE) for number in range(1000))


@pytest.mark.parametrize("tokens", [0, 1, 15])
def test_taking_less_than_a_burst_is_free(tokens: int) -> None:
    assert bucket().take(tokens, START) == 0.0


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0, 5)), max_size=50))
def test_nobody_gets_more_than_a_burst_and_the_rate(takes: list[tuple[int, float]]) -> None:
    tokens, now, taken = bucket(), START, 0
    for amount, later in takes:
        now += later
        wait = tokens.take(amount, now)
        taken += amount
        now += wait
        allowed = BURST + (now - START) * RATE
        assert wait >= 0.0
        assert taken <= allowed + 1e-6


# --- a session without sockets ----------------------------------------------------------------


class Timer:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clockwork:
    """A loop of which only the timers turn."""

    def __init__(self) -> None:
        self.woke = START
        self._timers: list[tuple[float, Timer]] = []

    def call_later(self, seconds: float, call: Callable[[], None], _: object = None) -> Timer:
        timer = Timer(call)
        self._timers.append((self.woke + seconds, timer))
        return timer

    def elapsed(self) -> float:
        return 0.0

    def guard(self, call: Callable[[], object], _: Crashable) -> None:
        call()

    def passes(self, seconds: float) -> None:
        end = self.woke + seconds
        while due := sorted((when for when, _ in self._timers if when <= end)):
            self.woke = max(self.woke, due[0])
            now = [timer for when, timer in self._timers if when <= due[0]]
            self._timers = [entry for entry in self._timers if entry[0] > due[0]]
            for timer in now:
                if not timer.cancelled:
                    timer.call()
        self.woke = end


class Wire:
    """A connection that keeps what is written."""

    address = "192.0.2.1:5000"
    queued = 0

    def __init__(self, turns: Turns) -> None:
        self.written = b""
        self.reading = True
        self.closing = False
        self.turns = turns

    unread = 0

    def peek(self) -> bytes:
        return b""

    def write(self, data: bytes) -> bool:
        if not self.closing:
            self.written += data
        return True

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        self.written += farewell
        self.closing = True

    def is_broken(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Talk:
    """One visitor to a hub of their own."""

    def __init__(self, settings: Settings) -> None:
        self.loop = Clockwork()
        self.metrics = Metrics()
        loop = cast(Loop, self.loop)
        self.wire = Wire(Turns(loop, settings.tick_seconds, settings.longest_tick_seconds, 1.0))
        self.hub = Hub(
            settings,
            self.metrics,
            lambda: self.loop.woke,
            lambda: self.loop.woke,
            self.loop.call_later,
            self.measure,
            decide,
            in_memory(settings, lambda: self.loop.woke),
        )
        self.session = Session(
            cast(Connection, self.wire),
            Line(4096),
            self.hub,
            cast(Loop, self.loop),
            settings,
            "192.0.2.1",
            Visitors(cast(Connections, None)),
        )

    def measure(self) -> Stats:
        raise AssertionError("nobody asks for the stats here")


def test_a_fast_talker_is_not_read_and_loses_nothing() -> None:
    talk = Talk(Settings(rate=1.0, burst_seconds=2.0))
    talk.session.received(b"ann\n1\n2\n3\n")
    assert not talk.wire.reading
    assert talk.metrics.messages == 1
    talk.loop.passes(1.0)
    assert talk.metrics.messages == 2
    assert not talk.wire.reading
    talk.loop.passes(10.0)
    assert talk.metrics.messages == 3
    assert talk.wire.reading


def test_many_lines_at_once_take_several_turns() -> None:
    talk = Talk(Settings(rate=0.0))
    talk.session.received(b"ann\n" + b"hi\n" * 99)
    assert talk.metrics.messages == 31
    assert not talk.wire.reading
    talk.loop.passes(0.0)
    assert talk.metrics.messages == 99
    assert talk.wire.reading


def test_a_fast_talker_who_was_kicked_says_no_more() -> None:
    talk = Talk(Settings(rate=1.0, burst_seconds=2.0))
    talk.session.received(b"ann\n1\n2\n3\n")
    assert kick(talk.hub, "ann", "")
    talk.loop.passes(10.0)
    assert talk.metrics.messages == 1
    assert talk.wire.written.endswith(b"Server: You were kicked.\n")


# --- decisions that take time -------------------------------------------------------------------


class Deciding:
    """A hub whose rule for /stats has to wait for something."""

    def __init__(self, settings: Settings) -> None:
        self.talk = Talk(settings)
        self.waiting: list[Pending] = []
        self.talk.hub._decide = self.decide

    def decide(self, hub: Hub, member: Member, command: commands.Command) -> Pending | None:
        if not isinstance(command, commands.Stats):
            return decide(hub, member, command)
        self.waiting.append(Pending())
        return self.waiting[-1]


def test_who_waits_for_a_decision_is_asked_nothing_else_meanwhile() -> None:
    deciding = Deciding(Settings(rate=0.0))
    talk = deciding.talk
    talk.session.received(b"ann\n1\n/stats\n2\n3\n")
    assert talk.metrics.messages == 1
    assert not talk.wire.reading
    talk.loop.passes(10.0)
    assert talk.metrics.messages == 1
    deciding.waiting[0].finish()
    talk.loop.passes(0.0)
    assert talk.metrics.messages == 3
    assert talk.wire.reading


def test_a_decision_that_is_made_at_once_delays_nothing() -> None:
    talk = Talk(Settings(rate=0.0))

    def decide_at_once(hub: Hub, member: Member, command: commands.Command) -> Pending | None:
        pending = Pending()
        decide(hub, member, command)
        pending.finish()
        pending.finish()
        return pending

    talk.hub._decide = decide_at_once
    talk.session.received(b"ann\n1\n2\n")
    talk.loop.passes(0.0)
    assert talk.metrics.messages == 2


def test_a_decision_for_somebody_who_has_left_is_nobodys() -> None:
    deciding = Deciding(Settings(rate=0.0))
    talk = deciding.talk
    talk.session.received(b"ann\n/stats\n1\n")
    talk.wire.closing = True
    talk.session.lost("reset")
    deciding.waiting[0].finish()
    talk.loop.passes(0.0)
    assert talk.metrics.messages == 0
    assert len(talk.hub.roster) == 0


def test_what_takes_time_is_paid_for_as_well() -> None:
    deciding = Deciding(Settings(rate=1.0, burst_seconds=3.0))
    talk = deciding.talk
    talk.session.received(b"ann\n/stats\n/stats\n/stats\n1\n")
    for pending in deciding.waiting:
        pending.finish()
    assert len(deciding.waiting) == 2
    talk.loop.passes(1.0)
    assert len(deciding.waiting) == 3
    deciding.waiting[-1].finish()
    assert talk.metrics.messages == 0
    talk.loop.passes(1.0)
    assert talk.metrics.messages == 1


# --- what looks through the history -------------------------------------------------------------


@pytest.mark.parametrize("question", [b"/search tea", b"/history", b"/more"])
def test_who_looks_through_the_history_waits_for_a_turn(question: bytes) -> None:
    talk = Talk(Settings(rate=0.0))
    talk.session.received(b"ann\ntea\n")
    talk.hub.flush()
    before = talk.wire.written
    talk.session.received(question + b"\nmore tea\n")
    assert (talk.metrics.messages, talk.wire.written, talk.wire.reading) == (1, before, False)
    talk.loop.passes(0.0)
    assert talk.metrics.messages == 2
    assert talk.wire.reading
    assert talk.wire.written != before


def test_a_search_of_somebody_who_has_left_is_not_made() -> None:
    talk = Talk(Settings(rate=0.0))
    talk.session.received(b"ann\n/search tea\n")
    talk.wire.closing = True
    talk.session.lost("reset")
    before = talk.wire.written
    talk.loop.passes(1.0)
    assert talk.wire.written == before
