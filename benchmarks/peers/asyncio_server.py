"""The relay that an asyncio programmer would write, as a Protocol and not with streams.

One ``transport.write`` per message and receiver, which sends at once when the kernel
takes it and queues the rest. Protocols are the fast half of asyncio: no task per client,
no future per read. With ``--uvloop`` the same code runs on libuv's loop.

It refuses to be clever on purpose: gathering several messages into one write is what
chatroom does, and the point of this file is to measure what is gained by it.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import signal
from typing import cast

BACKLOG = 4096


class Visitor(asyncio.Protocol):
    """One connection; all of them share the set of transports of everybody present."""

    def __init__(self, present: set[asyncio.Transport]) -> None:
        self.present = present
        self.partial = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        # Both loops have set TCP_NODELAY on it already, as they made the listening socket
        # themselves: asyncio does not where it is given one that does not say it is TCP.
        self.present.add(self.transport)

    def data_received(self, data: bytes) -> None:
        *lines, self.partial = (self.partial + data).split(b"\n")
        mine = self.transport
        for line in lines:
            framed = line + b"\n"
            for transport in self.present:
                if transport is not mine:
                    transport.write(framed)

    def connection_lost(self, exc: Exception | None) -> None:
        self.present.discard(self.transport)


async def serve() -> None:
    present: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: Visitor(present), "127.0.0.1", 0, backlog=BACKLOG)
    print(f"Listening at 127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--uvloop", action="store_true", help="run on uvloop instead of asyncio's")
    factory = None
    if parser.parse_args().uvloop:
        factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve())


if __name__ == "__main__":
    main()
