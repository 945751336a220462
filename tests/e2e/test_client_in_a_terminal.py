"""The terminal client as a person uses it: a real terminal, keys, and what is on the screen."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Peer, Process, Screen, Server

UP, DOWN, TAB, CTRL_C, CTRL_D, CTRL_U = "\x1b[A", "\x1b[B", "\t", "\x03", "\x04", "\x15"


@pytest.fixture(autouse=True)
def need_prompt_toolkit() -> None:
    if find_spec("prompt_toolkit") is None:
        pytest.skip("needs prompt_toolkit (pip install '.[client]')")


@pytest.fixture
def ann(screen: Callable[..., Screen]) -> Screen:
    """ann has joined, in a terminal."""
    ann = screen("--name", "ann")
    ann.sees("All set, ann!")
    ann.sees("connected, ")
    return ann


def settle(client: Screen) -> None:
    """Until nothing is being printed: in that moment keys go to the terminal and not to us."""
    client.type("x")
    client.sees("> x")
    client.type(CTRL_U)


def test_it_connects_asks_for_a_name_and_joins(
    screen: Callable[..., Screen], connect: Callable[..., Peer], server: Server
) -> None:
    connect("ann")
    client = screen()
    client.sees(f"Trying to connect to localhost:{server.port}...")
    client.sees(f"Successfully connected to localhost:{server.port}")
    client.sees("Your name:")
    client.type("ann\r")
    client.sees("The name ann is taken.")
    client.type("bob\r")
    client.sees("All set, bob!")
    client.sees("bob>")


def test_what_is_said_appears_with_its_time_and_a_coloured_name(
    ann: Screen, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    bob.send("caf\u00e9 \U0001f600 \u4f60\u597d\n".encode())
    line = ann.sees("bob: caf\u00e9")
    assert line[2] == ":"
    assert line[:5].replace(":", "").isdigit()
    assert ann.colours("bob:") != {"default"}
    ann.type("hello\r")
    ann.sees("ann: hello")
    bob.sees("ann: hello\n")


def test_the_line_being_typed_survives_what_arrives(
    ann: Screen, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.type("half a sen")
    ann.sees("ann> half a sen")
    for number in range(30):
        bob.send(f"line {number}\n".encode())
    ann.sees("bob: line 19")
    ann.sees("ann> half a sen")
    ann.type("tence\r")
    bob.sees("ann: half a sentence\n")


def test_the_arrow_keys_bring_back_what_was_typed(
    ann: Screen, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    for text in ("one", "two"):
        ann.type(f"{text}\r")
        bob.sees(f"ann: {text}\n")
        ann.sees(f"ann: {text}")
    ann.type(UP + UP + " again\r")
    bob.sees("ann: one again\n")


def test_tab_completes_commands_names_and_rooms(ann: Screen, connect: Callable[..., Peer]) -> None:
    barnaby = connect("barnaby")
    ann.sees("2 people")
    ann.type("/roo" + TAB)
    ann.sees("ann> /rooms")
    ann.type(CTRL_U + "/msg bar" + TAB)
    ann.sees("ann> /msg barnaby")
    ann.type(" psst\r")
    barnaby.sees("[private] ann: psst\n")
    ann.sees("[private to barnaby] psst")
    ann.type("bar" + TAB)
    ann.sees("ann> barnaby:")
    ann.type("hi\r")
    barnaby.sees("ann: barnaby: hi\n")
    ann.type("hi @bar" + TAB)
    ann.sees("ann> hi @barnaby")
    ann.type("!\r")
    barnaby.sees("ann: hi @barnaby !\n")


def test_a_mention_is_marked_and_rings_the_bell(ann: Screen, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    bob.send(b"nothing\n")
    ann.sees("bob: nothing")
    assert b"\a" not in ann.raw
    bob.send(b"hi ann\n")
    ann.sees("bob: hi ann")
    ann.type("/bell off\r")
    ann.sees("The bell rings: off.")
    assert ann.raw.count(b"\a") == 1
    bob.send(b"ann?\n")
    ann.sees("bob: ann?")
    ann.type("/bell all\r")
    ann.sees("The bell rings: all.")
    bob.send(b"so long\n")
    ann.sees("bob: so long")
    ann.type("/bell loud\r")
    ann.sees("Usage: /bell off|mentions|all (now: all)")
    assert ann.raw.count(b"\a") == 2


def test_no_color_is_respected(
    screen: Callable[..., Screen], connect: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    ann = screen("--name", "ann")
    ann.sees("All set, ann!")
    connect("bob").send(b"hi\n")
    ann.sees("bob: hi")
    assert ann.colours("bob:") == {"default"}


@pytest.mark.parametrize("typed", ["/help", "/?", "/H"])
def test_the_commands_are_explained(ann: Screen, typed: str) -> None:
    ann.type(f"{typed}\r")
    ann.sees("/msg NAME TEXT")
    ann.sees("/bell off|mentions|all")
    ann.type("/wat\r")
    ann.sees("There is no such command")


def test_pasted_lines_are_one_message(ann: Screen, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.type("\x1b[200~one\n  two\nthree\x1b[201~\r")
    bob.sees("ann: one\nann:   two\nann: three\n")
    assert ann.sees("ann: one").endswith("ann: one")
    assert ann.lines[ann.lines.index(ann.sees("ann: one")) + 1 :][:2] == [
        "          two",
        "        three",
    ]


def test_pasted_lines_to_one_person_are_private(ann: Screen, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.type("\x1b[200~/msg bob one\ntwo\x1b[201~\r")
    bob.sees("[private] ann: one\n")
    ann.sees("[private to bob] one")
    ann.sees("        two")


@pytest.fixture
def rooms(ann: Screen) -> Screen:
    """ann is in lobby, tea and den; tea is the current room."""
    for room in ("tea", "den"):
        ann.type(f"/enter {room}\r")
        ann.sees(f"You are in room {room} now.")
    ann.type("/2\r")
    ann.sees("[2 #tea]")
    ann.sees("#tea ann>")
    return ann


def test_lines_of_other_rooms_are_counted_and_shown_when_one_switches(
    rooms: Screen, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    bob.send(b"one\nhi ann\n")
    rooms.sees("1 #lobby +2!")
    assert not any("bob: one" in line for line in rooms.lines)
    rooms.type("\x1b1")
    rooms.sees("\u2500\u2500 #lobby ")
    rooms.sees("bob: one")
    rooms.sees("bob: hi ann")
    rooms.sees("[1 #lobby]")
    rooms.type("hello\r")
    bob.sees("ann: hello\n")
    rooms.type("/leave\r")
    rooms.sees("You have left room lobby.")
    bob.sees("ann has left room lobby.\n")
    rooms.sees("[1 #tea]")


def test_each_room_has_its_draft(rooms: Screen, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    rooms.type("for tea")
    rooms.sees("#tea ann> for tea")
    rooms.type("\x1b1")
    rooms.sees("[1 #lobby]")
    rooms.type("for the lobby\r")
    bob.sees("ann: for the lobby\n")
    rooms.type("/2\r")
    rooms.sees("#tea ann> for tea")


def test_to_join_a_room_leaves_the_current_one_of_several(
    rooms: Screen, connect: Callable[..., Peer]
) -> None:
    rooms.type("/join attic\r")
    rooms.sees("You have left room tea.")
    rooms.sees("1 #lobby  2 #den  [3 #attic]")


def test_after_a_lost_connection_one_is_in_all_rooms_again(
    screen: Callable[..., Screen], start_server: Callable[..., Server], connect: Callable[..., Peer]
) -> None:
    server = start_server("127.0.0.1").listening()
    ann = screen("--name", "ann", port=server.port)
    ann.sees("All set, ann!")
    ann.type("/enter tea\r")
    ann.sees("[2 #tea]")
    server.popen.kill()
    server.wait()
    ann.sees("lost connection")
    ann.type("for tea\r")
    ann.sees("1 not sent yet")
    ann.type("/1\rfor the lobby\r")
    ann.sees("2 not sent yet")
    ann.popen.send_signal(signal.SIGSTOP)  # or ann may be back before bob
    start_server("127.0.0.1", "-p", str(server.port)).listening()
    bob = connect("bob", server.port)
    bob.send(b"/join tea\n")
    bob.sees("room tea now")
    bob.sees("\n")
    dee = connect("dee", server.port)
    ann.popen.send_signal(signal.SIGCONT)
    bob.sees("ann: for tea\n")
    dee.sees("ann: for the lobby\n")
    ann.sees("[1 #lobby]  2 #tea")


@pytest.mark.parametrize(
    ("keys", "code"), [("QUIT\r", 0), ("/quit\r", 0), (CTRL_D, 0), (CTRL_C, 0)]
)
def test_leaving(ann: Screen, connect: Callable[..., Peer], keys: str, code: int) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    settle(ann)
    ann.type(keys)
    bob.sees("Server: ann has left the chat.\n")
    assert ann.wait() == code
    assert "Traceback" not in "\n".join(ann.lines)


def test_ctrl_c_before_there_is_a_connection(screen: Callable[..., Screen]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = screen(port=silent.getsockname()[1])
        client.sees("Trying to connect")
        client.type(CTRL_C)
        assert client.wait() == 130
    assert "Traceback" not in "\n".join(client.lines)


def test_nobody_there_is_one_line(screen: Callable[..., Screen]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    client = screen(port=port)
    client.sees("nobody listens there")
    assert client.wait() == 1
    assert len(client.lines) == 3  # two of them for what is too long for one line of the terminal


def test_an_unknown_host_is_one_line(screen: Callable[..., Screen]) -> None:
    client = screen(host="no-such-host.invalid")
    client.sees("there is no such host")
    assert client.wait() == 1


def test_it_can_be_suspended_and_the_line_is_still_there(
    screen: Callable[..., Screen], server: Server, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    shell = screen(shell=True)
    shell.type(f"{sys.executable} -m chatroom.client localhost -p {server.port} --name ann\r")
    shell.sees("connected, ")
    shell.type("half a sen")
    shell.sees("ann> half a sen")
    shell.type("\x1a")
    shell.sees("Stopped")
    shell.type("echo $((40 + 2))\r")
    shell.sees("42")
    shell.type("fg\r")
    shell.sees("ann> half a sen")
    shell.type("tence\r")
    bob.sees("ann: half a sentence\n")
    shell.type("QUIT\r")
    bob.sees("ann has left")


def test_pasted_lines_after_the_name_are_said(
    screen: Callable[..., Screen], connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    client = screen()
    client.sees("Your name:")
    client.type("\x1b[200~ann\none\ntwo\x1b[201~\r")
    bob.sees("ann: one\nann: two\n")


def test_a_server_that_goes_away_while_a_name_is_asked_for_is_one_line(
    screen: Callable[..., Screen], server: Server
) -> None:
    client = screen()
    client.sees("Your name:")
    server.popen.kill()
    assert client.wait() == 1
    assert "Traceback" not in "\n".join(client.lines)
    client.sees("The connection was closed.")


def test_a_server_that_dies_and_returns_is_rejoined_and_hears_what_was_typed(
    screen: Callable[..., Screen], start_server: Callable[..., Server], connect: Callable[..., Peer]
) -> None:
    server = start_server("127.0.0.1").listening()
    ann = screen("--name", "ann", port=server.port)
    ann.sees("All set, ann!")
    server.popen.kill()
    server.wait()
    ann.sees("Oh no, we have lost connection to the server!")
    ann.type("anybody?\r")
    ann.sees("1 not sent yet")
    ann.popen.send_signal(signal.SIGSTOP)  # or ann may be back before bob
    server = start_server("127.0.0.1", "-p", str(server.port)).listening()
    bob = connect("bob", server.port)
    ann.popen.send_signal(signal.SIGCONT)
    ann.sees("We are back, as ann in room lobby.")
    ann.sees("ann: anybody?")
    assert bob.sees("ann: anybody?\n").count("anybody?") == 1
    ann.sees("connected, ")


def test_the_status_line_counts_down(
    screen: Callable[..., Screen], start_server: Callable[..., Server]
) -> None:
    server = start_server("127.0.0.1").listening()
    ann = screen("--name", "ann", port=server.port)
    ann.sees("#lobby  1 person")
    server.popen.kill()
    ann.sees("reconnecting")


def test_a_kick_ends_it(ann: Screen, server: Server) -> None:
    server.type("kick ann too loud\n")
    ann.sees("You were kicked: too loud")
    assert ann.wait() == 1


def test_without_the_extra_it_is_plain_and_says_how_to_get_more(
    screen: Callable[..., Screen],
    connect: Callable[..., Peer],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(
        "import importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda n, p=None: None if n == 'prompt_toolkit' else f(n, p)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    bob = connect("bob")
    client = screen()
    client.sees("pip install prompt_toolkit")
    client.sees("Your name:")
    client.type("bob\n")
    client.sees("The name bob is taken.")
    client.type("ann\n")
    client.sees("All set, ann!")
    bob.send(b"hi\n")
    client.sees("bob: hi")
    client.type("hello\n")
    bob.sees("ann: hello\n")
    client.type("QUIT\n")
    assert client.wait() == 0


def test_plain_can_be_asked_for(screen: Callable[..., Screen], nc: Callable[..., Process]) -> None:
    client = screen("--plain", "--name", "ann")
    client.sees("All set, ann!")
    client.type(CTRL_C)
    assert client.wait() == 130
    assert "Traceback" not in "\n".join(client.lines)


def test_ctrl_c_clears_a_line_that_was_begun(ann: Screen, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    ann.type("better not")
    ann.sees("ann> better not")
    ann.type(CTRL_C)
    ann.type("hello\r")
    assert bob.sees("hello\n") == "ann: hello\n"
    ann.sees("ann: hello")
    settle(ann)
    ann.type(CTRL_C)
    bob.sees("ann has left")
    assert ann.wait() == 0


def test_a_terminal_without_a_cursor_gets_plain_lines(
    screen: Callable[..., Screen], connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    client = screen(terminal="dumb")
    client.sees("Your name:")
    client.type("ann\r")
    client.sees("All set, ann!")
    bob.send(b"hi\n")
    client.sees("bob: hi")
    client.type("QUIT\r")
    assert client.wait() == 0
    assert b"\x1b" not in client.raw
    assert not any("pip install" in line for line in client.lines)


def test_the_port_may_stand_with_the_host(screen: Callable[..., Screen], server: Server) -> None:
    client = screen(f"[::ffff:127.0.0.1]:{server.port}", "--name", "ann", host="")
    client.sees(f"Successfully connected to [::ffff:127.0.0.1]:{server.port}")
    client.sees("All set, ann!")


@pytest.mark.parametrize("options", [(), ("--plain",)], ids=["terminal", "plain"])
def test_who_is_here_is_said_on_joining(
    screen: Callable[..., Screen], connect: Callable[..., Peer], options: tuple[str, ...]
) -> None:
    connect("bob")
    client = screen("--name", "ann", *options)
    client.sees("You are in room lobby now. 1 person is here: bob")


@pytest.mark.parametrize("options", [(), ("--plain",)], ids=["terminal", "plain"])
def test_what_the_server_says_is_broken_between_words(
    screen: Callable[..., Screen], options: tuple[str, ...]
) -> None:
    client = screen("--name", "ann", *options, columns=50)
    client.sees("All set, ann!")
    client.type("/msg nobody-at-all-by-this-name psst\r")
    client.sees("There is nobody called")
    client.sees("  nobody-at-all-by-this-name here.")
    said = [line for line in client.lines if "Leave anytime" in line or "commands." in line]
    assert said == ["All set, ann! Leave anytime by typing QUIT; /help", "  lists the commands."]


@pytest.mark.parametrize("options", [(), ("--plain",)], ids=["terminal", "plain"])
def test_cancel_drops_the_rest_of_a_long_paste(
    screen: Callable[..., Screen], connect: Callable[..., Peer], options: tuple[str, ...]
) -> None:
    bob = connect("bob")
    ann = screen("--name", "ann", *options)
    ann.sees("All set, ann!")
    ann.type("".join(f"line {number}\r" for number in range(100)))
    ann.sees("lines are waiting; they go out 5 a second; /cancel drops them.")
    ann.type("/cancel\r")
    ann.sees("lines were dropped.")
    ann.type("that is all\r")
    heard = bob.sees("that is all\n")
    assert "line 19\n" in heard
    assert "line 90\n" not in heard


def test_a_question_without_a_connection_waits_for_it(
    screen: Callable[..., Screen], start_server: Callable[..., Server]
) -> None:
    server = start_server("127.0.0.1").listening()
    ann = screen("--name", "ann", port=server.port)
    ann.sees("All set, ann!")
    server.popen.kill()
    server.wait()
    ann.sees("lost connection")
    ann.type("/rooms\r")
    ann.sees("1 not sent yet")
    start_server("127.0.0.1", "-p", str(server.port)).listening()
    ann.sees("We are back")
    ann.sees("Server: 1 room:")


def test_the_next_run_offers_where_and_who_one_was_and_keeps_the_bell(
    screen: Callable[..., Screen], server: Server, preferences: Path
) -> None:
    ann = screen("--name", "ann")
    ann.sees("All set, ann!")
    ann.type("/nick anna\r")
    ann.sees("You are now called anna.")
    ann.type("/bell off\r")
    ann.sees("The bell rings: off.")
    settle(ann)
    ann.type(CTRL_D)
    assert ann.wait() == 0
    saved = json.loads(preferences.read_text())
    assert (saved["host"], saved["port"]) == ("localhost", server.port)
    again = screen(host="")
    again.sees(f"Successfully connected to localhost:{server.port}")
    again.sees("Your name: anna")
    again.type("\r")
    again.sees("All set, anna!")
    again.type("/bell\r")
    again.sees("(now: off)")


def test_plain_offers_the_name_as_well(screen: Callable[..., Screen], server: Server) -> None:
    ann = screen("--name", "ann", "--plain")
    ann.sees("All set, ann!")
    ann.type("QUIT\r")
    assert ann.wait() == 0
    again = screen("--plain", host="")
    again.sees("Your name [ann]:")
    again.type("\r")
    again.sees("All set, ann!")


@pytest.mark.parametrize("options", [(), ("--plain",)], ids=["terminal", "plain"])
def test_quit_leaves_where_a_name_is_asked_for(
    screen: Callable[..., Screen], options: tuple[str, ...]
) -> None:
    client = screen(*options)
    client.sees("Your name")
    client.type("QUIT\r")
    assert client.wait() == 0


def test_quit_right_behind_a_line_loses_nothing_and_says_nothing(
    ann: Screen, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.type("one\rtwo\rQUIT\r")
    bob.sees("ann: one\nann: two\nServer: ann has left")
    assert ann.wait() == 0
    assert not any("delivered" in line for line in ann.lines)


class Script:
    """A server that says what the test wants, over one connection after the other."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self.port: int = self._listener.getsockname()[1]
        self._connection: socket.socket | None = None

    def hears(self, kind: str) -> dict[str, object]:
        """The next request of this type, over a new connection if there is none."""
        if self._connection is None:
            self._connection, _ = self._listener.accept()
            self._connection.settimeout(20)
            self._lines = self._connection.makefile("rb")
        while (request := json.loads(self._lines.readline()))["type"] != kind:
            pass
        return dict(request)

    def says(self, kind: str, **fields: object) -> None:
        assert self._connection is not None
        self._connection.sendall(json.dumps({"type": kind, **fields}).encode() + b"\n")

    def welcomes(self, last: int, **fields: object) -> None:
        people = {"count": 2, "names": ["ann", "bob"]}
        limits = {"text": 4096, "name": 32, "line": 16384, "rate": 5, "burst": 20}
        here = {"name": "ann", "room": "lobby", "members": people, "limits": limits}
        history = {"topic": "Earl Grey", "epoch": "e1", "first": 1, "last": last}
        self.says("welcome", **here, version="1", **{**history, **fields})

    def says_in_the_lobby(self, id: int, text: str) -> None:
        self.says("said", id=id, room="lobby", name="bob", text=text, time=id)

    def tells_the_last_lines(self, *ids: int) -> None:
        request = self.hears("history")
        kept = [
            {"id": id, "kind": "said", "name": "bob", "text": f"line {id}", "time": id}
            for id in ids
        ]
        more = {"before": True, "after": False}
        self.says("page", room="lobby", messages=kept, more=more, time=100, ref=request["ref"])

    def drops(self) -> None:
        assert self._connection is not None
        self._lines.close()
        self._connection.close()
        self._connection = None

    def ends(self) -> None:
        if self._connection is not None:
            self.drops()
        self._listener.close()


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.ends()


def test_what_was_missed_is_shown_behind_a_mark(
    screen: Callable[..., Screen], script: Script
) -> None:
    ann = screen("--name", "ann", host="127.0.0.1", port=script.port)
    assert "after" not in script.hears("join")
    script.welcomes(last=0)
    script.says_in_the_lobby(1, "one")
    ann.sees("The topic of lobby is: Earl Grey")
    ann.sees("bob: one")
    script.drops()
    join = script.hears("join")
    assert (join["after"], join["epoch"]) == (1, "e1")
    script.welcomes(last=3)
    for id, text in ((2, "two"), (3, "three"), (3, "three"), (4, "four")):
        script.says_in_the_lobby(id, text)
    ann.sees("bob: four")
    shown = "\n".join(ann.lines)
    parts = ["bob: one", "We are back", "--- new since ", "bob: two", "bob: three", "bob: four"]
    assert sorted(map(shown.index, parts)) == list(map(shown.index, parts))
    assert [shown.count(part) for part in parts] == [1] * len(parts)
    script.drops()
    script.hears("join")
    script.welcomes(last=0, epoch="e2", reset=True)
    ann.sees("--- what follows does not continue: the server has started anew ---")


def test_the_next_run_shows_where_one_left_off(
    screen: Callable[..., Screen], script: Script
) -> None:
    ann = screen("--name", "ann", host="127.0.0.1", port=script.port)
    script.hears("join")
    script.welcomes(last=9)
    script.tells_the_last_lines(8, 9)
    ann.sees("bob: line 9")
    assert "--- new" not in "\n".join(ann.lines)
    ann.type("QUIT\r")
    script.hears("quit")
    script.drops()
    assert ann.wait() == 0
    again = screen("--name", "ann", host="127.0.0.1", port=script.port)
    script.hears("join")
    script.welcomes(last=11)
    script.tells_the_last_lines(8, 9, 10, 11)
    again.sees("bob: line 11")
    shown = "\n".join(again.lines)
    parts = ["bob: line 9", "--- new since ", "bob: line 10"]
    assert sorted(map(shown.index, parts)) == list(map(shown.index, parts))
