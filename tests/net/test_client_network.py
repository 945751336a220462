"""The connection under a client's core."""

import asyncio
import logging
import socket
import struct

import pytest

from chatroom.client.core import Client
from chatroom.client.events import ConnectionLost, Entry
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
