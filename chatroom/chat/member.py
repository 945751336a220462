"""A member: one visitor as the chat sees them."""

from collections.abc import Callable, Hashable, Mapping
from typing import Protocol

from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.events import Event


class Channel(Protocol):
    """What carries a visitor's bytes."""

    @property
    def queued(self) -> int:
        """Bytes that wait to be sent."""

    def write(self, data: bytes | memoryview) -> bool:
        """Queue the bytes, sending nothing yet. False: the queue is full, nothing was taken."""


class Outlet(Protocol):
    """The way back to one visitor, which whoever carries them hands to the chat."""

    @property
    def channel(self) -> Channel:
        """Where rendered events go."""

    @property
    def dialect(self) -> Hashable:
        """How events are rendered for them: equal dialects render equal bytes."""

    @property
    def framed(self) -> bool:
        """Whether rendered events may be written as they are, the same bytes to a whole dialect."""

    @property
    def receipts(self) -> bool:
        """Whether they are to see what they said, as the receipt for it."""

    def encode(self, event: Event) -> bytes:
        """Render the event. Depends on nothing but the event and the dialect."""

    def answer(self, event: Event) -> bytes:
        """Render the event as the answer to the command that they have just given."""

    def named(self) -> None:
        """The visitor has a name now: what they type from here on is talk."""

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        """Ask for the end of the connection, once what is queued has been sent.

        `brief`: nothing that they send after that is waited for.
        """


class Person:
    """Who a visitor is, over all their connections: what they are ignored by.

    The name is the last one that they were known under. Compared by identity, so that whoever
    takes that name afterwards is somebody else.
    """

    __slots__ = ("__weakref__", "key", "name")

    def __init__(self) -> None:
        self.name = ""
        self.key = ""


class Member:
    """One visitor: nameless and in no room until the hub has accepted a name.

    `skipped` counts the lines they missed while their queue was full. Above zero they are *behind*:
    nothing is queued for them until the hub hears that their queue has drained.
    """

    __slots__ = (
        "active",
        "address",
        "channel",
        "host",
        "ignored",
        "key",
        "last",
        "name",
        "outlet",
        "person",
        "quiet",
        "since",
        "skipped",
        "teller",
        "ticket",
    )

    def __init__(self, outlet: Outlet, host: str, address: str) -> None:
        self.outlet = outlet
        self.channel = outlet.channel
        self.host = host
        self.address = address
        self.name = ""
        self.key = ""
        self.ticket = ""  # a secret of theirs, by which they are known again
        self.last: Ref = None  # their own mark on the last request that was decided
        self.person = Person()  # the roster gives them back who they were before
        self.ignored: dict[Person, None] = {}
        self.teller: Person | None = None  # whoever last told them something privately
        self.quiet = False  # no room is told when they come and go
        self.skipped = 0
        self.since = 0.0
        self.active = 0.0

    def __str__(self) -> str:
        return f"{self.name or 'somebody'} ({self.address})"

    def take(self, data: bytes | memoryview, lines: int) -> bool:
        """Queue the bytes of some lines; False when they had to be counted as skipped instead."""
        if self.skipped or not self.channel.write(data):
            self.skipped += lines
            return False
        return True


Broadcast = Callable[[Mapping[Member, Channel], bytes], list[Member]]
"""Gives the same bytes to many, at the end of a tick; returns those whose queue is full."""


def write_to_each(channels: Mapping[Member, Channel], data: bytes) -> list[Member]:
    """The plain Broadcast. The network has a quicker one."""
    return [member for member, channel in channels.items() if not channel.write(data)]
