"""The contract of a protocol: bytes to commands, events to bytes, and nothing else.

A protocol is sans-I/O: it holds no socket, reads no clock and knows no rule of the chat. `receive`
is a generator which its session consumes one command at a time: a command has been decided before
the next line is looked at, and whoever stops consuming for a while (because somebody talks too
fast) goes on later with the same generator. It is never given new bytes before the last generator
has ended. What a protocol has to say by itself is a command as well, so there is one ordered stream
and nothing to remember to drain.

A protocol is total: any bytes, cut anywhere, give commands and never an exception; an exception is
a bug of ours. How the bytes were cut makes no difference to the commands, with two exceptions
(`line.py`): a name that is not free and has more behind it at once came out of a pipe, and where a
person turns out to be a program, telnet's sequences are taken out of what came at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol as Contract

from chatroom.vocabulary.commands import Command, Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Event


@dataclass(frozen=True, slots=True)
class Reply:
    """The protocol's own answer to the peer. It may be empty: a line that asked for nothing."""

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
        """Whether something of what was received is to be decided yet, beside line endings."""

    def count_waiting(self, ahead: bytes) -> int:
        """How many lines are to be decided yet; `ahead` has arrived and is not received yet.

        It is asked for between two commands, and so is `cancel`.
        """

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """Drop the lines before one that asks for it, and that one; None: there is no such line.

        Returns how many lines were dropped, and how many bytes of `ahead`, which must not be
        received any more. The generator goes on behind them.
        """

    def silence(self) -> Iterator[Request]:
        """What to do when the peer has connected and then waits for us.

        It is called twice: soon, to greet a person, and after a while, when bytes that say nothing
        yet have been waited for long enough.
        """

    def named(self) -> None:
        """The hub has accepted a name."""

    def answer(self, event: Event, ref: Ref) -> bytes:
        """The event for this peer alone, as the answer to the command of this mark."""
