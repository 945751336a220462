"""Drives a client's core over a real connection, on asyncio's loop.

The server's loop is what this project is about. A client has one connection, and needs a resolver
that does not block and both families of addresses tried at once; the standard library has that.
"""

import asyncio
import errno
import socket
from collections.abc import Callable

from chatroom.client.core import Client
from chatroom.client.events import Entry
from chatroom.client.session import State
from chatroom.net.address import printable

_BOTH_FAMILIES = 0.25  # seconds after which the second one is tried as well (RFC 8305)
LAST_READ_INTERVAL = 5.0  # seconds between two writings of what was read last
_LAST_WORDS = 2.0  # seconds for the server to take what we have to say when we leave
_REASONS = {
    errno.ECONNREFUSED: "nobody listens there. Is the chatroom running, and is that its port?",
    errno.EHOSTUNREACH: "no way leads there. Is that machine on, and on this network?",
    errno.ENETUNREACH: "no way leads there. Is this machine on a network?",
    errno.ETIMEDOUT: "no answer. Is that machine on, and is there a firewall in between?",
}


class Network:
    """`show` is called with what has happened, whenever something has.

    `news` is set whenever the client may be in another state, also if there is nothing to show.
    """

    def __init__(
        self,
        client: Client,
        host: str,
        port: int,
        connect_timeout: float,
        show: Callable[[list[Entry]], object],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.news = asyncio.Event()
        self._client = client
        self._host = host
        self._port = port
        self._connect_timeout = connect_timeout
        self._show = show
        self._loop = loop
        self._link: _Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> None:
        """Until the client has ended, and what it had to say has been sent."""
        try:
            self.advance()
            await self._ended
            if self._link is not None:
                self._link.close()
                await asyncio.wait({self._link.gone}, timeout=_LAST_WORDS)
        finally:
            self._drop()
            if self._connecting is not None:
                self._connecting.cancel()
            if self._timer is not None:
                self._timer.cancel()
            self._save()

    def advance(self) -> None:
        """Carry out what the client wants. To be called after anything was asked of it."""
        client = self._client
        self._carry_out()
        while happened := client.take_entries():
            self._show(happened)
            self._carry_out()  # who was shown something may have asked for something
        self._set_timer()
        if client.last_read.unsaved and self._saving is None:
            self._saving = self._loop.call_later(LAST_READ_INTERVAL, self._save)
        self.news.set()
        if client.state is State.ENDED and not self._ended.done():
            self._ended.set_result(None)

    def _carry_out(self) -> None:
        client = self._client
        if self._link is not None:
            self._link.send(client.take_output())
            if not (client.is_connected or client.state is State.ENDED):
                self._drop()
        if client.wants_connection and self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())

    def _drop(self) -> None:
        if self._link is not None:
            self._link.abort()
            self._link = None

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._client.deadline is not None:
            self._timer = self._loop.call_at(self._client.deadline, self._tick)

    def _save(self) -> None:
        """What was read last. It is little, and written seldom enough to be written here."""
        if self._saving is not None:
            self._saving.cancel()
            self._saving = None
        self._client.last_read.save()

    def _tick(self) -> None:
        self._client.tick()
        self.advance()

    async def _connect(self) -> None:
        problem = ""
        try:
            async with asyncio.timeout(self._connect_timeout):
                await self._loop.create_connection(
                    lambda: _Link(self, self._loop),
                    self._host,
                    self._port,
                    happy_eyeballs_delay=_BOTH_FAMILIES,
                )
        except OSError as error:
            problem = _describe(error)
        except ValueError:  # a name that cannot even be asked for
            problem = _describe(socket.gaierror())
        self._connecting = None
        if problem:
            self._client.failed(f"Cannot connect to {printable(self._host, self._port)}: {problem}")
        self.advance()

    # --- what the connection tells ------------------------------------------------------------

    def connected(self, link: "_Link") -> None:
        self._link = link
        self._client.connected()
        self.advance()

    def received(self, link: "_Link", data: bytes) -> None:
        if link is self._link:
            self._client.received(data)
            self.advance()

    def lost(self, link: "_Link") -> None:
        if link is self._link:
            self._link = None
            self._client.lost("The connection was closed.")
            self.advance()


class _Link(asyncio.Protocol):
    """One connection. What an earlier one still has to tell is of no interest any more."""

    def __init__(self, network: Network, loop: asyncio.AbstractEventLoop) -> None:
        self._network = network
        self._transport: asyncio.Transport | None = None
        self.gone: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._network.connected(self)

    def data_received(self, data: bytes) -> None:
        self._network.received(self, data)

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        self._network.lost(self)
        self.gone.set_result(None)

    def send(self, data: bytes) -> None:
        """What can no longer be sent is dropped: it has no receipt, and will be sent again.

        asyncio would drop it as well, with a warning on the terminal for each time.
        """
        if self._transport is not None and not self._transport.is_closing() and data:
            self._transport.write(data)

    def close(self) -> None:
        """What was sent before is delivered first."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _describe(error: OSError) -> str:
    """What is wrong, and what to do about it."""
    if isinstance(error, socket.gaierror):
        return "there is no such host. Is the name spelled right?"
    if isinstance(error, TimeoutError):
        return _REASONS[errno.ETIMEDOUT]
    for number, reason in _REASONS.items():
        # where several addresses failed, asyncio has only a text for all of them
        if error.errno == number or f"[Errno {number}]" in str(error):
            return reason
    return f"{error.strerror or error}"
