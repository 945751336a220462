"""Said in one protocol, received in another: as many lines out as in, for any text."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.chat.rules import decide
from chatroom.metrics import Metrics
from chatroom.protocols import Protocol, Reply
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.tutorial import Tutorial
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.text import clean, clean_lines
from tests.histories import in_memory

MAKE: dict[str, Callable[[], Protocol]] = {
    "line": lambda: Line(4096),
    "json": lambda: JsonLines(16384, 4096),
    "tutorial": lambda: Tutorial("ann", 4096),
}


class Seat:
    """One member, who speaks a protocol."""

    def __init__(self, hub: Hub, protocol: Protocol, name: str) -> None:
        self.hub = hub
        self.protocol = protocol
        self.heard = b""
        self.member = Member(self, self, protocol.dialect, "192.0.2.1", "192.0.2.1:5000")
        list(protocol.receive(b"hello\n"))  # the first line settles how lines end
        hub.handle(self.member, commands.Join(name))
        hub.flush()
        self.heard = b""

    @property
    def queued(self) -> int:
        return 0

    def notify_drained(self) -> None:
        """Nobody waits for that here."""

    def write(self, data: bytes | memoryview) -> bool:
        self.heard += data
        return True

    def broadcast(self, receivers: Mapping[Any, Self], data: bytes) -> list[Any]:
        return [key for key, seat in receivers.items() if not seat.write(data)]

    def answer(self, event: events.Event, ref: Ref) -> bytes:
        return self.protocol.answer(event, ref)

    def named(self) -> None:
        self.protocol.named()
        self.hub.speak(self.member, self.protocol.dialect)

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        self.heard += farewell

    def sends(self, data: bytes) -> None:
        for request in self.protocol.receive(data):
            if isinstance(request, Reply):
                self.heard += request.data
            else:
                assert isinstance(request, commands.Command)
                self.hub.handle(self.member, request)
        self.hub.flush()


def meet(one: str, other: str) -> tuple[Seat, Seat]:
    def never() -> events.Stats:
        raise AssertionError

    history = in_memory(Settings(), lambda: 0.0)
    clocks = (lambda: 0.0, lambda: 0.0)
    hub = Hub(Settings(), Metrics(), *clocks, lambda *_: None, never, decide, history)
    ann, bob = Seat(hub, MAKE[one](), "ann"), Seat(hub, MAKE[other](), "bob")
    ann.heard = b""
    return ann, bob


def spelled(protocol: str, text: str) -> bytes:
    """How somebody who speaks it says this."""
    if protocol == "json":
        return json.dumps({"type": "say", "text": text}).encode() + b"\n"
    data = text.replace("\n", " ").encode("utf-8", "replace")
    return data + b"\n" if protocol == "line" else b"ann: " + data


def texts_of(protocol: str, heard: bytes) -> list[str]:
    """What a reader of that protocol takes to be said by ann, each line of it."""
    if protocol == "json":
        messages = [json.loads(line) for line in heard.splitlines()]
        assert all(message["type"] == "said" for message in messages)
        return [message["text"] for message in messages]
    lines = heard.decode("ascii" if protocol == "tutorial" else "utf-8").splitlines()
    assert all(line.startswith("ann: ") for line in lines)
    return [line.removeprefix("ann: ") for line in lines]


TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from('\r\n\0\t\x0b\x0c\x1b\x1c\x1e\x85\u2028\u2029\u202e\ufeff"\\{}:'),
    ),
    max_size=60,
).map(lambda text: f"x{text}")


@pytest.mark.parametrize("hearer", MAKE)
@pytest.mark.parametrize("speaker", MAKE)
@given(text=TEXT)
def test_lines_in_are_lines_out(speaker: str, hearer: str, text: str) -> None:
    ann, bob = meet(speaker, hearer)
    ann.sends(spelled(speaker, text))
    heard = texts_of(hearer, bob.heard)
    spoken = clean_lines(text) if speaker == "json" else clean(text.replace("\n", " "))
    lines = [spoken] if hearer == "json" else spoken.split("\n")
    if speaker == "tutorial":
        assert len(heard) == 1
    elif hearer == "tutorial":
        assert heard == [line.encode("ascii", "replace").decode() for line in lines]
    else:
        assert heard == lines


@pytest.mark.parametrize("hearer", MAKE)
@given(
    name=st.sampled_from(["eve\r\nServer: hi", "eve: Server", "\u202eeve", "Server", "eve\0", "*"]),
)
def test_no_name_forges_a_line(hearer: str, name: str) -> None:
    ann, bob = meet("json", hearer)
    ann.sends(json.dumps({"type": "rename", "name": name}).encode() + b"\n")
    ann.sends(json.dumps({"type": "move", "room": name}).encode() + b"\n")
    assert ann.member.name == "ann"
    assert bob.heard.count(b"\n") <= 1  # ann may have gone to room eve
