"""The two interfaces through which the chat reaches a visitor."""

from collections.abc import Mapping
from typing import Protocol, Self, TypeVar

from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.events import Event

K = TypeVar("K")


class Channel(Protocol):
    """What carries a visitor's bytes."""

    @property
    def queued(self) -> int:
        """Bytes that wait to be sent."""

    def write(self, data: bytes | memoryview) -> bool:
        """Queue the bytes, sending nothing yet. False: the queue is full, nothing was taken."""

    def notify_drained(self) -> None:
        """Tell the session when everything that is queued has been sent."""

    def broadcast(self, receivers: Mapping[K, Self], data: bytes) -> list[K]:
        """Give the same bytes to many channels of this kind, at the end of a tick.

        Returns those whose queue is full.
        """


class Outlet(Protocol):
    """The way back to one visitor; their session implements it."""

    def answer(self, event: Event, ref: Ref) -> bytes:
        """Render the event as the answer to the command with this ref, the last one they gave."""

    def named(self) -> None:
        """A name was accepted: what the visitor types from here on is talk."""

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        """Ask for the end of the connection, once what is queued has been sent.

        `brief`: nothing that they send after that is waited for.
        """
