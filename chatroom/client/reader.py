"""Standard input for an asyncio program, whatever it is: a terminal, a pipe, a file, nothing.

A file cannot be watched and a terminal should not be made non-blocking, since the shell shares it.
So a thread reads, one piece at a time and only when asked. It is a daemon: who wants to leave does
not wait for somebody to type.
"""

import asyncio
import os
import queue
import threading

_PIECE = 4096


class Reader:
    """Reads the descriptor. There is to be one for it, and one question at a time."""

    def __init__(self, descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
        self._descriptor = descriptor
        self._loop = loop
        self._wanted: queue.SimpleQueue[asyncio.Future[bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    async def read(self) -> bytes:
        """What there is to read; empty at the end of it."""
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self._wanted.put(answer)
        return await answer

    def _work(self) -> None:
        while True:
            answer = self._wanted.get()
            try:
                data = os.read(self._descriptor, _PIECE)
            except OSError:  # closed, or a terminal that is gone
                data = b""
            try:
                self._loop.call_soon_threadsafe(_give, answer, data)
            except RuntimeError:  # the loop is closed: nobody asks any more
                return


def _give(answer: asyncio.Future[bytes], data: bytes) -> None:
    if not answer.done():
        answer.set_result(data)
