"""What was said outlives the server."""

import os
import signal
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Peer, Server

Dial = Callable[[int], Peer]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chatroom.db"


@pytest.fixture
def start(start_server: Callable[..., Server], file: Path) -> Callable[..., Server]:
    return lambda *more: start_server("127.0.0.1", "--history", str(file), *more)


def say(server: Server, dial: Dial, *texts: str) -> None:
    """Ann says them, and a program has received them all."""
    bot = dial(server.port)
    bot.ask(type="join", name="bot")
    bot.told("welcome")
    ann = dial(server.port).join("ann")
    ann.send("".join(f"{text}\n" for text in texts).encode())
    for text in texts:
        assert bot.told("said")["text"] == text


def test_what_anybody_has_received_is_there_after_a_kill(
    start: Callable[..., Server], file: Path, dial: Dial
) -> None:
    server = start().listening()
    say(server, dial, "one", "two")
    os.kill(server.popen.pid, signal.SIGKILL)
    server.popen.wait()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = start().listening()
    bob = dial(again.port).join("bob")
    bob.output.until("] ann: one")
    bob.output.until("] ann: two")


def test_ids_go_on_rising_after_a_restart(start: Callable[..., Server], dial: Dial) -> None:
    ids = []
    for _ in range(2):
        server = start().listening()
        bot = dial(server.port)
        bot.ask(type="join", name="bot")
        bot.told("welcome")
        bot.ask(type="say", text="hello")
        ids.append(bot.told("said")["id"])
        server.end()
    assert ids[0] < ids[1]
    bot = dial(start().listening().port)
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


def test_how_many_messages_are_shown_can_be_chosen(
    start: Callable[..., Server], dial: Dial
) -> None:
    server = start("--backlog", "1").listening()
    say(server, dial, "one", "two")
    bob = dial(server.port).join("bob")
    assert "] ann: one" not in bob.output.until("] ann: two")


def test_what_was_said_once_more_after_a_kill_is_there_once(
    start: Callable[..., Server], file: Path, dial: Dial
) -> None:
    ids: list[int] = []
    for kill in range(3):
        server = start().listening()
        bot = dial(server.port)
        bot.ask(type="join", name="bot", ticket="secret")
        bot.told("welcome")
        for ref in range(kill + 1):  # the last one is new, the others are said once more
            bot.ask(type="say", text=f"line {ref}", ref=ref)
        told = [bot.told("said") for _ in range(kill + 1)]
        assert [one["ref"] for one in told] == [*range(kill + 1)]
        assert [one["id"] for one in told[:-1]] == ids
        ids.append(told[-1]["id"])
        os.kill(server.popen.pid, signal.SIGKILL)
        server.popen.wait()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = database.execute("SELECT id, text FROM message ORDER BY id").fetchall()
    assert kept == [(id, f"line {ref}") for ref, id in enumerate(ids)]
