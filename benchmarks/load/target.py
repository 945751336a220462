"""The server under test: started here and watched, or running somewhere already.

A server of ours says ``Listening at HOST:PORT`` in its first line and is stopped with SIGTERM.
Somebody else's says nothing we could rely on: it is given a free port and asked until it
answers there, and when the measurement is over it is killed, since how well it says goodbye
is not what is measured. Each runs on its own core if that is wanted. What it logs is kept out
of the way; its last line is told when it does not start or does not end well.
"""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from machine import proc

ROOT = Path(__file__).resolve().parents[2]
ORDINARY = [sys.executable, "-m", "chatroom.server", "127.0.0.1", "-p", "0"]
CHATROOM = [*ORDINARY, "--rate", "0"]
KEEPING = [*CHATROOM, "--keep", "0"]  # so that slow readers can be given everything
STARTING = 15.0  # seconds until a server must have said where it listens
ANSWERING = 5.0  # seconds until a running server must have taken a connection
STOPPING = 15.0  # seconds until a server must have drained and ended
LOOKS = 0.002  # seconds between two attempts to connect to a server that is starting
GOOD_ENDS = (0, -signal.SIGTERM)  # having drained, or having nothing to drain


class Unusable(Exception):
    """There is no server to measure; the message says why, in one line."""


@dataclass
class Target:
    """Where to connect, and whose CPU and memory to read (0: nobody's)."""

    host: str
    port: int
    pid: int = 0
    starting: float = 0.0  # seconds from its start until it listened

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def cpu(self) -> float:
        return proc.cpu_seconds(self.pid) if self.pid else 0.0

    def waited(self) -> float:
        return proc.waited_seconds(self.pid) if self.pid else 0.0

    def forget_peak(self) -> None:
        """Let the highest memory so far be what it is now, where the system can do that."""
        if self.pid:
            proc.forget_peak(self.pid)

    def memory(self) -> dict[str, int]:
        return proc.memory(self.pid) if self.pid else {}


def running(host: str, port: int) -> Target:
    """A server that is running here already. Raises Unusable if nothing answers."""
    try:
        address = socket.gethostbyname(host)
        if not ip_address(address).is_loopback:
            raise Unusable(f"{host} is not this machine: flood measures servers, it floods none")
        socket.create_connection((address, port), timeout=ANSWERING).close()
    except OSError as error:
        raise Unusable(f"no server answers at {host}:{port}: {error.strerror or error}") from None
    return Target(address, port)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def started(
    command: Sequence[str], cores: list[int] | None = None, port: int = 0
) -> Iterator[Target]:
    """Start a server, and stop it when done. Raises Unusable if it does not come up.

    ``port`` is where to connect; 0 if the server says itself where it listens.
    """
    with tempfile.TemporaryFile() as log:
        before, begun = proc.cores(), monotonic()
        proc.pin(cores)
        try:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log if port else subprocess.PIPE,
                stderr=log,
            )
        except OSError as error:
            raise Unusable(f"cannot start {command[0]}: {error.strerror}") from None
        finally:
            proc.pin(before)
        try:
            address = answering(process, port, log) if port else listening(process, log)
            yield Target(*address, process.pid, monotonic() - begun)
        except BaseException:
            kill(process)
            raise
        alive = process.poll() is None
        code = kill(process) if port else stop(process)
        if code not in GOOD_ENDS and not (port and alive):
            raise Unusable(f"the server ended badly ({code}): {last_line(log)}")


def last_line(log: IO[bytes]) -> str:
    """What a server said last, which is where Python puts what went wrong."""
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def listening(process: subprocess.Popen[bytes], log: IO[bytes]) -> tuple[str, int]:
    """The address in the server's first line."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], STARTING)
    words = process.stdout.readline().split() if readable else []
    if words[:2] != [b"Listening", b"at"]:
        raise Unusable(f"the server did not start: {last_line(log)}")
    host, _, port = words[2].decode().rpartition(":")
    return host, int(port)


def answering(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> tuple[str, int]:
    """The address at which the server accepts connections."""
    end = monotonic() + STARTING
    while process.poll() is None and monotonic() < end:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return "127.0.0.1", port
        sleep(LOOKS)
    raise Unusable(f"the server did not start: {last_line(log)}")


def kill(process: subprocess.Popen[bytes]) -> int:
    """End the server at once. Returns how it had ended, if it had already."""
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return process.returncode


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask the server to end, and kill it if it does not. Returns how it ended."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOPPING)
    return kill(process)
