"""What people with nc see."""

import re
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

ALL_SET = "All set, {}! Leave anytime by typing QUIT; /help lists the commands.\n"

Nc = Callable[..., Any]


@pytest.fixture
def netcat_shuts_down(need_program: Callable[[str], str]) -> None:
    """-N is an option of OpenBSD's nc, which most systems have."""
    usage = subprocess.run([need_program("nc"), "-h"], capture_output=True, check=False)
    if b"-46CDdFhklN" not in usage.stderr + usage.stdout:
        pytest.skip("this nc has no option -N")


def join(nc: Nc, name: str) -> Any:
    person = nc()
    person.sees("Your name: ")
    person.type(f"{name}\n")
    person.sees(ALL_SET.format(name))
    return person


def test_a_conversation_reads_as_the_readme_says(nc: Nc) -> None:
    bob, cy = join(nc, "bob"), join(nc, "cy")
    ann = nc()
    greeting = "Welcome to the chatroom. 2 people are here: bob, cy\nYour name: "
    assert ann.sees("name: ") == greeting
    ann.type("ann\n")
    assert ann.sees("commands.\n") == ALL_SET.format("ann")
    assert bob.sees("ann has joined the chat. Say hi!\n") == (
        "Server: cy has joined the chat. Say hi!\nServer: ann has joined the chat. Say hi!\n"
    )
    bob.type("hi ann\n")
    assert ann.sees("\n") == "bob: hi ann\n"
    ann.type("hello\n")
    assert bob.sees("\n") == "ann: hello\n"
    assert cy.sees("hello\n").endswith("bob: hi ann\nann: hello\n")
    dee = join(nc, "dee")
    assert ann.sees("\n") == "Server: dee has joined the chat. Say hi!\n"
    bob.type("QUIT\n")
    assert ann.sees("\n") == "Server: bob has left the chat.\n"
    seen = dee.sees("Server: bob has left the chat.\n")
    assert re.fullmatch(
        r"\[\d\d:\d\d\] bob: hi ann\n\[\d\d:\d\d\] ann: hello\nServer: bob .*\n", seen
    )
    assert ann.output.quiet()


def test_a_pipe_into_nc_delivers_and_ends(nc: Nc, netcat_shuts_down: None) -> None:
    bob = join(nc, "bob")
    ann = nc("-N")
    ann.type("ann\nhello\nand goodbye")
    ann.end_input()
    assert ann.output.rest() == (
        "Welcome to the chatroom. 1 person is here: bob\nYour name: " + ALL_SET.format("ann")
    )
    assert ann.wait() == 0
    assert bob.sees("left the chat.\n") == (
        "Server: ann has joined the chat. Say hi!\n"
        "ann: hello\n"
        "ann: and goodbye\n"
        "Server: ann has left the chat.\n"
    )


# As the README shows them; {} is where the server is.
PIPES = {
    "nc.openbsd": "nc.openbsd -N 127.0.0.1 {}",
    "nc.traditional": "nc.traditional -q 1 127.0.0.1 {}",
    "ncat": "ncat 127.0.0.1 {}",
    "socat": "socat - TCP:127.0.0.1:{}",
}


@pytest.mark.parametrize("program", PIPES)
def test_a_pipe_into_any_of_them_delivers_and_ends_even_when_its_name_is_taken(
    program: str, nc: Nc, server: Any, need_program: Callable[[str], str]
) -> None:
    need_program(program)
    bob = join(nc, "bob")
    for name in ("bob", "ann"):
        pipe = subprocess.run(
            PIPES[program].format(server.port).split(),
            input=f"{name}\nthe build is done\n".encode(),
            capture_output=True,
            timeout=20,
            check=True,
        )
        called = {"bob": "bob2", "ann": "ann"}[name]
        taken = "The name bob is taken.\n" if called != name else ""
        before = "" if called != name else "bob2: the build is done\n"
        assert re.sub(r"\[\d\d:\d\d\] ", "", pipe.stdout.decode()) == (
            f"Welcome to the chatroom. 1 person is here: bob\n"
            f"Your name: {taken}{ALL_SET.format(called)}{before}"
        )
        assert bob.sees("left the chat.\n") == (
            f"Server: {called} has joined the chat. Say hi!\n"
            f"{called}: the build is done\n"
            f"Server: {called} has left the chat.\n"
        )


def test_telnet_in_a_pipe_ends_its_lines_with_cr_nul(
    nc: Nc, server: Any, need_program: Callable[[str], str]
) -> None:
    bob = join(nc, "bob")
    telnet = subprocess.Popen(
        [need_program("telnet"), "127.0.0.1", str(server.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with telnet:
        assert telnet.stdin is not None
        telnet.stdin.write(b"ann\r\nhello\r\n")
        telnet.stdin.flush()
        assert bob.sees("hello\n") == "Server: ann has joined the chat. Say hi!\nann: hello\n"
        telnet.terminate()


def test_whoever_was_greeted_and_speaks_json_is_answered_in_json(nc: Nc) -> None:
    program = nc()
    program.sees("Your name: ")
    program.type('{"type":"join","name":"bot"}\n')
    assert program.sees('"name":"bot"') == '\n{"type":"welcome","name":"bot"'


def test_replies_reach_who_has_ended_their_input(nc: Nc, netcat_shuts_down: None) -> None:
    ann = nc("-N")
    ann.type("ann\n/who\n")
    ann.end_input()
    assert "Server: 1 person in room lobby:\n  ann  since " in ann.output.rest()


def test_a_name_that_cannot_be_had_is_asked_for_again(nc: Nc) -> None:
    join(nc, "bob")
    ann = nc()
    ann.sees("Your name: ")
    for wanted, answer in (
        ("BOB", "The name BOB is taken.\nYour name: "),
        ("Server", "The name Server is reserved.\nYour name: "),
        ("two words", "A name holds no spaces; try two_words.\nYour name: "),
        ("", "Your name: "),
    ):
        ann.type(f"{wanted}\n")
        assert ann.sees("Your name: ") == answer
    ann.type("ann\n")
    assert ann.sees("\n") == ALL_SET.format("ann")


def test_letters_of_all_scripts_arrive_whole_even_cut_in_two(nc: Nc) -> None:
    ann, bob = join(nc, "ann"), join(nc, "Жанна")
    ann.sees("Say hi!\n")
    text = "é日本語🎉".encode()
    bob.popen.stdin.write(text[:1])
    time.sleep(0.05)  # so that TCP carries the halves apart
    bob.popen.stdin.write(text[1:] + b"\n")
    assert ann.sees("\n") == "Жанна: é日本語🎉\n"


def test_who_types_first_is_greeted_as_well(nc: Nc) -> None:
    ann = nc()
    ann.type("ann\n")
    assert ann.sees("commands.\n").startswith("Welcome to the chatroom. Nobody else is here yet.\n")


def test_what_one_types_never_moves_the_cursor_of_another(nc: Nc) -> None:
    ann, eve = join(nc, "ann"), join(nc, "eve")
    ann.sees("Say hi!\n")
    eve.type("\x1b[2J\x1b]0;owned\x07 \x9b31m ann: forged\rServer: bye\u202e\u2028x\n")
    assert ann.sees("\n") == "eve: [2J]0;owned 31m ann: forged Server: bye x\n"
