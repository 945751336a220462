"""Who is served first when a tick has more to do than its time budget allows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from world import Clock, Visitor, World, world_with

from chatroom.chat.room import Member
from chatroom.metrics import Metrics
from chatroom.net.loop import Loop
from chatroom.net.turns import Turns
from chatroom.settings import Settings
from chatroom.vocabulary.commands import Command

LEAST = 0.01
MOST = 0.03
SHARE = 0.5
PIECE = 0.004  # seconds of work: three of them are more than the budget, two more than half of it


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
        self.turns = Turns(self.loop, LEAST, MOST, SHARE)
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


def test_a_tick_is_as_long_as_its_fan_outs_within_limits(bench: Bench) -> None:
    def turns_after(*fan_outs: float) -> int:
        for seconds in fan_outs:
            bench.turns.sent(seconds)
        for number in range(20):
            Worker(bench, str(number)).ask()
        turns = len(bench.tick().split())
        while bench.turns.waiting:
            bench.tick()
        return turns

    assert turns_after() == 3  # 12 ms of 10
    assert turns_after(0.002, 0.004) == 3
    assert turns_after(0.018, 0.018) == 5  # of this tick together
    assert turns_after() == 5  # until there is another one
    assert turns_after(0.1) == 8
    assert turns_after(0.002) == 3


# --- over connections ----------------------------------------------------------------------------


STEP = Settings().tick_seconds / 10


def slowly(world: World, clock: Clock) -> None:
    """Every command takes a tenth of a tick's time from now on."""
    handle = world.hub.handle

    def slow(member: Member, command: Command) -> None:
        clock.advance(STEP)
        handle(member, command)

    world.hub.handle = slow  # type: ignore[method-assign]


@contextmanager
def crowded(count: int) -> Iterator[tuple[World, list[Visitor], Visitor]]:
    """A world without a rate limit, a crowd in it, and somebody who has been quiet for a while."""
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000) as world:
        crowd = [world.member(f"m{number}") for number in range(count)]
        quiet = world.member("quiet")
        clock.advance(world.settings.quiet_seconds + 0.01)
        slowly(world, clock)
        yield world, crowd, quiet


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
        assert longest < world.settings.tick_seconds + 2.5 * STEP
        assert listener.text().count("hi") == 400
        world.tick(2)


def test_a_quiet_person_does_not_wait_for_a_crowd_that_talks_without_a_pause() -> None:
    with crowded(20) as (world, crowd, quiet):
        for member in crowd:
            member.send("hi\n" * 30)
        world.tick(3)
        for member in crowd:
            member.read()
        quiet.send("a word\n")
        world.tick(2)
        assert "quiet: a word" in crowd[0].text()
        world.tick(300)


def test_who_was_just_heard_waits_for_those_who_were_quiet() -> None:
    """Single bytes are small input again and again, and yet no crowd of quiet people."""
    with crowded(60) as (world, crowd, quiet):
        for member in crowd:
            member.send("hi\n")
        world.tick(20)
        for member in crowd:
            member.send("ho\n")
        world.tick()
        quiet.send("a word\n")
        world.tick(2)
        assert "quiet: a word" in crowd[0].text()
        world.tick(20)


def test_who_has_said_all_does_not_wait_behind_the_crowd() -> None:
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000) as world:
        crowd = [world.member(f"m{number}") for number in range(60)]
        quiet = world.member("quiet")
        slowly(world, clock)
        for member in crowd:
            member.send("hi\n" * 30)
        world.tick(10)
        for word in ("one", "two", "three"):
            clock.advance(world.settings.quiet_seconds + 0.01)
            quiet.send(f"{word}\n")
            world.tick(2)
            assert f"quiet: {word}" in crowd[0].text()
        world.tick(500)


def test_many_connections_that_end_at_once_do_not_make_a_tick_long() -> None:
    clock = Clock()
    with world_with(clock, crowd=1000) as world:
        crowd = [world.member(f"m{number}", tcp=True) for number in range(60)]
        leave = world.hub.leave

        def slow(member: Member, reason: str) -> None:
            clock.advance(STEP)
            leave(member, reason)

        world.hub.leave = slow  # type: ignore[method-assign]
        for member in crowd:
            member.reset()
        longest, ticks = 0.0, 0
        while len(world.hub.roster):
            before = clock.now
            world.tick()
            longest = max(longest, clock.now - before)
            ticks += 1
            assert ticks < 100
        assert longest < world.settings.tick_seconds + 2.5 * STEP
        assert world.metrics.handler_errors == 0


def test_newcomers_are_read_in_turn_and_keep_what_they_have_sent() -> None:
    clock = Clock()
    with world_with(clock, crowd=1000) as world:
        slowly(world, clock)
        visitors = [world.visitor() for _ in range(40)]
        for number, visitor in enumerate(visitors):
            visitor.send(f"n{number}\n")
        world.tick()
        assert 4 <= len(world.hub.roster) <= 12
        world.tick(12)
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
    with crowded(12) as (world, crowd, quiet):
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
    assert Settings().longest_tick_seconds <= 0.02


def test_while_others_wait_less_is_received_at_a_time() -> None:
    """The worst bytes take milliseconds to be read, and a read is never divided."""
    clock = Clock()
    with world_with(clock) as world:
        plains = [world.plain(buffer=1 << 16) for _ in range(4)]
        sizes: list[int] = []

        def slowly(data: bytes) -> None:
            sizes.append(len(data))
            clock.advance(world.settings.longest_tick_seconds)

        for plain in plains:
            plain.session.on_received = slowly
            plain.peer.send(b"x" * 10_000)
        world.tick(20)
        assert sizes[0] == 10_000
        assert set(sizes[1:]) <= {4096, 10_000 - 4096, 10_000 - 2 * 4096, 10_000}
        assert sizes.count(4096) >= 3
        assert all(len(plain.session.data) == 10_000 for plain in plains)


def test_long_texts_to_many_are_handled_a_few_in_a_tick() -> None:
    """Sending them takes longer than handling them, and people wait for that as well."""
    clock = Clock()
    with world_with(clock, rate=0.0, crowd=1000, bytes_per_second=1e8) as world:
        crowd = [world.member(f"m{number}") for number in range(20)]
        clock.advance(world.settings.quiet_seconds + 0.01)
        for member in crowd:
            member.send("x" * 4000 + "\n")
        world.tick()
        assert 1 <= world.metrics.messages <= 4
        for _ in range(40):
            world.tick()
            for member in crowd:
                member.read()
        assert world.metrics.messages == 20
