"""The listener: what is bound, who is accepted, and what happens when nobody can be."""

import contextlib
import errno
import os
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from world import PATIENCE, Peer, Recorder, Sorted, World

from chatroom.net.address import printable
from chatroom.net.connection import Connection
from chatroom.net.listener import CannotListen, Listener, bind
from chatroom.settings import Settings
from chatroom.vocabulary.notices import FULL


class Guest:
    def __init__(self, connection: Connection, host: str) -> None:
        self.connection = connection
        self.sock = connection._sock
        self.host = host


class Door:
    """A listener on loopback, those it let in, and a way to knock."""

    def __init__(self, world: World, host: str = "127.0.0.1") -> None:
        self.world = world
        self.guests: list[Guest] = []
        (self.sock,) = bind(host, 0, world.settings)
        self.listener = self.around(self.sock)
        self.listener.start()

    def around(self, sock: socket.socket) -> Listener:
        world = self.world
        connections = world.connections
        return Listener(sock, connections, connections, world.settings, world.metrics, self._let_in)

    def _let_in(self, connection: Connection, host: str) -> None:
        self.guests.append(Guest(connection, host))

    def knock(self, host: str = "127.0.0.1") -> Peer:
        """A visitor whose connection the kernel has completed."""
        sock = socket.create_connection((host, self.listener.port), PATIENCE)
        return Peer(sock)

    def close(self) -> None:
        self.listener.close()
        for guest in self.guests:
            guest.sock.close()


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_door(closing: ExitStack) -> Callable[..., Door]:
    def make(world: World, host: str = "127.0.0.1") -> Door:
        return closing.enter_context(contextlib.closing(Door(world, host)))

    return make


@pytest.fixture
def door(world: World, open_door: Callable[..., Door]) -> Door:
    return open_door(world)


class Fake(socket.socket):
    """A listening socket whose accepts fail as planned, and then go on as usual."""

    def __init__(self, sock: socket.socket, *plan: OSError | None) -> None:
        super().__init__(fileno=sock.detach())
        self.setblocking(False)
        self.plan = list(plan)
        self.accepts = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.accepts += 1
        if self.plan and (error := self.plan.pop(0)):
            raise error
        return super().accept()


def failing_door(world: World, closing: ExitStack, *plan: OSError | None) -> tuple[Door, Fake]:
    door = Door(world)
    door.listener.close()
    (sock,) = bind("127.0.0.1", 0, world.settings)
    door.sock = fake = Fake(sock, *plan)
    door.listener = door.around(fake)
    door.listener.start()
    closing.enter_context(contextlib.closing(door))
    return door, fake


# --- letting people in -------------------------------------------------------------------------


def test_a_visitor_is_let_in_with_their_address(door: Door, closing: ExitStack) -> None:
    visitor = closing.enter_context(contextlib.closing(door.knock()))
    door.world.tick()
    (guest,) = door.guests
    host, port = visitor.sock.getsockname()
    assert guest.host == host
    assert guest.connection.address == printable(host, port)
    assert guest.sock.getblocking() is False
    assert door.world.metrics.accepted == 1


def test_nobody_knocking_is_no_error(door: Door) -> None:
    door.listener.ready(1)
    assert door.guests == []


def test_a_storm_of_newcomers_is_let_in_64_a_tick(door: Door, closing: ExitStack) -> None:
    for _ in range(150):
        closing.enter_context(contextlib.closing(door.knock()))
    counts: list[int] = []
    for _ in range(3):
        door.world.tick()
        counts.append(len(door.guests))
    assert counts == [64, 128, 150]


def test_the_backlog_takes_a_burst(
    make_world: Callable[..., World], open_door: Callable[..., Door], closing: ExitStack
) -> None:
    door = open_door(make_world())
    for _ in range(300):  # with a backlog of 100 or 128 the kernel would not complete these
        closing.enter_context(contextlib.closing(door.knock()))
    door.world.tick(5)
    assert len(door.guests) == 300


def test_a_visitor_who_is_gone_before_the_accept_harms_nobody(
    door: Door, closing: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    door.knock().reset()
    visitor = closing.enter_context(contextlib.closing(door.knock()))
    door.world.tick()
    address = printable(*visitor.sock.getsockname())
    assert address in [guest.connection.address for guest in door.guests]
    assert caplog.records == []


def test_a_connection_reset_before_its_accept_ends_quietly(
    world: World, caplog: pytest.LogCaptureFixture, closing: ExitStack
) -> None:
    door = Door(world)
    closing.enter_context(contextlib.closing(door))
    visitor = door.knock()
    visitor.send("hello\n")
    visitor.reset()
    door.listener.ready(1)
    sessions: list[Recorder] = []
    for guest in door.guests:
        connection = guest.connection
        connection.session = Recorder(connection)
        sessions.append(connection.session)
        connection.start()
        connection.write(b"welcome")
    world.tick(3)
    reasons = [reason for session in sessions for reason in session.reasons]
    assert len(reasons) == len(sessions)
    assert set(reasons) <= {"connection reset by peer", "broken pipe"}
    assert caplog.records == []


def test_a_welcome_that_fails_costs_one_visitor(door: Door, closing: ExitStack) -> None:
    welcome = door.listener._welcome
    failures = [RuntimeError("a bug")]

    def fail_once(connection: Connection, host: str) -> None:
        if failures:
            connection._sock.close()
            raise failures.pop()
        welcome(connection, host)

    door.listener._welcome = fail_once
    for _ in range(2):
        closing.enter_context(contextlib.closing(door.knock()))
    door.world.bugs = 1
    door.world.tick(2)
    assert len(door.guests) == 1


@pytest.mark.parametrize(
    "code", [errno.ECONNABORTED, errno.EPROTO, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EPERM]
)
def test_an_aborted_visitor_does_not_delay_the_next(
    world: World, closing: ExitStack, code: int
) -> None:
    door, _ = failing_door(world, closing, OSError(code, ""))
    visitors = [closing.enter_context(contextlib.closing(door.knock())) for _ in range(2)]
    world.tick()
    assert len(door.guests) == len(visitors)


def test_endless_aborts_end_with_the_tick(world: World, closing: ExitStack) -> None:
    aborts = [OSError(errno.ECONNABORTED, "")] * 1000
    door, fake = failing_door(world, closing, *aborts)
    closing.enter_context(contextlib.closing(door.knock()))
    world.tick()
    assert fake.accepts == world.settings.accepts_per_tick


@pytest.mark.parametrize("code", [errno.EBADF, errno.EINVAL])
def test_a_socket_that_is_closed_while_stopping_is_no_error(
    world: World, closing: ExitStack, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    door, fake = failing_door(world, closing, OSError(code, ""))
    closing.enter_context(contextlib.closing(door.knock()))
    door.listener.ready(1)
    assert fake.accepts == 1
    assert caplog.records == []


def test_an_event_for_a_listener_that_was_just_closed_is_ignored(
    make_world: Callable[..., World], open_door: Callable[..., Door], closing: ExitStack
) -> None:
    selector = Sorted()
    world = make_world(selector=selector)
    door = open_door(world)
    closer = world.plain()
    closer.session.on_received = lambda data: door.listener.close()
    selector.order = [closer.connection, door.listener]
    closing.enter_context(contextlib.closing(door.knock()))
    closer.peer.send("stop")
    world.tick()
    assert door.guests == []
    assert world.metrics.handler_errors == 0


def test_a_closed_listener_lets_nobody_in(door: Door) -> None:
    port = door.listener.port
    door.listener.close()
    door.listener.close()
    assert door.world.loop.watched == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), PATIENCE)


# --- a full house ------------------------------------------------------------------------------


def test_when_full_a_newcomer_is_told_so_and_closed(
    make_world: Callable[..., World],
    open_door: Callable[..., Door],
    closing: ExitStack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = make_world(max_clients=2)
    door = open_door(world)
    world.plain(), world.plain()
    newcomer = closing.enter_context(contextlib.closing(door.knock()))
    world.tick()
    assert newcomer.read_to_end().decode() == f"{FULL}\n"
    assert door.guests == []
    assert world.metrics.endings == {"turned away: full at 2 clients": 1}
    assert len(caplog.records) == 1


def test_when_full_a_newcomer_who_talks_first_is_told_so_as_well(
    make_world: Callable[..., World], open_door: Callable[..., Door], closing: ExitStack
) -> None:
    world = make_world(max_clients=1)
    door = open_door(world)
    world.plain()
    newcomer = closing.enter_context(contextlib.closing(door.knock()))
    newcomer.send("ann\nhello\n")
    world.tick()
    assert newcomer.read_to_end().decode() == f"{FULL}\n"
    assert newcomer.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0, "a reset came"


def test_a_place_that_becomes_free_is_given_to_the_next(
    make_world: Callable[..., World], open_door: Callable[..., Door], closing: ExitStack
) -> None:
    world = make_world(max_clients=1)
    door = open_door(world)
    world.plain().connection.abort("gone")
    world.tick()
    closing.enter_context(contextlib.closing(door.knock()))
    world.tick()
    assert len(door.guests) == 1


def test_a_lingering_connection_still_takes_a_place(
    make_world: Callable[..., World], open_door: Callable[..., Door], closing: ExitStack
) -> None:
    world = make_world(max_clients=1)
    door = open_door(world)
    world.plain().connection.close("quit")
    world.tick()
    closing.enter_context(contextlib.closing(door.knock()))
    world.tick()
    assert door.guests == []


def test_a_full_house_is_logged_once_a_minute_with_a_count(
    make_world: Callable[..., World],
    open_door: Callable[..., Door],
    closing: ExitStack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = make_world(max_clients=0)
    door = open_door(world)

    def turn_away(visitors: int) -> None:
        for _ in range(visitors):
            closing.enter_context(contextlib.closing(door.knock()))
        world.tick()

    turn_away(1)
    turn_away(9)
    world.clock.advance(60)
    turn_away(1)
    assert [record.getMessage() for record in caplog.records] == [
        "visitors turned away: 1 (full at 0 clients)",
        "visitors turned away: 10 (full at 0 clients)",
    ]


# --- out of descriptors ------------------------------------------------------------------------


@contextlib.contextmanager
def no_more_descriptors() -> Iterator[None]:
    """From here on every new descriptor is one too many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_descriptors_one_visitor_is_told_and_the_listener_rests(
    world: World, door: Door, closing: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    visitors = [closing.enter_context(contextlib.closing(door.knock())) for _ in range(3)]
    with no_more_descriptors():
        world.tick()
        assert world.loop.watched == 0
        assert visitors[0].read_to_end().decode() == f"{FULL}\n"
        world.tick(10)
        world.clock.advance(0.499)
        world.tick(10)
        assert visitors[1].read() == b""
        assert not visitors[1].ended
        assert len(caplog.records) == 1
    world.later(0.001)
    assert world.loop.watched == 1
    world.tick()
    assert len(door.guests) == 2
    assert world.metrics.endings == {"turned away: too many open files": 1}


def test_without_descriptors_the_loop_wakes_twice_a_second(
    make_world: Callable[..., World], open_door: Callable[..., Door], closing: ExitStack
) -> None:
    selector = Sorted()
    world = make_world(selector=selector)
    door = open_door(world)
    visitors = [closing.enter_context(contextlib.closing(door.knock())) for _ in range(20)]
    ticks = 0
    end = world.clock.now + 5
    with no_more_descriptors():
        while world.clock.now < end:
            ready = world.loop.watched and bool(selector.select(0))
            if not ready:
                world.clock.advance(0.01)
            before = world.loop.pending
            due = before and world.loop._timers[0][0] <= world.clock.now
            if ready or due:
                ticks += 1
                world.tick()
    assert 10 <= ticks <= 25  # resume and accept are a tick each
    told = [visitor for visitor in visitors if visitor.read()]
    assert 10 <= len(told) <= 12
    world.later(0.5)
    world.tick()


def test_the_reserve_is_there_again_for_the_next_time(
    world: World, door: Door, closing: ExitStack
) -> None:
    for _ in range(3):
        visitor = closing.enter_context(contextlib.closing(door.knock()))
        with no_more_descriptors():
            world.tick()
            assert visitor.read_to_end().decode() == f"{FULL}\n"
        world.later(0.5)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_when_not_even_the_reserve_helps_the_listener_still_rests(
    world: World, closing: ExitStack, code: int
) -> None:
    error = OSError(code, "")
    door, fake = failing_door(world, closing, error, error)
    closing.enter_context(contextlib.closing(door.knock()))
    world.tick(5)
    assert fake.accepts == 2
    assert world.loop.watched == 0
    world.later(0.5)
    world.tick()
    assert len(door.guests) == 1


def test_a_listener_closed_while_it_rests_stays_closed(world: World, closing: ExitStack) -> None:
    error = OSError(errno.EMFILE, "")
    door, _ = failing_door(world, closing, error, error)
    closing.enter_context(contextlib.closing(door.knock()))
    world.tick()
    door.listener.close()
    world.later(0.5)
    assert world.loop.watched == 0


# --- options -----------------------------------------------------------------------------------


def test_accepted_connections_have_their_options_already(door: Door, closing: ExitStack) -> None:
    closing.enter_context(contextlib.closing(door.knock()))
    door.world.tick()
    sock = door.guests[0].sock
    settings = door.world.settings
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    doubled = 2 * settings.send_buffer  # as Linux keeps it, for its own overhead
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) in (doubled, settings.send_buffer)
    doubled = 2 * settings.receive_buffer
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) in (
        doubled,
        settings.receive_buffer,
    )
    for option, value in (
        ("TCP_KEEPIDLE", 60),
        ("TCP_KEEPINTVL", 15),
        ("TCP_KEEPCNT", 4),
        ("TCP_USER_TIMEOUT", 120_000),
    ):
        if hasattr(socket, option):
            assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, option)) == value, option


def test_options_that_the_system_lacks_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "TCP_USER_TIMEOUT", raising=False)
    (sock,) = bind("127.0.0.1", 0, Settings())
    sock.close()


def test_the_listening_address_may_be_used_again_at_once() -> None:
    (sock,) = bind("127.0.0.1", 0, Settings())
    with sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        assert sock.getblocking() is False


# --- binding -----------------------------------------------------------------------------------


@pytest.fixture
def bound(closing: ExitStack) -> Callable[[str, int], list[socket.socket]]:
    def make(host: str, port: int = 0) -> list[socket.socket]:
        return [closing.enter_context(sock) for sock in bind(host, port, Settings())]

    return make


Bind = Callable[..., list[socket.socket]]


def answer(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[int, tuple[Any, ...]]) -> None:
    """Let every host stand for these addresses."""
    found = [(family, socket.SOCK_STREAM, 6, "", address) for family, address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)


def test_an_address_is_one_socket(bound: Bind) -> None:
    (sock,) = bound("127.0.0.1")
    host, port = sock.getsockname()
    assert host == "127.0.0.1"
    assert port > 0


@pytest.mark.usefixtures("ipv6")
def test_a_name_of_two_addresses_is_two_sockets_with_one_port(
    bound: Bind, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(
        monkeypatch,
        (socket.AF_INET6, ("::1", 0, 0, 0)),
        (socket.AF_INET, ("127.0.0.1", 0)),
    )
    six, four = bound("localhost")
    assert (six.getsockname()[0], four.getsockname()[0]) == ("::1", "127.0.0.1")
    assert six.getsockname()[1] == four.getsockname()[1]


def test_an_address_that_is_found_twice_is_bound_once(
    bound: Bind, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, *[(socket.AF_INET, ("127.0.0.1", 0))] * 2)
    assert len(bound("localhost")) == 1


def test_an_address_family_that_the_machine_lacks_is_left_out(
    bound: Bind, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(
        monkeypatch,
        (socket.AF_INET6, ("2001:db8::1", 0, 0, 0)),
        (socket.AF_INET, ("127.0.0.1", 0)),
    )
    (sock,) = bound("localhost")
    assert sock.family == socket.AF_INET


@pytest.mark.usefixtures("ipv6")
def test_localhost_is_all_that_it_means(bound: Bind) -> None:
    meant = {info[4][0] for info in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}
    assert {sock.getsockname()[0] for sock in bound("localhost")} == meant


@pytest.mark.usefixtures("ipv6")
def test_two_colons_take_both_families_in_one_socket(bound: Bind) -> None:
    (sock,) = bound("::")
    sock.setblocking(True)
    sock.settimeout(PATIENCE)
    for host in ("127.0.0.1", "::1"):
        with socket.create_connection((host, sock.getsockname()[1]), PATIENCE):
            sock.accept()[0].close()


@pytest.mark.usefixtures("ipv6")
def test_the_empty_host_is_both_families_with_one_port(bound: Bind) -> None:
    sockets = bound("")
    assert {sock.family for sock in sockets} == {socket.AF_INET, socket.AF_INET6}
    assert len({sock.getsockname()[1] for sock in sockets}) == 1


@pytest.mark.usefixtures("ipv6")
def test_an_ipv4_visitor_of_an_ipv6_socket_has_an_ipv4_address(
    world: World, open_door: Callable[..., Door], closing: ExitStack
) -> None:
    door = open_door(world, "::")
    for host in ("127.0.0.1", "::1"):
        closing.enter_context(contextlib.closing(door.knock(host)))
    world.tick()
    assert sorted(guest.host for guest in door.guests) == ["127.0.0.1", "::1"]


def refusal(host: str, port: int = 0) -> str:
    with pytest.raises(CannotListen) as caught:
        bind(host, port, Settings())
    return str(caught.value)


def test_a_port_in_use_is_said_with_what_to_do(bound: Bind) -> None:
    port = bound("127.0.0.1")[0].getsockname()[1]
    text = refusal("127.0.0.1", port)
    assert text == (
        f"127.0.0.1:{port} is in use; stop the other program, or choose another port with -p"
    )


@pytest.mark.usefixtures("ipv6")
def test_when_one_of_two_addresses_is_in_use_neither_stays_bound(
    bound: Bind, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = bound("::1")[0].getsockname()[1]
    answer(
        monkeypatch,
        (socket.AF_INET, ("127.0.0.1", port)),
        (socket.AF_INET6, ("::1", port, 0, 0)),
    )
    assert "is in use" in refusal("localhost", port)


def test_an_unknown_host_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refusal("no.such.host") == (
        "cannot find the host 'no.such.host'; give an address of this machine, or 0.0.0.0 for all"
    )


def test_what_cannot_be_a_host_name_is_an_unknown_host() -> None:
    assert refusal("a" * 64 + ".example").startswith("cannot find the host 'aaaa")


def test_an_address_of_another_machine_is_said_with_what_to_do() -> None:
    assert refusal("192.0.2.1") == (
        "192.0.2.1 is not an address of this machine; give one that is, or 0.0.0.0 for all"
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (errno.EACCES, "port 80 needs privileges; choose one above 1023 with -p"),
        (
            errno.ENOBUFS,
            "cannot listen at 127.0.0.1:80 (no buffer space available);"
            " give another HOST, or 0.0.0.0 for all",
        ),
    ],
)
def test_other_refusals_of_the_system_are_said_in_words(
    monkeypatch: pytest.MonkeyPatch, code: int, text: str
) -> None:
    class Refusing(socket.socket):
        def bind(self, address: Any) -> None:
            raise OSError(code, "")

    monkeypatch.setattr("chatroom.net.listener.socket.socket", Refusing)
    assert refusal("127.0.0.1", 80) == text


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "text"),
    [("127.0.0.1", "127.0.0.1:1060"), ("::1", "[::1]:1060"), ("*", "*:1060")],
)
def test_addresses_are_printed_as_they_are_typed(host: str, text: str) -> None:
    assert printable(host, 1060) == text


def test_a_listener_knows_its_address(door: Door) -> None:
    assert door.listener.address == f"127.0.0.1:{door.listener.port}"
    assert repr(door.listener) == f"<Listener {door.listener.address}>"


def test_a_storm_of_newcomers_is_let_in_only_within_the_time_of_a_tick(
    world: World, door: Door, closing: ExitStack
) -> None:
    let_in = door._let_in

    def slowly(connection: Connection, host: str) -> None:
        world.clock.advance(world.settings.tick_seconds / 3)
        let_in(connection, host)

    door.listener._welcome = slowly
    for _ in range(20):
        closing.enter_context(door.knock().sock)
    for expected in (2, 4, 6, 8, 10):
        world.tick()
        assert len(door.guests) == expected
