"""The client that the window shows, and its network."""

import asyncio
from collections.abc import Callable

from chatroom.client.core import Client
from chatroom.client.events import Entry
from chatroom.client.network import Network
from chatroom.client.session import State
from chatroom.client.settings import ClientSettings
from chatroom.client.window.connect_form import Target
from chatroom.net.address import printable
from chatroom.vocabulary import commands

NewClient = Callable[[ClientSettings, str, Callable[[], float], str], Client]
"""Makes a client's core from settings, a room, a clock and HOST:PORT."""


class WindowSession:
    """`happened` is called with what has happened, whenever something has."""

    def __init__(
        self,
        new_client: NewClient,
        settings: ClientSettings,
        loop: asyncio.AbstractEventLoop,
        happened: Callable[[list[Entry]], None],
    ) -> None:
        self.client: Client | None = None
        self.address = ("", 0)
        self._new_client = new_client
        self._settings = settings
        self._loop = loop
        self._happened = happened
        self._network: Network | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def where(self) -> str:
        return printable(*self.address)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to be sent."""
        return self._running is None or self._running.done()

    def join(self, target: Target) -> None:
        """Connect, or only give another name where we are connected already."""
        address = (target.host, target.port)
        client = self.client
        if (
            client
            and address == self.address
            and client.state in (State.DISCONNECTED, State.CONNECTED)
        ):
            client.join(target.name, target.room)
            self.advance()
            return
        self.request(commands.Quit("quit"))
        self.address = address
        self.client = client = self._new_client(
            self._settings, target.room, self._loop.time, self.where
        )
        seconds = self._settings.connect_timeout
        self._network = Network(client, *address, seconds, self._happened, self._loop)
        client.join(target.name)
        self._running = self._loop.create_task(self._network.run())

    def join_again(self) -> None:
        """As before, after the server has sent us away."""
        assert self.client is not None
        self.join(Target(*self.address, self.client.name, self.client.rooms.current.name))

    def request(self, command: commands.Command) -> None:
        if self.client is not None:
            self.client.request(command)
            self.advance()

    def switch(self, number: int) -> bool:
        """To our room with this number; False if there is none."""
        switched = self.client is not None and self.client.switch_to(number)
        self.advance()
        return switched

    def choose(self, room: str) -> None:
        """Switch to the room, or enter it if we are not there."""
        if self.client is None:
            return
        if self.client.rooms.find(room) is None:
            self.request(commands.Enter(room))
        elif room != self.client.rooms.current.name:
            self.client.switch(room)
            self.advance()

    def advance(self) -> None:
        if self._network is not None:
            self._network.advance()
