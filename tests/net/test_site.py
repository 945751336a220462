"""What a whole server gives to browsers."""

import io
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

import chatroom
from chatroom.chat.history import History
from chatroom.metrics import Metrics
from chatroom.net.listener import bind
from chatroom.net.loop import Loop
from chatroom.protocols.web.site import TYPES
from chatroom.server.server import Server
from chatroom.settings import Settings

PATIENCE = 10


@contextmanager
def serving(**changes: Any) -> Iterator[str]:
    """A server in a thread of its own; gives its HOST:PORT."""
    settings = replace(Settings(), **changes)
    metrics = Metrics()
    loop = Loop(settings, metrics)
    history = History(":memory:", settings, time.time)
    server = Server(settings, metrics, loop, bind("127.0.0.1", 0, settings), history=history)
    thread = threading.Thread(target=server.run)
    place = f"127.0.0.1:{server.listeners[0].port}"
    stop = threading.Event()

    def look() -> None:
        if stop.is_set():
            server.stopping.shut_down()
        else:
            loop.call_later(0.02, look)

    loop.call_later(0.02, look)
    thread.start()
    try:
        yield place
    finally:
        stop.set()
        thread.join(PATIENCE)
        loop.close()
    assert not thread.is_alive()
    assert metrics.handler_errors == 0


def get(url: str) -> bytes:
    with urlopen(url, timeout=PATIENCE) as response:
        data = response.read()
    assert isinstance(data, bytes)
    return data


def test_every_file_of_the_page_is_served_as_it_is() -> None:
    folder = Path(chatroom.__file__).parent / "web"
    files = [path for path in folder.rglob("*") if path.suffix[1:] in TYPES]
    assert folder / "index.html" in files
    with serving() as place:
        assert get(f"http://{place}/") == (folder / "index.html").read_bytes()
        for path in files:
            url = f"http://{place}/{path.relative_to(folder).as_posix()}"
            assert get(url) == path.read_bytes()


def test_the_clients_come_as_one_file_that_joins(tmp_path: Path) -> None:
    path = tmp_path / "chatroom.pyz"
    with serving() as place, connect(f"ws://{place}/ws", open_timeout=PATIENCE) as browser:
        path.write_bytes(get(f"http://{place}/chatroom.pyz"))
        assert get(f"http://{place}/chatroom.pyz") == path.read_bytes()
        assert zipfile.is_zipfile(io.BytesIO(path.read_bytes()))
        browser.send('{"type":"join","name":"ann"}')
        browser.recv(PATIENCE)
        command = [sys.executable, "-I", str(path), place, "--name", "bot"]
        subprocess.run(command, input="built\n", text=True, timeout=50, check=True)
        heard = ""
        while '"built"' not in heard:
            heard += str(browser.recv(PATIENCE))
        assert '"name":"bot"' in heard


def test_a_browser_echoes_what_is_said_over_a_real_connection() -> None:
    with serving() as place, connect(f"ws://{place}/ws") as ann, connect(f"ws://{place}/ws") as bob:
        for name, browser in (("ann", ann), ("bob", bob)):
            browser.send(f'{{"type":"join","name":"{name}"}}')
            assert '"welcome"' in str(browser.recv(PATIENCE))
        ann.send(['{"type":"say",', '"text":"in ', 'fragments"}'])
        assert '"in fragments"' in str(bob.recv(PATIENCE))
        assert ann.ping().wait(PATIENCE)


def test_a_foreign_page_is_refused_over_a_real_connection() -> None:
    with serving() as place:
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"ws://{place}/ws", origin=Origin("http://evil.example"))
        with connect(f"ws://{place}/ws", origin=Origin(f"http://{place}")):
            pass


@pytest.mark.parametrize("path", ["/room/lobby.txt", "/room/Lobby.txt?since=2h"])
def test_rooms_are_text_where_they_are_open(path: str) -> None:
    with serving(public_rooms=True) as place:
        with pytest.raises(HTTPError, match="404"):
            get(f"http://{place}{path}")
        with connect(f"ws://{place}/ws") as ann:
            ann.send('{"type":"join","name":"ann"}')
            ann.recv(PATIENCE)
            assert get(f"http://{place}{path}") == b""
            ann.send('{"type":"say","text":"hi","ref":1}')
            ann.recv(PATIENCE)
            assert get(f"http://{place}{path}").endswith(b"] ann: hi\n")
            assert get(f"http://{place}/room/lobby.txt?since=0s") == b""


def test_an_open_room_is_followed() -> None:
    with serving(public_rooms=True) as place, connect(f"ws://{place}/ws") as ann:
        ann.send('{"type":"join","name":"ann"}\n{"type":"say","text":"one"}')
        ann.recv(PATIENCE)
        with urlopen(f"http://{place}/room/lobby.txt?since=1h&follow", timeout=PATIENCE) as lines:
            assert lines.readline().endswith(b"] ann: one\n")
            for text in ("two", "three"):
                ann.send(f'{{"type":"say","text":"{text}"}}')
                assert lines.readline().endswith(f"] ann: {text}\n".encode())


def test_rooms_are_closed_to_readers_without_a_name() -> None:
    with serving() as place, connect(f"ws://{place}/ws") as ann:
        ann.send('{"type":"join","name":"ann"}')
        ann.recv(PATIENCE)
        with pytest.raises(HTTPError, match="404"):
            get(f"http://{place}/room/lobby.txt")
