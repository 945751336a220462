"""What was said outlives the server."""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.conftest import Peer, Server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chatroom.db"


@pytest.fixture
def start(start_server: Callable[..., Server], file: Path) -> Callable[..., Server]:
    return lambda *more: start_server("127.0.0.1", "--history", str(file), *more)


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every peer is closed with its test."""
    with ExitStack() as peers:
        connect = Peer.__init__

        def open_peer(peer: Peer, port: int) -> None:
            connect(peer, port)
            peers.callback(peer.sock.close)

        monkeypatch.setattr(Peer, "__init__", open_peer)
        yield


def say(server: Server, *texts: str) -> None:
    """Ann says them, and a program has received them all."""
    bot = Peer(server.port)
    bot.ask(type="join", name="bot")
    bot.told("welcome")
    ann = Peer(server.port).join("ann")
    ann.send("".join(f"{text}\n" for text in texts).encode())
    for text in texts:
        assert bot.told("said")["text"] == text


def test_what_anybody_has_received_is_there_after_a_kill(
    start: Callable[..., Server], file: Path
) -> None:
    server = start().listening()
    say(server, "one", "two")
    os.kill(server.popen.pid, signal.SIGKILL)
    server.popen.wait()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = start().listening()
    bob = Peer(again.port).join("bob")
    bob.output.until("] ann: one")
    bob.output.until("] ann: two")


def test_ids_go_on_rising_after_a_restart(start: Callable[..., Server]) -> None:
    ids = []
    for _ in range(2):
        server = start().listening()
        bot = Peer(server.port)
        bot.ask(type="join", name="bot")
        assert bot.told("welcome")["epoch"]
        bot.ask(type="say", text="hello")
        ids.append(bot.told("said")["id"])
        server.end()
    assert ids[0] < ids[1]
    bot = Peer(start().listening().port)
    bot.ask(type="join", name="bot")
    bot.ask(type="history", after=ids[0])
    page = bot.told("page")
    assert [message["id"] for message in page["messages"]] == [ids[1]]
    assert page["more"] == {"before": True, "after": False}


def test_a_second_server_on_the_same_file_is_refused(start: Callable[..., Server]) -> None:
    start().listening()
    second = start()
    assert second.popen.wait(10) == 1
    assert "is in use by another server" in second.log


def test_a_file_that_is_no_history_is_refused_and_left_alone(
    start: Callable[..., Server], file: Path
) -> None:
    file.write_text("precious")
    server = start()
    assert server.popen.wait(10) == 1
    assert "is not a history" in server.log
    assert file.read_text() == "precious"


def test_how_many_messages_are_shown_can_be_chosen(start: Callable[..., Server]) -> None:
    server = start("--backlog", "1").listening()
    say(server, "one", "two")
    bob = Peer(server.port).join("bob")
    assert "] ann: one" not in bob.output.until("] ann: two")
