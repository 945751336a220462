"""The loop: what runs when, what waits how long, and what a bug in a handler costs."""

import gc
import logging
import random
import selectors
import socket
import time
import weakref
from collections.abc import Callable, Iterator

import pytest
from world import Clock, Peer, Sorted, World

from chatroom.metrics import Metrics
from chatroom.net.loop import READ, WRITE, Loop, Seldom, Timer
from chatroom.settings import Settings


class Reader:
    """Reads its socket, and does what the test wants."""

    def __init__(self, loop: Loop, act: Callable[[], object] = lambda: None) -> None:
        self.sock, far = socket.socketpair()
        self.sock.setblocking(False)
        self.far = Peer(far)
        self.act = act
        self.masks: list[int] = []
        self.errors: list[Exception] = []
        self._loop = loop
        loop.watch(self.sock, READ, self)

    def ready(self, mask: int) -> None:
        self.masks.append(mask)
        self.sock.recv(4096)
        self.act()

    def crashed(self, error: Exception) -> None:
        self.errors.append(error)

    def close(self) -> None:
        self._loop.unwatch(self.sock)
        self.sock.close()
        self.far.close()


class Bench:
    """A loop with a fake clock and a selector that never waits."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.selector = Sorted()
        self.metrics = Metrics()
        self.loop = Loop(Settings(), self.metrics, clock, self.selector)
        self.readers: list[Reader] = []
        self.calls: list[str] = []

    def reader(self, act: Callable[[], object] = lambda: None, sends: bytes = b"x") -> Reader:
        reader = Reader(self.loop, act)
        self.readers.append(reader)
        self.selector.order.append(reader)
        if sends:
            reader.far.send(sends)
        return reader

    def note(self, call: str) -> Callable[[], None]:
        return lambda: self.calls.append(call)

    def later(self, seconds: float) -> list[str]:
        """What is called when this much time has passed."""
        self.clock.advance(seconds)
        return self.tick()

    def tick(self) -> list[str]:
        self.calls.clear()
        self.loop.tick(max_wait=0)
        return self.calls[:]

    def patience(self, max_wait: float | None = None) -> float | None:
        """How long the selector may wait in a tick."""
        self.loop.tick(max_wait)
        return self.selector.waits[-1]


def fail(error: Exception) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it


@pytest.fixture
def bench(clock: Clock) -> Iterator[Bench]:
    bench = Bench(clock)
    yield bench
    for reader in bench.readers:
        reader.close()
    assert bench.loop.watched == 0
    bench.loop.close()


# --- the order of a tick -----------------------------------------------------------------------


def test_a_tick_is_sockets_then_timers_then_stages_in_their_order(bench: Bench) -> None:
    bench.loop.at_tick_end(bench.note("first stage"))
    bench.loop.at_tick_end(bench.note("second stage"))
    bench.loop.call_later(0, bench.note("timer"))
    bench.reader(bench.note("socket"))
    assert bench.tick() == ["socket", "timer", "first stage", "second stage"]


def test_stages_run_in_every_tick(bench: Bench) -> None:
    bench.loop.at_tick_end(bench.note("stage"))
    assert [bench.tick(), bench.tick()] == [["stage"], ["stage"]]


def test_a_handler_is_told_what_its_socket_is_ready_for(bench: Bench) -> None:
    reader = bench.reader(sends=b"")
    bench.tick()
    assert reader.masks == []
    bench.loop.rewatch(reader.sock, READ, READ | WRITE, reader)
    reader.far.send("x")
    bench.tick()
    assert reader.masks == [READ | WRITE]


def test_an_unwatched_socket_is_left_alone(bench: Bench) -> None:
    reader = bench.reader()
    bench.loop.unwatch(reader.sock)
    bench.tick()
    assert reader.masks == []
    bench.loop.watch(reader.sock, READ, reader)


def test_watched_counts_sockets(bench: Bench) -> None:
    assert bench.loop.watched == 0
    bench.reader()
    bench.reader()
    assert bench.loop.watched == 2


def test_all_of_a_tick_happens_at_the_time_of_its_waking(bench: Bench) -> None:
    seen: list[float] = []

    def work() -> None:
        bench.clock.advance(3)
        seen.append(bench.loop.woke)

    bench.clock.advance(7)
    bench.reader(work)
    bench.loop.call_later(0, work)
    bench.tick()
    assert seen == [1007.0, 1007.0]


# --- timers ------------------------------------------------------------------------------------


def test_a_timer_runs_when_it_is_due_and_not_before(bench: Bench) -> None:
    bench.loop.call_later(2, bench.note("timer"))
    assert bench.later(1.999) == []
    assert bench.later(0.001) == ["timer"]
    assert bench.later(100) == []


def test_a_timer_without_delay_runs_in_the_next_tick(bench: Bench) -> None:
    bench.loop.call_later(0, bench.note("timer"))
    assert bench.tick() == ["timer"]


@pytest.mark.parametrize("delay", [0, -1])
def test_a_timer_set_by_a_timer_never_runs_in_the_same_tick(bench: Bench, delay: int) -> None:
    def again() -> None:
        bench.calls.append("timer")
        bench.loop.call_later(delay, again)

    bench.loop.call_later(0, again)
    assert [bench.tick() for _ in range(3)] == [["timer"]] * 3


@pytest.mark.parametrize("delay", [0, -1])
def test_a_timer_set_by_a_socket_never_runs_in_the_same_tick(bench: Bench, delay: int) -> None:
    bench.reader(lambda: bench.loop.call_later(delay, bench.note("timer")))
    assert bench.tick() == []
    assert bench.tick() == ["timer"]


def test_a_timer_that_comes_due_during_the_tick_waits_for_the_next(bench: Bench) -> None:
    bench.loop.call_later(1, bench.note("timer"))
    bench.reader(lambda: bench.clock.advance(5))
    assert bench.tick() == []
    assert bench.tick() == ["timer"]


def test_timers_of_equal_time_run_in_the_order_they_were_set(bench: Bench) -> None:
    names = [str(number) for number in range(50)]
    for name in names:
        bench.loop.call_later(1, bench.note(name))
    assert bench.later(1) == names


def test_timers_run_in_the_order_of_their_times(bench: Bench) -> None:
    delays = list(range(50))
    random.Random(1).shuffle(delays)
    for delay in delays:
        bench.loop.call_later(delay, bench.note(str(delay)))
    assert bench.later(50) == [str(delay) for delay in range(50)]


def test_a_delay_counts_from_the_call_and_not_from_the_waking(bench: Bench) -> None:
    def slow() -> None:
        bench.clock.advance(10)
        bench.loop.call_later(1, bench.note("timer"))

    bench.reader(slow)
    bench.tick()
    assert bench.later(0.5) == []
    assert bench.later(0.5) == ["timer"]


def test_a_cancelled_timer_does_not_run(bench: Bench) -> None:
    timer = bench.loop.call_later(1, bench.note("timer"))
    assert timer.live
    timer.cancel()
    assert not timer.live
    assert bench.later(2) == []


def test_a_cancelled_timer_lets_go_of_what_it_would_have_called(bench: Bench) -> None:
    reader = bench.reader(sends=b"")
    call = bench.note("timer")
    gone = weakref.ref(call)
    timer = bench.loop.call_later(1, call, reader)
    timer.cancel()
    del call
    gc.collect()
    assert gone() is None


def test_cancelling_twice_and_after_the_call_does_nothing(bench: Bench) -> None:
    first = bench.loop.call_later(1, bench.note("first"))
    second = bench.loop.call_later(1, bench.note("second"))
    first.cancel()
    first.cancel()
    assert bench.later(1) == ["second"]
    second.cancel()
    second.cancel()
    assert bench.loop.pending == 0
    bench.loop.call_later(0, bench.note("third"))
    assert bench.tick() == ["third"]


def test_a_due_timer_may_cancel_another_that_is_due(bench: Bench) -> None:
    later: list[Timer] = []
    bench.loop.call_later(1, lambda: later[0].cancel())
    later.append(bench.loop.call_later(1, bench.note("cancelled")))
    bench.loop.call_later(1, bench.note("other"))
    assert bench.later(1) == ["other"]


def test_a_socket_may_cancel_a_timer_that_is_due(bench: Bench) -> None:
    timer = bench.loop.call_later(0, bench.note("timer"))
    bench.reader(timer.cancel)
    assert bench.tick() == []
    assert bench.loop.pending == 0


def test_a_timer_may_cancel_itself(bench: Bench) -> None:
    timers: list[Timer] = []
    timers.append(bench.loop.call_later(0, lambda: timers[0].cancel()))
    bench.tick()
    assert bench.metrics.handler_errors == 0


def test_pending_counts_the_timers_that_will_run(bench: Bench) -> None:
    timers = [bench.loop.call_later(n, bench.note("")) for n in range(1, 6)]
    timers[0].cancel()
    timers[4].cancel()
    assert bench.loop.pending == 3
    bench.later(2)
    assert bench.loop.pending == 2


def heap(loop: Loop) -> int:
    return len(loop._timers)


def test_setting_and_cancelling_for_ever_keeps_the_heap_small(bench: Bench) -> None:
    keep = [bench.loop.call_later(30, bench.note(str(n))) for n in range(100)]
    for _ in range(10_000):
        bench.loop.call_later(30, bench.note("cancelled")).cancel()
        assert heap(bench.loop) <= 2 * len(keep) + 65
    assert bench.loop.pending == 100
    assert bench.later(30) == [str(n) for n in range(100)]
    assert heap(bench.loop) == 0


def test_cancelling_all_of_many_timers_forgets_them(bench: Bench) -> None:
    timers = [bench.loop.call_later(n, bench.note("cancelled")) for n in range(10_000)]
    for timer in timers:
        timer.cancel()
    assert heap(bench.loop) <= 65
    assert bench.later(10_000) == []


def test_no_timer_is_lost_among_random_ones_that_are_cancelled(bench: Bench) -> None:
    chance = random.Random(7)
    live: dict[str, Timer] = {}
    ran: list[str] = []
    for number in range(3000):
        live[str(number)] = bench.loop.call_later(chance.random() * 5, bench.note(str(number)))
        if chance.random() < 0.7:
            live.pop(chance.choice(list(live))).cancel()
        if chance.random() < 0.05:
            called = bench.later(chance.random())
            ran += called
            for name in called:
                live.pop(name).cancel()  # as a connection does that closes afterwards
        assert bench.loop.pending == len(live)
    assert sorted(bench.later(5)) == sorted(live)
    assert len(set(ran)) == len(ran)


def test_the_wall_clock_has_no_say(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.loop.call_later(10, bench.note("timer"))
    for jump in (86400.0, -86400.0):
        monkeypatch.setattr(time, "time", lambda jump=jump: 1e9 + jump)
        monkeypatch.setattr(time, "monotonic", lambda jump=jump: 1e6 + jump)
        assert bench.later(1) == []
    assert bench.later(8) == ["timer"]


# --- how long a tick may wait ------------------------------------------------------------------


def test_without_timers_it_waits_for_as_long_as_it_may(bench: Bench) -> None:
    assert bench.patience() is None
    assert bench.patience(3) == 3


def test_it_waits_no_longer_than_until_the_next_timer(bench: Bench) -> None:
    bench.loop.call_later(5, bench.note("timer"))
    bench.loop.call_later(2, bench.note("timer"))
    assert bench.patience() == 2
    assert bench.patience(1) == 1
    bench.clock.advance(0.5)
    assert bench.patience() == 1.5


def test_a_timer_that_is_late_lets_nothing_wait(bench: Bench) -> None:
    bench.loop.call_later(2, bench.note("timer"))
    bench.clock.advance(7)
    assert bench.patience() == 0


def test_nobody_waits_for_a_cancelled_timer(bench: Bench) -> None:
    bench.loop.call_later(2, bench.note("timer")).cancel()
    assert bench.patience() is None
    bench.loop.call_later(1, bench.note("timer")).cancel()
    bench.loop.call_later(4, bench.note("timer"))
    assert bench.patience() == 4


def test_hurry_lets_the_next_tick_not_wait_and_only_that_one(bench: Bench) -> None:
    bench.loop.call_later(5, bench.note("timer"))
    bench.reader(bench.loop.hurry)
    assert [bench.patience(9) for _ in range(3)] == [5, 0, 5]


def test_an_interrupted_wait_is_a_tick_for_timers(bench: Bench) -> None:
    bench.loop.call_later(1, bench.note("timer"))
    bench.loop.at_tick_end(bench.note("stage"))
    bench.reader(bench.note("socket"), sends=b"")
    assert bench.tick() == ["stage"]
    assert bench.later(1) == ["timer", "stage"]


def test_run_ticks_until_stopped_and_ends_the_tick_first(bench: Bench) -> None:
    bench.loop.call_later(0, bench.note("timer"))
    bench.reader(bench.loop.stop)
    bench.loop.at_tick_end(bench.note("stage"))
    bench.loop.run()
    assert bench.calls == ["timer", "stage"]


# --- the error boundary ------------------------------------------------------------------------


def test_a_socket_that_fails_ends_its_own_handler_and_no_other(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    before = bench.reader(bench.note("before"))
    error = RuntimeError("a bug")
    broken = bench.reader(fail(error))
    after = bench.reader(bench.note("after"))
    bench.loop.call_later(0, bench.note("timer"))
    bench.loop.at_tick_end(bench.note("stage"))
    assert bench.tick() == ["before", "after", "timer", "stage"]
    assert broken.errors == [error]
    assert before.errors == after.errors == []
    assert bench.metrics.handler_errors == 1
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_a_timer_that_fails_is_reported_to_its_owner_and_to_no_other(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    owner = bench.reader(sends=b"")
    error = RuntimeError("a bug")
    bench.loop.call_later(0, bench.note("before"))
    bench.loop.call_later(0, fail(error), owner)
    bench.loop.call_later(0, bench.note("after"))
    bench.loop.at_tick_end(bench.note("stage"))
    assert bench.tick() == ["before", "after", "stage"]
    assert owner.errors == [error]
    assert (bench.metrics.handler_errors, len(caplog.records)) == (1, 1)


def test_a_timer_of_nobody_may_fail(bench: Bench) -> None:
    bench.loop.call_later(0, fail(RuntimeError()))
    bench.loop.call_later(0, bench.note("after"))
    assert bench.tick() == ["after"]
    assert bench.metrics.handler_errors == 1


def test_a_stage_that_fails_keeps_no_other_from_running_and_is_tried_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.loop.at_tick_end(bench.note("before"))
    bench.loop.at_tick_end(fail(RuntimeError("a bug")))
    bench.loop.at_tick_end(bench.note("after"))
    assert [bench.tick(), bench.tick()] == [["before", "after"]] * 2
    assert (bench.metrics.handler_errors, len(caplog.records)) == (2, 2)


def test_what_is_no_bug_but_an_order_to_stop_gets_through(bench: Bench) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    bench.loop.call_later(0, interrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.tick()


def test_out_of_memory_gives_up_the_connection_with_the_most_queued(world: World) -> None:
    sizes = (300_000, 700_000, 500_000)
    slow = [world.plain(buffer=4096) for _ in sizes]
    for plain, size in zip(slow, sizes, strict=True):
        plain.connection.write(b"x" * size)
    greedy, bystander = world.plain(), world.plain()
    world.tick()

    def exhaust(data: bytes) -> None:
        raise MemoryError

    greedy.session.on_received = exhaust
    greedy.peer.send("x")
    bystander.peer.send("y")
    world.bugs = 1
    world.tick()
    assert slow[1].session.reasons == ["out of memory"]
    assert greedy.session.reasons == ["internal error"]
    assert slow[0].session.reasons == slow[2].session.reasons == []
    assert bystander.session.data == b"y"


def test_out_of_memory_with_nothing_queued_ends_only_whoever_it_hit(world: World) -> None:
    greedy, bystander = world.plain(), world.plain()

    def exhaust(data: bytes) -> None:
        raise MemoryError

    greedy.session.on_received = exhaust
    greedy.peer.send("x")
    world.bugs = 1
    world.tick()
    assert greedy.session.reasons == ["internal error"]
    assert bystander.session.reasons == []


def test_out_of_memory_at_the_end_of_a_tick_gives_up_who_has_the_most_queued(world: World) -> None:
    slow = world.plain(buffer=4096)
    slow.connection.write(b"x" * 300_000)
    world.tick()
    world.loop.at_tick_end(fail(MemoryError()))
    world.bugs = 2
    world.tick()
    world.tick()
    assert slow.session.reasons == ["out of memory"]


# --- lag ---------------------------------------------------------------------------------------


def test_the_time_that_a_tick_takes_is_measured(bench: Bench) -> None:
    bench.reader(lambda: bench.clock.advance(0.05))
    bench.tick()
    assert bench.metrics.lag.max == pytest.approx(0.05)
    assert bench.metrics.lag.count == 1


def test_a_late_loop_says_so_once_a_minute(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.loop.at_tick_end(lambda: bench.clock.advance(0.2))
    for _ in range(10):
        bench.tick()
    assert [record.getMessage() for record in caplog.records] == ["the loop was busy for 200 ms"]
    bench.later(60)
    assert len(caplog.records) == 2


def test_seldom_is_due_at_once_and_then_once_per_interval() -> None:
    seldom = Seldom(10)
    times = (0.0, 1.0, 9.99, 10.0, 11.0, 100.0)
    assert [seldom.due(now) for now in times] == [True, False, False, True, False, True]


class Patient(selectors.DefaultSelector):
    """Notes how long it was to wait."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.timeout = timeout
        return super().select(0)


def test_a_timer_in_the_far_future_is_no_wait_that_a_selector_would_refuse(clock: Clock) -> None:
    selector = Patient()
    loop = Loop(Settings(), Metrics(), clock, selector)
    loop.call_later(1e12, clock)
    loop.tick()
    assert selector.timeout == 3600.0
    loop.close()


# --- errors while an error is handled ------------------------------------------------------------


@pytest.mark.parametrize("error", [MemoryError(), ValueError("year 10000 is out of range")])
def test_a_bug_that_cannot_be_logged_ends_its_handler_and_not_the_loop(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing_log(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("chatroom.net.loop.log.error", failing_log)
    bad = bench.reader(fail(KeyError("bug")))
    good = bench.reader(bench.note("good"))
    assert bench.tick() == ["good"]
    assert [type(error) for error in bad.errors] == [KeyError]
    assert good.errors == []
    assert bench.metrics.handler_errors == 1


def test_a_handler_that_fails_at_its_own_end_does_not_end_the_loop(bench: Bench) -> None:
    class Hopeless(Reader):
        def crashed(self, error: Exception) -> None:
            raise error

    hopeless = Hopeless(bench.loop, fail(KeyError("bug")))
    bench.readers.append(hopeless)
    bench.selector.order.append(hopeless)
    hopeless.far.send(b"x")
    bench.reader(bench.note("good"))
    assert bench.tick() == ["good"]


def test_a_late_tick_that_cannot_be_logged_does_not_end_the_loop(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatroom.net.loop.log.warning", lambda *_: fail(MemoryError())())
    bench.reader(lambda: bench.clock.advance(1.0))
    bench.tick()
    bench.loop.call_later(0.0, bench.note("on"))
    assert bench.later(0.1) == ["on"]
