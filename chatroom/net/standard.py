"""Our own standard input, output and error, which must not stop the loop.

A pipe whose reader is gone raises; a pipe or a terminal whose reader sleeps blocks, and would take
everybody in the chat with it. So a line is written only as far as there is room for it.

A pipe that polls as writable takes 4096 bytes without blocking (PIPE_BUF, POSIX). A terminal
promises one byte only, so it is opened once more, non-blocking: that is a flag of the open file,
which we share with the shell and must not change for it.
"""

import contextlib
import os
import select

_ATOMIC = 4096


class Stream:
    """One of our own descriptors, for lines of text."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        with contextlib.suppress(OSError):  # or it is no terminal that can be opened by its name
            if os.isatty(descriptor):
                flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
                self._descriptor = os.open(os.ttyname(descriptor), flags)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLOUT)
        self._is_ours = self._descriptor != descriptor

    def close(self) -> None:
        """Close what was opened here; the descriptor that was given stays open."""
        if self._is_ours:
            os.close(self._descriptor)

    def write(self, text: str) -> bool:
        """Write the text as far as there is room; False when there is not enough."""
        data = text.encode("utf-8", "replace")
        try:
            for start in range(0, len(data), _ATOMIC):
                piece = data[start : start + _ATOMIC]
                ready = self._poll.poll(0)
                if not ready or ready[0][1] & ~select.POLLOUT:
                    return False
                if os.write(self._descriptor, piece) < len(piece):
                    return False
        except OSError:
            return False
        return True


def open_standard_streams() -> None:
    """Put /dev/null where 0, 1 or 2 is closed; the first socket would take its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def reopened(descriptor: int) -> int:
    """The same terminal or pipe, non-blocking, as an open file of our own.

    Others may read from it as well, and take what the selector has told us of; and the one that we
    were given is shared with the shell, which would not want it non-blocking. What cannot be opened
    once more is used as it is.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
    try:
        if os.isatty(descriptor):
            return os.open(os.ttyname(descriptor), flags)
        return os.open(f"/proc/self/fd/{descriptor}", flags)
    except OSError:
        return descriptor
