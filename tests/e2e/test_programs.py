"""Programs in JSON, and the tutorial's own client, beside people with nc."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Peer, Process, Server

ROOT = Path(__file__).parents[2]
PROTOCOL = ROOT / "docs" / "protocol.md"


def test_the_bot_of_the_documentation_greets_people(
    server: Server,
    nc: Callable[..., Process],
    run_program: Callable[..., Process],
    tmp_path: Path,
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PROTOCOL.read_text(), re.DOTALL)
    assert sum(bool(line) for line in code.split("\n")) == 10
    bot = tmp_path / "bot.py"
    bot.write_text(code)
    process = run_program(str(bot), "127.0.0.1", str(server.port))
    process.sees("welcome")
    ann = nc()
    ann.type("ann\n")
    ann.sees("greeter: Welcome, ann!\n")
    process.sees("said Welcome, ann!")


def test_everything_in_the_documentation_is_what_the_server_says(
    connect: Callable[..., Peer],
) -> None:
    ann, bob = connect(), connect()
    ann.ask(type="ping", ref=1)
    assert ann.told("pong") == {"type": "pong", "ref": 1}
    ann.ask(type="say", text="too early")
    assert ann.told("error")["code"] == "no-name"
    ann.ask(type="join", name="ann", room="tea", ref=2)
    welcome = ann.told("welcome")
    assert (welcome["name"], welcome["room"], welcome["ref"]) == ("ann", "tea", 2)
    bob.ask(type="join", name="Ann")
    assert bob.told("error")["code"] == "name-taken"
    bob.ask(type="join", name="bob")
    bob.told("welcome")
    bob.ask(type="move", room="tea", ref="m")
    moved = bob.told("moved")
    assert moved["members"] == {"count": 2, "names": ["ann", "bob"]}
    assert moved["ref"] == "m"
    assert ann.told("joined")["origin"] == "lobby"
    ann.ask(type="say", text="h\u00e9\nllo", ref=3)
    receipt, heard = ann.told("said"), bob.told("said")
    assert receipt.pop("ref") == 3
    assert receipt == heard
    assert heard["text"] == "h\u00e9\nllo"
    assert abs(heard["time"] - time.time()) < 60
    bob.ask(type="tell", name="ann", text="psst", ref=4)
    assert bob.told("told")["ref"] == 4
    assert ann.told("told")["text"] == "psst"
    for kind, answer in (("who", "members"), ("rooms", "rooms"), ("stats", "stats")):
        ann.ask(type=kind, ref=kind)
        assert ann.told(answer)["ref"] == kind
    ann.ask(type="ignore", name="bob")
    assert ann.told("ignoring")["ignored"] is True
    ann.ask(type="rename", name="anna", ref=5)
    assert ann.told("renamed")["ref"] == 5
    assert bob.told("renamed")["old"] == "ann"
    ann.ask(type="enter", room="lobby", ref=6)
    entered = ann.told("entered")
    assert entered.pop("epoch")
    assert entered == {
        "type": "entered",
        "room": "lobby",
        "members": {"count": 1, "names": ["anna"]},
        "topic": "",
        "first": 0,
        "last": 0,
        "reset": False,
        "ref": 6,
    }
    ann.ask(type="say", text="in the lobby", room="lobby", ref=7)
    assert ann.told("said")["room"] == "lobby"
    ann.ask(type="leave", room="lobby", ref=8)
    assert (left := ann.told("left"))["room"] == "lobby"
    assert (left["reason"], left["ref"]) == ("left", 8)
    ann.ask(type="say", text="too late", room="lobby", ref=9)
    assert ann.told("error")["code"] == "not-in-room"
    ann.ask(type="quit")
    assert ann.told("closing")["code"] == "quit"
    assert ann.output.rest() == ""
    assert bob.told("gone") == {"type": "gone", "name": "anna", "reason": "quit"}


def test_a_program_that_comes_back_with_its_ticket_is_the_same_person(
    connect: Callable[..., Peer],
) -> None:
    old, new = connect(), connect()
    old.ask(type="join", name="ann", ticket="secret")
    old.told("welcome")
    old.ask(type="say", text="one", ref=41)
    old.told("said")
    new.ask(type="join", name="ann", ticket="secret")
    welcome = new.told("welcome")
    assert (welcome["resumed"], welcome["decided"]) == (True, 41)
    assert old.told("closing")["code"] == "replaced"
    assert old.output.rest() == ""


def test_a_program_is_told_of_the_shutdown(server: Server, connect: Callable[..., Peer]) -> None:
    ann = connect()
    ann.ask(type="join", name="ann")
    ann.told("welcome")
    server.popen.terminate()
    assert ann.told("closing")["code"] == "shutdown"
    assert server.wait() == 0


def test_a_text_of_several_lines_is_shown_to_people_with_the_name_on_each(
    connect: Callable[..., Peer], nc: Callable[..., Process]
) -> None:
    bob = nc()
    bob.type("bob\n")
    bob.sees("All set, bob!")
    ann = connect()
    ann.ask(type="join", name="ann")
    ann.told("welcome")
    bob.sees("Say hi!\n")
    ann.ask(type="say", text="def f():\r\n    pass\nbob: I agree\n", ref=1)
    assert ann.told("said")["text"] == "def f():\n    pass\nbob: I agree"
    ann.ask(type="me", text="waves\nand bows", ref=2)
    assert bob.sees("bows\n") == (
        "ann: def f():\nann:     pass\nann: bob: I agree\n* ann waves\n* ann and bows\n"
    )
    ann.ask(type="say", text="\n".join("x" * 101), ref=3)
    error = ann.told("error")
    assert (error["code"], error["ref"]) == ("too-long", 3)


class Original:
    """What the tutorial's client does, as the server sees it: send and recv, and no line ends."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.name = ""

    def joins(self, name: str) -> None:
        self.name = name
        self.peer.send(f"Server: {name} has joined the chat. Say hi!".encode("ascii"))

    def says(self, text: str) -> None:
        self.peer.send(f"{self.name}: {text}".encode("ascii"))

    def leaves(self) -> None:
        self.peer.send(f"Server: {self.name} has left the chat.".encode("ascii"))

    def shows(self) -> str:
        """What one recv gives it."""
        return self.peer.sock.recv(1024).decode("ascii")


@pytest.fixture
def original(connect: Callable[..., Peer]) -> Original:
    return Original(connect())


def test_the_tutorials_client_talks_with_people(
    original: Original, nc: Callable[..., Process], connect: Callable[..., Peer]
) -> None:
    ann, bot = nc(), connect()
    ann.type("ann\n")
    ann.sees("All set, ann!")
    bot.ask(type="join", name="bot")
    bot.told("welcome")
    original.shows()  # the greeting: its user was asked by the client, and takes a while
    original.joins("bob")
    assert original.shows().startswith("All set, bob!")
    ann.sees("Server: bob has joined the chat. Say hi!\n")
    original.says("hello")
    ann.sees("bob: hello\n")
    assert bot.told("said")["text"] == "hello"
    ann.type("caf\u00e9\n")
    assert original.shows() == "ann: caf?"
    bot.ask(type="say", text="one")
    bot.told("said")
    assert original.shows() == "bot: one"
    original.leaves()
    ann.sees("Server: bob has left the chat.\n")
    assert original.shows() == ""


def test_the_tutorials_client_gets_another_name_when_its_own_is_taken(
    original: Original, connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    original.joins("ann")
    ann.sees("Server: ann2 has joined the chat. Say hi!\n")
    shown = ""
    while "All set, ann2!" not in shown:
        shown += original.shows()
    assert "The name ann is taken." in shown
    original.says("it is me")
    ann.sees("ann2: it is me\n")


def test_messages_of_one_tick_reach_the_tutorials_client_line_by_line(
    original: Original, connect: Callable[..., Peer]
) -> None:
    original.joins("bob")
    ann = connect("ann")
    shown = ""
    while "ann has joined" not in shown:
        shown += original.shows()
    ann.send(b"one\ntwo\nthree\n")
    assert original.shows() == "ann: one\nann: two\nann: three"


def test_two_answers_in_one_tick_are_on_lines_of_their_own(original: Original) -> None:
    original.joins("bob")
    assert original.shows().startswith("All set, bob!")
    original.peer.send(b"bob: /roomsbob: /ignore")
    assert original.shows() == "Server: 1 room:\n  lobby  1 person\nServer: You ignore nobody."


def test_the_tutorials_client_can_type_quickly(
    original: Original, connect: Callable[..., Peer]
) -> None:
    ann = connect("ann")
    original.joins("bob")
    ann.sees("bob has joined")
    original.peer.send(b"bob: onebob: two")
    ann.sees("bob: one\nbob: two\n")


def test_two_clients_of_the_tutorial_hear_each_other(connect: Callable[..., Peer]) -> None:
    one, two = Original(connect()), Original(connect())
    one.joins("one")
    one.shows()
    two.joins("two")
    shown = ""
    while "two has joined" not in shown:
        shown += one.shows()
    for number in range(5):
        two.says(f"number {number}")
        assert one.shows() == f"two: number {number}"


def test_the_client_needs_nothing_but_the_standard_library(server: Server) -> None:
    blocked = "import sys; sys.modules['prompt_toolkit'] = None; sys.argv[0] = 'client';"
    code = f"{blocked} from chatroom.client.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "localhost", "-p", str(server.port), "--name", "bot"]
    done = subprocess.run(
        command, cwd=ROOT, input="hi\n", capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
