"""What the disk and other programs do to the history, with the real thing; the chat goes on."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import Peer, Server

SOON = """
import sys
from dataclasses import replace
from chatroom.server import __main__ as program
settings_of = program.settings_of
program.settings_of = lambda options: replace(
    settings_of(options), history_retry=0.3, waiting_lines=5
)
sys.exit(program.main(sys.argv[4:]))
"""
"""A server that tries again after 0.3 s, and not after 30 s, and in which five lines may wait."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chatroom.db"


@pytest.fixture
def start(start_server: Callable[..., Server]) -> Callable[[Path], Server]:
    wrapper = [sys.executable, "-c", SOON]
    return lambda file: start_server("127.0.0.1", "--history", str(file), wrapper=wrapper)


@pytest.fixture
def open_chat(start: Callable[[Path], Server]) -> Iterator["OpenChat"]:
    chats: list[Chat] = []

    def chat(file: Path) -> Chat:
        chats.append(Chat(start(file)))
        return chats[-1]

    yield chat
    for one in chats:
        one.bot.sock.close()
        one.ann.sock.close()


class Chat:
    """Ann and a bot, who hears everything that ann says."""

    def __init__(self, server: Server) -> None:
        self.server = server.listening()
        self.bot = Peer(server.port)
        self.bot.ask(type="join", name="bot")
        self.bot.told("welcome")
        self.ann = Peer(server.port).join("ann")

    def says(self, text: str) -> None:
        self.ann.send(f"{text}\n".encode())
        assert self.bot.told("said")["text"] == text

    def is_paused(self, why: str) -> None:
        """The console, the log and the figures say so."""
        self.server.sees(f"The history is paused: {why}.")
        assert f"history: paused, {why}" in self.server.log
        self.bot.ask(type="stats")
        stats = self.bot.told("stats")
        assert stats["history_paused"] == why
        assert stats["history_waiting"] > 0

    def recovers(self, *texts: str) -> None:
        """By itself, and nothing is lost."""
        self.server.sees("The history works again.")
        assert "it works again, 0 messages were lost" in self.server.log
        self.bot.ask(type="history", limit=len(texts))
        page = self.bot.told("page")
        assert [message["text"] for message in page["messages"]] == list(texts)


OpenChat = Callable[[Path], Chat]


def stored(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM message ORDER BY id")]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if "log" not in path.name}


# --- the disk ---------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of 1 MiB; None without the right to mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "chatroom", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_stops_nobody_and_is_tried_again(
    open_chat: OpenChat, small_disk: Path | None, file: Path
) -> None:
    file = small_disk / "chatroom.db" if small_disk else file
    chat = open_chat(file)
    chat.says("before")
    if small_disk:
        with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))
        why = "the disk is full"
    else:
        limit_files(chat.server, Path(f"{file}-wal").stat().st_size)
        why = "the disk reports an error"
    chat.says("meanwhile")
    chat.is_paused(why)
    chat.says("still here")
    if small_disk:
        (small_disk / "ballast").unlink()
    else:
        limit_files(chat.server, resource.RLIM_INFINITY)
    chat.recovers("before", "meanwhile", "still here")
    assert stored(file) == ["before", "meanwhile", "still here"]


def limit_files(server: Server, size: int) -> None:
    resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_an_i_o_error_stops_nobody_and_is_tried_again(open_chat: OpenChat, file: Path) -> None:
    chat = open_chat(file)
    chat.says("before")
    limit_files(chat.server, Path(f"{file}-wal").stat().st_size)
    chat.says("meanwhile")
    chat.is_paused("the disk reports an error")
    limit_files(chat.server, resource.RLIM_INFINITY)
    chat.recovers("before", "meanwhile")


def test_what_does_not_fit_into_memory_is_shown_as_a_gap(open_chat: OpenChat, file: Path) -> None:
    chat = open_chat(file)
    chat.says("before")
    limit_files(chat.server, Path(f"{file}-wal").stat().st_size)
    for number in range(8):
        chat.says(f"meanwhile {number}")
    chat.is_paused("the disk reports an error")
    limit_files(chat.server, resource.RLIM_INFINITY)
    chat.server.sees("The history works again.")
    assert "it works again, 3 messages were lost" in chat.server.log
    chat.bot.ask(type="history")
    page = chat.bot.told("page")["messages"]
    assert [message["kind"] for message in page] == ["said", "gap", *["said"] * 5]
    bob = Peer(chat.server.port).join("bob")
    assert "3 " in bob.sees("] ann: meanwhile 3").split("before")[1]
    bob.sock.close()


def test_a_stop_writes_what_waits(open_chat: OpenChat, file: Path) -> None:
    chat = open_chat(file)
    limit_files(chat.server, Path(f"{file}-wal").stat().st_size)
    chat.says("meanwhile")
    chat.is_paused("the disk reports an error")
    limit_files(chat.server, resource.RLIM_INFINITY)
    chat.server.signal(signal.SIGTERM)
    assert chat.server.wait() == 0
    assert stored(file) == ["meanwhile"]


def test_a_stop_with_a_disk_that_still_fails_says_what_is_lost(
    open_chat: OpenChat, file: Path
) -> None:
    chat = open_chat(file)
    limit_files(chat.server, Path(f"{file}-wal").stat().st_size)
    chat.says("meanwhile")
    chat.is_paused("the disk reports an error")
    chat.server.signal(signal.SIGTERM)
    assert chat.server.wait() == 0
    assert "history: 1 messages are lost: the disk reports an error" in chat.server.log


# --- other programs ---------------------------------------------------------------------------


def test_a_file_that_another_program_locks_stops_nobody_and_is_tried_again(
    open_chat: OpenChat, file: Path
) -> None:
    chat = open_chat(file)
    chat.says("before")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for number in range(3):
            chat.says(f"meanwhile {number}")
        chat.is_paused("another program has locked the file")
        other.execute("ROLLBACK")
        chat.recovers("before", *[f"meanwhile {number}" for number in range(3)])


def test_a_file_that_is_deleted_stops_nobody_until_it_is_put_back(
    open_chat: OpenChat, file: Path
) -> None:
    chat = open_chat(file)
    aside = file.with_name("aside")
    file.rename(aside)
    chat.says("meanwhile")
    chat.is_paused("the file was deleted or replaced: put it back or start the server anew")
    aside.rename(file)
    chat.recovers("meanwhile")
    assert stored(file) == ["meanwhile"]


# --- files that are refused -------------------------------------------------------------------


def is_refused(start: Callable[[Path], Server], file: Path, why: str) -> None:
    """With one line and exit code 1, and byte for byte as it was."""
    before = snapshot(file.parent)
    server = start(file)
    assert server.wait() == 1
    assert why in server.log
    assert server.log.count("\n") == 1
    assert snapshot(file.parent) == before


@pytest.fixture
def history(open_chat: OpenChat, tmp_path: Path) -> Path:
    """The file of a server that was killed, with its log."""
    folder = tmp_path / "histories"
    folder.mkdir()
    chat = open_chat(folder / "chatroom.db")
    for number in range(15):
        chat.says(f"{number} " + "x" * 1000)
    chat.server.popen.kill()
    chat.server.wait()
    return folder / "chatroom.db"


def truncated(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def overwritten(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(file.stat().st_size - 4096))


def foreign(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE precious (thing)")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (truncated, "is damaged"),
        (overwritten, "is damaged"),
        (foreign, "is not a history: it is the database of another program"),
        (newer, "was made by a newer version of this server"),
    ],
)
def test_what_cannot_be_the_history_is_refused_and_left_as_it_was(
    start: Callable[[Path], Server], history: Path, change: Callable[[Path], None], why: str
) -> None:
    change(history)
    is_refused(start, history, why)


def test_a_second_server_is_refused_and_the_first_goes_on(
    open_chat: OpenChat, start: Callable[[Path], Server], file: Path
) -> None:
    chat = open_chat(file)
    chat.says("before")
    second = start(file)
    assert second.wait() == 1
    assert second.log == f"chatroom: The history {file} is in use by another server.\n"
    chat.says("after")
    assert stored(file) == ["before", "after"]


def test_a_file_that_cannot_be_written_to_is_refused(
    start: Callable[[Path], Server], history: Path, small_disk: Path | None
) -> None:
    if small_disk:
        file = small_disk / "chatroom.db"
        shutil.copy(history, file)
        command = ["mount", "-o", "remount,ro", str(small_disk)]
        subprocess.run(command, check=True)
        is_refused(start, file, "Read-only file system")
    elif os.geteuid():
        history.chmod(0o400)
        is_refused(start, history, "Permission denied")
    else:
        is_refused(start, Path("/proc/self/chatroom.db"), "No such file or directory")
