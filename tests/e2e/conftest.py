"""Real server processes, real nc processes, raw sockets."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyte
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
        listening = self.sees(" in a browser.\n")
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


class Screen:
    """A program in a terminal of its own, with a person who types and reads."""

    # The program's terminal has to be its controlling one, or Ctrl-C would reach nobody.
    _WRAPPER = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    _WRAPPER += "os.execvp(sys.argv[1], sys.argv[1:])"

    def __init__(
        self,
        command: list[str],
        columns: int = 90,
        rows: int = 24,
        terminal: str = "xterm-256color",
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.popen = subprocess.Popen(
            [sys.executable, "-c", self._WRAPPER, *command],
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": terminal},
        )
        os.close(slave)
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        # it is asked where its cursor is; pyte means this method to be replaced
        self.screen.write_process_input = self.type  # type: ignore[assignment,method-assign]
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    @property
    def lines(self) -> list[str]:
        """What is on the screen, and above it, without empty lines."""
        above = [
            "".join(line[column].data for column in range(self.screen.columns))
            for line in self.screen.history.top
        ]
        return [line.rstrip() for line in (*above, *self.screen.display) if line.strip()]

    def sees(self, text: str, seconds: float = PATIENCE) -> str:
        """Wait until a line holds the text; returns the last such line."""
        deadline = time.monotonic() + seconds
        while not (found := [line for line in self.lines if text in line]):
            if not self._read(deadline - time.monotonic()):
                pytest.fail(f"no {text!r} in {self.lines}")
        return found[-1]

    def colours(self, text: str) -> set[str]:
        """The colours that the text has on the screen."""
        for y, line in enumerate(self.screen.display):
            if (x := line.find(text)) >= 0:
                return {self.screen.buffer[y][x + i].fg for i in range(len(text))}
        pytest.fail(f"no {text!r} in {self.lines}")

    def wait(self, seconds: float = PATIENCE) -> int:
        while self._read(seconds):
            pass
        return self.popen.wait(seconds)

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        os.close(self._master)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # nobody has the other end any more
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)


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

    def ask(self, **request: object) -> None:
        """A request, in JSON."""
        self.send(json.dumps(request).encode() + b"\n")

    def told(self, kind: str) -> dict[str, Any]:
        """The next message of this type, in JSON."""
        while True:
            message: dict[str, Any] = json.loads(self.sees("\n"))
            if message["type"] == kind:
                return message

    def reset(self) -> None:
        """Close so that the other side sees a reset."""
        linger = (1).to_bytes(4, sys.byteorder) + bytes(4)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.sock.close()


@pytest.fixture(autouse=True)
def preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the clients remember what was chosen; not what whoever runs the tests has chosen."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "config" / "chatroom" / "preferences.json"


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
def dial() -> Iterator[Callable[[int], Peer]]:
    """Raw clients of the server at this port, which are closed with the test."""
    peers: list[Peer] = []

    def dial(port: int) -> Peer:
        peers.append(Peer(port))
        return peers[-1]

    yield dial
    for peer in peers:
        peer.sock.close()


@pytest.fixture
def connect(server: Server, dial: Callable[[int], Peer]) -> Callable[..., Peer]:
    """Raw clients of `server`; with a name they have joined."""

    def connect(name: str = "", port: int = 0) -> Peer:
        peer = dial(port or server.port)
        return peer.join(name) if name else peer

    return connect


@pytest.fixture
def run_program() -> Iterator[Callable[..., Process]]:
    """Python programs of any kind."""
    started: list[Process] = []

    def start(*arguments: str) -> Process:
        started.append(Process([sys.executable, *arguments]))
        return started[-1]

    yield start
    for process in started:
        process.end()


@pytest.fixture
def client(server: Server) -> Iterator[Callable[..., Process]]:
    """Clients in a pipe, of `server` unless told otherwise."""
    started: list[Process] = []

    def start(*arguments: str, port: int = 0, **options: Any) -> Process:
        command = [sys.executable, "-m", "chatroom.client", "localhost"]
        command += ["-p", str(port or server.port), *arguments]
        options.setdefault("stderr", subprocess.PIPE)
        started.append(Process(command, cwd=ROOT, **options))
        return started[-1]

    yield start
    for process in started:
        process.end()


@pytest.fixture
def screen(server: Server) -> Iterator[Callable[..., Screen]]:
    """Clients in a terminal, of `server` unless told otherwise."""
    started: list[Screen] = []

    def start(
        *arguments: str,
        host: str = "localhost",
        port: int = 0,
        shell: bool = False,
        **options: Any,
    ) -> Screen:
        command = [sys.executable, "-m", "chatroom.client"]
        if host:
            command += [host, "-p", str(port or server.port)]
        command = ["bash", "--norc", "-i"] if shell else [*command, *arguments]
        started.append(Screen(command, **options))
        return started[-1]

    yield start
    for one in started:
        one.end()


class Desktop:
    """A screen without a monitor, with a keyboard and a mouse that are ours."""

    def __init__(self, xvfb: str, xdotool: str) -> None:
        self._xdotool = xdotool
        reading, writing = os.pipe()
        self._xvfb = subprocess.Popen(
            [xvfb, "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        self.name = ":" + Output(reading).until("\n").strip()
        os.close(reading)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.name}

    def do(self, *words: str | int) -> str:
        """One command of xdotool's; what it says."""
        command = [self._xdotool, *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout.strip()

    def end(self) -> None:
        self._xvfb.terminate()
        self._xvfb.wait()


class Windowed(Process):
    """The client in its window, with a person who looks, types and clicks."""

    def __init__(self, desktop: Desktop, *arguments: str, **options: Any) -> None:
        command = [sys.executable, "-m", "chatroom.client", *arguments, "--gui"]
        options.setdefault("stderr", subprocess.PIPE)
        super().__init__(command, cwd=ROOT, env=desktop.environment, **options)
        self.desktop = desktop
        self.window = desktop.do(
            *("search", "--sync", "--onlyvisible", "--pid", self.popen.pid, "--class", "Chatroom")
        ).split()[-1]
        self.focus()

    def focus(self) -> None:
        self.desktop.do("windowfocus", "--sync", self.window)

    def unfocus(self) -> None:
        """Nobody looks: the focus is with no window at all."""
        self.desktop.do("search", "--maxdepth", 0, "--name", ".*", "windowfocus")

    def keys(self, *names: str) -> None:
        self.desktop.do("key", "--delay", 15, *names)

    def enters(self, text: str) -> None:
        self.desktop.do("type", "--delay", 5, text)

    def click(self, x: int, y: int, *options: str | int) -> None:
        """At a place in the window; negative ones count from the right and the bottom."""
        width, height = self.size
        place = (x if x >= 0 else width + x, y if y >= 0 else height + y)
        self.desktop.do("mousemove", "--sync", "--window", self.window, *place)
        self.desktop.do("click", *options, 1)

    @property
    def size(self) -> tuple[int, int]:
        shell = self.desktop.do("getwindowgeometry", "--shell", self.window)
        found = dict(line.split("=") for line in shell.split())
        return int(found["WIDTH"]), int(found["HEIGHT"])

    @property
    def title(self) -> str:
        return self.desktop.do("getwindowname", self.window)

    def is_titled(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text != self.title:
            assert time.monotonic() < deadline, f"the title is {self.title!r}, not {text!r}"
            time.sleep(0.02)


@pytest.fixture(scope="session")
def desktop(need_program: Callable[[str], str]) -> Iterator[Desktop]:
    if find_spec("tkinter") is None:
        pytest.skip("this Python has no tkinter")
    desktop = Desktop(need_program("Xvfb"), need_program("xdotool"))
    yield desktop
    desktop.end()


@pytest.fixture
def window(server: Server, desktop: Desktop) -> Iterator[Callable[..., Windowed]]:
    """Clients in a window, of `server` unless told otherwise."""
    started: list[Windowed] = []

    def start(*arguments: str, host: str = "localhost", port: int = 0, **options: Any) -> Windowed:
        where = [host] if host else []
        where += ["-p", str(port or server.port)]
        started.append(Windowed(desktop, *where, *arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.end()


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
