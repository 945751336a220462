"""The client of the tutorial that chatrooms like this one grew out of, which frames nothing.

It announces itself with a sentence, `Server: NAME has joined the chat. Say hi!`, then sends
`NAME: text` for every message and `Server: NAME has left the chat.` when it goes, all of it without
any line ending: one `send` is one message. What it gets it reads with `recv(1024).decode('ascii')`
and prints, so a byte that is not ASCII ends it, and what arrives at once is shown as one.

There is no framing to be had, so here how the bytes were cut is part of the message: what arrives
together is one message. But two that ran together are told apart by the name before the second. Its
name is on every message, is removed, and is not believed: the server knows who is talking.
"""

import re
from collections.abc import Hashable, Iterator

from chatroom.chat import events
from chatroom.protocols import Hangup, Reply, Request
from chatroom.protocols.rendering import lines_of
from chatroom.protocols.typed import parse

_JOIN = re.compile(rb"Server: ([^\r\n]+) has joined the chat\. Say hi!")
_MAX_MESSAGE = 1024  # bytes that its recv takes; what is over would be shown on another line
_ATTEMPTS = 99  # names to try when the wanted one is taken
_ROOM_FOR_NUMBER = 30  # characters of a name to which two digits can be added


def name_of(pending: bytes) -> str:
    """The name in a join sentence, if the bytes are exactly one; empty if they are not."""
    sentence = _JOIN.fullmatch(pending)
    return sentence[1].decode("ascii", "replace") if sentence else ""


class Tutorial:
    """One such client, from its join sentence on. `wanted` is the name that it calls itself."""

    __slots__ = ("_goodbye", "_max_text", "_named", "_next_message", "_wanted")

    receipts = False
    framed = False

    def __init__(self, wanted: str, max_text: int) -> None:
        self._wanted = wanted
        self._max_text = max_text
        self._named = False
        self._goodbye = f"Server: {wanted} has left the chat."
        # Nobody types a name and a colon right behind a letter: there a message has begun.
        self._next_message = re.compile(rf"(?:\A|(?<=\S)){re.escape(wanted)}: ")

    @property
    def dialect(self) -> Hashable:
        return "tutorial"

    def named(self) -> None:
        self._named = True

    def silence(self) -> Iterator[Request]:
        """It has been greeted, as whoever it seemed to be before."""
        yield from ()

    def join(self) -> Iterator[Request]:
        """Find a name for it: the client cannot ask its user again, so there must be one."""
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", self._wanted).strip("_.-") or "guest"
        yield events.Join(self._wanted)
        for number in range(2, _ATTEMPTS):
            if self._named:
                return
            yield events.Join(f"{plain[:_ROOM_FOR_NUMBER]}{number}")
        if not self._named:
            yield Hangup("no name was free")

    def encode(self, event: events.Event) -> bytes:
        """ASCII, each line no longer than the client reads at once."""
        return b"".join(part + b"\n" for line in lines_of(event) for part in _parts(line))

    answer = encode

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield events.Quit("end of input")
            return
        text = data.decode("utf-8", "replace")
        leaves = text.endswith(self._goodbye)
        for message in self._next_message.split(text.removesuffix(self._goodbye)):
            if message:
                yield from self._say(message)
        if leaves:
            yield events.Quit("quit")

    def _say(self, message: str) -> Iterator[Request]:
        if len(message.encode()) > self._max_text:
            text = f"Server: That had more than {self._max_text} bytes; it was not sent.\n"
            yield Reply(text.encode())
            return
        for line in message.split("\n"):
            command = parse(line)
            yield Reply(command.encode()) if isinstance(command, str) else command


def _parts(line: str) -> Iterator[bytes]:
    """The line in ASCII; a long one in several, each of them with what it begins with."""
    text = line.encode("ascii", "replace")
    start, colon, rest = text.partition(b": ")
    if len(text) <= _MAX_MESSAGE:
        yield text
        return
    head = start + colon if len(start) < _MAX_MESSAGE // 2 else b""
    rest = text.removeprefix(head)
    room = _MAX_MESSAGE - len(head)
    for index in range(0, len(rest), room):
        yield head + rest[index : index + room]
