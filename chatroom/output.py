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
from collections import Counter
from collections.abc import Callable

from chatroom.counts import counted
from chatroom.metrics import Metrics

_ATOMIC = 4096

CallLater = Callable[[float, Callable[[], None]], object]


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
    """Writes each record as lines to the stream; counts the records that it could not write.

    Of events of the same kind (the same message before its arguments are put in) it writes
    `most_alike` in a second. A storm of visitors would write gigabytes otherwise; the others are
    told as a number when the second is over. Warnings are always written.
    """

    def __init__(self, stream: Stream, metrics: Metrics, most_alike: int) -> None:
        super().__init__()
        self._stream = stream
        self._metrics = metrics
        self._most_alike = most_alike
        self._unsaid = 0
        self._second = 0
        self._alike: Counter[str] = Counter()  # in this second, by kind
        self._last: dict[str, logging.LogRecord] = {}  # by kind, of those that were gathered
        self.call_later: CallLater | None = None
        """Tells what was gathered when nothing else is logged after it."""

    def emit(self, record: logging.LogRecord) -> None:
        if int(record.created) != self._second:
            self.tell_gathered()
            self._second = int(record.created)
        if record.levelno != logging.INFO or self._is_among_the_first(record):
            self._write(self._format(record))

    def tell_gathered(self) -> None:
        """Write how many events of each kind were left out."""
        gathered, self._last = self._last, {}
        for kind, record in gathered.items():
            more = self._alike[kind] - self._most_alike
            self._write(f"{self._format(record)} (the last of {more} more in this second)")
        self._alike.clear()

    def _is_among_the_first(self, record: logging.LogRecord) -> bool:
        self._alike[record.msg] += 1
        if self._alike[record.msg] <= self._most_alike:
            return True
        if not self._last and self.call_later:
            self.call_later(1.0, self.tell_gathered)
        self._last[record.msg] = record
        return False

    def _format(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record)
        except (ValueError, TypeError, OverflowError, OSError) as error:  # its time, for instance
            return f"{record.levelname} {record.msg} (cannot be formatted: {error})"

    def _write(self, text: str) -> None:
        unsaid = counted(self._unsaid, "log line was", "log lines were")
        if self._unsaid and self._stream.write(f"... {unsaid} dropped\n"):
            self._unsaid = 0
        if not self._stream.write(text + "\n"):
            self._unsaid += 1
            self._metrics.log_dropped += 1


def log_to(stream: Stream, metrics: Metrics, level: str, most_alike: int) -> LogHandler:
    """Send the log of the whole package to this stream, one line an event."""
    handler = LogHandler(stream, metrics, most_alike)
    handler.setFormatter(logging.Formatter("{asctime} {levelname:7} {message}", style="{"))
    logger = logging.getLogger("chatroom")
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
    # Nothing prints these, so finding them out for every record is wasted.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    return handler


def open_standard_streams() -> None:
    """Put /dev/null where 0, 1 or 2 is closed; the first socket would take its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
