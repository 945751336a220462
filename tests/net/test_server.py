"""All parts put together in one process: serving, and the order of stopping."""

import contextlib
import dataclasses
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from world import PATIENCE, Clock, Peer, Recorder

from chatroom.chat.hub import Hub
from chatroom.metrics import Metrics
from chatroom.net.connection import Connection
from chatroom.net.listener import bind
from chatroom.net.loop import Loop
from chatroom.server.server import Server
from chatroom.settings import Settings
from tests.histories import in_memory

FAREWELL = "Server: The chatroom is shutting down. Goodbye!\n"


class Noting(Loop):
    """A loop that notes when it is told to stop."""

    stopped = False

    def stop(self) -> None:
        self.stopped = True
        super().stop()


class House:
    """A server whose loop the test turns by hand."""

    def __init__(self, clock: Clock, **changes: Any) -> None:
        self.clock = clock
        settings = dataclasses.replace(Settings(), **changes)
        self.metrics = Metrics()
        self.loop = Noting(settings, self.metrics, clock)
        sockets = bind("127.0.0.1", 0, settings)
        history = in_memory(settings, lambda: 0.0)
        self.server = Server(settings, self.metrics, self.loop, sockets, clock, history=history)
        self.connections = self.server._connections
        self.port = self.server.listeners[0].port
        self.bugs = 0
        self.guests: list[Peer] = []

    def open(self) -> None:
        for listener in self.server.listeners:
            listener.start()

    def pump(self, until: Callable[[], object]) -> None:
        for _ in range(1000):
            if until():
                return
            self.loop.tick(max_wait=0.005)
        raise AssertionError("it did not happen")

    def knock(self) -> Peer:
        guest = Peer(socket.create_connection(("127.0.0.1", self.port), PATIENCE))
        self.guests.append(guest)
        return guest

    def member(self, name: str) -> Peer:
        """Somebody with a name, who has read all that came of it; so have the others."""
        guest = self.knock()
        guest.send(f"{name}\n")
        self._hears(guest, "All set")
        for other in self.guests[:-1]:
            self._hears(other, f"Server: {name} has joined the chat. Say hi!\n")
        return guest

    def _hears(self, guest: Peer, text: str) -> None:
        heard: list[str] = []

        def has_heard() -> bool:
            heard.append(guest.text())
            return text in "".join(heard)

        self.pump(has_heard)

    def side_of(self, guest: Peer) -> Connection:
        host, port = guest.sock.getsockname()
        (found,) = [c for c in self.connections.talking if c.address == f"{host}:{port}"]
        return found

    def arrived(self, guest: Peer, count: int) -> None:
        """Wait until so many bytes lie unread at the server."""
        sock = self.side_of(guest)._sock
        sock.setblocking(True)
        sock.settimeout(PATIENCE)
        assert len(sock.recv(count, socket.MSG_PEEK | socket.MSG_WAITALL)) == count
        sock.setblocking(False)

    def stop(self) -> None:
        self.server.stopping.shut_down()
        self.pump(lambda: self.loop.stopped)

    def close(self) -> None:
        for listener in self.server.listeners:
            listener.close()
        self.connections.close()
        for guest in self.guests:
            guest.close()
        left = self.loop.watched
        self.loop.close()
        assert left == 0
        assert self.metrics.handler_errors == self.bugs


@pytest.fixture
def build(clock: Clock) -> Iterator[Callable[..., House]]:
    with contextlib.ExitStack() as houses:

        def make(**changes: Any) -> House:
            return houses.enter_context(contextlib.closing(House(clock, **changes)))

        yield make


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    house = build()
    house.open()
    return house


def talk(count: int) -> str:
    return "".join(f"{number}\n" for number in range(count))


def said(name: str, count: int) -> str:
    return "".join(f"{name}: {number}\n" for number in range(count))


# --- serving -----------------------------------------------------------------------------------


def test_people_talk_to_each_other(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send("hello\n")
    house.pump(lambda: house.metrics.messages)
    assert bob.read(11) == b"ann: hello\n"
    assert ann.read() == b""


def test_a_house_that_is_full_says_so(build: Callable[..., House]) -> None:
    house = build(max_clients=1)
    house.open()
    house.member("ann")
    late = house.knock()
    house.pump(lambda: house.metrics.endings)
    assert b"full" in late.read_to_end()


def test_the_time_from_hearing_to_the_last_send_is_measured(house: House) -> None:
    ann = house.member("ann")
    ann.send("one\ntwo\n")
    house.pump(lambda: house.metrics.messages == 2)
    house.loop.tick(max_wait=0)
    assert house.metrics.fanout.count == 2


def test_the_stats_count_clients_rooms_messages_and_slow_readers(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send("hello\n/stats\n")
    house.pump(lambda: house.metrics.messages)
    measured = house.server.measure()
    assert (measured.clients, measured.rooms, measured.messages) == (2, 1, 1)
    assert (measured.slow_readers, measured.queued, measured.errors) == (0, 0, 0)
    assert measured.memory > 0
    assert b"2 clients in 1 room; 1 message, " in ann.read()
    bob.read()


def test_every_guest_has_a_timer_only_until_they_have_a_name(house: House) -> None:
    house.member("ann")
    assert house.loop.pending == 0
    house.knock()
    house.pump(lambda: len(house.connections) == 2)
    assert house.loop.pending == 1


# --- stopping ----------------------------------------------------------------------------------


def test_everybody_reads_the_farewell_and_then_the_end(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send("/join tea\n")
    house.pump(lambda: len(house.server.hub.rooms) == 2)
    nameless = house.knock()
    house.pump(lambda: len(house.connections) == 3)
    house.stop()
    assert ann.read_to_end().decode().endswith(FAREWELL)
    assert bob.read_to_end().decode() == "Server: ann has left room lobby.\n" + FAREWELL
    assert nameless.read_to_end().decode() == FAREWELL
    house.connections.close()
    assert house.metrics.endings == {"shutdown": 3}


def test_lines_that_had_to_wait_are_heard_before_the_farewell(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send(talk(100))
    house.pump(lambda: house.metrics.messages)
    assert house.metrics.messages < 100
    house.stop()
    assert bob.read_to_end().decode() == said("ann", 100) + FAREWELL
    assert (
        ann.read_to_end().decode().endswith(" a second.\nServer: /cancel drops them.\n" + FAREWELL)
    )


def test_lines_that_have_arrived_but_were_not_read_yet_are_heard(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send(talk(30))
    house.arrived(ann, len(talk(30)))
    house.stop()
    assert bob.read_to_end().decode() == said("ann", 30) + FAREWELL


def test_a_stop_takes_no_more_lines_a_tick_than_ever_and_ends_in_time(
    house: House, clock: Clock
) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send(talk(1000))
    house.arrived(ann, len(talk(1000)))
    house.server.stopping.shut_down()
    house.loop.tick(0.0)
    before = house.metrics.messages
    for _ in range(10):
        house.loop.tick(0.0)
    assert house.metrics.messages - before == 10 * house.server._settings.lines_per_tick
    clock.advance(2.0)
    house.pump(lambda: house.loop.stopped)
    assert house.metrics.messages < 1000
    assert bob.read_to_end().decode() == said("ann", house.metrics.messages) + FAREWELL


def test_two_who_talk_at_the_stop_hear_each_other(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    for guest in (ann, bob):
        guest.send(talk(5))
        house.arrived(guest, len(talk(5)))
    house.stop()
    assert ann.read_to_end().decode() == said("bob", 5) + FAREWELL
    assert bob.read_to_end().decode() == said("ann", 5) + FAREWELL


def test_a_leave_that_has_arrived_is_told_before_the_farewell(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send("bye\nQUIT\n")
    house.arrived(ann, 9)
    house.stop()
    assert bob.read_to_end().decode() == ("ann: bye\nServer: ann has left the chat.\n" + FAREWELL)
    assert ann.read_to_end().decode().startswith("Goodbye, ann!")


def test_the_stop_tells_nobody_that_the_others_leave(house: House) -> None:
    guests = [house.member(name) for name in ("ann", "bob", "cy")]
    house.stop()
    assert [guest.read_to_end().decode() for guest in guests] == [FAREWELL] * 3


def test_once_stopping_nobody_is_let_in(house: House) -> None:
    house.member("ann")
    house.server.stopping.shut_down()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", house.port), PATIENCE)
    house.pump(lambda: house.loop.stopped)


def test_stopping_twice_says_goodbye_once(house: House) -> None:
    ann = house.member("ann")
    house.server.stopping.shut_down()
    house.stop()
    assert ann.read_to_end().decode() == FAREWELL


def test_the_stop_waits_five_seconds_for_a_slow_reader_and_no_longer(house: House) -> None:
    ann, slow = house.member("ann"), house.member("slow")
    sock = house.side_of(slow)._sock
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    while house.side_of(slow).queued < 100_000:
        house.server.hub.notice("x" * 60_000)
        house.loop.tick(max_wait=0)
        ann.read()
    house.server.stopping.shut_down()
    for _ in range(10):
        house.loop.tick(max_wait=0)
        ann.read()
    assert not house.loop.stopped
    house.clock.advance(4.9)
    house.loop.tick(max_wait=0)
    assert not house.loop.stopped
    house.clock.advance(0.1)
    house.loop.tick(max_wait=0)
    assert house.loop.stopped


def test_an_empty_house_stops_at_once(house: House) -> None:
    house.server.stopping.shut_down()
    house.loop.tick(max_wait=0)
    assert house.loop.stopped


def test_somebody_who_breaks_during_the_stop_does_not_hold_it_up(house: House) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    house.server.stopping.shut_down()
    ann.reset()
    house.pump(lambda: house.loop.stopped)
    assert bob.read_to_end().decode().endswith(FAREWELL)


def test_one_session_that_fails_does_not_hold_up_the_stop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = house.member("ann"), house.member("bob")
    ann.send(talk(25))
    house.pump(lambda: house.metrics.messages)
    handle = Hub.handle

    def fail_for_ann(hub: Hub, member: Any, command: Any) -> None:
        if member.name == "ann":
            raise RuntimeError("a bug")
        handle(hub, member, command)

    monkeypatch.setattr(Hub, "handle", fail_for_ann)
    house.bugs = 1
    house.server.stopping.shut_down()
    for _ in range(20):
        house.loop.tick(max_wait=0)
    assert house.loop.stopped
    assert bob.read_to_end().decode().endswith(FAREWELL)


def test_a_peer_that_is_no_visitor_is_not_counted_refused_or_told_goodbye(
    build: Callable[..., House],
) -> None:
    house = build(max_clients=2)
    house.open()
    sock, other_server = socket.socketpair()
    sock.setblocking(False)
    peer = Connection(sock, "another server", house.connections)
    peer.session = Recorder(peer)
    peer.start()
    ann, bob = house.member("ann"), house.member("bob")
    assert house.server.measure().clients == 2
    house.stop()
    assert ann.read_to_end().decode() == bob.read_to_end().decode() == FAREWELL
    other = Peer(other_server)
    house.guests.append(other)
    assert other.read() == b""
    assert not other.ended


def test_the_stats_count_nobody_who_only_lingers(house: House) -> None:
    ann, _ = house.member("ann"), house.member("bob")
    house.side_of(ann).close("quit")
    house.loop.tick(max_wait=0)
    assert house.server.measure().clients == 1
    assert len(house.server._visitors) == 2


# --- run, and signals --------------------------------------------------------------------------


def test_run_serves_until_stopped_and_leaves_nothing_open(build: Callable[..., House]) -> None:
    house = build()
    ann = house.knock()
    ann.send("ann\nhello\n")
    ann.finish()

    def stop_when_served() -> None:
        if house.metrics.endings:
            house.server.stopping.shut_down()

    house.loop.at_tick_end(stop_when_served)
    assert house.server.run() == 0
    assert b"All set, ann!" in ann.read_to_end()
    assert house.loop.watched == 0
    assert all(listener._sock.fileno() == -1 for listener in house.server.listeners)


def test_a_first_signal_drains(house: House) -> None:
    ann = house.member("ann")
    house.server.stopping.on_signal(signal.SIGTERM)
    house.pump(lambda: house.loop.stopped)
    assert ann.read_to_end().decode() == FAREWELL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_at_once(build: Callable[..., House], number: int) -> None:
    house = build()
    house.loop.call_later(0, lambda: house.server.stopping.on_signal(signal.SIGTERM))
    house.loop.call_later(0, lambda: house.server.stopping.on_signal(number))
    assert house.server.run() == 128 + number


def test_a_hang_up_changes_nothing(house: House) -> None:
    ann = house.member("ann")
    house.server.stopping.on_signal(signal.SIGHUP)
    house.loop.tick(max_wait=0)
    assert not house.loop.stopped
    ann.send("still here\n")
    house.pump(lambda: house.metrics.messages)


# --- what is not kept yet -----------------------------------------------------------------------


def test_nothing_is_sent_before_what_was_said_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob, cy = house.member("ann"), house.member("bob"), house.member("cy")
    cy.send("/join den\n")
    house._hears(cy, "den")
    house.pump(lambda: "cy" in ann.text())
    bob.read()
    history = house.server._history
    commit = history.commit
    monkeypatch.setattr(history, "commit", lambda wait=False: wait and commit(wait))
    ann.send("secret\n")
    house.pump(lambda: history.waiting)
    cy.send("/search secret\n")
    bob.send("/quit\n")
    house.pump(lambda: house.server.hub.roster.find("bob") is None)
    for _ in range(5):
        house.loop.tick(max_wait=0.005)
    assert [guest.text() for guest in (ann, bob, cy)] == ["", "", ""]
    monkeypatch.undo()
    house.pump(lambda: not history.waiting)
    house._hears(bob, "ann: secret\n")
    house._hears(cy, "ann: secret\n")
    assert history.page("lobby").events[-1].text == "secret"
