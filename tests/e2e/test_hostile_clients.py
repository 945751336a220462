"""Clients that break other servers, against a real process."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
Connect = Callable[..., Any]


def test_a_slow_reader_delays_nobody_and_misses_nothing(
    start_server: Start, connect: Connect
) -> None:
    server = start_server("--rate", "0").listening()
    sleeper, ann, bob = (connect(name, server.port) for name in ("sleeper", "ann", "bob"))
    ann.sees("bob has joined the chat. Say hi!\n")
    lines = [f"{n} {'x' * 4000}" for n in range(400)]
    for line in lines:
        bob.send(f"{line}\n".encode())
        assert ann.sees("\n") == f"bob: {line}\n"  # one at a time: nobody waits for the sleeper
    bob.send(b"awake?\n")
    seen = sleeper.sees("bob: awake?\n").splitlines()
    assert [line for line in seen if line.startswith("bob: ")] == [
        *(f"bob: {line}" for line in lines),
        "bob: awake?",
    ]


def test_a_web_page_cannot_make_a_browser_talk(server: Any, connect: Connect) -> None:
    ann = connect("ann")
    for verb, path in (("POST", "/"), ("PUT", "/x"), ("OPTIONS", "*")):
        browser = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
        browser.request(verb, path, body=b"eve\nhello\n" * 1000)
        response = browser.getresponse()
        assert (response.status, response.read()) == (405, b"")
        assert response.getheader("Connection") == "close"
        browser.close()
    ann.send(b"/who\n")
    ann.sees("1 person in room lobby:\n")
    assert ann.sees("\n").startswith("  ann  since")


def test_a_verb_that_dribbles_in_is_no_chat_either(server: Any, connect: Connect) -> None:
    ann, eve = connect("ann"), connect()
    for byte in b"POST":
        eve.send(bytes([byte]))
        time.sleep(0.1)  # beyond the silence after which a person is greeted
    eve.send(b" / HTTP/1.1\r\n\r\neve\r\nhello\r\n")
    assert eve.output.rest().startswith("HTTP/1.1 405 Method Not Allowed\r\n")
    assert ann.output.quiet()


def test_a_browser_is_given_the_page(server: Any) -> None:
    browser = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    browser.request("GET", "/")
    response = browser.getresponse()
    assert response.status == 200
    assert b"<title>" in response.read()
    browser.close()


def test_resets_at_every_stage_disturb_nobody(server: Any, connect: Connect) -> None:
    ann = connect("ann")
    for stage in range(4):
        for _ in range(5):
            eve = connect()
            if stage > 0:
                eve.sees("Your name: ")
            if stage > 1:
                eve.join("eve")
                ann.sees("Server: eve has joined the chat. Say hi!\n")
            if stage > 2:
                eve.send(b"half a line")
            eve.reset()
            if stage > 1:
                assert ann.sees("\n") == "Server: eve has left the chat.\n"
    ann.send(b"/stats\n")
    ann.sees("errors: 0;")


def test_bytes_at_random_disturb_nobody(start_server: Start, connect: Connect) -> None:
    server = start_server("--rate", "0").listening()
    ann = connect("ann", server.port)
    for seed in range(20):
        eve = connect("", server.port)
        noise = b"".join(
            (seed * 7919 + n * n * 104729).to_bytes(8, "little")[:5] for n in range(800)
        )
        eve.send(noise)
        eve.sock.shutdown(socket.SHUT_WR)
        eve.output.rest()
    ann.send(b"/stats\n")
    ann.sees("errors: 0;")


def test_a_line_that_is_too_long_is_refused_and_the_next_one_lives(
    server: Any, connect: Connect
) -> None:
    ann, bob = connect("ann"), connect("bob")
    ann.sees("Say hi!\n")
    bob.send(b"x" * 4096 + b"\n" + b"y" * 4097 + b"\nshort\n")
    assert bob.sees("\n") == "Server: That line has more than 4096 bytes; it was not sent.\n"
    assert ann.sees("\n") == f"bob: {'x' * 4096}\n"
    assert ann.sees("\n") == "bob: short\n"


def test_telnet_is_understood_as_far_as_needed(server: Any, connect: Connect) -> None:
    ann, bob = connect("ann"), connect()
    bob.send(b"\xff\xfb\x1fbo\xff\xfa\x1f\x00\x50\x00\x0a\xff\xf0b\r\n")
    bob.sees("All set, bob! ")
    assert bob.sees("\n").endswith("commands.\r\n")
    ann.sees("Say hi!\n")
    bob.send(b"h\xff\xf9i\r\n\xff\xf4\xff\xfd\x06")
    assert ann.sees("left the chat.\n") == "bob: hi\nServer: bob has left the chat.\n"


def test_who_talks_too_fast_is_slowed_and_loses_nothing(
    start_server: Start, connect: Connect
) -> None:
    server = start_server("--rate", "50").listening()
    ann, bob = connect("ann", server.port), connect("bob", server.port)
    ann.sees("Say hi!\n")
    started = time.monotonic()
    bob.send(b"".join(b"%d\n" % n for n in range(300)))
    for n in range(300):
        assert ann.sees("\n") == f"bob: {n}\n"
    assert time.monotonic() - started > 1.5  # 200 at once, the others at 50 a second


# --- limits of the process ----------------------------------------------------------------------


def limited(start_server: Start, need_program: Callable[[str], str], descriptors: int) -> Any:
    prlimit = need_program("prlimit")
    return start_server(wrapper=[prlimit, f"--nofile={descriptors}"]).listening()


def test_with_60_descriptors_it_refuses_politely_and_rests(
    start_server: Start, connect: Connect, need_program: Callable[[str], str]
) -> None:
    server = limited(start_server, need_program, 60)
    peers = [connect("", server.port) for _ in range(100)]
    full = "The chatroom is full. Please try again later.\n"
    answers = [peer.output.until("\n") for peer in peers]
    assert 40 <= sum(answer.startswith("Welcome") for answer in answers) < 60
    assert set(answers) == {"Welcome to the chatroom. Nobody else is here yet.\n", full}
    assert at_rest(server)


def test_out_of_descriptors_it_rests_and_recovers(
    start_server: Start, connect: Connect, need_program: Callable[[str], str]
) -> None:
    server = start_server().listening()
    ann = connect("ann", server.port)
    used = len(os.listdir(f"/proc/{server.popen.pid}/fd"))
    resource.prlimit(server.popen.pid, resource.RLIMIT_NOFILE, (used, used + 100))
    peers = [connect("", server.port) for _ in range(30)]
    peers[0].sees("The chatroom is full. Please try again later.\n")
    assert at_rest(server)
    ann.send(b"/stats\n")
    ann.sees("turned away: too many open files")
    resource.prlimit(server.popen.pid, resource.RLIMIT_NOFILE, (used + 100, used + 100))
    peers[-1].sees("Your name: ")


def at_rest(server: Any) -> bool:
    """A second in which nearly nothing happens."""
    wakeups, cpu = server.wakeups(), server.cpu_seconds()
    time.sleep(1.0)
    return bool(server.wakeups() - wakeups <= 5 and server.cpu_seconds() - cpu <= 0.02)


def test_an_idle_server_sleeps(server: Any, connect: Connect) -> None:
    peers = [connect(f"idle{n}") for n in range(40)]
    peers[0].sees("Server: idle39 has joined the chat. Say hi!\n")
    before = server.wakeups()
    time.sleep(1.5)
    assert server.wakeups() - before <= 3


def test_a_jump_of_the_wall_clock_is_not_felt(
    start_server: Start, connect: Connect, need_program: Callable[[str], str], tmp_path: Path
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("+0")
    environment = {
        **os.environ,
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    preload = [need_program("faketime"), "-f", "+0", "sh", "-c", "echo $LD_PRELOAD"]
    library = subprocess.run(preload, capture_output=True, text=True, check=True).stdout.strip()
    server = start_server(env={**environment, "LD_PRELOAD": library}).listening()
    ann = connect("ann", server.port)
    for jump in ("+1d", "-1d"):
        offset.write_text(jump)
        stranger = connect("", server.port)
        stranger.sees("Your name: ")
        ann.send(b"/who\n")
        ann.sees("\n")
        assert "idle 0 s" in ann.sees("\n")
    server.signal(signal.SIGTERM)
    ann.sees("Goodbye!\n")


@pytest.mark.parametrize("count", [300])
def test_a_storm_of_newcomers_is_let_in(server: Any, connect: Connect, count: int) -> None:
    ann = connect("ann")
    peers = [connect() for _ in range(count)]
    for n, peer in enumerate(peers):
        peer.send(f"guest{n}\n".encode())
    for n, peer in enumerate(peers):
        peer.sees(f"All set, guest{n}!")
    told = ann.sees("people have joined the chat.\n")
    single = told.count("has joined")
    gathered = int(told.rpartition("Server: ")[2].split()[0])
    while single + gathered < count:
        gathered += int(ann.sees("joined the chat.\n").rpartition("Server: ")[2].split()[0])
    assert (single, single + gathered) == (49, count)
