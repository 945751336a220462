"""The clients in one file: it runs by itself, far from this clone."""

import subprocess
import sys
import zipfile
from pathlib import Path

from chatroom import __version__
from chatroom.server.clients import clients_archive


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = folder / "chatroom.pyz"
    path.write_bytes(clients_archive())
    command = [sys.executable, "-I", str(path), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=50)


def test_the_archive_runs_by_itself_and_is_of_this_version(tmp_path: Path) -> None:
    result = run(tmp_path, "--version")
    assert (result.returncode, result.stdout) == (0, f"chatroom {__version__}\n")


def test_its_usage_says_how_it_was_started(tmp_path: Path) -> None:
    assert run(tmp_path, "--help").stdout.startswith("usage: python3 chatroom.pyz ")


def test_it_holds_the_clients_and_nothing_of_the_server(tmp_path: Path) -> None:
    path = tmp_path / "chatroom.pyz"
    path.write_bytes(clients_archive())
    names = zipfile.ZipFile(path).namelist()
    assert "chatroom/client/window/main.py" in names
    assert not [name for name in names if name.startswith(("chatroom/server", "chatroom/chat/"))]
    assert all(name.endswith(".py") for name in names)


def test_the_same_sources_give_the_same_archive() -> None:
    assert clients_archive() == clients_archive()
