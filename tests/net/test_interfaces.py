"""The addresses of this machine that are listed for others."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from chatroom.net import interfaces
from chatroom.net.interfaces import own_addresses

TABLE = """\
20010db8000000000000000000000099 02 40 00 01     eth0
20010db8000000000000000000000007 02 40 00 80     eth0
20010db8000000000000000000000008 02 40 00 20     eth0
20010db8000000000000000000000009 02 40 00 40     eth0
fe800000000000000000000000000001 02 40 20 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "if_inet6"
    path.write_text(TABLE)
    monkeypatch.setattr(interfaces, "_IPV6_TABLE", path)
    return path


@pytest.fixture
def no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", refuse)


def test_they_can_be_connected_to() -> None:
    if own_addresses(False) == [socket.gethostname()]:
        pytest.skip("no network here")
    for address in own_addresses(False):
        with socket.create_server(("0.0.0.0", 0)) as server:
            port = server.getsockname()[1]
            socket.create_connection((address, port), 5).close()


def test_loopback_and_link_local_are_not_among_them() -> None:
    assert not {"127.0.0.1", "::1"} & set(own_addresses(True))
    assert not [address for address in own_addresses(True) if address.startswith("fe80")]


@pytest.mark.usefixtures("table", "no_route")
def test_ipv6_lists_what_is_usable_and_lasting_first() -> None:
    assert own_addresses(True) == ["2001:db8::7", "2001:db8::99"]
    assert own_addresses(False) == [socket.gethostname()]


@pytest.mark.usefixtures("no_route")
def test_a_machine_without_ipv6_lists_none(table: Path) -> None:
    table.write_text("")
    assert own_addresses(True) == [socket.gethostname()]


@pytest.mark.usefixtures("no_route")
def test_without_a_network_it_is_the_name_of_the_host(table: Path) -> None:
    table.unlink()
    assert own_addresses(True) == [socket.gethostname()]


def test_they_are_a_few_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    def many() -> Iterator[str]:
        yield from (f"10.0.0.{number}" for number in range(1, 100))

    monkeypatch.setattr(interfaces, "_ipv4", many)
    assert len(own_addresses(False)) == 8


def test_an_address_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "_route_out", lambda family: ["192.0.2.7"])
    monkeypatch.setattr(interfaces, "_ipv4", lambda: ["127.0.0.1", "10.0.0.3", "192.0.2.7"])
    assert own_addresses(False) == ["192.0.2.7", "10.0.0.3"]
