"""The log of the package, on a stream that must not block the server.

Log lines for which there was no room are counted. The count is told with the first line that fits
again.
"""

import logging
from collections import Counter
from collections.abc import Callable

from chatroom.metrics import Metrics
from chatroom.net.standard import Stream
from chatroom.vocabulary.counts import counted

CallLater = Callable[[float, Callable[[], None]], object]


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
