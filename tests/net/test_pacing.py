"""The coalescing of fan-outs, with a loop and a fake clock driven by the test."""

from collections.abc import Iterator

import pytest

from chatroom.metrics import Metrics
from chatroom.net.loop import Loop
from chatroom.server.pacing import Pacing
from chatroom.settings import Settings

TOOK = 0.0004  # seconds that each fan-out takes here
INTERVAL = 2 * TOOK


class Hub:
    """Has news when told so, and takes its time to hand them out."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.has_news = False
        self.flushes = 0

    def flush(self) -> None:
        self.has_news = False
        self.flushes += 1
        self._world.now += self._world.took


class World:
    def __init__(self) -> None:
        self.now = 100.0
        self.took = TOOK
        settings = Settings()
        self.metrics = Metrics()
        self.loop = Loop(settings, self.metrics, lambda: self.now)
        self.hub = Hub(self)
        self.is_held = False
        self.pacing = Pacing(
            self.hub,  # type: ignore[arg-type]
            self.loop,
            settings,
            self.metrics,
            lambda: self.now,
            lambda: self.is_held,
        )
        self.loop.at_tick_end(self.pacing.flush)
        self.loop.at_tick_end(self.pacing.measure)

    def says(self, messages: int = 1) -> None:
        self.hub.has_news = True
        self.metrics.messages += messages

    def tick(self, passed: float = 0.0) -> int:
        """Time passes, a tick comes and goes; how often have the rooms been flushed so far?"""
        self.now += passed
        self.loop.tick(0.0)
        return self.hub.flushes


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.loop.close()


def test_a_message_out_of_silence_goes_out_in_its_own_tick(world: World) -> None:
    world.says()
    assert world.tick() == 1


def test_a_tick_without_news_hands_nothing_out(world: World) -> None:
    assert world.tick() == 0
    assert world.loop.pending == 0


def test_the_next_message_of_a_quiet_room_goes_out_at_once_as_well(world: World) -> None:
    for number in range(1, 5):
        world.says()
        assert world.tick(INTERVAL) == number
    assert world.loop.pending == 0


@pytest.fixture
def busy(world: World) -> World:
    """Two fan-outs in a row: an interval runs."""
    for _ in range(2):
        world.says()
        world.tick()
    assert world.hub.flushes == 2
    return world


def test_what_is_said_during_the_interval_goes_out_together_at_its_end(busy: World) -> None:
    for _ in range(3):
        busy.says()
        assert busy.tick(INTERVAL / 4) == 2
    assert busy.loop.pending == 1
    assert busy.tick(INTERVAL / 4) == 3
    assert busy.loop.pending == 0


def test_the_loop_wakes_up_at_the_end_of_the_interval_by_itself(busy: World) -> None:
    busy.says()
    busy.tick()
    busy.now += INTERVAL
    busy.loop.tick(60.0)  # a minute of waiting would fail this test
    assert busy.hub.flushes == 3


def test_after_the_interval_a_message_goes_out_at_once_again(busy: World) -> None:
    assert busy.tick(INTERVAL) == 2
    busy.says()
    assert busy.tick() == 3


def test_a_long_fanout_causes_no_long_interval(world: World) -> None:
    world.took = 0.050
    for _ in range(2):
        world.says()
        world.tick()
    world.says()
    assert world.tick(0.0009) == 2
    assert world.tick(0.0002) == 3


def test_the_time_of_a_message_counts_from_its_tick_and_includes_the_interval(busy: World) -> None:
    busy.says(2)
    busy.tick()
    busy.says(3)
    busy.tick(INTERVAL)
    assert busy.metrics.fanout.count == 7
    assert busy.metrics.fanout.max == pytest.approx(INTERVAL + TOOK)


def test_messages_that_wait_have_not_been_measured_yet(busy: World) -> None:
    busy.says()
    busy.tick()
    assert busy.metrics.fanout.count == 2


# --- while the history waits for the disk -----------------------------------------------------


def test_while_it_is_held_nothing_is_handed_out_and_then_all_of_it_at_once(world: World) -> None:
    world.is_held = True
    for _ in range(3):
        world.says()
        assert world.tick(0.010) == 0
    assert world.hub.has_news
    assert world.loop.pending == 0, "whatever ends it wakes the loop"
    world.is_held = False
    assert world.tick() == 1
    assert world.tick() == 1


def test_the_time_of_a_message_includes_that_for_which_it_was_held(world: World) -> None:
    world.is_held = True
    world.says()
    world.tick()
    world.tick(0.2)
    assert world.metrics.fanout.count == 0
    world.is_held = False
    world.tick(0.1)
    assert world.metrics.fanout.count == 1
    assert world.metrics.fanout.max == pytest.approx(0.3 + TOOK)
    world.says()
    world.tick(INTERVAL)
    assert world.metrics.fanout.max == pytest.approx(0.3 + TOOK)
    assert world.metrics.fanout.count == 2


def test_what_is_held_over_the_end_of_an_interval_goes_out_when_it_is_released(
    busy: World,
) -> None:
    busy.says()
    assert busy.tick(INTERVAL / 2) == 2
    busy.is_held = True
    assert busy.tick(INTERVAL) == 2
    busy.is_held = False
    assert busy.tick() == 3
    assert busy.loop.pending == 0


def test_what_is_released_within_an_interval_waits_for_its_end(busy: World) -> None:
    busy.is_held = True
    busy.says()
    busy.tick()
    busy.is_held = False
    assert busy.tick(INTERVAL / 4) == 2
    assert busy.tick(INTERVAL) == 3
