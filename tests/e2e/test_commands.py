"""`chatroom server`, `client` and `flood`: one command for the programs."""

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatroom import __main__ as commands
from chatroom import __version__
from chatroom.server import arguments

ROOT = Path(__file__).parent.parent.parent
CONTRIB = ROOT / "contrib"

Run = Callable[..., Any]


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatroom", *words]
    return subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )


def test_the_installed_command_is_the_module() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    script = setup["options.entry_points"]["console_scripts"].strip()
    assert script == "chatroom = chatroom.__main__:main"
    assert callable(commands.main)


def test_it_says_which_version_it_is() -> None:
    assert run("--version").stdout == f"chatroom {__version__}\n"


@pytest.mark.parametrize("words", [("--help",), ()], ids=["asked", "unasked"])
def test_it_lists_its_commands(words: tuple[str, ...]) -> None:
    done = run(*words)
    said = done.stdout or done.stderr
    assert done.returncode == (0 if words else 2)
    for command in ("server", "client", "export", "import", "flood"):
        assert f"\n  {command} " in said


def test_a_command_that_there_is_not_is_named() -> None:
    done = run("dance")
    assert done.returncode == 2
    assert "'dance'" in done.stderr


@pytest.mark.parametrize("command", ["server", "client"])
def test_a_command_is_called_what_was_typed(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: python -m chatroom {command} ")


def test_the_exit_code_is_that_of_the_command() -> None:
    assert run("client").returncode == 2
    assert run("server", "192.0.2.1", "-p", "0").returncode == 1


def test_a_server_and_a_client_meet(run_program: Run) -> None:
    server = run_program("-m", "chatroom", "server", "-p", "0")
    port = re.findall(r":(\d+)\n", server.sees("Join with: "))[0]
    bot = run_program("-m", "chatroom", "client", "127.0.0.1", "-p", port, "--name", "bot")
    bot.type("hello\n")
    bot.end_input()
    assert bot.wait() == 0
    server.popen.send_signal(signal.SIGTERM)
    assert server.wait() == 0


def test_flood_is_the_benchmark_of_the_clone() -> None:
    done = run("flood", "--help")
    assert done.returncode == 0
    assert "--clients" in done.stdout


def test_flood_says_where_it_is_when_it_was_not_installed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "chatroom", tmp_path / "chatroom")
    done = run("flood", cwd=tmp_path)
    assert done.returncode == 1
    assert "clone" in done.stderr
    assert done.stderr.count("\n") == 1


# --- contrib ------------------------------------------------------------------------------------


def instructions() -> dict[str, list[str]]:
    """What the Dockerfile says, by instruction."""
    found: dict[str, list[str]] = {}
    for line in (CONTRIB / "Dockerfile").read_text().split("\n"):
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            found.setdefault(word, []).append(rest)
    return found


def test_the_image_has_one_layer_of_code_and_no_root() -> None:
    said = instructions()
    assert len(said["COPY"]) == 1
    assert "RUN" not in said
    assert said["USER"] not in (["root"], ["0"])
    assert said["EXPOSE"] == ["1060"]


def test_what_the_image_holds_serves(tmp_path: Path, run_program: Run) -> None:
    said = instructions()
    source, target = said["COPY"][0].split()
    inside = tmp_path / target.strip("/")
    shutil.copytree(ROOT / source, inside)
    workdir = tmp_path / said["WORKDIR"][0].strip("/")
    command: list[str] = json.loads(said["ENTRYPOINT"][0]) + json.loads(said["CMD"][0])
    program, *words = command
    assert program == "python"
    start = f"import os, sys; os.chdir({str(workdir)!r}); os.execv(sys.executable, sys.argv[1:])"
    server = run_program("-c", start, sys.executable, *words, "-p", "0")
    server.sees("from other machines with:\n")
    server.popen.send_signal(signal.SIGTERM)
    assert server.wait() == 0


class UnitParser(configparser.ConfigParser):
    """systemd's options are case-sensitive."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit() -> configparser.SectionProxy:
    parsed = UnitParser(strict=False, interpolation=None)
    parsed.read(CONTRIB / "chatroom.service")
    return parsed["Service"]


def test_the_unit_starts_a_server_that_takes_its_flags() -> None:
    program, command, *words = shlex.split(unit()["ExecStart"])
    assert (os.path.basename(program), command) == ("chatroom", "server")
    assert arguments.parser().parse_args(words).host == "0.0.0.0"


def test_the_unit_asks_for_nothing_that_the_server_does_not_send() -> None:
    service = unit()
    assert service["Type"] == "notify"
    assert service["DynamicUser"] == "yes"
    assert "WatchdogSec" not in service
    assert "ExecReload" not in service


def test_the_unit_is_one_that_systemd_takes(
    tmp_path: Path, need_program: Callable[[str], str]
) -> None:
    program = need_program("systemd-analyze")
    text = (CONTRIB / "chatroom.service").read_text()
    here = tmp_path / "chatroom.service"
    here.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", text))
    done = subprocess.run(
        [program, "verify", "--man=no", str(here)], capture_output=True, text=True, timeout=60
    )
    assert "chatroom.service" not in done.stderr
    assert done.returncode == 0
