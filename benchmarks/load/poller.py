"""Waiting for many sockets, with the precision of a microsecond.

``epoll_wait`` as Python calls it counts in milliseconds and rounds up, so a message due in
0.2 ms would leave up to 0.8 ms late, and that lateness would be taken for the server's.
``select`` counts in microseconds, and an epoll is itself a descriptor one can select on.
"""

from __future__ import annotations

import math
import select
import socket
from typing import Protocol

EVENTS = 128  # sockets served between two looks at the clock
IN, OUT = select.POLLIN, select.POLLOUT
GONE = getattr(select, "EPOLLRDHUP", 0)  # the other side has finished: seen without reading


class Poller(Protocol):
    def watch(self, sock: socket.socket, mask: int) -> None: ...
    def rewatch(self, sock: socket.socket, mask: int) -> None: ...
    def unwatch(self, sock: socket.socket) -> None: ...
    def ready(self, wait: float) -> list[tuple[int, int]]:
        """Descriptors and masks, after ``wait`` seconds at most."""
        ...


class Epoll:
    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.watch = self.epoll.register
        self.rewatch = self.epoll.modify
        self.unwatch = self.epoll.unregister

    def ready(self, wait: float) -> list[tuple[int, int]]:
        found = self.epoll.poll(0, EVENTS)
        if not found and wait > 0:
            select.select([self.epoll], [], [], wait)
            found = self.epoll.poll(0, EVENTS)
        return found


class Poll:
    """Where there is no epoll: correct, slower, and only as precise as a millisecond."""

    def __init__(self) -> None:
        self.poll = select.poll()
        self.watch = self.poll.register
        self.rewatch = self.poll.modify
        self.unwatch = self.poll.unregister

    def ready(self, wait: float) -> list[tuple[int, int]]:
        return self.poll.poll(math.ceil(max(wait, 0) * 1000))


def new_poller() -> Poller:
    return Epoll() if hasattr(select, "epoll") else Poll()
