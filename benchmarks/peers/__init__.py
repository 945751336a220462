"""Other people's ways to build the same thing, each as good as its authors would write it.

Relays of our own speak ``raw``: every line of one client is sent to every other client, unchanged.
They choose a port and print ``Listening at 127.0.0.1:PORT`` first. Programs that people would run
instead are given a free port and a configuration without throttling and DNS.

``find`` says which of them this machine has, and why not the others. It installs nothing.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import string
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # where daemons are, for ordinary users too
FEW = 8  # concurrent joins: it listens with a backlog of ten; further clients wait for seconds
MANY = 1000  # concurrent joins: it accepts clients once a second, however many there are
NCAT_MOST = "100000"  # connections; its own limit is 100
UNPRIVILEGED_USER = "nobody"  # who a daemon becomes that must not stay root

NAMES = (
    *("C epoll", "asyncio", "uvloop", "Twisted", "threads"),
    *("ngircd", "InspIRCd", "ncat --chat"),
)
"""Of all peers there are, in the order in which they are shown."""

Command = Callable[[Path, int], list[str]]  # from a folder of its own and a free port


@dataclass(frozen=True)
class Peer:
    command: Command
    version: str
    speak: str = "raw"
    announces: bool = True  # says where it listens, and has chosen the port itself
    concurrent_joins: int = 0  # clients that may join at a time; 0: the dialect's own
    way: bool = False  # no peer, but another way into chatroom


@dataclass(frozen=True)
class Absent:
    why: str


def find(folder: Path) -> dict[str, Peer | Absent]:
    """Every peer, in the order in which they are shown. ``folder`` is for what is compiled."""
    peers = (
        epoll_server(folder),
        python_server("asyncio_server.py"),
        python_server("asyncio_server.py", "--uvloop", needs="uvloop"),
        python_server("twisted_server.py", needs="twisted"),
        python_server("threads_server.py"),
        ngircd(),
        inspircd(),
        ncat(),
    )
    return dict(zip(NAMES, peers, strict=True))


def compile_epoll_server(folder: Path) -> Path | None:
    """Build the C relay into ``folder``. None where there is no C compiler or no epoll."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    program = folder / "epoll_server"
    source = HERE / "epoll_server.c"
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return program


def epoll_server(folder: Path) -> Peer | Absent:
    program = compile_epoll_server(folder)
    if program is None:
        return Absent("there is no C compiler `cc`, or no epoll")
    return Peer(lambda *_: [str(program)], first_line(["cc", "--version"]))


def python_server(file: str, *options: str, needs: str = "") -> Peer | Absent:
    version = f"Python {platform.python_version()}"
    if needs:
        if importlib.util.find_spec(needs) is None:
            return Absent(f"{needs} is not installed (pip install '.[bench]')")
        version = f"{needs} {importlib.metadata.version(needs)}, {version}"
    return Peer(lambda *_: [sys.executable, str(HERE / file), *options], version)


def ngircd() -> Peer | Absent:
    program = daemon("ngircd")
    if program is None:
        return Absent("ngircd is not installed (apt-get install ngircd)")

    def command(folder: Path, port: int) -> list[str]:
        return [program, "--nodaemon", "--config", configuration("ngircd.conf", folder, port)]

    return Peer(command, first_line([program, "--version"]), "irc", False, FEW)


def inspircd() -> Peer | Absent:
    program = daemon("inspircd")
    if program is None:
        return Absent("InspIRCd is not installed (apt-get install inspircd)")

    def command(folder: Path, port: int) -> list[str]:
        options = ["--nofork", f"--config={configuration('inspircd.conf', folder, port)}"]
        return [program, *options, *(["--runasroot"] if os.geteuid() == 0 else [])]

    return Peer(command, first_line([program, "--version"]), "irc", False, MANY)


def ncat() -> Peer | Absent:
    program = daemon("ncat")
    if program is None:
        return Absent("ncat is not installed (apt-get install ncat)")

    def command(_: Path, port: int) -> list[str]:
        return [program, "--listen", "--chat", "--max-conns", NCAT_MOST, "127.0.0.1", str(port)]

    return Peer(command, first_line([program, "--version"]), "ncat", False, FEW)


def daemon(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDERS}")


def first_line(command: list[str], folder: Path | None = None) -> str:
    """What a program says of its version, when it is run in ``folder``."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=10, check=False
    )
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if lines else "unknown version"


def configuration(name: str, folder: Path, port: int) -> str:
    """Fill in what differs from run to run. Returns the path of the result."""
    servant = UNPRIVILEGED_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    values = {"PORT": port, "FOLDER": folder, "USER": servant, "GROUP": group_of(servant)}
    filled = folder / name
    filled.write_text(string.Template((HERE / name).read_text()).substitute(values))
    (folder / "motd").write_text("hello\n")
    return str(filled)


def group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
