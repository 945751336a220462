"""The client as part of a script: lines in, lines out, and an exit code."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Peer, Process, Server


ROOT = Path(__file__).parents[2]


def problem(process: Process) -> str:
    """What it says on standard error before it ends."""
    assert process.popen.stderr is not None
    said: bytes = process.popen.stderr.read()
    return said.decode()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_a_line_is_delivered_and_the_client_ends(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot")
    bot.type("hello\n")
    bot.end_input()
    assert bot.wait() == 0
    assert bot.output.rest() == ""
    assert problem(bot) == ""
    ann.sees("bot: hello\n")
    ann.sees("bot has left")


def test_the_first_line_is_the_name_when_none_is_given(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client()
    bot.type("bot\nhello\nthe last line needs no end")
    bot.end_input()
    assert bot.wait() == 0
    ann.sees("bot: hello\nbot: the last line needs no end\n")


def test_what_others_say_comes_out_as_plain_lines(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    bot = client("--name", "bot", "--room", "tea", "--listen")
    bot.type("/rooms\n")
    bot.sees("tea  1 person\n")
    ann = connect("ann")
    ann.send("/join tea\ncaf\u00e9\n/me waves\n/msg bot psst\n".encode())
    bot.sees("Server: ann has joined room tea.\nann: caf\u00e9\n* ann waves\n[private] ann: psst\n")
    bot.end_input()
    assert bot.wait() == 0


def test_more_lines_than_a_burst_are_all_delivered(
    client: Callable[..., Process],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1", "--rate", "0").listening()
    ann = connect("ann", server.port)
    bot = client("--name", "bot", port=server.port)
    lines = [f"line {number}" for number in range(3000)]

    def write() -> None:
        bot.type("\n".join(lines))
        bot.end_input()

    threading.Thread(target=write, daemon=True).start()
    ann.sees("bot: line 2999\n")
    assert bot.wait() == 0
    assert problem(bot) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nobody listens there"),
        (("--name", "bot"), "nobody listens there"),
    ],
)
def test_nobody_there_is_one_line_that_says_what_to_do(
    client: Callable[..., Process], arguments: tuple[str, ...], said: str
) -> None:
    bot = client(*arguments, port=closed_port())
    assert bot.wait() == 1
    assert said in problem_line(bot)


def problem_line(process: Process) -> str:
    text = problem(process)
    assert text.count("\n") == 1, text
    return text


def test_an_unknown_host_is_one_line(run_program: Callable[..., Process]) -> None:
    bot = run_program("-m", "chatroom.client", "no-such-host.invalid")
    assert bot.wait() == 1


def test_something_else_that_listens_there_is_one_line(client: Callable[..., Process]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        bot = client("--name", "bot", port=other.getsockname()[1])
        connection, _ = other.accept()
        connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
        assert bot.wait() == 1
        connection.close()
    assert "not a chatroom" in problem_line(bot)


def test_a_taken_name_is_one_line(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    connect("bot")
    bot = client("--name", "bot")
    assert bot.wait() == 1
    assert problem_line(bot) == "The name bot is taken.\n"


def test_a_bad_room_is_one_line(client: Callable[..., Process]) -> None:
    bot = client("--name", "bot", "--room", "no room")
    assert bot.wait() == 1
    assert "room name holds no spaces" in problem_line(bot)


def test_no_name_at_all_is_one_line(client: Callable[..., Process]) -> None:
    bot = client()
    bot.end_input()
    assert bot.wait() == 1
    assert problem_line(bot) == "No name was given.\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x" * 5000, "more than 4096 bytes"),
        ("x" * 70_000, "more than 65536 bytes"),
        ("/msg nobody hi", "There is nobody called nobody here."),
        ("/wat", "There is no such command"),
        ("/msg bob", "Usage: /msg NAME TEXT"),
        ("\x1b", "nothing in it"),
    ],
    ids=["too-long", "far-too-long", "nobody", "no-command", "usage", "nothing"],
)
def test_what_is_refused_is_a_failure_and_does_not_stop_the_rest(
    client: Callable[..., Process], connect: Callable[..., Peer], line: str, said: str
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot")
    bot.type(f"{line}\n\nstill here\n")
    bot.end_input()
    ann.sees("bot: still here\n")
    assert bot.wait() == 1
    assert bot.output.rest() == ""
    assert said in problem_line(bot)


def test_the_answer_to_the_last_question_is_waited_for(client: Callable[..., Process]) -> None:
    bot = client("--name", "bot")
    bot.type("/join tea\nhi\n/who\n")
    bot.end_input()
    assert bot.wait() == 0
    assert "Server: 1 person in room tea:\n  bot" in bot.output.rest()


def test_answers_come_in_the_order_of_the_questions(client: Callable[..., Process]) -> None:
    bot = client("--name", "bot")
    bot.type("/who\n/help\n/rooms\n")
    bot.end_input()
    assert bot.wait() == 0
    answers = bot.output.rest()
    parts = ("Server: 1 person in room lobby:", "this list\n", "Server: 1 room:")
    assert sorted(map(answers.index, parts)) == list(map(answers.index, parts))


def test_a_name_and_nothing_to_say_gets_a_hint(client: Callable[..., Process]) -> None:
    bot = client()
    bot.type("hello\n")
    bot.end_input()
    assert bot.wait() == 0
    assert "that was 'hello'" in problem_line(bot)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_streams(
    server: Server, connect: Callable[..., Peer], closed: str
) -> None:
    ann = connect("ann")
    program = f"{sys.executable} -m chatroom.client localhost -p {server.port} --name bot"
    shell = f"echo hello | {program} {closed}"
    done = subprocess.run(
        ["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    if "<" not in closed:
        ann.sees("bot: hello\n")


def test_what_cannot_be_shown_is_a_question_mark(
    client: Callable[..., Process], connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    ann = connect("ann")
    bot = client("--name", "bot", "--listen")
    ann.sees("bot has joined")
    ann.send("hi \U0001f600\n".encode())
    bot.sees("ann: hi ?\n")
    bot.end_input()
    assert bot.wait() == 0


def test_a_full_disk_is_one_line(client: Callable[..., Process]) -> None:
    with open("/dev/full", "w") as full:
        bot = client("--name", "bot", stdout=full)
        bot.type("/who\n")
        assert bot.wait() == 1
    assert problem_line(bot) == "Cannot write: No space left on device.\n"


def test_a_slow_room_gets_every_line(
    client: Callable[..., Process],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1", "--rate", "2").listening()
    ann = connect("ann", server.port)
    bot = client("--name", "bot", port=server.port)
    bot.type("".join(f"line {number}\n" for number in range(12)))
    bot.end_input()
    ann.sees("bot: line 11\n")
    assert bot.wait() == 0


def test_quit_leaves(client: Callable[..., Process]) -> None:
    bot = client("--name", "bot")
    bot.type("QUIT\n")
    assert bot.wait() == 0


def test_who_is_kicked_leaves_with_the_reason(
    client: Callable[..., Process], server: Server, connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot")
    ann.sees("bot has joined")
    server.type("kick bot too loud\n")
    assert bot.wait() == 1
    assert problem_line(bot) == "You were kicked: too loud\n"


def test_ctrl_c_leaves_without_a_word(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot")
    ann.sees("bot has joined")
    bot.popen.send_signal(signal.SIGINT)
    assert bot.wait() == 130
    assert problem(bot) == ""


def test_a_reader_who_has_seen_enough_is_not_shouted_at(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot", "--listen")
    ann.sees("bot has joined")
    assert bot.popen.stdout is not None
    bot.popen.stdout.close()
    for _ in range(3):
        ann.send(b"anybody there?\n")
    assert bot.wait() == 141
    assert problem(bot) == ""


def test_a_server_that_only_slept_gets_every_line_once(
    client: Callable[..., Process], server: Server, connect: Callable[..., Peer]
) -> None:
    """The client gives the connection up, and the server finds all of it when it wakes up."""
    ann = connect("ann")
    bot = client("--name", "bot")
    bot.type("zero\n")
    ann.sees("bot: zero\n")
    server.signal(signal.SIGSTOP)
    bot.type("one\ntwo\n")
    assert bot.popen.stderr is not None
    assert b"lost connection" in bot.popen.stderr.readline()
    bot.type("three\n")
    server.signal(signal.SIGCONT)
    heard = ann.sees("bot: three\n")
    assert [heard.count(f"bot: {text}\n") for text in ("one", "two", "three")] == [1, 1, 1]


def test_a_server_that_dies_and_returns_gets_every_line_once(
    client: Callable[..., Process],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1").listening()
    bot = client("--name", "bot", port=server.port)
    ann = connect("ann", server.port)
    bot.type("one\n")
    ann.sees("bot: one\n")
    server.popen.kill()
    server.wait()
    bot.type("two\nthree\n")
    bot.popen.send_signal(signal.SIGSTOP)  # or bot may be back before ann
    server = start_server("127.0.0.1", "-p", str(server.port)).listening()
    ann = connect("ann", server.port)
    bot.popen.send_signal(signal.SIGCONT)
    ann.sees("bot: two\nbot: three\n")
    bot.type("four\n")
    bot.end_input()
    assert ann.sees("bot has left").count("bot: ") == 1
    assert bot.wait() == 0
    assert "lost connection" in problem(bot)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "HOST is missing"),
        (["localhost", "-p", "nowhere"], "not a port"),
        (["localhost", "--colour"], "unrecognized"),
        (["localhost:nowhere"], "not a port"),
        (["localhost:1060", "-p", "1061"], "two ports"),
        (["[::1"], "neither HOST"),
    ],
)
def test_wrong_usage_is_refused(
    run_program: Callable[..., Process], arguments: list[str], said: str
) -> None:
    assert run_program("-m", "chatroom.client", *arguments).wait() == 2


def test_what_others_say_and_do_is_only_for_who_listens(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot")
    ann.sees("bot has joined")
    ann.send(b"hello\n/me waves\n/msg bot psst\n/nick anna\n")
    connect("bob").send(b"/quit\n")
    ann.sees("bob has left")
    bot.type("/who\n/join tea\n")
    bot.end_input()
    assert bot.wait() == 0
    lines = bot.output.rest().splitlines()
    assert lines[0] == "Server: 2 people in room lobby:"
    assert len(lines) == 3
    assert problem(bot) == ""


def relay(source: socket.socket, target: socket.socket) -> None:
    """One direction of a connection, as long as both ends are there."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_a_client_whose_first_word_is_late_and_who_is_greeted_is_let_in(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    with socket.create_server(("127.0.0.1", 0)) as slow:
        bot = client("--name", "bot", port=slow.getsockname()[1])
        near, _ = slow.accept()
    far = connect()
    near.sendall(far.sees("Your name: ").encode())
    for ends in ((near, far.sock), (far.sock, near)):
        threading.Thread(target=relay, args=ends, daemon=True).start()
    bot.type("hello\n")
    bot.end_input()
    ann.sees("bot: hello\n")
    assert bot.wait() == 0
    assert problem(bot) == ""
    near.close()


def test_quiet_says_one_thing_and_goes_without_a_notice(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = client("--name", "bot", "--quiet")
    bot.type("the build is done\n")
    bot.end_input()
    assert bot.wait() == 0
    connect("bob")
    assert ann.sees("bob has joined the chat. Say hi!\n") == (
        "bot: the build is done\nServer: bob has joined the chat. Say hi!\n"
    )


def test_the_port_may_stand_with_the_host(
    run_program: Callable[..., Process], server: Server, connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    bot = run_program("-m", "chatroom.client", f"localhost:{server.port}", "--name", "bot")
    bot.type("hello\n")
    bot.end_input()
    ann.sees("bot: hello\n")
    assert bot.wait() == 0


def test_what_a_person_has_chosen_is_nothing_to_a_pipe(
    run_program: Callable[..., Process], preferences: Path
) -> None:
    preferences.parent.mkdir(parents=True)
    preferences.write_text('{"host": "localhost", "name": "ann"}')
    assert run_program("-m", "chatroom.client").wait() == 2


def test_quit_in_a_script_leaves_when_everything_before_it_has_arrived(
    client: Callable[..., Process],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1", "--rate", "10").listening()
    ann = connect("ann", server.port)
    bot = client("--name", "bot", port=server.port)
    bot.type("".join(f"line {number}\n" for number in range(49)) + "QUIT\nnot said\n")
    assert bot.wait() == 0
    assert problem(bot) == ""
    heard = ann.sees("bot has left")
    assert heard.count("bot: line ") == 49
    assert "not said" not in heard


def test_all_clients_are_back_soon_after_a_restart(
    client: Callable[..., Process], start_server: Callable[..., Server]
) -> None:
    server = start_server("127.0.0.1").listening()
    bots = [client("--name", f"bot{n}", "--listen", port=server.port) for n in range(5)]
    for bot in bots:
        bot.type("/who\n")
        bot.sees("in room lobby")
    server.popen.kill()
    server.wait()
    start_server("127.0.0.1", "-p", str(server.port)).listening()
    returned = time.monotonic()
    for bot in bots:
        bot.sees("We are back")
    assert time.monotonic() - returned < 1.5


def test_in_several_rooms_each_line_says_from_which_one_it_is(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    bot = client("--name", "bot", "--listen")
    bot.type("hello\n/enter tea\n")
    bob.sees("bot: hello\n")
    bot.sees("#tea Server: You are in room tea now.")
    bob.send(b"for the lobby\n/join tea\n")
    bot.sees("#lobby bob: for the lobby\n")
    bob.sees("room tea now")
    bob.send(b"for tea\n")
    bot.sees("#tea bob: for tea\n")
    bot.type("in tea\n/1\nin the lobby\n")
    bot.end_input()
    bob.sees("bot: in tea\n")
    assert bot.wait() == 0


def test_a_message_of_several_lines_is_indented_below_its_first(
    client: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann = connect()
    ann.ask(type="join", name="ann")
    bot = client("--name", "bot", "--listen")
    ann.told("joined")
    ann.ask(type="say", text="one\nServer: two")
    bot.sees("ann: one\n  Server: two\n")
    bot.end_input()
    assert bot.wait() == 0


def test_a_log_misses_nothing_over_a_lost_connection(client: Callable[..., Process]) -> None:
    def welcome(last: int) -> bytes:
        people = {"count": 1, "names": ["bot"]}
        limits = {"text": 4096, "name": 32, "line": 16384, "rate": 5, "burst": 20}
        fields = {"name": "bot", "room": "lobby", "members": people, "limits": limits}
        history = {"version": "1", "epoch": "e1", "first": 1, "last": last}
        return json.dumps({"type": "welcome", **fields, **history}).encode() + b"\n"

    def said(id: int) -> bytes:
        fields = {"id": id, "room": "lobby", "name": "ann", "text": f"line {id}", "time": id}
        return json.dumps({"type": "said", **fields}).encode() + b"\n"

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        bot = client("--name", "bot", "--listen", port=listener.getsockname()[1])
        first, _ = listener.accept()
        with first:
            first.recv(4096)
            first.sendall(welcome(5) + said(6))  # what was said before is not for a log
            bot.sees("ann: line 6\n")
        second, _ = listener.accept()
        with second:
            join = json.loads(second.makefile("rb").readline())
            assert (join["after"], join["epoch"]) == (6, "e1")
            second.sendall(welcome(8) + b"".join(map(said, (7, 8, 9))))
            assert "\nann: line 7\nann: line 8\n" in bot.sees("ann: line 9\n")
            bot.end_input()
            second.recv(4096)
        assert bot.wait() == 0
