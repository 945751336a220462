"""Lines out of a stream of bytes.

The stream is cut at LF, with one CR before it removed. A line longer than the limit is reported
once, as soon as it is too long, and then dropped up to its end; the rest of the stream is not
affected. What is kept between two calls is at most one line within the limit, and no byte is looked
through twice, however the bytes are cut.
"""

from collections.abc import Iterator

CR = b"\r"
LF = b"\n"


class Lines:
    """A splitter with a limit in bytes, counted without the line ending.

    `crlf` tells whether the first line within the limit ended in CR LF; None before that.
    """

    __slots__ = ("_data", "_limit", "_partial", "_skipping", "_start", "crlf")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._partial: bytes | bytearray = b""  # most people are between two lines
        self._data = b""  # being split
        self._start = 0  # of what is not split yet
        self._skipping = False
        self.crlf: bool | None = None

    @property
    def pending(self) -> bytes:
        """The bytes after the last line ending."""
        return bytes(self._partial)

    def unread(self, ahead: bytes) -> bytes:
        """All bytes that were not given as lines yet, and `ahead`; from the start of a line."""
        rest = bytes(self._partial) + self._data[self._start :] + ahead
        return rest.partition(LF)[2] if self._skipping else rest

    def keep(self, size: int) -> None:
        """Drop what was received and not given yet, except the last `size` bytes of it."""
        self._partial, self._skipping = b"", False
        self._start = len(self._data) - size

    def has_more(self) -> bool:
        """Whether more than line endings was received behind the line that was given last."""
        near = self._data[self._start : self._start + self._limit]
        return bool(near.strip(CR + LF))

    def begins_with(self, prefix: bytes) -> bool:
        """Whether the next line begins with this."""
        between_lines = not self._partial and not self._skipping
        return between_lines and self._data.startswith(prefix, self._start)

    def take_unread(self) -> bytes:
        """All bytes that were not given as lines yet; they will not be."""
        unread = bytes(self._partial) + self._data[self._start :]
        self._partial, self._data, self._start = b"", b"", 0
        return unread

    def split(self, data: bytes) -> Iterator[bytes | None]:
        """The lines that end in `data`; None stands for one that was too long.

        They are cut one by one as they are consumed, so only one buffer is kept, not all lines.
        """
        self._data, self._start = data, 0
        if self._skipping:
            self._skip()
        return self._cut()

    def _skip(self) -> None:
        """Drop the rest of a line that was too long."""
        end = self._data.find(LF)
        self._skipping = end < 0
        self._start = len(self._data) if self._skipping else end + 1

    def _cut(self) -> Iterator[bytes | None]:
        while (end := self._data.find(LF, self._start)) >= 0:
            line = self._data[self._start : end]
            self._start = end + 1
            if self._partial:
                line, self._partial = bytes(self._partial) + line, b""
            text = line.removesuffix(CR)
            if len(text) > self._limit:
                yield None
            else:
                if self.crlf is None:
                    self.crlf = len(text) < len(line)
                yield text
        rest, self._data = self._data[self._start :], b""
        if self._partial:
            self._partial += rest
        elif rest:
            self._partial = bytearray(rest)  # grows in place
        if len(self._partial) - self._partial.endswith(CR) > self._limit:
            self._partial, self._skipping = b"", True
            yield None

    def rest(self) -> Iterator[bytes]:
        """The last line, when the stream has ended without a line ending."""
        rest = self.take_unread()
        if rest:
            yield rest.removesuffix(CR)
