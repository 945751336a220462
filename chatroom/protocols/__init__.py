"""The contract of a protocol: bytes to commands, events to bytes, and nothing else.

A protocol is sans-I/O: it holds no socket, reads no clock and knows no rule of the chat. `receive`
is a generator which its session consumes one command at a time: a command has been decided before
the next line is looked at. A session that stops consuming for a while (because its client is
throttled) goes on later with the same generator, and gives the protocol no new bytes before that
generator has ended. A protocol's own answers are commands as well, so there is one ordered stream
and no other output to drain.

A protocol is total: any bytes, cut anywhere, give commands and never an exception; an exception is
a bug of ours. How the bytes were cut makes no difference to the commands, with three exceptions.
A name that is not available, with more bytes behind it in the same piece, came out of a pipe
(`line.py`). Where a person turns out to be a program, that piece has lost telnet's sequences. And
what comes in one piece with the request for a WebSocket was sent before that is open
(`web/http.py`): it is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol as Contract

from chatroom.vocabulary.commands import Command, Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Event


@dataclass(frozen=True, slots=True)
class Reply:
    """The protocol's own answer to the peer. It is empty for a line that needs none."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Become:
    """From here on the connection speaks this protocol, whose commands follow."""

    protocol: "Protocol"


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the connection after these last bytes."""

    reason: str
    farewell: bytes = b""


Request = Command | Reply | Become | Hangup


class Protocol(Contract):
    @property
    def dialect(self) -> Dialect:
        """How events are written for the peer. Fixed once there is a name."""

    def receive(self, data: bytes) -> Iterator[Request]:
        """What the peer asks for. Empty bytes mean that the peer will send no more."""

    def has_more(self) -> bool:
        """Whether anything received is still to be decided, apart from line endings."""

    def count_waiting(self, ahead: bytes) -> int:
        """How many lines are still to be decided; `ahead` has arrived and is not received yet.

        This and `cancel` are called between two commands.
        """

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """Drop the lines up to a /cancel, and the /cancel itself; None: there is none.

        Returns how many lines were dropped, and how many bytes of `ahead` with them: the caller
        must discard these. The generator goes on behind them.
        """

    def silence(self) -> Iterator[Request]:
        """What to do when the peer has connected and sends nothing, or nothing complete.

        It is called twice: soon, to greet a person, and later, when the rest of an incomplete
        request is no longer waited for.
        """

    def named(self) -> None:
        """The hub has accepted a name."""

    def answer(self, event: Event, ref: Ref) -> bytes:
        """The event for this peer alone, as the answer to the command with this ref."""
