"""Standard output and standard error of a server that must not stop for them.

A pipe whose reader is gone raises, a pipe whose reader sleeps blocks, and either would take
everybody in the chat with it. So a line is written only when the descriptor has room for it, and
otherwise counted; the count is told as soon as there is room again.
"""

import logging
import os
import select

from chatroom.metrics import Metrics

# What poll promises to take without blocking once it says that a pipe is writable (PIPE_BUF,
# POSIX).
_ATOMIC = 4096


class Stream:
    """One of our own descriptors, for lines of text."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def write(self, text: str) -> bool:
        """Write the text as far as there is room; False when there is not enough."""
        data = text.encode("utf-8", "replace")
        try:
            for start in range(0, len(data), _ATOMIC):
                ready = self._poll.poll(0)
                if not ready or ready[0][1] & ~select.POLLOUT:
                    return False
                os.write(self._descriptor, data[start : start + _ATOMIC])
        except OSError:
            return False
        return True


class LogHandler(logging.Handler):
    """Writes each record as lines to the stream; counts the records that it could not write."""

    def __init__(self, stream: Stream, metrics: Metrics) -> None:
        super().__init__()
        self._stream = stream
        self._metrics = metrics
        self._unsaid = 0

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record) + "\n"
        if self._unsaid and self._stream.write(f"... {self._unsaid} log lines were dropped\n"):
            self._unsaid = 0
        if not self._stream.write(text):
            self._unsaid += 1
            self._metrics.log_dropped += 1


def log_to(stream: Stream, metrics: Metrics, level: str) -> None:
    """Send the log of the whole package to this stream, one line an event."""
    handler = LogHandler(stream, metrics)
    handler.setFormatter(logging.Formatter("{asctime} {levelname:7} {message}", style="{"))
    logger = logging.getLogger("chatroom")
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
    # Nothing prints these, so finding them out for every record is wasted.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def open_standard_streams() -> None:
    """Put /dev/null where 0, 1 or 2 is closed; the first socket would take its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
