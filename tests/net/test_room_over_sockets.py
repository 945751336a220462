"""A room over sockets: who receives what, and what a slow reader costs the others."""

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import Phase, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from world import Sorted, Visitor, World, world_with

from chatroom.chat.rules.kicking import kick

SMALL = 4608
SKIPPED = re.compile(r"Server: (\d+) lines? (?:was|were) skipped while you were not reading\.")


@pytest.fixture
def free_world(make_world: Callable[..., World]) -> World:
    """A world in which everybody may talk as fast as they like."""
    return make_world(rate=0.0)


class Speech:
    """Numbered lines of one talker, each of about a kilobyte."""

    def __init__(self, world: World, talker: Visitor) -> None:
        self._world = world
        self._talker = talker
        self.lines = 0

    def go_on(self, lines: int = 1) -> None:
        for _ in range(lines):
            self._talker.send(f"{self.lines} {'x' * 1000}\n")
            self.lines += 1
        self._world.tick()


def numbers(text: str) -> list[int]:
    """Of the lines of a speech, in the order they were heard; the text holds whole lines."""
    assert text.endswith("\n") or not text
    return [int(number) for number in re.findall(r"^\w+: (\d+) x{1000}$", text, re.MULTILINE)]


def catch_up(world: World, reader: Visitor) -> str:
    """Read until there is nothing more to come."""
    got = b""
    while data := reader.read():
        got += data
        world.tick()
    return got.decode()


def fall_behind(world: World, speech: Speech, slow: Visitor, *others: Visitor) -> None:
    """Let the speech go on until `slow` has missed some of it."""
    member = next(one for one in world.hub.roster if one.channel is slow.connection)
    beyond = 0
    while beyond < 10:
        speech.go_on(5)
        beyond += member.behind is not None
        for other in others:
            other.read()


# --- hearing -----------------------------------------------------------------------------------


def test_everybody_but_the_author_hears_a_line(world: World) -> None:
    people = [world.member(name) for name in ("ann", "bob", "cy")]
    people[0].send("hello\n")
    world.tick()
    assert [peer.text() for peer in people] == ["", "ann: hello\n", "ann: hello\n"]


def test_all_lines_of_a_tick_leave_with_one_call_for_each_receiver(free_world: World) -> None:
    world = free_world
    people = [world.member(name) for name in ("ann", "bob", "cy")]
    before = [len(peer.server_side.sent) for peer in people]
    for peer in people:
        peer.send("one\ntwo\nthree\n")
    world.tick()
    assert [len(peer.server_side.sent) for peer in people] == [n + 1 for n in before]
    for peer in people:
        assert len(peer.text().splitlines()) == 6


def test_everybody_sees_the_lines_of_others_in_one_order(free_world: World) -> None:
    world = free_world
    people = {name: world.member(name) for name in ("ann", "bob", "cy", "dee")}
    watcher = world.member("watcher")
    for peer in people.values():
        peer.read()
    for round_ in range(20):
        for peer in people.values():
            peer.send(f"{round_}a\n{round_}b\n")
        world.tick()
    lines = watcher.text().splitlines()
    assert len(lines) == 160
    for name, peer in people.items():
        others = [line for line in lines if not line.startswith(f"{name}: ")]
        assert peer.text().splitlines() == others


def test_an_answer_stands_between_the_lines_where_it_was_asked_for(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    bob.send("before\n")
    world.tick()
    ann.read()
    bob.send("one\n")
    ann.send("/rooms\n")
    bob.send("two\n")
    world.tick()
    assert ann.text().splitlines() in (
        ["Server: 1 room:", "  lobby  2 people", "bob: one", "bob: two"],
        ["bob: one", "bob: two", "Server: 1 room:", "  lobby  2 people"],
    )


# --- slow readers ------------------------------------------------------------------------------


def test_a_slow_reader_delays_nobody(free_world: World) -> None:
    world = free_world
    talker, slow, quick = (
        world.member("talker"),
        world.member("slow", buffer=SMALL),
        world.member("quick"),
    )
    speech = Speech(world, talker)
    for _ in range(600):
        speech.go_on()
        assert numbers(quick.text()) == [speech.lines - 1]
    member = world.hub.roster.find("slow")
    assert member
    assert member.behind
    assert not slow.connection.closing


def test_a_slow_reader_costs_no_more_memory_than_the_limit(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    most = 0
    for _ in range(1000):
        speech.go_on()
        most = max(most, slow.connection._outgoing.weight)
    assert world.settings.queue_bytes - 1100 < most <= world.settings.queue_bytes
    pieces = slow.connection._outgoing.pieces
    assert len(pieces) <= world.settings.queue_bytes / 1000 + 1


def test_slow_readers_share_what_is_queued_for_them(free_world: World) -> None:
    world = free_world
    talker = world.member("talker")
    slow = [world.member(f"slow{number}", buffer=SMALL) for number in range(3)]
    speech = Speech(world, talker)
    for _ in range(100):
        speech.go_on()
    queues = [peer.connection._outgoing.pieces for peer in slow]
    assert len({id(queue[-1]) for queue in queues}) == 1
    assert len(queues[0][-1]) > 1000


def test_a_slow_reader_misses_nothing(free_world: World) -> None:
    world = free_world
    talker, slow, quick = (
        world.member("talker"),
        world.member("slow", buffer=SMALL),
        world.member("quick"),
    )
    speech = Speech(world, talker)
    fall_behind(world, speech, slow, quick)
    assert numbers(catch_up(world, slow)) == list(range(speech.lines))
    assert world.metrics.skipped == 0
    first = speech.lines
    speech.go_on(3)
    assert numbers(slow.text()) == [first, first + 1, first + 2]
    assert "skipped" not in quick.text()


def test_somebody_may_fall_behind_again_and_again(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    for _ in range(3):
        start = speech.lines
        fall_behind(world, speech, slow)
        assert numbers(catch_up(world, slow)) == list(range(start, speech.lines))


def test_somebody_behind_takes_no_more_memory_than_a_piece_at_a_time(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    fall_behind(world, speech, slow)
    for _ in range(300):
        speech.go_on(2)
    got, queued = b"", []
    while data := slow.read():
        got += data
        world.tick()
        queued.append(slow.connection.queued)
    last = queued[queued.index(0) + 1 :]  # what they had been behind for has gone out before
    assert max(last) <= world.settings.page_bytes
    assert numbers(got.decode()) == list(range(speech.lines))


@pytest.mark.parametrize("talker_first", [True, False])
def test_lines_said_in_the_very_tick_of_catching_up_are_told_once(
    make_world: Callable[..., World], talker_first: bool
) -> None:
    selector = Sorted()
    world = make_world(rate=0.0, selector=selector)
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    selector.order += [talker.connection, slow.connection]
    if not talker_first:
        selector.order.reverse()
    speech = Speech(world, talker)
    fall_behind(world, speech, slow)
    member = world.hub.roster.find("slow")
    got = b""
    while member and member.behind:
        got += slow.read()
        speech.go_on()
    speech.go_on()
    got += catch_up(world, slow).encode()
    assert numbers(got.decode()) == list(range(speech.lines))


def test_an_answer_for_which_there_is_no_room_counts_as_skipped(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    fall_behind(world, speech, slow)
    slow.send("/rooms\n" * 40)
    world.tick(40)
    heard, notice, _ = SKIPPED.split(catch_up(world, slow))
    assert heard.count("lobby") + int(notice) == 40
    assert numbers(heard) == list(range(speech.lines))


def test_somebody_behind_still_talks(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    fall_behind(world, speech, slow)
    slow.send("wait\n")
    world.tick()
    assert talker.text().endswith("slow: wait\n")


def test_whoever_takes_nothing_for_ninety_seconds_is_cut_and_the_others_are_told(
    free_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = free_world
    talker, slow, quick = (
        world.member("talker"),
        world.member("slow", buffer=SMALL),
        world.member("quick"),
    )
    talker.read()
    speech = Speech(world, talker)
    fall_behind(world, speech, slow, quick)
    world.later(89.999)
    speech.go_on()
    quick.read()
    assert talker.text() == ""
    world.later(0.001)
    world.tick()
    assert talker.text() == quick.text() == "Server: slow has left the chat.\n"
    assert world.metrics.endings == {"took no data for 90 s": 1}
    assert "took no byte for 90 s" in caplog.text
    assert len(world.hub.roster) == 2


def test_whoever_takes_a_little_now_and_then_stays(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    fall_behind(world, speech, slow)
    for _ in range(10):
        slow.read()
        world.later(29)
    assert not slow.connection.closing
    assert world.metrics.endings == {}


def test_somebody_behind_may_be_kicked(free_world: World) -> None:
    world = free_world
    talker, slow = world.member("talker"), world.member("slow", buffer=SMALL)
    speech = Speech(world, talker)
    fall_behind(world, speech, slow)
    kick(world.hub, "slow", "asleep")
    world.tick()
    text = catch_up(world, slow)
    assert text.endswith("Server: You were kicked: asleep\n")
    assert slow.ended
    assert talker.text().endswith("Server: slow was kicked: asleep\n")


@pytest.mark.parametrize("behind", [1, 20])
def test_many_slow_readers_make_the_others_no_slower(free_world: World, behind: int) -> None:
    world = free_world
    talker = world.member("talker")
    slow = [world.member(f"slow{number}", buffer=SMALL) for number in range(behind)]
    quick = world.member("quick")
    speech = Speech(world, talker)
    while len(world.connections.blocked) < behind:
        speech.go_on(10)
        quick.read()
    calls = [len(peer.server_side.sent) for peer in slow]
    for _ in range(20):
        speech.go_on()
        assert numbers(quick.text()) == [speech.lines - 1]
    assert [len(peer.server_side.sent) for peer in slow] == calls


@given(seed=st.integers(0, 1 << 30))
@given_settings(
    max_examples=15, derandomize=True, deadline=None, database=None, phases=[Phase.generate]
)
def test_nobody_misses_a_line_without_being_told(seed: int) -> None:
    """Random talkers and readers: what was heard and what was skipped add up, in order."""
    chance = random.Random(seed)
    with world_with(rate=0.0, queue_bytes=8 * 1024) as world:
        talkers = [world.member(f"talker{number}") for number in range(3)]
        readers = [world.member(f"reader{n}", buffer=SMALL if n < 3 else 0) for n in range(4)]
        for peer in (*talkers, *readers):
            peer.read()
        before = world.metrics.deliveries
        got = dict.fromkeys(readers, b"")
        said: list[str] = []
        for _ in range(150):
            for talker in talkers:
                for _ in range(chance.randrange(4)):
                    line = f"{len(said)}{'x' * chance.randrange(600)}"
                    talker.send(f"{line}\n")
                    said.append(line)
            world.tick()
            for talker in talkers:
                talker.read()
            for reader in readers:
                if chance.random() < 0.2:
                    got[reader] += reader.read(chance.choice([100, 5000, 1 << 20]))
        world.tick(3)
        orders = set()
        for reader in readers:
            text = got[reader].decode() + catch_up(world, reader)
            heard = [line.partition(": ")[2] for line in text.splitlines() if "Server" not in line]
            missed = sum(int(number) for number in SKIPPED.findall(text))
            assert missed == 0
            assert sorted(heard) == sorted(said)
            orders.add(tuple(heard))
            for number in range(len(talkers)):
                of_one = re.findall(rf"^talker{number}: (\d+)x*$", text, re.MULTILINE)
                assert of_one == sorted(of_one, key=int)
        assert len(orders) == 1
        hearers = len(readers) + len(talkers) - 1
        delivered = world.metrics.deliveries - before
        assert delivered + world.metrics.skipped == len(said) * hearers
