"""Browsers at the chatroom, over sockets. The client is the `websockets` package."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri
from world import Visitor, World

from tests.browsers import PAGE, asking, masked

BIG = 300_000


class Browser:
    """A WebSocket client on the visitor's end of a connection."""

    def __init__(self, world: World, origin: str | None = None, host: str = "localhost") -> None:
        self.world = world
        self.visitor: Visitor = world.visitor()
        self.client = ClientProtocol(parse_uri(f"ws://{host}:1060/ws"))
        self.frames: list[Frame] = []
        request = self.client.connect()
        if origin is not None:
            request.headers["Origin"] = origin
        self.client.send_request(request)
        self.status = 0
        self.turn()

    def turn(self) -> None:
        """Send what is to be sent, let the server turn, and read."""
        self._send()
        self.world.tick(3)
        if not self.visitor.ended:
            data = self.visitor.read()
            if data:
                self.client.receive_data(data)
            if self.visitor.ended:
                self.client.receive_eof()
            else:
                self._send()
        for event in self.client.events_received():
            if isinstance(event, Response):
                self.status = event.status_code
            elif isinstance(event, Frame):
                self.frames.append(event)

    def _send(self) -> None:
        for data in self.client.data_to_send():
            self.visitor.send(data) if data else self.visitor.finish()

    def say(self, *objects: dict[str, Any]) -> None:
        self.client.send_text("\n".join(map(json.dumps, objects)).encode())
        self.turn()

    def texts(self) -> list[list[dict[str, Any]]]:
        """The messages since the last call, each as its objects."""
        self.turn()
        texts = [bytes(one.data) for one in self.frames if one.opcode is Opcode.TEXT]
        self.frames.clear()
        return [[json.loads(line) for line in text.splitlines()] for text in texts]

    def objects(self) -> list[dict[str, Any]]:
        return [one for text in self.texts() for one in text]

    def join(self, name: str) -> dict[str, Any]:
        self.say({"type": "join", "name": name})
        return self.objects()[0]


def said(text: str, ref: int | None = None) -> dict[str, Any]:
    return {"type": "say", "text": text, **({} if ref is None else {"ref": ref})}


@pytest.fixture
def ann(world: World) -> Browser:
    ann = Browser(world)
    assert ann.join("ann")["type"] == "welcome"
    return ann


def test_a_page_is_served_and_the_connection_closed(world: World) -> None:
    visitor = world.visitor()
    visitor.send(asking())
    world.tick(2)
    data = visitor.read()
    assert data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert data.endswith(PAGE)
    assert visitor.ended


def test_a_large_file_reaches_a_slow_reader_whole(make_world: Callable[..., World]) -> None:
    world = make_world()
    visitor = world.visitor(buffer=4096)
    visitor.send(asking("/big.html"))
    world.tick()
    data, reads = b"", 0
    while not visitor.ended:
        data += visitor.read(10_000)
        world.tick()
        reads += 1
    assert data.partition(b"\r\n\r\n")[2] == b"x" * BIG
    assert reads > 5


def test_half_a_request_is_answered_after_ten_seconds(world: World) -> None:
    visitor = world.visitor()
    visitor.send(b"GET / HTTP/1.1\r\n")
    world.tick()
    world.later(0.25)
    world.later(9.7)
    assert visitor.read() == b""
    world.later(0.1)
    world.tick()
    assert visitor.read().startswith(b"HTTP/1.1 408 ")
    assert visitor.ended


def test_people_and_browsers_are_in_one_room(world: World, ann: Browser) -> None:
    bob = world.member("bob")
    bob.send("hello\n")
    assert [(one["name"], one["text"]) for one in ann.objects()] == [("bob", "hello")]
    ann.say(said("hi"))
    assert bob.text() == "ann: hi\n"


def test_the_echo_of_what_one_says_is_its_receipt(world: World, ann: Browser) -> None:
    ann.say(said("one", 1), said("two", 2), said("three", 3))
    assert [(one["text"], one["ref"]) for one in ann.objects()] == [
        ("one", 1),
        ("two", 2),
        ("three", 3),
    ]


def test_what_one_tick_brings_is_one_message(world: World, ann: Browser) -> None:
    bob = world.member("bob")
    ann.objects()
    bob.send("".join(f"line {n}\n" for n in range(15)))
    (text,) = ann.texts()
    assert [one["text"] for one in text] == [f"line {n}" for n in range(15)]


def test_all_browsers_are_sent_the_very_same_bytes(
    world: World, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    cy, bob = Browser(world), world.member("bob")
    cy.join("cy")
    ann.turn()
    given: list[bytes] = []
    for browser in (ann, cy):
        sock = browser.visitor.server_side

        def send(data: Any, *_: Any, sock: Any = sock) -> int:
            given.append(data)
            return len(data)

        monkeypatch.setattr(sock, "send", send)
    bob.send("hello\n")
    world.tick(2)
    assert len(given) == 2
    assert given[0] is given[1]


def test_whoever_ignores_somebody_still_gets_whole_messages(world: World, ann: Browser) -> None:
    bob, cy = world.member("bob"), world.member("cy")
    ann.say({"type": "ignore", "name": "bob"})
    ann.objects()
    for line in ("one", "two"):
        cy.send(f"{line}\n")
        bob.send(f"not {line}\n")
    assert [one["text"] for one in ann.objects()] == ["one", "two"]


def test_a_browser_in_several_rooms_hears_them_all(world: World, ann: Browser) -> None:
    bob = world.member("bob")
    ann.say({"type": "enter", "room": "attic"})
    ann.objects()
    bob.send("in the lobby\n")
    world.tick()
    bob.send("/join attic\nin the attic\n")
    heard = [one["text"] for one in ann.objects() if one["type"] == "said"]
    assert heard == ["in the lobby", "in the attic"]


def test_a_ping_is_answered(ann: Browser) -> None:
    ann.client.send_ping(b"there?")
    ann.turn()
    ann.turn()
    assert [bytes(one.data) for one in ann.frames if one.opcode is Opcode.PONG] == [b"there?"]


def test_a_close_is_answered_and_the_name_is_held(world: World, ann: Browser) -> None:
    bob = world.member("bob")
    ann.client.send_close(1001)
    ann.turn()
    ann.turn()
    assert ann.client.state is State.CLOSED
    assert ann.client.close_code == 1001
    assert "ann has left" in bob.text()


def test_whoever_quits_hears_the_farewell_and_a_normal_close(ann: Browser) -> None:
    ann.say({"type": "quit"})
    assert ann.objects()[-1]["code"] == "quit"
    assert ann.client.close_rcvd == Close(1000, "")


def test_a_violation_is_closed_with_its_code(ann: Browser) -> None:
    ann.visitor.send(masked(2, b"binary"))
    ann.turn()
    assert ann.client.close_rcvd is not None
    assert ann.client.close_rcvd.code == 1003


def test_nobody_without_a_name_stays(world: World) -> None:
    guest = Browser(world)
    world.later(0.25)
    for _ in range(4):
        world.later(15.0)
        guest.turn()
    assert guest.objects()[-1]["code"] == "no-name"
    assert guest.client.close_rcvd == Close(1000, "")


@pytest.mark.parametrize(
    ("origin", "host"),
    [("http://evil.example", "localhost"), ("http://evil.example:1060", "evil.example")],
)
def test_a_foreign_page_and_a_foreign_name_are_refused(
    world: World, origin: str, host: str
) -> None:
    foreign = Browser(world, origin, host)
    assert foreign.status == 403
    assert isinstance(foreign.client.handshake_exc, InvalidStatus)
    assert len(world.hub.roster) == 0


def test_our_own_page_is_let_in(world: World) -> None:
    assert Browser(world, "http://localhost:1060").status == 101


# --- the heartbeat ------------------------------------------------------------------------------


def pings(browser: Browser) -> int:
    """Pings since the last call; the client answers them."""
    browser.turn()
    count = sum(one.opcode is Opcode.PING for one in browser.frames)
    browser.frames.clear()
    return count


def test_a_browser_is_pinged_every_twenty_seconds_and_may_be_silent_for_ever(
    world: World, ann: Browser
) -> None:
    for _ in range(20):
        world.later(20.1)
        assert pings(ann) == 1
        ann.turn()
    assert ann.client.state is State.OPEN


def test_a_browser_that_answers_nothing_is_gone_after_forty_seconds(
    world: World, ann: Browser
) -> None:
    world.later(20.1)
    world.later(19.0)
    assert world.hub.roster.find("ann")
    world.later(1.5)
    world.tick()
    assert not world.hub.roster.find("ann")
    assert world.metrics.endings["no answer to a ping"] == 1


def test_a_browser_that_was_heard_in_between_has_forty_seconds_from_then(
    world: World, ann: Browser
) -> None:
    world.later(10.0)
    ann.say(said("hi"))
    world.later(10.1)
    world.later(20.0)
    world.later(9.0)
    assert world.hub.roster.find("ann")
    world.later(1.5)
    world.tick()
    assert not world.hub.roster.find("ann")


def test_a_browser_that_reads_slowly_is_not_taken_for_dead(world: World) -> None:
    ann = Browser(world)
    ann.join("ann")
    ann.visitor.server_side.plan = [BlockingIOError()] * 100
    bob = world.member("bob")
    bob.send("hello\n")
    for _ in range(4):
        world.tick()
        world.later(20.1)
    assert world.hub.roster.find("ann")


def test_people_are_not_pinged(world: World) -> None:
    bob = world.member("bob")
    for _ in range(5):
        world.later(20.1)
    assert bob.read() == b""
    assert world.hub.roster.find("bob")


# --- how much one may ask for -------------------------------------------------------------------


@pytest.mark.parametrize("data", [masked(9), masked(10), masked(1), masked(1, b"", first=1)])
def test_frames_that_ask_for_nothing_are_throttled(world: World, ann: Browser, data: bytes) -> None:
    reads = world.visitors.reads
    ann.visitor.offer(data * (1 if data[0] == 1 else 2000))
    for _ in range(50 if data[0] == 1 else 1):
        ann.visitor.offer(masked(0, b"", first=0))
    world.tick(20)
    assert ann.visitor.connection._paused
    assert world.visitors.reads - reads < 30
