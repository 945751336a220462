"""The server as a program: how it starts, what it prints, how it ends."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatroom import __version__

ROOT = Path(__file__).parent.parent.parent

Start = Callable[..., Any]
Connect = Callable[..., Any]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatroom.server", *arguments]
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )


# --- starting -------------------------------------------------------------------------------------


def test_it_says_where_it_listens_and_how_to_join_and_no_more(start_server: Start) -> None:
    server = start_server()
    said = server.sees(" in a browser.\n")
    assert re.fullmatch(
        r"Listening at 127\.0\.0\.1:(\d+)\n"
        r"Only this machine can reach it\. For others:"
        r" python -m chatroom\.server 0\.0\.0\.0\n"
        r"Join with: nc 127\.0\.0\.1 \1\n"
        r"Or open http://127\.0\.0\.1:\1/ in a browser\.\n",
        said,
    )
    server.signal(signal.SIGTERM)
    assert server.output.rest() == ""


def test_it_lists_what_others_can_join_with(start_server: Start) -> None:
    server = start_server("0.0.0.0")
    heading = server.sees("from other machines with:\n")
    port = int(re.findall(r":(\d+)\n", heading)[0])
    server.signal(signal.SIGTERM)
    browsers = rf"Or open http://[\w.-]+:{port}/ in a browser\.\n"
    assert re.fullmatch(rf"(  nc [\w.-]+ {port}\n)+{browsers}", server.output.rest())


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("localhost", ("localhost",)),
        ("0.0.0.0", ("127.0.0.1",)),
        ("::", ("127.0.0.1", "::1")),
        ("", ("127.0.0.1", "::1")),
    ],
)
def test_it_listens_at_all_that_the_host_means(
    start_server: Start, host: str, addresses: tuple[str, ...]
) -> None:
    server = start_server(host).listening()
    for address in addresses:
        if ":" in address and not has_ipv6():
            continue
        with socket.create_connection((address, server.port), 10) as sock:
            sock.sendall(b"ann\n")
            assert sock.recv(100).startswith(b"Welcome")


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_a_port_in_use_is_one_line_and_exit_code_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("-p", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"chatroom: 127.0.0.1:{port} is in use;"
        " stop the other program, or choose another port with -p\n"
    )


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("no-such-host.invalid", "cannot find the host 'no-such-host.invalid'; give an address"),
        ("192.0.2.1", "192.0.2.1 is not an address of this machine; give one that is, or 0.0.0.0"),
        ("a" * 300, "cannot find the host"),
    ],
)
def test_a_host_that_will_not_do_is_one_line_and_exit_code_1(host: str, says: str) -> None:
    done = run(host, "-p", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"chatroom: {says}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("-p", "65536"),
        ("-p", "http"),
        ("-p", "-1"),
        ("--rate", "-1"),
        ("--rate", "nan"),
        ("--rate", "fast"),
        ("--max-clients", "0"),
        ("--log-level", "loud"),
        ("--no-such-flag",),
        ("one", "two"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_it_tells_its_version() -> None:
    lines = run("--version").stdout.splitlines()
    assert lines[0] == f"chatroom {__version__}"
    assert lines[1].startswith("SQLite 3.")
    assert "FTS5" in lines[1]


def test_every_flag_of_the_help_is_in_the_readme() -> None:
    flags = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", run("--help").stdout))
    readme = (ROOT / "README.md").read_text()
    assert {flag for flag in flags - {"-h", "--help", "-m"} if f"`{flag}" not in readme} == set()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(15)
        sock.bind(str(tmp_path / "notify"))
        yield sock


def test_a_supervisor_is_told_when_it_is_ready_and_when_it_stops(
    start_server: Start, supervisor: socket.socket
) -> None:
    environment = {**os.environ, "NOTIFY_SOCKET": supervisor.getsockname()}
    server = start_server(env=environment).listening()
    assert supervisor.recv(100) == b"READY=1"
    server.signal(signal.SIGTERM)
    assert supervisor.recv(100) == b"STOPPING=1"


# --- standard input and output ------------------------------------------------------------------


def test_the_operator_ends_it_with_q(start_server: Start, connect: Connect) -> None:
    server = start_server().listening()
    ann = connect("ann", server.port)
    server.type("q\n")
    assert server.output.rest() == "Closing all connections...\nShutting down the server...\n"
    assert server.wait() == 0
    assert ann.output.rest() == "Server: The chatroom is shutting down. Goodbye!\n"


def test_the_operator_at_a_terminal_is_told_of_the_console_and_of_its_end(
    start_server: Start, connect: Connect
) -> None:
    keyboard, keys = pty.openpty()
    server = start_server(stdin=keys).listening()
    os.close(keys)
    server.sees("Type help for the operator's commands.\n")
    os.write(keyboard, b"/WHO\n")
    server.sees("0 here\n")
    os.write(keyboard, b"\x04")  # Ctrl-D
    server.sees("The console is closed; the server goes on. Stop it with Ctrl-C or SIGTERM.\n")
    connect("ann", server.port)
    os.close(keyboard)


def test_the_operator_sees_speaks_and_kicks(server: Any, connect: Connect) -> None:
    ann, bob = connect("ann"), connect("bob")
    ann.sees("Say hi!\n")
    server.type("who\n")
    assert server.sees("bob").startswith("2 here\n  ann (127.0.0.1:")
    server.sees("idle")
    server.type("say Tea is ready.\n")
    assert ann.sees("\n") == bob.sees("\n") == "Server: Tea is ready.\n"
    server.type("kick Bob too loud\n")
    assert bob.output.rest() == "Server: You were kicked: too loud\n"
    assert ann.sees("\n") == "Server: bob was kicked: too loud\n"
    server.sees("bob was kicked; the name is barred for 1 min.\n")
    late = connect()
    late.send(b"bob\n")
    late.sees("Somebody of that name was kicked; it is free again in ")
    server.type("kick nobody\n")
    server.sees("There is nobody called nobody.\n")
    server.type("stats\n")
    server.sees("2 clients in 1 room; ")
    server.type("dance\n")
    server.sees("There is no command 'dance'; help lists them.\n")
    server.type("help\n")
    server.sees("shut the server down\n")


def still_serves(server: Any, connect: Connect) -> bool:
    return bool(connect("late", server.port))


def test_the_end_of_standard_input_does_not_stop_it(server: Any, connect: Connect) -> None:
    server.end_input()
    assert still_serves(server, connect)
    before = server.wakeups()
    assert connect().output.quiet(1.0) is False  # greeted after a moment of silence
    assert server.wakeups() - before < 20


@pytest.mark.parametrize("source", [os.devnull, __file__], ids=["null", "file"])
def test_standard_input_may_be_no_console(
    start_server: Start, connect: Connect, source: str
) -> None:
    with open(source) as standard_input:
        server = start_server(stdin=standard_input).listening()
    assert still_serves(server, connect)


@pytest.mark.parametrize("closed", [(0,), (0, 2)], ids=str)
def test_standard_descriptors_may_be_closed(
    start_server: Start, connect: Connect, closed: tuple[int, ...]
) -> None:
    shell = "exec " + " ".join(f"{n}>&-" for n in closed) + '; exec "$@"'
    server = start_server(wrapper=["/bin/sh", "-c", shell, "sh"], stdin=None).listening()
    assert still_serves(server, connect)


def test_nobody_reads_its_standard_output(
    start_server: Start, connect: Connect, supervisor: socket.socket
) -> None:
    port = free_port()
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "NOTIFY_SOCKET": supervisor.getsockname()}
    server = start_server("-p", str(port), stdout=writer, env=environment)
    os.close(writer)
    server.port = port
    assert supervisor.recv(100) == b"READY=1"
    assert still_serves(server, connect)
    server.type("who\nq\n")
    assert server.wait() == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def test_a_log_that_nobody_reads_stops_nobody(start_server: Start, connect: Connect) -> None:
    reader, writer = os.pipe()
    server = start_server("--log-level", "debug", "--rate", "0", stderr=writer).listening()
    os.close(writer)
    ann, bob = connect("ann", server.port), connect("bob", server.port)
    for _ in range(30):  # far more than the pipe holds
        ann.send(b"x" * 3999 + b"\n")
        bob.sees("x\n")
    os.close(reader)
    ann.send(b"the pipe is broken now\n")
    bob.sees("the pipe is broken now\n")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_the_log_has_one_line_for_each_event(server: Any, connect: Connect) -> None:
    ann = connect("ann")
    ann.send(b"hello\nQUIT\n")
    ann.output.rest()
    bob = connect("bob")
    server.signal(signal.SIGTERM)
    server.wait()
    lines = [line.split(" ", 3)[3].lstrip() for line in server.log.splitlines()]
    first, second = (f"127.0.0.1:{peer.sock.getsockname()[1]}" for peer in (ann, bob))
    assert [line for line in lines if "root" not in line] == [
        f"ann ({first}) joined",
        f"ann ({first}) left: quit",
        f"bob ({second}) joined",
        "SIGTERM",
        "shutting down",
        f"bob ({second}) left: shutdown",
    ]


# --- signals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_drains(server: Any, connect: Connect, number: signal.Signals) -> None:
    ann, bob, stranger = connect("ann"), connect("bob"), connect()
    ann.sees("Say hi!\n")
    bob.send(b"last words\n")
    server.signal(number)
    assert ann.output.rest() == (
        "bob: last words\nServer: The chatroom is shutting down. Goodbye!\n"
    )
    assert bob.output.rest() == "Server: The chatroom is shutting down. Goodbye!\n"
    assert stranger.output.rest().endswith("Server: The chatroom is shutting down. Goodbye!\n")
    assert server.wait() == 0


def test_lines_already_received_are_finished_before_it_stops(server: Any, connect: Connect) -> None:
    ann, bob = connect("ann"), connect("bob")
    lines = [f"line {n}" for n in range(60)]  # three times what the rate lets through at once
    bob.send("".join(f"{line}\n" for line in lines).encode())
    ann.sees("bob: line 10\n")
    server.signal(signal.SIGTERM)
    assert ann.output.rest() == (
        "".join(f"bob: {line}\n" for line in lines[11:])
        + "Server: The chatroom is shutting down. Goodbye!\n"
    )


def test_a_second_signal_ends_it_at_once(server: Any, connect: Connect) -> None:
    sleeper = fill_the_queue_of_a_sleeper(server, connect)
    server.signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        server.wait(0.5)  # it waits for the sleeper
    server.signal(signal.SIGTERM)
    assert server.wait(2.0) == 128 + signal.SIGTERM
    sleeper.sock.close()


def test_somebody_who_does_not_read_cannot_keep_it_from_stopping(
    server: Any, connect: Connect
) -> None:
    fill_the_queue_of_a_sleeper(server, connect)
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def fill_the_queue_of_a_sleeper(server: Any, connect: Connect) -> Any:
    sleeper = connect()
    sleeper.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.join("sleeper")
    speakers = [connect(f"speaker{n}") for n in range(20)]
    for speaker in speakers:
        speaker.send((b"x" * 4000 + b"\n") * 15)
    speakers[0].send(b"/stats\n")
    speakers[0].sees("fan-out")
    server.type("stats\n")
    while "queues: 0 slow readers" in server.sees(" bytes waiting"):
        server.type("stats\n")
    return sleeper


def test_a_hangup_of_the_terminal_stops_nobody(server: Any, connect: Connect) -> None:
    server.signal(signal.SIGHUP)
    assert still_serves(server, connect)
