"""The connection under a client's core."""

import asyncio
import logging
import socket
import struct
from pathlib import Path

import pytest

from chatroom.client import network as network_module
from chatroom.client.core import Client
from chatroom.client.events import ConnectionLost, Entry
from chatroom.client.last_read import LastRead
from chatroom.client.network import Network
from chatroom.client.settings import ClientSettings
from chatroom.vocabulary import commands, events

WELCOME = (
    b'{"type":"welcome","name":"ann","room":"lobby","members":{"count":1,"names":["ann"]},'
    b'"limits":{"text":4096,"name":32,"line":16384,"rate":0,"burst":0},"version":"1"}\n'
)


def reset(connection: socket.socket) -> None:
    """End it so that the next thing that is sent there fails."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


async def talk_into_a_reset_connection(server: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    client = Client(ClientSettings(), "t1cket", loop.time, lambda: 0.0, lambda: 0.0)
    client.join("ann")
    seen: list[Entry] = []
    changed = asyncio.Event()

    def show(happened: list[Entry]) -> None:
        seen.extend(happened)
        changed.set()

    async def until(kind: type) -> None:
        while not any(isinstance(one.event, kind) for one in seen):
            changed.clear()
            await changed.wait()

    port = server.getsockname()[1]
    network = Network(client, "127.0.0.1", port, 5.0, show, loop)
    running = asyncio.create_task(network.run())
    connection, _ = await loop.sock_accept(server)
    connection.sendall(WELCOME)
    await until(events.Welcomed)
    reset(connection)
    for number in range(100):  # without giving the loop a turn to notice
        client.request(commands.Say(str(number)))
        network.advance()
    await until(ConnectionLost)
    assert client.waiting == 100
    client.request(commands.Quit("quit"))
    network.advance()
    await running


def test_what_is_said_into_a_broken_connection_is_kept_and_warns_of_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, caplog.at_level(logging.DEBUG):
        server.setblocking(False)
        asyncio.run(talk_into_a_reset_connection(server))
    assert "socket.send() raised exception" not in caplog.text


async def read_something(last_read: LastRead, port: int) -> None:
    loop = asyncio.get_running_loop()
    wall, jitter = (lambda: 60.0), (lambda: 0.0)
    client = Client(ClientSettings(), "t1cket", loop.time, wall, jitter, last_read=last_read)
    client.start()
    network = Network(client, "127.0.0.1", port, 5.0, lambda _: None, loop)
    last_read.begin("e1")
    last_read.note("lobby", 7, 60.0)
    running = asyncio.create_task(network.run())
    async with asyncio.timeout(20):
        while last_read.unsaved and network_module.LAST_READ_INTERVAL == 0:
            await asyncio.sleep(0)
    client.request(commands.Quit("quit"))
    network.advance()
    await running


@pytest.mark.parametrize("interval", [0, 3600], ids=["while it runs", "when it ends"])
def test_what_was_read_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interval: float
) -> None:
    monkeypatch.setattr(network_module, "LAST_READ_INTERVAL", interval)
    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(read_something(LastRead("attic:1060", tmp_path), server.getsockname()[1]))
    again = LastRead("attic:1060", tmp_path)
    again.begin("e1")
    assert again.find("lobby") == (7, 60.0)
