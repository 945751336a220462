"""The relay that a Twisted programmer would write: a LineReceiver and its factory.

One ``transport.write`` per message and receiver. Twisted keeps what is written until the next
turn of its reactor and then sends it in one piece, so that several messages of one turn leave
together without anybody having asked for it.

It refuses to be clever on purpose, as the relay on asyncio does (``asyncio_server.py``).
"""

from __future__ import annotations

import importlib
import selectors
from typing import Any

# By name, so that whoever has no Twisted can still check the types of everything else.
basic: Any = importlib.import_module("twisted.protocols.basic")
protocol: Any = importlib.import_module("twisted.internet.protocol")

BACKLOG = 4096


# Twisted may be absent and is imported as Any, of which mypy lets nobody be a subclass.
class Visitor(basic.LineReceiver):  # type: ignore[misc]
    delimiter = b"\n"

    def connectionMade(self) -> None:
        self.transport.setTcpNoDelay(True)
        self.factory.present.add(self.transport)

    def lineReceived(self, line: bytes) -> None:
        framed = line + b"\n"
        mine = self.transport
        for transport in self.factory.present:
            if transport is not mine:
                transport.write(framed)

    def connectionLost(self, reason: object = None) -> None:
        self.factory.present.discard(self.transport)


class Room(protocol.Factory):  # type: ignore[misc]  # see Visitor
    protocol = Visitor

    def __init__(self) -> None:
        self.present: set[Any] = set()


def main() -> None:
    if hasattr(selectors, "EpollSelector"):
        importlib.import_module("twisted.internet.epollreactor").install()
    reactor: Any = importlib.import_module("twisted.internet.reactor")
    port = reactor.listenTCP(0, Room(), backlog=BACKLOG, interface="127.0.0.1")
    print(f"Listening at 127.0.0.1:{port.getHost().port}", flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
