"""A browser, or a program that prefers a WebSocket: the JSON objects of `jsonl.py` in messages.

A text message holds one or more lines, both ways. What one tick brings to a member leaves as one
message: the lines that were rendered for the programs, behind a header that all receivers share.

Every frame of the peer costs a token, also those that ask for nothing.
"""

from collections.abc import Iterator

from chatroom.protocols import Hangup, Reply, Request
from chatroom.protocols.framing import LF
from chatroom.protocols.jsonl import JSON, read
from chatroom.protocols.objects import encode
from chatroom.protocols.web.frames import (
    BINARY,
    CLOSE,
    GOING_AWAY,
    NORMAL,
    PING,
    PONG,
    TEXT,
    UNACCEPTABLE,
    Violation,
    close_frame,
    frame,
    text_frames,
)
from chatroom.protocols.web.messages import Messages, close_code
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect

_COUNTED = 256  # messages that are looked at to tell how many lines wait


def _end(reason: str) -> bytes:
    return close_frame(GOING_AWAY if reason == "shutdown" else NORMAL)


DIALECT = Dialect(
    "websocket",
    lambda event: text_frames(encode(event)),
    receipts=True,
    carries=JSON,
    frame=text_frames,
    end=_end,
    ping=frame(PING, b""),
)


class WebSocket:
    """One peer, from behind the handshake on."""

    __slots__ = ("_at", "_max_text", "_messages", "_text")

    dialect = DIALECT

    def __init__(self, settings: Settings) -> None:
        self._max_text = settings.max_line
        self._messages = Messages(settings.max_object, settings.max_fragments)
        self._text = b""  # the message whose lines are being given
        self._at = 0  # in it

    def named(self) -> None:
        """Requests read the same before and after."""

    def has_more(self) -> bool:
        return self._messages.has_more() or bool(self._text[self._at :].strip())

    def count_waiting(self, ahead: bytes) -> int:
        """Not more than in so many messages: the rest is not worth the work."""
        waiting = _count(self._text[self._at :])
        messages = self._messages.ahead(ahead)
        try:
            for _ in range(_COUNTED):
                message = messages.next()
                if message is None:
                    break
                waiting += _count(message[1]) if message[0] == TEXT else 0
        except Violation:
            pass
        return waiting

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """A program knows its rate from the welcome, and queues on its own side."""
        return None

    def silence(self) -> Iterator[Request]:
        """A program speaks first."""
        yield from ()

    def answer(self, event: events.Event, ref: Ref) -> bytes:
        return text_frames(encode(event, ref))

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield commands.Quit("end of input", meant=False)  # to leave, a program sends quit
            return
        self._messages.feed(data)
        try:
            while message := self._messages.next():
                yield from self._take(*message)
        except Violation as violation:
            self._messages.drop()
            yield Hangup(f"WebSocket: {violation}", close_frame(violation.code, violation.text))

    def _take(self, kind: int, payload: bytes) -> Iterator[Request]:
        if kind == TEXT:
            yield from self._read(payload)
        elif kind == BINARY:
            raise Violation(UNACCEPTABLE, "a message is text, not binary")
        elif kind == PING:
            yield Reply(frame(PONG, payload))
        elif kind == CLOSE:
            self._messages.drop()
            yield Hangup(
                "closed", close_frame(close_code(payload)) if payload else frame(CLOSE, b"")
            )
        else:
            yield Reply(b"")

    def _read(self, text: bytes) -> Iterator[Request]:
        """The requests in the lines, or an empty answer when there is none."""
        self._text, self._at = text, 0
        empty = True
        while self._at < len(text):
            end = text.find(LF, self._at)
            line = text[self._at : end if end >= 0 else len(text)]
            self._at = end + 1 if end >= 0 else len(text)
            if line and not line.isspace():
                empty = False
                found = read(line, self._max_text)
                yield Reply(text_frames(found)) if isinstance(found, bytes) else found
        self._text = b""
        if empty:
            yield Reply(b"")


def _count(text: bytes) -> int:
    return sum(1 for line in text.split(LF) if line and not line.isspace())
