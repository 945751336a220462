"""The relay of the tutorials: a thread per client and a list of everybody, under a lock.

Two things the tutorials leave out are here, because without them the comparison would be
one with a broken program: input is framed into lines, and a line goes out with ``sendall``
while the receiver's own lock is held, so that two talkers cannot mix their bytes.

What stays is what makes the design what it is: a talker's thread sends to one receiver
after the other and waits for each, so a reader who stops reading stops everybody. And as
every talker's thread walks the room by itself, two receivers may see two talkers' messages
in a different order.
"""

from __future__ import annotations

import os
import signal
import socket
import threading

BACKLOG = 4096
STACK = 256 * 1024  # bytes a thread: the default of 8 MiB is reserved, not used, but adds up


class Room:
    """Who is here. The tuple is replaced, never changed: readers need no lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.present: tuple[Visitor, ...] = ()

    def enter(self, visitor: Visitor) -> None:
        with self.lock:
            self.present = (*self.present, visitor)

    def leave(self, visitor: Visitor) -> None:
        with self.lock:
            self.present = tuple(other for other in self.present if other is not visitor)


class Visitor:
    def __init__(self, sock: socket.socket, room: Room) -> None:
        self.sock = sock
        self.room = room
        self.sending = threading.Lock()

    def run(self) -> None:
        self.room.enter(self)
        try:
            with self.sock, self.sock.makefile("rb") as lines:
                for line in lines:
                    self.relay(line)
        except OSError:
            pass  # they are gone, which is what leaving means here
        finally:
            self.room.leave(self)

    def relay(self, line: bytes) -> None:
        for other in self.room.present:
            if other is not self:
                other.send(line)

    def send(self, line: bytes) -> None:
        try:
            with self.sending:
                self.sock.sendall(line)
        except OSError:
            self.room.leave(self)


def main() -> None:
    # Threads in recv() would keep an ordinary exit waiting for every client.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.stack_size(STACK)
    room = Room()
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        print(f"Listening at 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Visitor(sock, room).run, daemon=True).start()


if __name__ == "__main__":
    main()
