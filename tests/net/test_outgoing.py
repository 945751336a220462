"""The queue of bytes on their way out."""

import errno
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import Peer, Tapped

from chatroom.net.outgoing import Outgoing


@pytest.fixture
def pair() -> Iterator[tuple[Tapped, Peer]]:
    ours, theirs = socket.socketpair()
    with Tapped(ours) as sock, theirs:
        yield sock, Peer(theirs)


def queue_of(*pieces: bytes) -> Outgoing:
    queue = Outgoing()
    for piece in pieces:
        queue.append(piece)
    return queue


def test_an_empty_queue_has_no_size() -> None:
    assert queue_of().size == 0
    assert queue_of().pieces == []


def test_one_piece_is_sent_as_it_is(pair: tuple[Tapped, Peer]) -> None:
    sock, peer = pair
    queue = queue_of(b"hello")
    assert queue.send(sock, 64) == 5
    assert (queue.size, queue.pieces) == (0, [])
    assert peer.read() == b"hello"


def test_many_pieces_leave_in_one_call_and_in_order(pair: tuple[Tapped, Peer]) -> None:
    sock, peer = pair
    queue = queue_of(b"one ", b"two ", b"three")
    assert queue.send(sock, 64) == 13
    assert sock.sent == [13]
    assert peer.read() == b"one two three"


def test_a_call_takes_no_more_pieces_than_allowed(pair: tuple[Tapped, Peer]) -> None:
    sock, peer = pair
    queue = queue_of(b"a", b"b", b"c")
    assert queue.send(sock, 2) == 2
    assert (queue.size, queue.pieces) == (1, [b"c"])
    assert queue.send(sock, 2) == 1
    assert peer.read() == b"abc"


@pytest.mark.parametrize("taken", range(1, 9))
def test_what_the_kernel_did_not_take_is_sent_the_next_time(
    pair: tuple[Tapped, Peer], taken: int
) -> None:
    sock, peer = pair
    sock.plan = [taken]
    queue = queue_of(b"abc", b"def", b"ghi")
    assert queue.send(sock, 64) == taken
    assert queue.size == 9 - taken
    assert queue.send(sock, 64) == 9 - taken
    assert queue.size == 0
    assert peer.read() == b"abcdefghi"


def test_the_offset_survives_a_second_partial_send(pair: tuple[Tapped, Peer]) -> None:
    sock, peer = pair
    sock.plan = [1, 1, 2, 1]
    queue = queue_of(b"abc", b"defg")
    for size in (6, 5, 3, 2, 0):
        queue.send(sock, 64)
        assert queue.size == size
    assert peer.read() == b"abcdefg"


def test_after_a_partial_send_the_queue_starts_afresh(pair: tuple[Tapped, Peer]) -> None:
    sock, peer = pair
    sock.plan = [1]
    queue = queue_of(b"ab")
    queue.send(sock, 64)
    queue.send(sock, 64)
    queue.append(b"cd")
    assert queue.send(sock, 64) == 2
    assert peer.read() == b"abcd"


@pytest.mark.parametrize("pieces", [[b"a"], [b"a", b"b"]])
def test_no_room_in_the_kernel_changes_nothing(
    pair: tuple[Tapped, Peer], pieces: list[bytes]
) -> None:
    sock, _ = pair
    queue = queue_of(*pieces)
    for error in (BlockingIOError(errno.EAGAIN, ""), InterruptedError(errno.EINTR, "")):
        sock.plan = [error]
        assert queue.send(sock, 64) == 0
        assert (queue.size, queue.pieces) == (len(pieces), pieces)


def test_a_broken_connection_raises(pair: tuple[Tapped, Peer]) -> None:
    sock, peer = pair
    peer.close()
    with pytest.raises(BrokenPipeError):
        queue_of(b"a").send(sock, 64)


def test_pieces_are_kept_and_never_copied() -> None:
    piece = b"shared by hundreds of queues"
    assert queue_of(piece, piece).pieces[1] is piece


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=30),
    takes=st.lists(st.integers(1, 50), max_size=40),
    most=st.integers(1, 8),
)
@settings(max_examples=100, derandomize=True, deadline=None, database=None)
def test_every_byte_arrives_once_and_in_order(
    pieces: list[bytes], takes: list[int], most: int
) -> None:
    ours, theirs = socket.socketpair()
    with Tapped(ours) as sock, theirs:
        sock.plan = list(takes)
        queue = queue_of(*pieces)
        expected = b"".join(pieces)
        sent = 0
        while queue.size:
            sent += queue.send(sock, most)
            assert queue.size == len(expected) - sent
        assert queue.pieces == []
        assert Peer(theirs).read() == expected
