"""Standard output and standard error of a server that must not stop for them.

A pipe whose reader is gone raises; a pipe or a terminal whose reader sleeps blocks, and would take
everybody in the chat with it. So a line is written only as far as there is room for it. Log lines
that found none are counted, and the count is told with the first one that finds some again.

A pipe that polls as writable takes 4096 bytes without blocking (PIPE_BUF, POSIX). A terminal
promises one byte only, so it is opened once more, non-blocking: that is a flag of the open file,
which we share with the shell and must not change for it.
"""

import contextlib
import logging
import os
import select

from chatroom.metrics import Metrics

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
