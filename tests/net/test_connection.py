"""One connection: what leaves it and when, how it ends, and what that costs the others."""

import errno
import random
import select
import selectors
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from world import Plain, Sorted, World, world_with

from chatroom.net import closing, kernel, stall
from chatroom.net.connection import Connection
from chatroom.net.loop import READ, WRITE

KIB = 1024
SMALL = 4608  # the smallest SO_SNDBUF that the kernel grants
MUCH = b"0123456789abcdef" * 4 * KIB  # more than such a buffer holds


def mask(world: World, plain: Plain) -> int:
    """What the socket is watched for; 0 if it is not."""
    try:
        return int(world.loop._selector.get_key(plain.sock).events)
    except (KeyError, ValueError):
        return 0


def blocked(world: World, data: bytes = MUCH) -> Plain:
    """A connection whose peer does not read what it is sent."""
    plain = world.plain(buffer=SMALL)
    plain.connection.write(data)
    world.tick()
    assert mask(world, plain) & WRITE
    return plain


def drain(world: World, plain: Plain) -> bytes:
    """What the peer gets when it reads for as long as there is something."""
    got = b""
    while data := plain.peer.read():
        got += data
        world.tick()
    return got


# --- writing -----------------------------------------------------------------------------------


def test_what_is_written_leaves_at_the_end_of_the_tick(world: World) -> None:
    plain = world.plain()
    plain.connection.write(b"hello")
    assert plain.sock.sent == []
    assert plain.connection.queued == 5
    world.tick()
    assert plain.peer.read() == b"hello"
    assert plain.connection.queued == 0


def test_writing_from_a_handler_does_not_touch_the_socket(world: World) -> None:
    plain = world.plain()
    sent: list[int] = []

    def answer(data: bytes) -> None:
        for _ in range(10):
            plain.connection.write(b"yes")
        sent.extend(plain.sock.sent)

    plain.session.on_received = answer
    plain.peer.send("ask")
    world.tick()
    assert sent == []
    assert plain.peer.read() == b"yes" * 10


def test_all_that_is_written_in_a_tick_leaves_with_one_call(world: World) -> None:
    plain = world.plain()
    for number in range(10):
        plain.connection.write(b"%d" % number)
    world.tick()
    assert plain.sock.sent == [10]
    assert plain.peer.read() == b"0123456789"


def test_a_tick_without_news_makes_no_call(world: World) -> None:
    plain = world.plain()
    world.tick(3)
    assert plain.sock.sent == []


def test_the_farewell_shares_the_call_with_what_was_queued(world: World) -> None:
    plain = world.plain()
    plain.connection.write(b"one ")
    plain.connection.write(b"two ")
    plain.connection.close("quit", b"bye")
    world.tick()
    assert plain.sock.sent == [11]
    assert plain.peer.read() == b"one two bye"


def test_what_the_kernel_does_not_take_follows_when_it_has_room(world: World) -> None:
    plain = blocked(world)
    taken = sum(plain.sock.sent)
    assert 0 < taken < len(MUCH)
    assert plain.connection.queued == len(MUCH) - taken
    assert drain(world, plain) == MUCH
    assert plain.connection.queued == 0


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR])
def test_no_room_at_all_is_waited_for(world: World, code: int) -> None:
    plain = world.plain()
    plain.sock.plan = [OSError(code, "")]
    plain.connection.write(b"hello")
    world.tick()
    assert mask(world, plain) == READ | WRITE
    world.tick()
    assert plain.peer.read() == b"hello"
    assert mask(world, plain) == READ


def test_while_the_kernel_has_no_room_nothing_is_tried(world: World) -> None:
    plain = blocked(world)
    calls = len(plain.sock.sent)
    for _ in range(5):
        plain.connection.write(b"more")
        world.tick()
    assert len(plain.sock.sent) == calls


def test_what_is_written_meanwhile_comes_after(world: World) -> None:
    plain = blocked(world)
    plain.connection.write(b"last")
    assert drain(world, plain) == MUCH + b"last"


def test_more_pieces_than_one_call_takes_arrive_in_order(world: World) -> None:
    plain = world.plain()
    pieces = [b"%d " % number for number in range(3 * world.settings.pieces_per_send)]
    for piece in pieces:
        plain.connection.write(piece)
    world.tick()
    assert len(plain.sock.sent) == 1
    world.tick(2)
    assert plain.peer.read() == b"".join(pieces)
    assert mask(world, plain) == READ


def test_write_is_watched_for_only_while_the_kernel_holds_us_up(world: World) -> None:
    plain = world.plain(buffer=SMALL)
    assert mask(world, plain) == READ
    plain.connection.write(b"little")
    world.tick()
    assert mask(world, plain) == READ
    plain.connection.write(MUCH)
    assert mask(world, plain) == READ
    world.tick()
    assert mask(world, plain) == READ | WRITE
    drain(world, plain)
    assert mask(world, plain) == READ


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=60),
    seed=st.integers(0, 1 << 30),
)
@given_settings(max_examples=40, derandomize=True, deadline=None, database=None)
def test_random_pieces_through_a_tiny_buffer_arrive_in_order(
    pieces: list[bytes], seed: int
) -> None:
    chance = random.Random(seed)
    with world_with() as world:
        plain = world.plain(buffer=SMALL)
        got = b""
        for piece in pieces:
            plain.connection.write(piece)
            if chance.random() < 0.3:
                world.tick()
            if chance.random() < 0.3:
                got += plain.peer.read(chance.randrange(1, 5000))
        assert plain.connection.queued == sum(map(len, pieces)) - sum(plain.sock.sent)
        world.tick()
        got += drain(world, plain)
        assert got == b"".join(pieces)
        assert mask(world, plain) == READ
        assert plain.connection.queued == 0


def test_one_piece_shared_by_many_is_never_copied(world: World) -> None:
    slow = [world.plain(buffer=SMALL) for _ in range(3)]
    shared = bytes(MUCH)
    for plain in slow:
        plain.connection.write(shared)
    world.tick()
    assert all(plain.connection._outgoing.pieces[0] is shared for plain in slow)


# --- broadcasting ------------------------------------------------------------------------------


def test_a_broadcast_reaches_all_with_one_call_each(world: World) -> None:
    plains = {number: world.plain() for number in range(5)}
    receivers = {number: plain.connection for number, plain in plains.items()}
    assert world.connections.broadcast(receivers, b"hello") == []
    world.tick()
    for plain in plains.values():
        assert plain.sock.sent == [5]
        assert plain.peer.read() == b"hello"
        assert mask(world, plain) == READ


def test_a_broadcast_comes_after_what_was_queued_before(world: World) -> None:
    plain = world.plain()
    plain.connection.write(b"first ")
    assert world.connections.broadcast({1: plain.connection}, b"second") == []
    assert plain.sock.sent == []
    plain.connection.write(b" third")
    world.tick()
    assert plain.peer.read() == b"first second third"
    assert plain.sock.sent == [18]


@pytest.mark.parametrize("planned", [0, 1, 4, OSError(errno.EAGAIN, ""), OSError(errno.EINTR, "")])
def test_what_the_kernel_does_not_take_of_a_broadcast_follows(
    world: World, planned: int | OSError
) -> None:
    plain = world.plain()
    plain.sock.plan = [planned]
    assert world.connections.broadcast({1: plain.connection}, b"hello") == []
    assert mask(world, plain) == READ | WRITE
    plain.connection.write(b" again")
    world.tick(2)
    assert plain.peer.read() == b"hello again"
    assert mask(world, plain) == READ


def test_a_broadcast_names_those_whose_queue_is_full_and_they_are_told_when_to_go_on(
    world: World,
) -> None:
    full, level = blocked(world), world.plain()
    while full.connection.write(b"x" * KIB):
        pass
    receivers = {"full": full.connection, "level": level.connection}
    assert world.connections.broadcast(receivers, b"y" * KIB) == ["full"]
    assert level.peer.read() == b"y" * KIB
    assert b"y" not in drain(world, full)
    assert full.session.drains == 1


def test_a_broadcast_that_meets_a_broken_connection_reaches_the_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    plains = [world.plain() for _ in range(3)]
    plains[1].sock.plan = [OSError(errno.EPIPE, "")]
    receivers = {number: plain.connection for number, plain in enumerate(plains)}
    assert world.connections.broadcast(receivers, b"hello") == []
    world.tick()
    assert plains[1].session.reasons == ["broken pipe"]
    assert [plains[0].peer.read(), plains[2].peer.read()] == [b"hello"] * 2
    assert caplog.records == []


@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_broadcast_says_nothing_to_who_is_leaving(world: World, how: str) -> None:
    plain = world.plain()
    getattr(plain.connection, how)("left")
    assert world.connections.broadcast({1: plain.connection}, b"hello") == []
    world.tick()
    assert plain.peer.read() == b""
    assert plain.peer.ended


def test_a_receiver_of_broadcasts_who_takes_no_byte_is_cut_as_well(world: World) -> None:
    plain = world.plain(buffer=SMALL)
    world.connections.broadcast({1: plain.connection}, MUCH)
    world.tick()
    world.later(89.999)
    assert plain.session.reasons == []
    world.later(0.001)
    assert plain.session.reasons == ["took no data for 90 s"]


# --- the limit of the queue --------------------------------------------------------------------


def test_a_full_queue_refuses_and_says_when_to_go_on(world: World) -> None:
    plain = blocked(world)
    limit = world.settings.queue_bytes
    while plain.connection.write(b"x" * KIB):
        assert plain.connection.queued <= limit
    full = plain.connection.queued
    assert limit - KIB < plain.connection._outgoing.weight <= limit
    assert not plain.connection.write(b"y" * KIB)
    assert plain.connection.queued == full
    assert plain.session.drains == 0
    got = drain(world, plain)
    assert plain.session.drains == 1
    assert b"y" not in got
    assert plain.connection.write(b"z")


def test_drained_comes_when_the_queue_is_empty_and_not_before(world: World) -> None:
    plain = blocked(world)
    while plain.connection.write(b"x" * KIB):
        pass
    queued: list[int] = []
    plain.session.on_drained = lambda: queued.append(plain.connection.queued)
    drain(world, plain)
    assert queued == [0]


def test_nobody_is_told_of_draining_who_was_not_refused(world: World) -> None:
    plain = blocked(world)
    plain.connection.write(b"a little more")
    drain(world, plain)
    assert plain.session.drains == 0


def test_what_is_written_when_drained_leaves_without_delay(world: World) -> None:
    plain = blocked(world)
    while plain.connection.write(b"x" * KIB):
        pass
    plain.session.on_drained = lambda: plain.connection.write(b"back")
    assert drain(world, plain).endswith(b"xback")
    assert len(plain.session.reasons) == 0


def test_a_refusal_without_a_blocked_kernel_ends_with_the_tick(world: World) -> None:
    plain = world.plain(buffer=1 << 20)
    limit = world.settings.queue_bytes
    plain.peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    assert plain.connection.write(b"x" * (limit + 1))
    assert not plain.connection.write(b"y")
    plain.session.on_drained = lambda: plain.connection.write(b"z")
    got = b""
    for _ in range(10):
        world.tick()
        got += plain.peer.read()
    assert got == b"x" * (limit + 1) + b"z"
    assert plain.session.drains == 1


def test_the_kernel_taking_all_of_a_refused_queue_at_once_drains_it(world: World) -> None:
    plain = world.plain()
    limit = world.connections.queue_limit = 10
    plain.connection.write(b"x" * (limit + 1))
    assert not plain.connection.write(b"y")
    world.tick()
    assert plain.session.drains == 1
    assert plain.peer.read() == b"x" * (limit + 1)


def test_whoever_kept_up_may_be_given_a_batch_of_any_size(world: World) -> None:
    plain = world.plain()
    batch = b"x" * (2 * world.settings.queue_bytes)
    plain.connection.write(b"first")
    assert plain.connection.write(batch)
    world.tick()
    assert drain(world, plain) == b"first" + batch


# --- a peer that takes nothing -----------------------------------------------------------------


def test_a_peer_that_takes_no_byte_is_cut_after_exactly_ninety_seconds(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    plain = blocked(world)
    world.later(89.999)
    assert plain.session.reasons == []
    world.later(0.001)
    assert plain.session.reasons == ["took no data for 90 s"]
    assert world.metrics.endings["took no data for 90 s"] == 1
    assert f"with {len(MUCH) - sum(plain.sock.sent)} bytes waiting" in caplog.text


def test_a_peer_that_takes_a_little_now_and_then_is_not_cut(world: World) -> None:
    plain = world.plain()
    plain.sock.plan = [1]
    plain.connection.write(b"x" * 10)
    world.tick()
    for _ in range(8):
        plain.sock.plan = [1]
        world.later(89.5)
        assert plain.session.reasons == []
        assert plain.connection.queued > 0
    world.later(89.5)
    assert plain.connection.queued == 0
    world.later(100)
    assert plain.session.reasons == []


def test_the_ninety_seconds_begin_with_the_last_byte_taken(world: World) -> None:
    plain = world.plain()
    plain.sock.plan = [1]
    plain.connection.write(b"x" * 10)
    world.tick()
    plain.sock.plan = [1, *[BlockingIOError(errno.EAGAIN, "")] * 100]
    world.later(20)
    world.later(89)
    assert plain.session.reasons == []
    world.later(1)
    assert plain.session.reasons == ["took no data for 90 s"]


def test_a_peer_that_is_sent_nothing_may_be_idle_for_ever(world: World) -> None:
    plain = world.plain()
    plain.connection.write(b"hello")
    world.tick()
    for _ in range(100):
        world.later(1000)
    assert plain.session.reasons == []
    assert world.loop.pending == 0


def test_draining_in_time_stops_the_watch(world: World) -> None:
    plain = blocked(world)
    world.later(29)
    drain(world, plain)
    assert world.loop.pending == 0
    world.later(1000)
    assert plain.session.reasons == []


# --- reading -----------------------------------------------------------------------------------


def test_the_session_gets_what_arrives(world: World) -> None:
    plain = world.plain()
    plain.peer.send("hello")
    world.tick()
    assert plain.session.data == b"hello"


def test_one_tick_reads_no_more_than_its_share(world: World) -> None:
    plain = world.plain()
    total = plain.peer.offer(b"x" * (200 * KIB))
    assert total > world.settings.recv_bytes
    world.tick()
    assert len(plain.session.data) == world.settings.recv_bytes
    world.tick(total // world.settings.recv_bytes)
    assert len(plain.session.data) == total


def test_a_paused_connection_reads_nothing_and_loses_nothing(world: World) -> None:
    plain = world.plain()
    plain.connection.pause_reading()
    plain.peer.send("hello")
    world.tick(3)
    assert plain.session.data == b""
    assert mask(world, plain) == 0
    plain.connection.resume_reading()
    world.tick()
    assert plain.session.data == b"hello"


def test_pausing_holds_for_an_event_that_is_on_its_way(world_sorted: World) -> None:
    world = world_sorted
    first, second = world.plain(), world.plain()
    in_order(world, first, second)
    first.session.on_received = lambda data: second.connection.pause_reading()
    first.peer.send("a")
    second.peer.send("b")
    world.tick()
    assert second.session.data == b""
    second.connection.resume_reading()
    world.tick()
    assert second.session.data == b"b"


def test_a_paused_connection_is_still_written_to(world: World) -> None:
    plain = blocked(world)
    plain.connection.pause_reading()
    assert mask(world, plain) == WRITE
    assert drain(world, plain) == MUCH
    assert mask(world, plain) == 0


def test_nothing_is_ever_watched_for_nothing(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    masks: list[int] = []

    class Noting(Sorted):
        def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
            masks.append(events)
            return super().register(fileobj, events, data)

        def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
            masks.append(events)
            return super().modify(fileobj, events, data)

    world = make_world(selector=Noting())
    idle, full = world.plain(), world.plain(buffer=SMALL)
    full.connection.write(MUCH)
    world.tick()
    for plain in (idle, full):
        plain.connection.pause_reading()
        world.tick()
        plain.connection.resume_reading()
        plain.connection.pause_reading()
    drain(world, full)
    for plain in (idle, full):
        plain.connection.resume_reading()
        plain.peer.finish()
    world.tick()
    for plain in (idle, full):
        plain.connection.close("quit")
        world.tick()
    assert masks
    assert all(masks)


def test_a_hang_up_does_not_wake_the_loop_while_paused(make_world: Callable[..., World]) -> None:
    world = make_world(selector=Sorted())
    plain = world.plain()
    plain.connection.pause_reading()
    plain.peer.close()
    assert world.loop._selector.select(0) == []
    world.tick(3)
    assert plain.session.reasons == []


# --- closing -----------------------------------------------------------------------------------


def test_close_sends_what_is_queued_and_then_ends(world: World) -> None:
    plain = world.plain()
    plain.connection.write(b"hello ")
    plain.connection.close("quit", b"bye")
    assert plain.connection.closing
    assert plain.sock.sent == []
    world.tick()
    assert plain.peer.read() == b"hello bye"
    assert plain.peer.ended
    assert plain.session.reasons == []
    plain.peer.close()
    world.tick()
    assert plain.session.reasons == ["quit"]
    assert world.metrics.endings == {"quit": 1}
    assert plain.sock.fileno() == -1


def test_close_waits_for_a_slow_reader(world: World) -> None:
    plain = blocked(world)
    plain.connection.close("quit", b"bye")
    world.later(4.9)
    assert plain.session.reasons == []
    assert drain(world, plain) == MUCH + b"bye"
    assert plain.peer.ended


def test_close_gives_up_a_reader_who_reads_nothing(world: World) -> None:
    plain = blocked(world)
    plain.connection.close("quit", b"bye")
    world.later(4.999)
    assert plain.session.reasons == []
    world.later(0.001)
    assert plain.session.reasons == ["quit"]


def test_a_farewell_passes_a_full_queue(world: World) -> None:
    plain = blocked(world)
    while plain.connection.write(b"x" * KIB):
        pass
    plain.connection.close("kicked", b"bye")
    assert drain(world, plain).endswith(b"xbye")


def test_closing_twice_changes_nothing(world: World) -> None:
    plain = world.plain()
    plain.connection.close("first", b"one")
    plain.connection.close("second", b"two")
    world.tick()
    plain.connection.close("third", b"three")
    plain.peer.finish()
    world.tick()
    assert plain.peer.read() == b"one"
    assert plain.session.reasons == ["first"]


def test_nothing_is_written_to_a_closing_connection(world: World) -> None:
    plain = world.plain()
    plain.connection.close("quit", b"bye")
    assert plain.connection.write(b"more")
    world.tick()
    assert plain.connection.write(b"more")
    world.tick()
    assert plain.peer.read() == b"bye"


def test_a_closing_connection_reads_nothing(world: World) -> None:
    plain = blocked(world)
    plain.connection.close("quit")
    plain.peer.send("too late")
    world.tick()
    assert mask(world, plain) == WRITE
    assert plain.session.data == b""
    drain(world, plain)
    world.tick()
    assert plain.session.data == b""


def test_a_lingering_connection_drops_what_still_arrives(world: World) -> None:
    plain = world.plain()
    plain.connection.close("quit", b"bye")
    world.tick()
    for _ in range(4):
        plain.peer.send("too late")
        world.tick()
    assert plain.session.data == b""
    assert plain.session.reasons == []
    plain.peer.finish()
    world.tick()
    assert plain.session.reasons == ["quit"]


def test_a_lingering_connection_waits_five_seconds(world: World) -> None:
    plain = world.plain()
    plain.connection.close("quit", b"bye")
    world.tick()
    world.later(4.999)
    assert plain.session.reasons == []
    world.later(0.001)
    assert plain.session.reasons == ["quit"]


def test_five_seconds_are_not_prolonged_by_what_arrives(world: World) -> None:
    plain = world.plain()
    plain.connection.close("quit", b"bye")
    world.tick()
    for _ in range(5):
        assert plain.session.reasons == []
        plain.peer.send("still here")
        world.later(1)
    assert plain.session.reasons == ["quit"]


def test_a_lingering_connection_drops_no_more_than_its_limit(world: World) -> None:
    plain = world.plain()
    plain.connection.close("quit")
    world.tick()
    sent = 0
    while sent + 8 * KIB <= world.settings.linger_bytes:
        plain.peer.send(b"x" * 8 * KIB)
        sent += 8 * KIB
        world.tick()
    assert plain.session.reasons == []
    plain.peer.send("x")
    world.tick()
    assert plain.session.reasons == ["quit"]


def test_unread_input_does_not_destroy_the_last_words(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.session.on_received = lambda data: plain.connection.close("quit", b"bye")
    plain.peer.send("quit\n")
    world.pump(lambda: plain.connection.closing)
    plain.peer.send(b"a torrent " * 3000)
    world.pump(lambda: plain.sock.received > 20_000)
    assert plain.peer.read_to_end() == b"bye"
    plain.peer.close()
    world.pump(lambda: plain.session.reasons)
    assert plain.session.reasons == ["quit"]


def test_a_close_with_unread_input_is_no_reset(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.connection.pause_reading()
    plain.peer.send("never looked at\n")
    plain.connection.close("kicked", b"bye")
    world.pump(lambda: plain.sock.received)
    assert plain.peer.read_to_end() == b"bye"
    world.later(5)
    assert plain.session.reasons == ["kicked"]


def test_an_abort_with_unread_input_is_no_reset_either(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.connection.pause_reading()
    plain.peer.send("never looked at\n")
    plain.sock.setblocking(True)
    assert plain.sock.recv(1, socket.MSG_PEEK)  # it has arrived
    plain.sock.setblocking(False)
    plain.connection.write(b"last")
    world.tick()
    plain.connection.abort("shutdown")
    world.tick()
    assert plain.peer.read_to_end() == b"last"
    assert plain.peer.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def test_the_wait_of_a_lingering_connection_begins_with_its_last_byte(world: World) -> None:
    plain = blocked(world)
    plain.connection.close("quit")
    world.later(3)
    drain(world, plain)
    world.later(4.999)
    assert plain.session.reasons == []
    world.later(0.001)
    assert plain.session.reasons == ["quit"]


def test_closing_does_not_try_a_kernel_that_has_no_room(world: World) -> None:
    plain = blocked(world)
    calls = len(plain.sock.sent)
    plain.connection.close("quit")
    world.tick()
    assert len(plain.sock.sent) == calls


def test_lost_comes_last_and_once(world: World) -> None:
    plain = world.plain()
    plain.session.on_lost = lambda: plain.connection.abort("again")
    plain.connection.abort("first")
    plain.connection.abort("second")
    plain.connection.close("third")
    world.tick(3)
    assert plain.session.reasons == ["first"]


def test_the_socket_is_closed_when_the_session_hears_of_it(world: World) -> None:
    plain = world.plain()
    numbers: list[int] = []
    plain.session.on_lost = lambda: numbers.append(plain.sock.fileno())
    plain.connection.abort("gone")
    world.tick()
    assert numbers == [-1]


def test_reasons_are_counted(world: World) -> None:
    for reason in ("a", "b", "a"):
        world.plain().connection.abort(reason)
    world.tick()
    assert world.metrics.endings == {"a": 2, "b": 1}


def test_a_loss_that_asks_for_something_does_not_wait_for_sockets(
    make_world: Callable[..., World],
) -> None:
    selector = Sorted()
    world = make_world(selector=selector)
    leaver, hearer = world.plain(), world.plain()
    leaver.session.on_lost = lambda: hearer.connection.write(b"somebody left")
    leaver.connection.abort("gone")
    world.loop.tick()
    world.loop.tick()
    assert selector.waits[-1] == 0
    assert hearer.peer.read() == b"somebody left"


# --- half-close --------------------------------------------------------------------------------


def test_the_end_of_input_is_told_once_and_not_watched_any_more(world: World) -> None:
    plain = world.plain()
    plain.peer.send("last")
    plain.peer.finish()
    world.tick(3)
    assert plain.session.data == b"last"
    assert plain.session.ends == 1
    assert mask(world, plain) == 0
    assert plain.session.reasons == []


def test_a_peer_that_has_ended_its_input_still_gets_its_answers(world: World) -> None:
    plain = world.plain(buffer=SMALL)
    plain.peer.finish()
    world.tick()
    plain.connection.write(MUCH)
    world.tick()
    plain.connection.close("end of input", b"bye")
    assert drain(world, plain) == MUCH + b"bye"
    assert plain.peer.ended
    assert plain.session.reasons == ["end of input"]


def test_with_the_input_at_its_end_there_is_nothing_to_linger_for(world: World) -> None:
    plain = world.plain()
    plain.session.on_received = lambda data: plain.connection.close("eof", b"bye")
    plain.peer.finish()
    world.tick()
    assert plain.session.reasons == ["eof"]
    assert plain.peer.read() == b"bye"
    assert plain.peer.ended


def test_over_tcp_the_answers_reach_a_peer_that_ended_its_input_at_once(world: World) -> None:
    plain = world.plain(tcp=True, buffer=SMALL)

    def answer(data: bytes) -> None:
        if data:
            plain.connection.write(MUCH)
        else:
            plain.connection.close("eof", b"bye")

    plain.session.on_received = answer
    plain.peer.send("hi\n")
    plain.peer.finish()
    got = b""

    def read() -> bool:
        nonlocal got
        got += plain.peer.read()
        return plain.peer.ended

    world.pump(read)
    assert got == MUCH + b"bye"


# --- peers that break --------------------------------------------------------------------------


def reset_and_wait(plain: Plain) -> None:
    """The reset has arrived when the kernel says that the socket hung up."""
    plain.peer.reset()
    poll = select.poll()
    poll.register(plain.sock, 0)
    assert poll.poll(5000)


def test_a_reset_while_idle_ends_the_connection_quietly(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    plain = world.plain(tcp=True)
    reset_and_wait(plain)
    world.tick()
    assert plain.session.reasons == ["connection reset by peer"]
    assert plain.session.ends == 0
    assert caplog.records == []


def test_a_reset_before_the_first_tick_ends_the_connection_quietly(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.peer.send("hello")
    reset_and_wait(plain)
    plain.connection.write(b"welcome")
    world.tick(2)
    (reason,) = plain.session.reasons
    assert reason in ("connection reset by peer", "broken pipe")


def test_a_reset_while_something_is_queued_ends_the_connection_quietly(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.connection.pause_reading()
    reset_and_wait(plain)
    plain.connection.write(b"hello")
    world.tick()
    assert plain.session.reasons == ["connection reset by peer"]


def test_a_reset_while_blocked_ends_the_connection_and_is_no_end_of_input(world: World) -> None:
    plain = world.plain(tcp=True, buffer=SMALL)
    plain.connection.write(MUCH * 100)
    world.tick()
    assert mask(world, plain) == READ | WRITE
    reset_and_wait(plain)
    world.tick(2)
    assert plain.session.reasons == ["connection reset by peer"]
    assert plain.session.ends == 0


def test_a_reset_while_closing_keeps_the_reason_of_the_close(world: World) -> None:
    plain = world.plain(tcp=True, buffer=SMALL)
    plain.connection.write(MUCH * 100)
    plain.connection.close("kicked", b"bye")
    world.tick()
    assert plain.session.reasons == []
    reset_and_wait(plain)
    world.tick()
    assert plain.session.reasons == ["kicked"]


def test_a_reset_before_the_close_is_carried_out_changes_nothing(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.connection.close("kicked", b"bye")
    reset_and_wait(plain)
    world.tick()
    assert plain.session.reasons == ["kicked"]


def test_a_reset_while_lingering_ends_the_wait(world: World) -> None:
    plain = world.plain(tcp=True)
    plain.connection.close("quit", b"bye")
    world.tick()
    assert plain.session.reasons == []
    reset_and_wait(plain)
    world.tick()
    assert plain.session.reasons == ["quit"]


def test_a_reset_after_the_end_of_input_ends_the_connection_when_it_is_written_to(
    world: World,
) -> None:
    plain = world.plain(tcp=True)
    plain.peer.finish()
    world.pump(lambda: plain.session.ends)
    reset_and_wait(plain)
    plain.connection.write(b"hello")
    world.tick()
    (reason,) = plain.session.reasons
    assert reason in ("connection reset by peer", "broken pipe")


@pytest.mark.parametrize(
    "code",
    [
        errno.ECONNRESET,
        errno.EPIPE,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
    ],
)
def test_whatever_the_error_of_the_network_the_peer_is_gone(
    world: World, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    plain = world.plain()
    plain.sock.plan = [OSError(code, "")]
    plain.connection.write(b"hello")
    world.tick()
    assert len(plain.session.reasons) == 1
    assert caplog.records == []


def test_after_an_error_of_sending_nothing_is_received_but_what_had_arrived(world: World) -> None:
    plain = blocked(world)
    plain.sock.plan = [OSError(errno.ECONNRESET, "")]
    plain.peer.send("handled")
    plain.peer.read()
    world.tick()
    assert plain.session.reasons == ["connection reset by peer"]
    world.tick()
    assert plain.session.data == b"handled"


def test_a_session_that_fails_loses_its_connection_and_nobody_elses(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = world.plain(), world.plain()

    def fail(data: bytes) -> None:
        raise RuntimeError("a bug")

    broken.session.on_received = fail
    broken.peer.send("x")
    other.peer.send("y")
    world.bugs = 1
    world.tick()
    assert broken.session.reasons == ["internal error"]
    assert other.session.data == b"y"
    assert other.session.reasons == []
    assert world.metrics.endings == {"internal error": 1}
    assert len(caplog.records) == 1


def test_a_session_that_fails_when_drained_or_lost_hurts_nobody_else(world: World) -> None:
    slow = blocked(world)
    while slow.connection.write(b"x" * KIB):
        pass
    others = [world.plain() for _ in range(3)]

    def fail() -> None:
        raise RuntimeError("a bug")

    slow.session.on_drained = fail
    slow.session.on_lost = fail
    others[1].session.on_lost = fail
    world.bugs = 3
    drain(world, slow)
    world.tick()
    assert slow.session.reasons == ["internal error"]
    for other in others:
        other.connection.abort("over")
    world.tick()
    assert [other.session.reasons for other in others] == [["over"]] * 3


# --- one batch of events -----------------------------------------------------------------------


@pytest.fixture
def world_sorted(make_world: Callable[..., World]) -> World:
    """A world in which the test chooses whose event comes first."""
    return make_world(selector=Sorted())


def in_order(world: World, *plains: Plain) -> None:
    selector = world.loop._selector
    assert isinstance(selector, Sorted)
    selector.order = [plain.connection for plain in plains]


@pytest.mark.parametrize("closer_first", [True, False])
@pytest.mark.parametrize("how", ["abort", "close"])
def test_a_handler_may_end_another_whose_event_is_in_the_same_batch(
    world_sorted: World, how: str, closer_first: bool
) -> None:
    world = world_sorted
    closer, victim = world.plain(), world.plain()
    in_order(world, *((closer, victim) if closer_first else (victim, closer)))
    closer.session.on_received = lambda data: getattr(victim.connection, how)("ended")
    closer.peer.send("a")
    victim.peer.send("b")
    world.tick()
    assert victim.session.data == (b"" if closer_first else b"b")
    victim.peer.close()
    world.tick(2)
    assert victim.session.reasons == ["ended"]
    assert closer.session.reasons == []


def test_a_handler_may_end_itself(world_sorted: World) -> None:
    plain = world_sorted.plain()
    plain.session.on_received = lambda data: plain.connection.abort("enough")
    plain.peer.send("a")
    world_sorted.tick(2)
    assert plain.session.reasons == ["enough"]
    assert plain.session.data == b"a"


def test_a_blocked_connection_that_was_ended_in_the_batch_sends_nothing_more(
    world_sorted: World,
) -> None:
    world = world_sorted
    closer, victim = world.plain(), blocked(world)
    in_order(world, closer, victim)
    calls = len(victim.sock.sent)
    victim.peer.read()
    closer.session.on_received = lambda data: victim.connection.abort("ended")
    closer.peer.send("a")
    world.tick()
    assert victim.session.reasons == ["ended"]
    assert len(victim.sock.sent) == calls


def test_no_newcomer_gets_the_descriptor_of_somebody_ended_in_the_same_batch(
    world_sorted: World,
) -> None:
    world = world_sorted
    closer, opener, victim = world.plain(), world.plain(), world.plain()
    in_order(world, closer, opener, victim)
    old = victim.sock.fileno()
    newcomers: list[Plain] = []
    closer.session.on_received = lambda data: victim.connection.abort("ended")
    opener.session.on_received = lambda data: newcomers.append(world.plain())
    for plain in (closer, opener, victim):
        plain.peer.send("x")
    world.tick()
    (newcomer,) = newcomers
    assert old not in (newcomer.sock.fileno(), newcomer.peer.sock.fileno())
    assert newcomer.session.data == b""
    assert victim.session.reasons == ["ended"]


def test_a_newcomer_who_gets_an_old_descriptor_gets_nothing_of_its_past(world: World) -> None:
    victim = world.plain(buffer=SMALL)
    old = victim.sock.fileno()
    victim.connection.write(MUCH)
    world.tick()
    victim.connection.write(b"of the past")
    victim.peer.send("of the past")
    victim.connection.abort("ended")
    world.tick()
    with ExitStack() as spare:
        newcomer = world.plain()
        while old not in (newcomer.sock.fileno(), newcomer.peer.sock.fileno()):
            spare.enter_context(socket.socket())
            newcomer = world.plain()
    newcomer.peer.send("new")
    newcomer.connection.write(b"new")
    world.tick(2)
    assert newcomer.session.data == b"new"
    assert newcomer.peer.read() == b"new"


@given(seed=st.integers(0, 1 << 30))
@given_settings(max_examples=40, derandomize=True, deadline=None, database=None)
def test_random_ends_from_inside_handlers_harm_nobody(seed: int) -> None:
    chance = random.Random(seed)
    with world_with() as world:
        crowd = [world.plain(buffer=chance.choice([0, SMALL])) for _ in range(12)]

        def act(actor: Plain) -> None:
            for _ in range(chance.randrange(3)):
                victim = chance.choice(crowd).connection
                what = chance.randrange(10)
                if what == 0:
                    victim.abort("aborted")
                elif what == 1:
                    victim.close("closed", b"bye")
                elif what == 2:
                    victim.pause_reading()
                elif what == 3:
                    victim.resume_reading()
                elif what == 4:
                    crowd.append(joined(world.plain(buffer=chance.choice([0, SMALL]))))
                else:
                    victim.write(b"x" * chance.choice([1, 100, 20_000, 300_000]))

        def joined(plain: Plain) -> Plain:
            plain.session.on_received = lambda data: act(plain)
            plain.session.on_drained = lambda: act(plain)
            plain.session.on_lost = lambda: act(plain)
            return plain

        for plain in crowd:
            joined(plain)
        for _ in range(60):
            for plain in chance.sample(crowd, 4):
                with suppress(OSError):
                    match chance.randrange(12):
                        case 0:
                            plain.peer.finish()
                        case 1:
                            plain.peer.close()
                        case 2 | 3:
                            plain.peer.read()
                        case _:
                            plain.peer.offer(b"y" * chance.choice([1, 1000]))
            world.clock.advance(chance.choice([0, 0, 1, 10]))
            world.tick()
        for plain in crowd:
            plain.session.on_received = lambda data: None
            plain.session.on_drained = plain.session.on_lost = lambda: None
            plain.connection.abort("over")
        world.tick()
        assert all(len(plain.session.reasons) == 1 for plain in crowd)
        assert len(world.connections) == 0
        assert world.loop.watched == world.loop.pending == 0
        assert sum(world.metrics.endings.values()) == len(crowd)


def test_closing_them_all_leaves_nothing_open(world: World) -> None:
    plains = [world.plain(), blocked(world), world.plain()]
    plains[2].connection.close("quit", b"bye")
    world.tick()
    assert len(world.connections) == 3
    world.connections.close()
    assert [plain.session.reasons for plain in plains] == [["shutdown"], ["shutdown"], ["quit"]]
    assert len(world.connections) == 0


def test_a_connection_shows_its_address_and_state(world: World) -> None:
    plain = world.plain()
    assert repr(plain.connection) == f"<Connection {plain.connection.address} OPEN>"
    plain.connection.close("quit")
    assert repr(plain.connection).endswith("CLOSING>")
    assert isinstance(plain.connection, Connection)


class Failing(selectors.DefaultSelector):
    """A selector that has reached a limit of the system."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False

    def register(self, *args: Any) -> selectors.SelectorKey:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().register(*args)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self.full:
            self.unregister(fileobj)  # as the real one does when it fails
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().modify(fileobj, events, data)


def failing(world: World) -> Failing:
    world.loop.close()
    world.loop._selector = selector = Failing()
    return selector


def test_a_selector_that_is_full_costs_the_newcomer_and_nobody_else(world: World) -> None:
    selector = failing(world)
    early = world.plain()
    selector.full = True
    late = world.plain()
    early.peer.send("x")
    world.tick()
    assert late.session.reasons == ["no space left on device"]
    assert early.session.data == b"x"


def test_a_selector_that_fails_in_the_middle_costs_one_connection(world: World) -> None:
    selector = failing(world)
    slow, other = world.plain(buffer=4096), world.plain()
    selector.full = True
    slow.connection.write(b"x" * 1_000_000)
    other.connection.write(b"y")
    world.tick()
    assert slow.session.reasons == ["no space left on device"]
    assert other.peer.read() == b"y"


# --- what a queue keeps alive --------------------------------------------------------------------


def test_a_queue_that_waits_copies_its_slices_and_frees_what_they_were_cut_from(
    world: World,
) -> None:
    plain = blocked(world)
    for number in range(20):
        payload = b"%02d" % number * 50_000
        assert plain.connection.write(memoryview(payload)[:10])
    kept = plain.connection._outgoing.pieces[1:]
    assert len(kept) == 20
    assert all(isinstance(piece, bytes) and len(piece) == 10 for piece in kept)


def test_slices_that_were_queued_before_the_kernel_was_full_are_copied_too(world: World) -> None:
    plain = world.plain(buffer=SMALL)
    plain.connection.write(MUCH)
    plain.connection.write(memoryview(MUCH)[:10])
    world.tick()
    assert all(isinstance(piece, bytes) for piece in plain.connection._outgoing.pieces)
    assert drain(world, plain) == MUCH + MUCH[:10]


def test_many_small_pieces_fill_a_queue_by_the_memory_that_they_take(world: World) -> None:
    plain = blocked(world, MUCH)
    count = 0
    while plain.connection.write(b"x"):
        count += 1
    assert count < world.settings.queue_bytes / 64


# --- progress ------------------------------------------------------------------------------------


def test_a_peer_that_acknowledges_a_little_is_not_cut_though_no_send_succeeds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = blocked(world)
    held = [5000]
    monkeypatch.setattr(stall, "unacknowledged", lambda _: held[0])
    assert plain.connection._stall is not None
    plain.connection._stall.note_progress()
    for _ in range(3):
        held[0] -= 1000
        plain.sock.plan = [BlockingIOError(errno.EAGAIN, "")] * 10
        world.later(90.0)
        assert plain.session.reasons == []
    world.later(90.0)
    assert plain.session.reasons == ["took no data for 90 s"]


def test_before_a_peer_is_cut_it_is_offered_more_once(world: World) -> None:
    plain = blocked(world)
    plain.peer.read()
    sent = sum(plain.sock.sent)
    world.clock.advance(90.0)
    world.loop.woke = world.clock()
    assert plain.connection._stall is not None
    plain.connection._stall._check()  # and no word from the selector that there is room
    world.tick()
    assert plain.session.reasons == []
    assert sum(plain.sock.sent) > sent


# --- a brief close -------------------------------------------------------------------------------


def test_whoever_wished_to_leave_gets_the_last_words_and_a_reset_for_what_they_type_later(
    world: World,
) -> None:
    plain = world.plain(tcp=True)
    plain.connection.close("quit", b"goodbye\n", brief=True)
    world.tick()
    assert plain.session.reasons == []
    world.pump(lambda: not kernel.unacknowledged(plain.connection._sock))
    world.later(0.1)
    assert plain.session.reasons == ["quit"]
    assert plain.peer.read_to_end() == b"goodbye\n"
    plain.peer.sock.settimeout(5)
    with suppress(BrokenPipeError, ConnectionResetError):
        for _ in range(100):
            plain.peer.sock.send(b"\n")
        pytest.fail("nobody is told that the connection has ended")


def test_a_brief_close_waits_for_the_acknowledgement_and_drops_what_arrives_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = world.plain()
    monkeypatch.setattr(closing, "unacknowledged", lambda _: 1)
    plain.connection.close("quit", b"goodbye\n", brief=True)
    world.tick()
    plain.peer.send("more\n")
    for _ in range(49):
        world.later(0.1)
    assert plain.session.reasons == []
    world.later(0.11)
    assert plain.session.reasons == ["quit"]
    assert plain.session.data == b""


# --- errors that stay with one connection --------------------------------------------------------


def test_a_selector_that_fails_within_a_broadcast_costs_one_receiver(world: World) -> None:
    selector = failing(world)
    receivers = [world.plain(buffer=SMALL), *(world.plain() for _ in range(3))]
    selector.full = True
    payload = MUCH[:10_000]
    world.connections.broadcast({n: r.connection for n, r in enumerate(receivers)}, payload)
    world.tick()
    assert receivers[0].session.reasons == ["no space left on device"]
    assert all(receiver.peer.read() == payload for receiver in receivers[1:])


def test_a_socket_that_cannot_be_closed_leaves_nobody_behind(world: World) -> None:
    plain = world.plain()

    def close() -> None:
        socket.socket.close(plain.sock)
        raise OSError(errno.EIO, "")

    plain.sock.close = close  # type: ignore[method-assign]
    plain.connection.abort("gone")
    world.tick()
    assert plain.session.reasons == ["gone"]


def test_what_the_kernel_has_room_for_again_waits_while_all_is_held(world: World) -> None:
    plain = blocked(world)
    held = True
    world.connections.is_held = lambda: held
    plain.peer.read()
    before = len(plain.sock.sent)
    for _ in range(3):
        world.tick()
    assert len(plain.sock.sent) == before
    assert plain.connection._interest == READ, "or the loop would turn without an end"
    held = False
    for _ in range(100):
        plain.peer.read()
        world.tick()
    assert plain.connection.queued == 0
    assert not world.connections.blocked


def test_a_stop_sends_and_closes_although_all_is_held(world: World) -> None:
    plain = world.plain()
    world.connections.is_held = lambda: True
    plain.connection.write(b"last words")
    plain.connection.close("bye")
    world.connections.close()
    assert len(plain.session.reasons) == 1
