"""The messages of a WebSocket, out of its frames."""

import codecs
from typing import Self

from chatroom.protocols.web.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    INVALID_DATA,
    NORMAL,
    POLICY,
    PROTOCOL_ERROR,
    TEXT,
    TOO_BIG,
    Frames,
    Violation,
)

_DATA = (CONTINUATION, TEXT, BINARY)
_DECODER = codecs.getincrementaldecoder("utf-8")

# 1004 to 1006 and 1015 must not be sent; what lies between these ranges is not assigned.
_CODES = (range(1000, 1004), range(1007, 1015), range(3000, 5000))

Message = tuple[int, bytes]
"""TEXT, BINARY, PING, PONG or CLOSE with its payload; CONTINUATION stands for a fragment of a
message that goes on."""


class Messages:
    """`limit`: bytes of a message, over all of its fragments. A text is valid UTF-8."""

    __slots__ = ("_decoder", "_fragments", "_frames", "_kind", "_limit", "_most", "_parts")

    def __init__(self, limit: int, max_fragments: int) -> None:
        self._limit = limit
        self._most = max_fragments
        self._frames = Frames(limit)
        self._kind = CONTINUATION  # of the message that goes on; this: there is none
        self._parts = b""
        self._fragments = 0
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> None:
        self._frames.feed(data)

    def drop(self) -> None:
        """Forget what is left."""
        self._frames.drop()

    def has_more(self) -> bool:
        return self._frames.has_more()

    def ahead(self, data: bytes) -> Self:
        """A reader of its own for what was not given yet, and `data`."""
        other = type(self)(self._limit, self._most)
        other._kind, other._parts, other._fragments = self._kind, self._parts, self._fragments
        if self._decoder is not None:
            other._decoder = _DECODER()
            other._decoder.setstate(self._decoder.getstate())
        other.feed(self._frames.rest + data)
        return other

    def next(self) -> Message | None:
        """The next message, or a fragment of one; None: it is not complete. Raises Violation."""
        frame = self._frames.next()
        if frame is None:
            return None
        opcode, final, payload = frame
        if opcode in _DATA:
            return self._data(opcode, final, payload)
        if opcode == CLOSE:
            _check_close(payload)
        return opcode, payload

    def _data(self, opcode: int, final: bool, payload: bytes) -> Message:
        if (opcode == CONTINUATION) == (self._kind == CONTINUATION):
            raise Violation(PROTOCOL_ERROR, "a fragment is out of order")
        if final and opcode != CONTINUATION:
            if opcode == TEXT:
                _decode(payload)
            return opcode, payload
        return self._fragment(opcode, final, payload)

    def _fragment(self, opcode: int, final: bool, payload: bytes) -> Message:
        if opcode != CONTINUATION:
            self._kind = opcode
            self._decoder = _DECODER() if opcode == TEXT else None
        self._fragments += 1
        if self._fragments > self._most:
            raise Violation(POLICY, f"a message has at most {self._most} fragments")
        if len(self._parts) + len(payload) > self._limit:
            raise Violation(TOO_BIG, f"a message has at most {self._limit} bytes")
        if self._decoder is not None:
            _decode(payload, self._decoder, final)
        self._parts += payload  # copied 64 times at most
        if not final:
            return CONTINUATION, b""
        message = self._kind, self._parts
        self._kind, self._parts, self._fragments, self._decoder = CONTINUATION, b"", 0, None
        return message


def _decode(
    payload: bytes, decoder: codecs.IncrementalDecoder | None = None, final: bool = True
) -> None:
    try:
        if decoder is None:
            payload.decode()
        else:
            decoder.decode(payload, final)
    except UnicodeDecodeError:
        raise Violation(INVALID_DATA, "a text is not UTF-8") from None


def _check_close(payload: bytes) -> None:
    if not payload:
        return
    if len(payload) == 1 or not any(int.from_bytes(payload[:2]) in codes for codes in _CODES):
        raise Violation(PROTOCOL_ERROR, "there is no such close code")
    _decode(payload[2:])


def close_code(payload: bytes) -> int:
    """The code to answer a close with: the same."""
    return int.from_bytes(payload[:2]) if payload else NORMAL
