"""Bytes on their way out.

Pieces are kept as they were given, for most of them are shared with hundreds of other queues, and
are never joined or cut: an offset remembers how much of the first has been sent. The size is
counted as bytes move and never measured again. A list serves better than a deque: it is nearly
always empty or holds one piece, and an empty deque takes ten times the memory.
"""

import socket


class Outgoing:
    """A queue of bytes. `pieces` and `size` are appended to by whoever has checked the limit."""

    __slots__ = ("_offset", "pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[bytes | memoryview] = []
        self.size = 0  # bytes not yet sent
        self._offset = 0  # bytes of the first piece that have been sent

    def append(self, data: bytes) -> None:
        self.pieces.append(data)
        self.size += len(data)

    def send(self, sock: socket.socket, most_pieces: int) -> int:
        """One system call; returns the bytes that the kernel took, 0 if it has no room.

        Raises OSError when the connection is gone.
        """
        pieces = self.pieces
        try:
            if len(pieces) == 1 and not self._offset:
                sent = sock.send(pieces[0])
            else:
                first = memoryview(pieces[0])[self._offset :]
                sent = sock.sendmsg([first, *pieces[1:most_pieces]])
        except (BlockingIOError, InterruptedError):
            return 0
        if sent == self.size:
            pieces.clear()
            self.size = self._offset = 0
        else:
            self.advance(sent)
        return sent

    def advance(self, sent: int) -> None:
        """That many bytes, but not all, have been sent."""
        self.size -= sent
        sent += self._offset
        whole = 0
        for piece in self.pieces:
            if sent < len(piece):
                break
            sent -= len(piece)
            whole += 1
        del self.pieces[:whole]
        self._offset = sent
