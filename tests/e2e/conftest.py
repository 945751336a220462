"""Real server processes, real nc processes, raw sockets."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 15.0  # seconds; only a failing test ever waits that long


class Output:
    """What a descriptor has given so far. `until` reads on."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = b""
        self.ended = False

    def until(self, text: str, seconds: float = PATIENCE) -> str:
        """Read until the text has appeared; what was read up to its end is returned and gone."""
        wanted = text.encode()
        deadline = time.monotonic() + seconds
        while wanted not in self.seen:
            if self.ended or not self._read(deadline - time.monotonic()):
                pytest.fail(f"no {text!r} in {self.seen.decode(errors='replace')!r}")
        end = self.seen.index(wanted) + len(wanted)
        got, self.seen = self.seen[:end], self.seen[end:]
        return got.decode()

    def rest(self, seconds: float = PATIENCE) -> str:
        """Read to the end."""
        deadline = time.monotonic() + seconds
        while not self.ended:
            if not self._read(deadline - time.monotonic()):
                pytest.fail(f"no end after {self.seen.decode(errors='replace')!r}")
        got, self.seen = self.seen, b""
        return got.decode(errors="replace")

    def quiet(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a moment."""
        return not self.seen and not self._read(seconds)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._descriptor], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except ConnectionError:
            data = b""
        self.seen += data
        self.ended = not data
        return True


class Process:
    """A program with its input and output in our hands."""

    def __init__(self, command: list[str], **options: Any) -> None:
        options.setdefault("stdin", subprocess.PIPE)
        options.setdefault("stdout", subprocess.PIPE)
        self.popen = subprocess.Popen(command, bufsize=0, **options)
        self.output = Output(self.popen.stdout.fileno() if self.popen.stdout else -1)

    def type(self, text: str) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(text.encode())

    def end_input(self) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.close()

    def sees(self, text: str) -> str:
        return self.output.until(text)

    def wait(self, seconds: float = PATIENCE) -> int:
        return self.popen.wait(seconds)

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Server(Process):
    """python -m chatroom.server on a port of the system's choice."""

    def __init__(self, *arguments: str, log: Path, **options: Any) -> None:
        self._log = log
        command = [*options.pop("wrapper", []), sys.executable, "-m", "chatroom.server"]
        if "-p" not in arguments:
            command += ["-p", "0"]
        if "stderr" not in options:
            options["stderr"] = log.open("ab")
        super().__init__([*command, *arguments], cwd=ROOT, **options)
        if hasattr(options["stderr"], "close"):
            options["stderr"].close()
        self.port = 0

    def listening(self) -> "Server":
        """Wait for the lines on standard output that say where it listens."""
        listening = self.sees("Join with: nc ")
        self.sees("\n")
        self.port = int(listening.split("\n")[0].rpartition(":")[2])
        return self

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def wakeups(self) -> int:
        """How often it has gone to sleep so far."""
        status = Path(f"/proc/{self.popen.pid}/status").read_text()
        return int(status.split("voluntary_ctxt_switches:")[1].split()[0])

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Peer:
    """A raw client."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.sock = socket.create_connection((host, port), PATIENCE)
        self.output = Output(self.sock.fileno())

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def sees(self, text: str) -> str:
        return self.output.until(text)

    def join(self, name: str) -> "Peer":
        self.send(f"{name}\n".encode())
        self.sees(f"All set, {name}! ")
        self.sees("\n")
        return self

    def reset(self) -> None:
        """Close so that the other side sees a reset."""
        linger = (1).to_bytes(4, sys.byteorder) + bytes(4)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.sock.close()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers that are ended with the test; none of them may have logged a traceback."""
    started: list[Server] = []

    def start(*arguments: str, **options: Any) -> Server:
        log = tmp_path / f"server-{len(started)}.log"
        log.touch()
        server = Server(*arguments, log=log, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.end()
        assert "Traceback" not in server.log


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    return start_server("127.0.0.1").listening()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., Peer]]:
    """Raw clients of `server`; with a name they have joined."""
    peers: list[Peer] = []

    def connect(name: str = "", port: int = 0) -> Peer:
        peer = Peer(port or server.port)
        peers.append(peer)
        return peer.join(name) if name else peer

    yield connect
    for peer in peers:
        peer.sock.close()


@pytest.fixture
def nc(server: Server, need_program: Callable[[str], str]) -> Iterator[Callable[..., Process]]:
    """Real nc processes that talk to `server`."""
    program = need_program("nc")
    started: list[Process] = []

    def start(*options: str) -> Process:
        process = Process([program, *options, "127.0.0.1", str(server.port)])
        started.append(process)
        return process

    yield start
    for process in started:
        process.end()
