"""Bytes on their way out.

Pieces are kept as they were given, for most of them are shared with hundreds of other queues, and
are never joined or cut: an offset remembers how much of the first has been sent. The size is
counted as bytes move and never measured again. A list serves better than a deque: it is nearly
always empty or holds one piece, and an empty deque takes ten times the memory.

A slice keeps all of what it was cut from in memory. That is fine until the end of the tick; a queue
that has to wait longer makes the slices its own, so that what it keeps alive is what it holds (and
the first piece as a whole).
"""

import socket

_PIECE = 64  # bytes that a piece takes beside what is in it


class Outgoing:
    """A queue of bytes. Callers that append to `pieces` and `size` check the limit."""

    __slots__ = ("_offset", "pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[bytes | memoryview] = []
        self.size = 0  # bytes not yet sent
        self._offset = 0  # bytes of the first piece that have been sent

    @property
    def weight(self) -> int:
        """Bytes of memory that the queue takes."""
        return self.size + _PIECE * len(self.pieces)

    def own(self) -> None:
        """Copy the slices, which keep more alive than they hold."""
        for index, piece in enumerate(self.pieces):
            if isinstance(piece, memoryview):
                self.pieces[index] = bytes(piece)

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
