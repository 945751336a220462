"""A hub with a fake clock, and visitors that record what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chatroom.chat.history import History
from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.chat.rules import decide
from chatroom.metrics import Metrics
from chatroom.protocols.rendering import render
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect
from tests.figures import stats
from tests.histories import in_memory

WALL = 1_700_000_000.0


class Visitor:
    """One visitor: an outlet that keeps what is written, and is `full` when told so."""

    def __init__(
        self,
        hub: Hub | None = None,
        host: str = "192.0.2.1",
        dialect: str = "\n",
        receipts: bool = False,
    ) -> None:
        self.hub = hub
        self.full = False
        self.queued = 0  # bytes; a visitor reads at once unless a test says otherwise
        self.is_named = False
        self.closed: list[tuple[str, str]] = []
        self.taken: list[bytes] = []
        spoken = Dialect(dialect, lambda event: self.encode(event), receipts)
        self.member = Member(self, self, spoken, host, f"{host}:5000")

    def encode(self, event: events.Event) -> bytes:
        """Pure, like every encoder; a test may put another one in its place."""
        return render(event, self.member.dialect.key)

    def answer(self, event: events.Event, _: Ref) -> bytes:
        return self.member.dialect.encode(event)

    def broadcast(self, receivers: Mapping[Any, Visitor], data: bytes) -> list[Any]:
        return [key for key, visitor in receivers.items() if not visitor.write(data)]

    def notify_drained(self) -> None:
        """Tests say themselves when somebody has read everything."""

    def write(self, data: bytes | memoryview) -> bool:
        if not self.full:
            self.taken.append(bytes(data))
        return not self.full

    def named(self) -> None:
        self.is_named = True

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        self.closed.append((reason, farewell.decode()))

    def does(self, *commands: commands.Command) -> None:
        assert self.hub is not None
        for command in commands:
            self.hub.handle(self.member, command)

    def says(self, *texts: str) -> None:
        self.does(*map(commands.Say, texts))

    def drains(self) -> None:
        """Read everything, so that the queue has room again."""
        assert self.hub is not None
        self.full = False
        self.hub.drained(self.member)

    def catches_up(self, hall: Hall) -> None:
        """Read everything, and what comes then, until there is nothing more to come."""
        self.drains()
        while self.member.behind:
            hall.tick()
            self.drains()

    def heard(self) -> list[str]:
        """The lines since the last call; a prompt without a line ending is a line as well."""
        text = b"".join(self.taken).decode()
        self.taken.clear()
        return text.removesuffix("\n").split("\n") if text else []


class Hall:
    """A hub and everybody in it."""

    def __init__(
        self,
        settings: Settings | None = None,
        history: History | None = None,
        now: float = 1000.0,
    ) -> None:
        """`history` is one that the test closes itself, where it wants another than its own."""
        self.settings = settings or Settings()
        self.metrics = Metrics()
        self.now = now
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.visitors: list[Visitor] = []
        self.hub = Hub(
            self.settings,
            self.metrics,
            clock=lambda: self.now,
            wall=lambda: WALL + self.now,
            call_later=lambda seconds, call: self.timers.append((self.now + seconds, call)),
            measure=lambda: stats(rooms=len(self.hub.rooms), uptime=60.0),
            decide=decide,
            history=history or in_memory(self.settings, lambda: WALL + self.now),
        )

    def visitor(
        self, host: str = "192.0.2.1", dialect: str = "\n", receipts: bool = False
    ) -> Visitor:
        """Somebody who has connected and said nothing yet."""
        visitor = Visitor(self.hub, host, dialect, receipts)
        self.visitors.append(visitor)
        return visitor

    def people(self, *names: str) -> list[Visitor]:
        """Newcomers with these names, each from a host of their own, and all quiet."""
        newcomers = [
            self.visitor(host=f"192.0.2.{len(self.visitors) + index}")
            for index, _ in enumerate(names, 1)
        ]
        for visitor, name in zip(newcomers, names, strict=True):
            visitor.does(commands.Join(name))
            assert visitor.member.name, f"{name} was refused"
        self.tick()
        self.hush()
        return newcomers

    def tick(self) -> None:
        self.hub.catch_up()
        self.hub.flush()

    def hush(self) -> None:
        for visitor in self.visitors:
            visitor.taken.clear()

    def passes(self, seconds: float) -> None:
        """Time passes, what is due happens, and a tick ends."""
        self.now += seconds
        due = [call for when, call in self.timers if when <= self.now]
        self.timers = [timer for timer in self.timers if timer[0] > self.now]
        for call in due:
            call()
        self.tick()


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture(scope="session")
def new_hall() -> type[Hall]:
    """For a test that needs several halls, or one with settings of its own."""
    return Hall


@pytest.fixture(scope="session")
def new_visitor() -> type[Visitor]:
    """For a test of a part that knows no hub."""
    return Visitor
