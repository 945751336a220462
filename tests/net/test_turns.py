"""Who gets the time of a tick when there is more to do than fits into it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from world import Clock, World, world_with

from chatroom.chat.member import Member
from chatroom.metrics import Metrics
from chatroom.net.loop import Loop
from chatroom.net.turns import Turns
from chatroom.settings import Settings
from chatroom.vocabulary.commands import Command

BUDGET = 0.01
BACKLOG = 0.007
PIECE = 0.004  # seconds of work: three of them are more than the budget


class Worker:
    """Somebody with so many pieces of work."""

    def __init__(self, bench: "Bench", name: str, pieces: int = 1) -> None:
        self.bench = bench
        self.name = name
        self.pieces = pieces

    def ask(self) -> None:
        self.bench.turns.wait(self.work, self)

    def work(self) -> None:
        self.bench.clock.advance(PIECE)
        self.bench.done.append(self.name)
        self.pieces -= 1
        if self.pieces:
            self.bench.turns.wait(self.work, self, again=True)

    def crashed(self, error: Exception) -> None:
        self.bench.done.append(f"{self.name} crashed")


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.metrics = Metrics()
        self.loop = Loop(Settings(), self.metrics, self.clock)
        self.turns = Turns(self.loop, BUDGET, BACKLOG)
        self.done: list[str] = []

    def tick(self) -> str:
        self.done.clear()
        self.loop.tick(0.0)
        return " ".join(self.done)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.loop.close()


def test_a_tick_ends_when_its_time_is_used_up(bench: Bench) -> None:
    for name in "abcde":
        Worker(bench, name).ask()
    assert [bench.tick() for _ in range(3)] == ["a b c", "d e", ""]
    assert bench.turns.waiting == 0


def test_who_has_much_to_do_goes_behind_those_who_wait(bench: Bench) -> None:
    for name in "ab":
        Worker(bench, name, pieces=3).ask()
    assert [bench.tick() for _ in range(3)] == ["a b a", "b a", "b"]


def test_who_was_quiet_goes_before_those_who_have_more(bench: Bench) -> None:
    for name in "abcd":
        Worker(bench, name, pieces=9).ask()
    bench.tick()
    bench.tick()
    Worker(bench, "quiet").ask()
    assert bench.tick().startswith("quiet ")


def test_those_who_have_more_get_a_turn_in_every_tick_all_the_same(bench: Bench) -> None:
    Worker(bench, "busy", pieces=9).ask()
    bench.tick()
    for name in "abcdef":
        Worker(bench, name).ask()
    assert "busy" in bench.tick()
    assert "busy" in bench.tick()


def test_one_turn_that_fails_is_one_bug_and_the_others_get_theirs(bench: Bench) -> None:
    class Failing(Worker):
        def work(self) -> None:
            raise ValueError

    Failing(bench, "bad").ask()
    Worker(bench, "good").ask()
    assert bench.tick() == "bad crashed good"
    assert bench.metrics.handler_errors == 1


# --- over connections ----------------------------------------------------------------------------


def slowly(world: World, clock: Clock) -> None:
    """Every command takes a millisecond from now on."""
    handle = world.hub.handle

    def slow(member: Member, command: Command) -> None:
        clock.advance(0.001)
        handle(member, command)

    world.hub.handle = slow  # type: ignore[method-assign]


def test_a_tick_of_many_talkers_ends_in_time_and_nothing_is_lost() -> None:
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000) as world:
        crowd = [world.member(f"m{number}") for number in range(20)]
        listener = world.member("listener")
        slowly(world, clock)
        for member in crowd:
            member.send("hi\n" * 20)
        longest, ticks = 0.0, 0
        while world.metrics.messages < 400:
            before = clock.now
            world.tick()
            longest = max(longest, clock.now - before)
            ticks += 1
            assert ticks < 100
        assert longest < world.settings.tick_seconds + 0.0025
        assert listener.text().count("hi") == 400
        world.tick(2)


def test_a_quiet_person_does_not_wait_for_a_crowd_that_talks_without_a_pause() -> None:
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000) as world:
        crowd = [world.member(f"m{number}") for number in range(20)]
        quiet = world.member("quiet")
        slowly(world, clock)
        for member in crowd:
            member.send("hi\n" * 30)
        world.tick(3)
        for member in crowd:
            member.read()
        quiet.send("a word\n")
        world.tick(2)
        assert "quiet: a word" in crowd[0].text()
        world.tick(300)


def test_newcomers_are_read_in_turn_and_keep_what_they_have_sent() -> None:
    clock = Clock()
    with world_with(clock, crowd=1000) as world:
        slowly(world, clock)
        visitors = [world.visitor() for _ in range(40)]
        for number, visitor in enumerate(visitors):
            visitor.send(f"n{number}\n")
        world.tick()
        assert 5 <= len(world.hub.roster) <= 12
        world.tick(10)
        assert len(world.hub.roster) == 40


def test_a_connection_that_ends_while_it_waits_for_its_turn_is_gone_without_a_bug() -> None:
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000) as world:
        crowd = [world.member(f"m{number}", tcp=True) for number in range(20)]
        slowly(world, clock)
        for member in crowd:
            member.send("hi\n" * 20)
        world.tick()
        for member in crowd[10:]:
            member.reset()
        world.tick(300)
        assert world.metrics.handler_errors == 0
        assert len(world.hub.roster) == 10


def test_who_has_much_to_say_waits_for_those_who_have_little() -> None:
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000) as world:
        crowd = [world.member(f"m{number}") for number in range(12)]
        quiet = world.member("quiet")
        slowly(world, clock)
        for member in crowd:
            member.send(("x" * 40 + "\n") * 20)
        world.tick()
        for member in crowd:
            member.read()
        quiet.send("a word\n")
        world.tick(2)
        assert "quiet: a word" in crowd[0].text()
        world.tick(300)
        assert quiet.text().count("x" * 40) == 240


def test_settings_of_a_tick_are_what_was_promised() -> None:
    assert 0.01 <= replace(Settings()).tick_seconds <= 0.02
