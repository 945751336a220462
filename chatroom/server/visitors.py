"""The sessions of all visitors, for what concerns all of them: their number, and the stop.

A connection to another kind of peer (another server, say) is not a visitor. It is not counted
here, takes no place of the limit on clients and is not told goodbye.
"""

from typing import Protocol

from chatroom.net.connection import Connection
from chatroom.net.connections import Connections
from chatroom.server.browsers import Browsers


class Visitor(Protocol):
    """What a stopping server asks of a session."""

    def hurry(self) -> None:
        """The server is stopping: handle what has been received without delay."""

    def say_goodbye(self, text: str) -> int:
        """The server is stopping: close the connection, with this text as the last words.

        Returns how many lines of the visitor's have not been handled.
        """


class Visitors:
    """`sessions` has each visitor whose socket is open; a session calls `lost` when it is not."""

    def __init__(self, connections: Connections, browsers: Browsers | None = None) -> None:
        self._connections = connections
        self._browsers = browsers
        self.sessions: dict[Connection, Visitor] = {}
        self.reads = 0  # how often something was received from any of them

    def __len__(self) -> int:
        """All of them, with those whose connection only lingers."""
        return len(self.sessions)

    @property
    def talking(self) -> int:
        """How many have not been sent their last words yet."""
        lingering = self._connections.lingering
        return len(self.sessions) - sum(connection in self.sessions for connection in lingering)

    @property
    def blocked(self) -> list[Connection]:
        """Those who read more slowly than they are sent to."""
        return [one for one in self._connections.blocked if one in self.sessions]

    def add(self, connection: Connection, session: Visitor) -> None:
        self.sessions[connection] = session

    def lost(self, connection: Connection, reason: str) -> None:
        self.sessions.pop(connection, None)
        if self._browsers is not None:
            self._browsers.ended(connection.address, reason)

    def is_browser(self, connection: Connection) -> bool:
        """Whether a browser was served at that address lately."""
        return self._browsers is not None and self._browsers.is_at(connection.address)
