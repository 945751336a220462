"""Lines out of a stream of bytes.

The stream is cut at LF, with one CR before it removed. A line longer than the limit is reported
once, as soon as it is too long, and then dropped up to its end; the rest of the stream is not
affected. What is kept between two calls is at most one line within the limit, so looking through it
again when bytes dribble in is cheap: at most the limit for each piece, at the speed of memchr.
"""

from collections.abc import Iterator

CR = b"\r"
LF = b"\n"


class Lines:
    """A splitter with a limit in bytes, counted without the line ending.

    `crlf` tells whether the first line within the limit ended in CR LF; None before that.
    """

    __slots__ = ("_limit", "_partial", "_skipping", "crlf")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._partial = b""
        self._skipping = False
        self.crlf: bool | None = None

    @property
    def pending(self) -> bytes:
        """The bytes after the last line ending."""
        return self._partial

    def split(self, data: bytes) -> Iterator[bytes | None]:
        """The lines that end in `data`; None stands for one that was too long.

        They are cut as they are asked for: whoever stops asking holds one buffer and not all lines.
        """
        data = self._partial + data
        self._partial = b""
        start = 0
        while (end := data.find(LF, start)) >= 0:
            line = data[start:end]
            start = end + 1
            text = line.removesuffix(CR)
            if self._skipping:
                self._skipping = False
            elif len(text) > self._limit:
                yield None
            else:
                if self.crlf is None:
                    self.crlf = len(text) < len(line)
                yield text
        if self._skipping:
            return
        if len(data[start:].removesuffix(CR)) <= self._limit:
            self._partial = data[start:]
        else:
            self._skipping = True
            yield None

    def rest(self) -> Iterator[bytes]:
        """The last line, when the stream has ended without a line ending."""
        rest, self._partial = self._partial, b""
        if rest:
            yield rest.removesuffix(CR)
