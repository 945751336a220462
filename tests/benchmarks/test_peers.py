import socket
import sys
from pathlib import Path

import pytest

import peers
from load.target import Unusable, free_port, started
from peers import Absent, Peer

KNOCKED = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    listener.accept()[0].close()
"""


def test_every_peer_is_there_or_has_a_reason_not_to_be(tmp_path: Path) -> None:
    found = peers.find(tmp_path)
    assert list(found)[:3] == ["C epoll", "asyncio", "uvloop"]
    for peer in found.values():
        if isinstance(peer, Absent):
            assert peer.why
        else:
            assert peer.version
            assert peer.command(tmp_path, 4711)


def test_a_module_that_is_not_installed_makes_a_peer_absent() -> None:
    absent = peers.python_server("asyncio_server.py", needs="no_such_loop")
    assert isinstance(absent, Absent)
    assert "no_such_loop is not installed" in absent.why
    assert isinstance(peers.python_server("asyncio_server.py"), Peer)


def test_a_program_that_is_not_installed_makes_a_peer_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peers, "daemon", lambda name: None)
    for look in (peers.ngircd, peers.inspircd, peers.ncat):
        absent = look()
        assert isinstance(absent, Absent)
        assert "apt-get install" in absent.why


@pytest.mark.parametrize("name", ["ngircd.conf", "inspircd.conf"])
def test_a_configuration_is_filled_in(name: str, tmp_path: Path) -> None:
    filled = Path(peers.configuration(name, tmp_path, 4711))
    assert filled.parent == tmp_path
    assert "4711" in filled.read_text()
    assert "$" not in filled.read_text()


def test_a_server_that_says_nothing_is_asked_until_it_answers() -> None:
    port = free_port()
    with started([sys.executable, "-c", KNOCKED, str(port)], port=port) as server:
        assert server.address == ("127.0.0.1", port)
        assert server.starting > 0
        socket.create_connection(server.address).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(server.address)


def test_a_server_that_dies_before_it_answers_is_one_clear_line() -> None:
    failing = [sys.executable, "-c", "raise SystemExit('port in use')"]
    with (
        pytest.raises(Unusable, match="did not start: port in use"),
        started(failing, port=free_port()),
    ):
        pass
