"""How a client of the load comes in, on a pair of sockets."""

import socket
from collections.abc import Iterator

import pytest

from load.plan import Plan
from load.visitor import State, Visitor

WELCOME = b'\x81\x15{"type":"welcome","n":1}\n'
PING, PONG = b"\x89\0", b"\x8a\x80\0\0\0\0"


@pytest.fixture
def pair() -> Iterator[tuple[Visitor, socket.socket]]:
    ours, theirs = socket.socketpair()
    visitor = Visitor(0, Plan(speak="websocket"))
    visitor.sock.close()
    visitor.sock, visitor.state = ours, State.PRESENT
    theirs.setblocking(False)
    with ours, theirs:
        yield visitor, theirs


@pytest.mark.parametrize(
    ("chunks", "pongs"),
    [
        ([PING], 1),
        ([PING[:1], PING[1:]], 1),
        ([WELCOME + PING], 1),
        ([PING + WELCOME], 1),
        ([PING, WELCOME, PING + WELCOME[:4], WELCOME[4:]], 2),
        ([WELCOME, WELCOME], 0),
    ],
)
def test_every_ping_is_answered_once_however_it_is_cut(
    chunks: list[bytes], pongs: int, pair: tuple[Visitor, socket.socket]
) -> None:
    visitor, server = pair
    for chunk in chunks:
        visitor.look_at(chunk, 0.0)
    visitor.say(b"end")
    assert server.recv(1000) == pongs * PONG + b"end"
