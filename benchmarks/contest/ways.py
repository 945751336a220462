"""Ways into chatroom itself: what its plain room costs, and what it costs otherwise.

The plain room is all in memory and everybody has ``nc``. Each way differs from it in one thing, so
these are no peers: a page shows them beside the plain room, and not beside other servers.
"""

from __future__ import annotations

from pathlib import Path

from load.plan import MIXED
from load.target import CHATROOM
from peers import Command, Peer

HISTORY, PROGRAMS, BROWSERS = "history", "programs", "browsers"
NAMES = (HISTORY, PROGRAMS, BROWSERS, MIXED)
"""Of all ways there are, in the order in which they are shown."""


def find(version: str) -> dict[str, Peer]:
    """Every way into the chatroom of this version."""
    return {
        HISTORY: way(with_history, f"{version}, with a history file"),
        PROGRAMS: way(plain, f"{version}, everybody speaks JSON", "json"),
        BROWSERS: way(plain, f"{version}, everybody has a WebSocket", "websocket"),
        MIXED: way(
            plain, f"{version}, who listens has nc, JSON or a WebSocket, and who talks nc", MIXED
        ),
    }


def way(command: Command, version: str, speak: str = "line") -> Peer:
    return Peer(command, version, speak, way=True)


def plain(_: Path, __: int) -> list[str]:
    return CHATROOM


def with_history(folder: Path, _: int) -> list[str]:
    return [*CHATROOM, "--history", str(folder / "history.db")]
