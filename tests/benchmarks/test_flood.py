"""The whole harness over real sockets, against the smallest of the peers."""

import json
import sys
import time
from pathlib import Path

import pytest

import flood
from load.target import Target, Unusable, running, started
from peers import HERE, compile_epoll_server

ASYNCIO = [sys.executable, str(HERE / "asyncio_server.py")]
THREADS = [sys.executable, str(HERE / "threads_server.py")]
SMALL = ["--speak", "raw", "--clients", "20", "--senders", "5", "--workers", "2"]
SHORT = ["--rate", "200", "--seconds", "0.5"]


def run(command: list[str], *more: str) -> int:
    with started(command) as server:
        return flood.main([*SMALL, *SHORT, "--port", str(server.port), *more])


def test_twenty_clients_for_half_a_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    assert run(ASYNCIO, "--json", str(file)) == 0
    assert "1,900 expected, 1,900 received, 0 lost" in capsys.readouterr().out
    (figures,) = json.loads(file.read_text())["results"]["flood"]
    assert figures["receivers"]["by_length"] == 0
    assert figures["delivery"]["count"] == 1900
    assert figures["last_receiver"]["count"] == 100


def test_chatroom_itself_is_started_measured_and_stopped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    few = ["--clients", "20", "--senders", "5", "--stalled", "2"]
    assert flood.main([*few, *SHORT]) == 0
    said = capsys.readouterr().out
    assert "1,700 expected, 1,700 received, 0 lost" in said
    assert "Stalled     0 of 2 were disconnected" in said
    assert "of CPU" in said


@pytest.mark.parametrize("speak", ["json", "websocket", "mixed"])
def test_programs_browsers_and_all_together_get_everything(
    speak: str, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--clients", "20", "--senders", "5", "--speak", speak, "--rate", "1000"]
    assert flood.main([*few, "--seconds", "0.5"]) == 0
    said = capsys.readouterr().out
    assert "9,500 expected, 9,500 received, 0 lost, 0 duplicated, 0 out of order" in said
    assert "that is every delivery" in said


def test_slow_readers_have_every_line_in_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    few = ["--clients", "20", "--senders", "5", "--slow", "2", "--size", "2000"]
    assert flood.main([*few, "--rate", "800", "--seconds", "0.5", "--json", str(file)]) == 0
    said = capsys.readouterr().out
    assert "6,800 expected, 6,800 received, 0 lost" in said  # of the others
    assert "reading at full speed: every line arrived" in said
    (figures,) = json.loads(file.read_text())["results"]["flood"]
    slow = figures["slow"]
    assert (slow["expected"], slow["received"], slow["by_length"]) == (800, 800, 0)
    assert slow["before"] < 2 * 10_000 < slow["after"]


def test_slow_readers_who_do_not_get_everything_are_found_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    careless = FORGETFUL.replace("count % 50", "(other not in present[-2:] or count % 50)")
    assert run([sys.executable, "-c", careless], "--slow", "2", "--workers", "1") == 1
    said = capsys.readouterr().out
    assert "every line arrived, half" in said  # of the others
    assert "of 200 lines 4 did not arrive" in said


def test_a_server_without_a_common_order_is_checked_just_as_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(THREADS) == 0
    assert "1,900 received, 0 lost, 0 duplicated, 0 out of order" in capsys.readouterr().out


def test_the_c_relay_delivers_everything(tmp_path: Path) -> None:
    program = compile_epoll_server(tmp_path)
    if program is None:
        pytest.skip("no C compiler, or no epoll")
    assert run([str(program)]) == 0


FORGETFUL = """
import selectors, socket
listener = socket.create_server(("127.0.0.1", 0), backlog=100)
print(f"Listening at 127.0.0.1:{listener.getsockname()[1]}", flush=True)
selector, present, count = selectors.DefaultSelector(), [], 0
selector.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            present.append(listener.accept()[0].makefile("rwb", buffering=0))
            selector.register(present[-1], selectors.EVENT_READ)
        elif line := key.fileobj.readline():
            count += 1
            for other in present:
                if other is not key.fileobj and count % 50:
                    other.write(line)
        else:
            selector.unregister(key.fileobj)
            present.remove(key.fileobj)
"""


def test_a_server_that_loses_messages_is_found_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([sys.executable, "-c", FORGETFUL]) == 1
    assert "38 lost" in capsys.readouterr().out


def test_a_server_that_is_not_there_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with started(ASYNCIO) as server:
        port = server.port
    assert flood.main(["--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"flood: no server answers at 127.0.0.1:{port}: ")
    assert said.count("\n") == 1


def test_other_machines_are_not_flooded() -> None:
    with pytest.raises(Unusable, match="not this machine"):
        running("192.0.2.1", 1060)


def test_a_server_that_does_not_start_is_one_clear_line() -> None:
    failing = [sys.executable, "-c", "raise SystemExit('no room on this disk')"]
    with pytest.raises(Unusable, match="did not start: no room on this disk"), started(failing):
        pass


def test_a_server_that_does_not_end_well_is_one_clear_line() -> None:
    dying = "print('Listening at 127.0.0.1:1', flush=True); raise SystemExit('out of memory')"
    with (
        pytest.raises(Unusable, match=r"ended badly \(1\): out of memory"),
        started([sys.executable, "-c", dying]) as server,
    ):
        wait_for_the_end(server)


def wait_for_the_end(server: Target) -> None:
    while server.memory().get("VmRSS"):
        time.sleep(0.01)


SHUT = """
import socket
listener = socket.create_server(("127.0.0.1", 0), backlog=100)
print(f"Listening at 127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    listener.accept()[0].close()
"""


def test_a_server_that_lets_nobody_in_is_one_clear_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with started([sys.executable, "-c", SHUT]) as server:
        assert flood.main(["--clients", "5", "--port", str(server.port)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("flood: only 0 of 5 clients were let in")
    assert said.count("\n") == 1


def test_a_server_ends_with_the_measurement() -> None:
    with started(ASYNCIO) as server:
        assert server.memory()["VmRSS"] > 0
    with pytest.raises(Unusable):
        running(server.host, server.port)
