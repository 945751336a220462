"""The window as a person uses it: real keys and clicks, and what others receive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chatroom.client.preferences import load
from chatroom.settings import Settings

if TYPE_CHECKING:
    from tests.e2e.conftest import Desktop, Peer, Process, Server, Windowed

ROOT = Path(__file__).parents[2]
FIRST_ROOM = (100, 53)  # where things are in the window
SEND = (-46, -40)
SETTINGS = (212, -32)
PICTURES = os.environ.get("CHATROOM_PICTURES")  # a folder to keep screenshots in


def picture(window: Windowed, name: str) -> None:
    if PICTURES:
        command = ["import", "-window", window.window, f"{PICTURES}/{name}.png"]
        subprocess.run(command, env=window.desktop.environment, check=True)


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered of an earlier test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("GTK_THEME", raising=False)


@pytest.fixture
def ann(window: Callable[..., Windowed]) -> Windowed:
    """ann has joined, in a window. What it shows appears in the terminal as well."""
    ann = window("--name", "ann", "--echo")
    ann.sees("All set, ann!")
    ann.is_titled("lobby - chatroom")
    return ann


def test_what_is_typed_is_said_and_what_others_say_is_shown(
    ann: Windowed, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    ann.enters("hello world")
    ann.keys("Return")
    bob.sees("ann: hello world\n")
    bob.send("caf\u00e9 https://example.org/tea\n/me waves\nhow is ann?\n".encode())
    ann.sees("bob: how is ann?\n")
    picture(ann, "said")


def test_the_send_button_sends(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    ann.enters("by mouse")
    ann.click(*SEND)
    bob.sees("ann: by mouse\n")


def test_up_brings_back_what_was_typed(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    for text in ("one", "two"):
        ann.enters(text)
        ann.keys("Return")
        bob.sees(f"ann: {text}\n")
    ann.keys("Up", "Up", "exclam", "Return")
    bob.sees("ann: one!\n")


def test_commands_work_and_a_click_on_a_room_goes_there(
    ann: Windowed, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.enters("/join tea")
    ann.keys("Return")
    bob.sees("ann has left room lobby")
    ann.is_titled("tea - chatroom")


def test_each_room_has_its_lines_and_its_draft(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.enters("/enter tea")
    ann.keys("Return")
    ann.is_titled("tea - chatroom")
    ann.enters("for tea")
    bob.send(b"one\ntwo\n")
    ann.is_titled("(2) tea - chatroom")
    picture(ann, "rooms")
    ann.click(*FIRST_ROOM)
    ann.is_titled("lobby - chatroom")
    ann.enters("for the lobby")  # which needs no click on the entry
    ann.keys("Return")
    bob.sees("ann: for the lobby\n")
    bob.send(b"/join tea\n")
    bob.sees("room tea now")
    ann.keys("alt+2", "Return")
    bob.sees("ann: for tea\n")
    ann.enters("/leave")
    ann.keys("Return")
    ann.is_titled("lobby - chatroom")
    bob.sees("ann has left room tea.\n")


def test_pasted_lines_are_one_message(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.enters("one")
    ann.keys("shift+Return")
    ann.enters("  two")
    ann.keys("Return")
    bob.sees("ann: one\nann:   two\n")
    ann.sees("ann: one\n    two\n")


def test_the_title_counts_what_was_not_seen(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    ann.unfocus()
    bob.send(b"one\ntwo\n")
    ann.is_titled("(2) lobby - chatroom")
    ann.focus()
    ann.is_titled("lobby - chatroom")


def test_it_asks_for_what_it_was_not_told(
    window: Callable[..., Windowed], server: Server, connect: Callable[..., Peer]
) -> None:
    connect("ann")
    client = window("--echo", host="")
    client.enters("localhost")
    client.keys("Tab", "Tab")
    client.enters("ann")
    client.keys("Return")
    client.sees("The name ann is taken.\n")
    picture(client, "taken")
    client.keys("Tab", "shift+Tab", "End", "BackSpace", "BackSpace", "BackSpace")
    client.enters("bob")
    client.keys("Return")
    client.sees("All set, bob!")
    client.is_titled("lobby - chatroom")


def test_what_does_not_work_is_said_in_place_and_can_be_tried_again(
    window: Callable[..., Windowed],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1").listening()
    server.popen.terminate()
    server.wait()
    client = window("--name", "ann", "--echo", port=server.port)
    client.sees("nobody listens there")
    picture(client, "refused")
    start_server("127.0.0.1", "-p", str(server.port)).listening()
    client.keys("Return")
    client.sees("All set, ann!")


def test_a_server_that_dies_and_returns_is_rejoined_and_hears_what_was_typed(
    window: Callable[..., Windowed],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1").listening()
    ann = window("--name", "ann", "--echo", port=server.port)
    ann.sees("All set, ann!")
    server.popen.kill()
    server.wait()
    ann.sees("Oh no, we have lost connection to the server!")
    ann.enters("anybody?")
    ann.keys("Return")
    picture(ann, "lost")
    ann.popen.send_signal(signal.SIGSTOP)  # or ann may be back before bob
    start_server("127.0.0.1", "-p", str(server.port)).listening()
    bob = connect("bob", server.port)
    ann.popen.send_signal(signal.SIGCONT)
    ann.sees("We are back, as ann in room lobby.")
    assert bob.sees("ann: anybody?\n").count("anybody?") == 1


def test_with_echo_the_terminal_it_was_started_from_works_too(
    ann: Windowed, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.type("from the terminal\n")
    bob.sees("ann: from the terminal\n")
    bob.send(b"heard\n")
    ann.sees("bob: heard\n")
    ann.enters("from the window")
    ann.keys("Return")
    assert "from the terminal" not in ann.sees("ann: from the window\n")


def test_the_terminal_is_left_alone_unless_asked_for(
    window: Callable[..., Windowed], connect: Callable[..., Peer]
) -> None:
    ann = window("--name", "ann")
    bob = connect("bob")
    ann.is_titled("lobby - chatroom")
    ann.type("for somebody else\n")
    ann.unfocus()
    bob.send(b"heard\n")
    ann.is_titled("(1) lobby - chatroom")
    ann.focus()
    ann.enters("from the window")
    ann.keys("Return")
    assert "somebody" not in bob.sees("ann: from the window\n")
    assert ann.output.quiet()


def test_closing_the_window_leaves(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.enters("QUIT")
    ann.keys("Return")
    bob.sees("Server: ann has left the chat.\n")
    assert ann.wait() == 0


def test_ctrl_c_in_the_terminal_closes_the_window(
    ann: Windowed, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.popen.send_signal(signal.SIGINT)
    bob.sees("Server: ann has left the chat.\n")
    assert ann.wait() == 0
    assert ann.popen.stderr is not None
    assert ann.popen.stderr.read() == b""


def test_who_is_kicked_is_told_why_and_may_come_back(ann: Windowed, server: Server) -> None:
    server.type("kick ann 0 too loud\n")
    ann.sees("You were kicked: too loud\n")
    picture(ann, "kicked")
    ann.click(-70, -40)  # xdotool would wait for ever for a move to where the mouse is already
    ann.sees("All set, ann!")


def test_a_burst_of_messages_does_not_freeze_it(
    window: Callable[..., Windowed],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1", "--rate", "0").listening()
    ann = window("--name", "ann", "--echo", port=server.port)
    ann.sees("All set, ann!")
    bob = connect("bob", server.port)
    bob.send(b"".join(b"line %d of many that come all at once\n" % n for n in range(5000)))
    ann.enters("still here")
    ann.keys("Return")
    bob.sees("ann: still here\n")
    ann.sees("bob: line 4999 of many that come all at once\n")
    picture(ann, "burst")


def choose_dark(window: Windowed) -> None:
    """In the menu of the window."""
    window.desktop.do("mousemove", 0, 0)  # a move to where the mouse is already would never end
    window.click(*SETTINGS)
    window.keys("Down", "Down", "Down", "Return")


def test_size_and_colours_can_be_changed(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    bob.send(b"good evening\n")
    ann.sees("bob: good evening")
    ann.keys("ctrl+plus", "ctrl+plus", "ctrl+minus")
    choose_dark(ann)
    ann.enters("good night")  # which needs no click on the entry
    ann.keys("Return")
    bob.sees("ann: good night\n")
    picture(ann, "dark")


def test_host_name_and_colours_are_remembered(
    window: Callable[..., Windowed], server: Server, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    first = window("--name", "ann")
    bob.sees("ann has joined")
    first.is_titled("lobby - chatroom")
    choose_dark(first)
    first.enters("/nick eve")
    first.keys("Return")
    bob.sees("ann is now called eve.")
    first.enters("QUIT")
    first.keys("Return")
    assert first.wait() == 0
    saved = load()
    assert (saved.host, saved.port, saved.name) == ("localhost", server.port, "eve")
    assert saved.theme == "dark"
    again = window(host="", port=Settings().port)
    picture(again, "remembered")
    again.keys("Return")
    bob.sees("eve has joined")


def test_a_private_conversation_is_a_place_of_its_own(
    ann: Windowed, connect: Callable[..., Peer]
) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    bob.send(b"/msg ann are you there?\n")
    ann.is_titled("(1) lobby - chatroom")
    ann.keys("alt+a")
    ann.is_titled("bob - chatroom")
    ann.enters("only for you")
    ann.keys("Return")
    assert "private" in bob.sees("only for you\n")
    bob.send(b"for all\n")
    ann.is_titled("(1) bob - chatroom")
    picture(ann, "private")
    ann.keys("alt+Up")
    ann.is_titled("lobby - chatroom")
    ann.enters("to all")
    ann.keys("Return")
    bob.sees("ann: to all\n")


def test_the_switcher_goes_to_rooms_and_people(ann: Windowed, connect: Callable[..., Peer]) -> None:
    bob = connect("bob")
    ann.sees("bob has joined")
    ann.keys("ctrl+k")
    ann.enters("den")
    ann.keys("Return")
    ann.is_titled("den - chatroom")
    ann.keys("ctrl+k")
    ann.enters("bo")
    picture(ann, "switcher")
    ann.keys("Return")
    ann.is_titled("bob - chatroom")
    ann.enters("hello")
    ann.keys("Return")
    bob.sees("hello\n")


def test_a_message_is_found_and_shown_in_its_room(
    window: Callable[..., Windowed],
    start_server: Callable[..., Server],
    connect: Callable[..., Peer],
) -> None:
    server = start_server("127.0.0.1", "--rate", "0").listening()
    bob = connect("bob", server.port)
    bob.send(b"".join(b"the answer is %d\n" % number for number in range(300)))
    bob.send(b"/nick robert\n")
    bob.sees("robert")
    ann = window("--name", "ann", "--room", "tea", "--echo", port=server.port)
    ann.is_titled("tea - chatroom")
    ann.enters("/search answer 7 room:lobby")
    ann.keys("Return")
    choose_first_result(ann, "lobby - chatroom")
    picture(ann, "found")


def choose_first_result(window: Windowed, title: str) -> None:
    """The answer of the server may need a moment: choose the first result until it is there."""
    for _ in range(50):
        if window.title == title:
            return
        window.keys("Down", "Return")
    window.is_titled(title)


def test_without_a_display_it_says_what_to_do(server: Server) -> None:
    pytest.importorskip("tkinter")
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    command = [sys.executable, "-m", "chatroom.client", "localhost", "--gui"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr


def test_without_tkinter_it_says_what_to_install(server: Server, desktop: Desktop) -> None:
    blocked = "import sys; sys.modules['tkinter'] = None;"
    run = "from chatroom.client.__main__ import main; sys.exit(main(['localhost', '--gui']))"
    code = f"{blocked} {run}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=desktop.environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "python3-tk" in done.stderr


def test_people_with_everything_talk_in_one_room(
    ann: Windowed,
    nc: Callable[..., Process],
    client: Callable[..., Process],
    connect: Callable[..., Peer],
) -> None:
    bob = nc()
    bob.type("bob\n")
    bob.sees("All set, bob!")
    cy = client("--name", "cy", "--listen")
    ann.sees("cy has joined")
    dee = connect()
    dee.send(b"Server: dee has joined the chat. Say hi!")
    ann.sees("dee has joined")

    def type_in_window() -> None:
        ann.enters("hi")
        ann.keys("Return")

    people: dict[str, Process | Peer] = {"bob": bob, "cy": cy, "dee": dee, "ann": ann}
    says: dict[str, Callable[[], None]] = {
        "bob": lambda: bob.type("hi\n"),
        "cy": lambda: cy.type("hi\n"),
        "dee": lambda: dee.send(b"dee: hi"),
        "ann": type_in_window,
    }
    for speaker, say in says.items():
        say()
        for hearer, person in people.items():
            if hearer != speaker:
                person.sees(f"{speaker}: hi")
