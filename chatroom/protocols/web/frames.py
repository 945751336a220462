"""The frames of a WebSocket, as a server reads and writes them (RFC 6455).

No extension is negotiated, so the reserved bits are zero. Every error of a peer is a `Violation`
with the close code that the RFC names for it.
"""

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0

NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNACCEPTABLE = 1000, 1001, 1002, 1003
INVALID_DATA, POLICY, TOO_BIG = 1007, 1008, 1009

_FINAL = 0x80
_RESERVED = 0x70
_MASKED = 0x80
_KNOWN = (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
_KEY = 4  # bytes of a mask
_MOST_OF_CONTROL = 125
_IN_2_BYTES, _IN_8_BYTES = 126, 127
_LF = b"\n"
_MOST_OF_TEXT = 64 * 1024 - 1
"""Bytes of one text frame of ours: libraries refuse messages of more than a limit of their own."""

Frame = tuple[int, bool, bytes]
"""Opcode, whether it is the final one of its message, and the payload without the mask."""


class Violation(Exception):
    """The peer has broken a rule; the connection is closed with this code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def frame(opcode: int, payload: bytes) -> bytes:
    """One final frame, unmasked as all frames of a server are."""
    first, size = _FINAL | opcode, len(payload)
    if size < _IN_2_BYTES:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, _IN_2_BYTES)) + size.to_bytes(2) + payload
    return bytes((first, _IN_8_BYTES)) + size.to_bytes(8) + payload


def text_frames(lines: bytes) -> bytes:
    """Lines in as few text frames as possible, cut between lines."""
    if len(lines) <= _MOST_OF_TEXT:
        return frame(TEXT, lines)
    frames: list[bytes] = []
    start = 0
    while start < len(lines):
        end = len(lines)
        if end - start > _MOST_OF_TEXT:
            end = lines.rfind(_LF, start, start + _MOST_OF_TEXT) + 1
            end = end or lines.find(_LF, start) + 1 or len(lines)
        frames.append(frame(TEXT, lines[start:end]))
        start = end
    return b"".join(frames)


def close_frame(code: int, reason: str = "") -> bytes:
    text = reason.encode()[: _MOST_OF_CONTROL - 2].decode(errors="ignore").encode()
    return frame(CLOSE, code.to_bytes(2) + text)


def unmask(payload: bytes | bytearray, key: bytes | bytearray) -> bytes:
    size = len(payload)
    mask = (key * (size // _KEY + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(mask)).to_bytes(size)


class Frames:
    """Frames out of a stream of bytes; `limit` is for the payload of one.

    What is kept between two calls is at most one frame that is not complete.
    """

    __slots__ = ("_data", "_limit", "_start")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data: bytes | bytearray = b""
        self._start = 0  # of what is not given yet

    @property
    def rest(self) -> bytes:
        """What was received and not given yet."""
        return bytes(self._data[self._start :])

    def feed(self, data: bytes) -> None:
        if self._start < len(self._data):
            if self._start or isinstance(self._data, bytes):
                self._data, self._start = bytearray(self._data[self._start :]), 0
            self._data += data  # a bytearray grows in place
        else:
            self._data, self._start = data, 0

    def drop(self) -> None:
        """Forget what is left: nothing of it means anything any more."""
        self._data, self._start = b"", 0

    def has_more(self) -> bool:
        return self._start < len(self._data)

    def next(self) -> Frame | None:
        """The next frame; None: it is not complete. Raises Violation as soon as one is certain."""
        data, start = self._data, self._start
        have = len(data) - start
        if have < 2:
            return None
        first, second = data[start], data[start + 1]
        size, begin = second & ~_MASKED, start + 2
        _check(first, second, size)
        if size >= _IN_2_BYTES:
            width = 2 if size == _IN_2_BYTES else 8
            if have < 2 + width:
                return None
            size = int.from_bytes(data[begin : begin + width])
            begin += width
            if size < (_IN_2_BYTES if width == 2 else 1 << 16):
                raise Violation(PROTOCOL_ERROR, "a length is not in its shortest form")
        if size > self._limit:
            raise Violation(TOO_BIG, f"a message has at most {self._limit} bytes")
        end = begin + _KEY + size
        if len(data) < end:
            return None
        self._start = end
        payload = unmask(data[begin + _KEY : end], data[begin : begin + _KEY]) if size else b""
        return first & 0xF, first >= _FINAL, payload


def _check(first: int, second: int, size: int) -> None:
    """What the first two bytes of a frame must be."""
    opcode = first & 0xF
    if first & _RESERVED:
        raise Violation(PROTOCOL_ERROR, "a reserved bit is set")
    if opcode not in _KNOWN:
        raise Violation(PROTOCOL_ERROR, "there is no such opcode")
    if not second & _MASKED:
        raise Violation(PROTOCOL_ERROR, "a frame is not masked")
    if opcode >= CLOSE and (size > _MOST_OF_CONTROL or first < _FINAL):
        raise Violation(PROTOCOL_ERROR, "a control frame is long or fragmented")
