"""The client of the tutorial that this chatroom grew out of. It has no framing.

It announces itself with a sentence, `Server: NAME has joined the chat. Say hi!`, then sends
`NAME: text` for every message and `Server: NAME has left the chat.` when it goes, all of it without
any line ending: one `send` is one message. What it gets it reads with `recv(1024).decode('ascii')`
and prints, so a byte that is not ASCII ends it, and what arrives at once is shown as one.

Without framing, how the bytes were cut is part of the message: what arrives together is one
message. Two that ran together are separated at the name before the second, unless the name is so
short that it may be the end of a word. The name before each message is removed and not believed:
the server knows who is talking.

What we send is laid out for a reader of 1024 bytes at a time: no line goes across the end of such a
block. It would be shown as two, and an author who chose its length well could make the second part
look like a line of somebody else.
"""

import re
from collections.abc import Iterator
from itertools import islice

from chatroom.protocols import Hangup, Reply, Request
from chatroom.protocols.rendering import lines_of
from chatroom.protocols.typed import parse
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.text import unbroken

_JOIN = re.compile(
    rb"Server: (?P<name>[^\r\n]{0,64}) has joined the chat\. Say hi!(?P<rest>(?P=name): .*)?",
    re.DOTALL,
)
# What a line begins with: `* NAME ` of an action, otherwise what is before the first colon.
_HEAD = re.compile(rb"\* \S+ |[^:]{0,511}: ")
_BLOCK = 1024  # bytes that its recv takes
_TELLING = 3  # characters; a shorter name may be the end of another word
_LF = b"\n"
_SPARE = "guest"  # the name when no form of the wanted one is available
_NUMBERS = range(2, 100)
_LONGEST = 32  # characters of a name


def numbered(name: str) -> Iterator[str]:
    """The name with numbers behind it, for a client that cannot be asked for another one."""
    return (f"{name[: _LONGEST - 2]}{number}" for number in _NUMBERS)


def introduction(pending: bytes) -> tuple[str, bytes] | None:
    """The name in a join sentence, if the bytes are exactly that; and its first message, if that
    has come together with it."""
    sentence = _JOIN.fullmatch(pending)
    if sentence is None:
        return None
    return sentence["name"].decode("ascii", "replace"), sentence["rest"] or b""


def arrange(data: bytes, queued: int) -> bytes:
    """Line ends between the lines instead of behind them, and no line across the end of a block."""
    arranged = bytearray()
    for line in data.removesuffix(_LF).split(_LF):
        used = (queued + len(arranged)) % _BLOCK
        if used:  # at the beginning of a block the line stands by itself
            fits = used + len(_LF + line) <= _BLOCK
            arranged += _LF if fits else _LF * (_BLOCK - used)
        arranged += line
    return bytes(arranged)


def encode(event: events.Event) -> bytes:
    """ASCII, each line no longer than the client reads at once."""
    if isinstance(event, events.Closing) and event.code == "quit":
        return b""  # its user knows, and it reads no more
    return b"".join(part + b"\n" for line in lines_of(event) for part in _parts(line))


class Tutorial:
    """One such client, from its join sentence on. `wanted` is the name that it calls itself."""

    __slots__ = ("_max_text", "_named", "_refused", "_wanted")

    dialect = Dialect("tutorial", encode, arrange=arrange)

    def __init__(self, wanted: str, max_text: int) -> None:
        self._wanted = wanted
        self._max_text = max_text
        self._named = False
        self._refused = False

    def named(self) -> None:
        self._named = True

    def has_more(self) -> bool:
        return False

    def count_waiting(self, ahead: bytes) -> int:
        """Without framing there are no lines to count."""
        return 0

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        return None

    def silence(self) -> Iterator[Request]:
        """It has been greeted already, as a person."""
        yield from ()

    def join(self) -> Iterator[Request]:
        """Find a name for it: the client cannot ask its user again, so there must be one."""
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", self._wanted).strip("_.-") or _SPARE
        wanted = dict.fromkeys((self._wanted, plain[:_LONGEST], *islice(numbered(plain), 8)))
        for name in (*wanted, _SPARE, *numbered(_SPARE)):
            yield commands.Join(name)
            if self._named:
                return
        yield Hangup("no name was free")

    def answer(self, event: events.Event, _: Ref) -> bytes:
        """Of all the names that were refused, only the refusal of the wanted one is shown."""
        if isinstance(event, events.NameRefused):
            if self._refused:
                return b""
            self._refused = True
        return encode(event)

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield commands.Quit("end of input")
            return
        text = data.decode("utf-8", "replace")
        goodbye = f"Server: {self._wanted} has left the chat."
        for message in self._messages(text.removesuffix(goodbye)):
            if message:
                yield from self._say(message)
        if text.endswith(goodbye):
            yield commands.Quit("quit")

    def _messages(self, text: str) -> Iterator[str]:
        """The messages in what arrived together, without the name before each of them."""
        prefix = f"{self._wanted}: "
        start = text.startswith(prefix) * len(prefix)
        end = text.find(prefix, start) if len(self._wanted) >= _TELLING else -1
        while end >= 0:
            if not text[end - 1].isspace():  # somebody who quotes themselves leaves a space
                yield text[start:end]
                start = end + len(prefix)
            end = text.find(prefix, end + 1)
        yield text[start:]

    def _say(self, message: str) -> Iterator[Request]:
        if len(message.encode()) > self._max_text:
            text = f"Server: That had more than {self._max_text} bytes; it was not sent.\n"
            yield Reply(text.encode())
            return
        for line in message.split("\n"):
            command = parse(unbroken(line))
            yield Reply(command.encode()) if isinstance(command, str) else command


def _parts(line: str) -> Iterator[bytes]:
    """The line in ASCII. A long one becomes several, each with the same beginning."""
    text = line.encode("ascii", "replace")
    if len(text) <= _BLOCK:
        yield text
        return
    found = _HEAD.match(text)
    head = found[0] if found else b""
    rest = text.removeprefix(head)
    room = _BLOCK - len(head)
    for index in range(0, len(rest), room):
        yield head + rest[index : index + room]
