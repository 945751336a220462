"""Which protocol does a new connection speak?

Decided once, from its first bytes, before anything is read as chat; there is no way back. The table
below is all there is to it. Bytes that may still become one of its entries are waited for: half an
HTTP verb must not turn into a chat line because the rest was late. Whoever sends nothing at all is
a person waiting to be greeted, and so is everybody who is not in the table. A person without a name
who begins a line with a brace is still a program (`line.py`).
"""

from collections.abc import Iterator

from chatroom.protocols import Become, Hangup, Protocol, Request
from chatroom.protocols.http import PROXY, VERBS, respond
from chatroom.vocabulary.commands import Quit, Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Event

# Other protocols knock at every open port. None of these can begin what a person types.
_STRANGERS = {
    b"\x16\x03": "tls",
    b"\x03\x00": "remote desktop",
    b"\x00\x00": "binary",
    b"SSH-": "ssh",
    PROXY: "the proxy protocol",
    b"\0\r\nQUIT\n": "the proxy protocol",  # version 2, behind the line ends that it begins with
}
_OBJECT = b"{"  # of JSON
_LINE_ENDS = b"\r\n"
_BLANK = 64  # line ends; whoever begins with more of them is a person with a heavy finger
_PREFIXES = (*_STRANGERS, *(verb + space for verb in VERBS for space in (b" ", b"\t")))


class Undecided:
    """The protocol of a connection that has yet to show what it speaks.

    `program` is the protocol of those who begin with a brace, `person` that of everybody who speaks
    none of the others.
    """

    __slots__ = ("_person", "_program", "_seen", "_waited")

    def __init__(self, person: Protocol, program: Protocol) -> None:
        self._person = person
        self._program = program
        self._seen = b""
        self._waited = False

    @property
    def dialect(self) -> Dialect:
        """What there is to say to an undecided peer is said as to a person."""
        return self._person.dialect

    def named(self) -> None:
        """Nobody is named before they have become something else."""

    def answer(self, event: Event, ref: Ref) -> bytes:
        return self._person.answer(event, ref)

    def has_more(self) -> bool:
        return False

    def count_waiting(self, ahead: bytes) -> int:
        return self._person.count_waiting(self._seen + ahead)

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """Nobody who is undecided has said anything."""
        return None

    def silence(self) -> Iterator[Request]:
        """Greet whoever has said nothing; whoever still has only half a request is given up."""
        if self._seen.strip(_LINE_ENDS):
            if self._waited:
                yield Hangup("half a request")
            self._waited = True
        else:
            yield Become(self._person)
            yield from self._person.silence()
            if self._seen:
                yield from self._person.receive(self._seen)

    def receive(self, data: bytes) -> Iterator[Request]:
        seen = self._seen = self._seen + data
        if not seen:
            yield Quit("end of input")
            return
        head = seen.lstrip(_LINE_ENDS)  # before a request they mean nothing (RFC 9112, 2.2)
        prefix = next(filter(head.startswith, _PREFIXES), None)
        undecided = data and any(known.startswith(head) for known in _PREFIXES)
        if len(seen) - len(head) > _BLANK:
            prefix, undecided = None, False
        if prefix in _STRANGERS:
            yield Hangup(f"speaks {_STRANGERS[prefix]}")
        elif prefix is not None:
            yield from respond(prefix.rstrip())
        elif not undecided:
            protocol = self._program if head.startswith(_OBJECT) else self._person
            yield Become(protocol)
            yield from protocol.receive(seen)
            if not data:
                yield from protocol.receive(b"")
