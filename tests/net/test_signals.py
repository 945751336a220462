"""Signals that arrive in the loop."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from world import World

from chatroom.net.signals import Signals

ONE, TWO = signal.SIGUSR1, signal.SIGUSR2


@pytest.fixture(autouse=True)
def handlers_are_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (ONE, TWO)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def raise_signal(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def test_a_signal_is_handled_in_the_loop_and_not_before(world: World) -> None:
    got: list[int] = []
    with closing(Signals(world.loop, (ONE,), got.append)):
        raise_signal(ONE)
        assert got == []
        world.tick()
        assert got == [ONE]
        world.tick()
        assert got == [ONE]


def test_signals_come_in_their_order(world: World) -> None:
    got: list[int] = []
    with closing(Signals(world.loop, (ONE, TWO), got.append)):
        for number in (TWO, ONE, ONE):
            raise_signal(number)
        world.tick()
    assert got == [TWO, ONE, ONE]


def test_a_signal_wakes_a_loop_that_sleeps(world: World) -> None:
    got: list[int] = []
    with closing(Signals(world.loop, (ONE,), got.append)):
        raise_signal(ONE)
        world.loop.tick()  # without a limit: it would sleep for ever
    assert got == [ONE]


def test_more_signals_than_one_read_takes_are_all_handled(world: World) -> None:
    got: list[int] = []
    with closing(Signals(world.loop, (ONE,), got.append)):
        for _ in range(150):
            raise_signal(ONE)
        world.tick(4)
    assert len(got) == 150


def test_a_storm_of_signals_overflows_without_a_word(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(Signals(world.loop, (ONE,), lambda number: None)):
        for _ in range(2000):
            raise_signal(ONE)
        world.tick(40)
    assert capfd.readouterr().err == ""


def test_being_woken_for_nothing_is_no_error(world: World) -> None:
    with closing(Signals(world.loop, (ONE,), lambda number: None)) as signals:
        signals.ready(1)


def test_a_handler_that_fails_leaves_signals_working(
    world: World, make_handler: Callable[[list[int]], Callable[[int], None]]
) -> None:
    got: list[int] = []
    world.bugs = 1
    with closing(Signals(world.loop, (ONE,), make_handler(got))):
        for _ in range(2):
            raise_signal(ONE)
            world.tick()
    assert got == [ONE, ONE]


@pytest.fixture
def make_handler() -> Callable[[list[int]], Callable[[int], None]]:
    def make(got: list[int]) -> Callable[[int], None]:
        def fail_the_first_time(number: int) -> None:
            got.append(number)
            if len(got) == 1:
                raise RuntimeError("a bug")

        return fail_the_first_time

    return make


def test_closing_gives_the_signals_back(world: World) -> None:
    signals = Signals(world.loop, (ONE, TWO), lambda number: None)
    assert world.loop.watched == 1
    assert callable(signal.getsignal(ONE))
    signals.close()
    assert world.loop.watched == 0
    assert signal.getsignal(ONE) == signal.getsignal(TWO) == signal.SIG_DFL
    assert signal.set_wakeup_fd(-1) == -1
