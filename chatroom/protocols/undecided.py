"""Which protocol does a new connection speak?

Decided once, from its first bytes, before anything is read as chat; there is no way back. A table
says what each beginning leads to: a protocol, which is made only now, or the end of the connection.
Bytes that may still become one of the table's prefixes are waited for: half an HTTP verb must not
turn into a chat line because the rest was late. A peer that sends nothing at all is a person
waiting to be greeted. A peer whose first bytes are not in the table is a person too. A visitor
without a name who begins a line with a brace is still a program (`line.py`).
"""

from collections.abc import Callable, Iterator, Mapping

from chatroom.protocols import Become, Hangup, Protocol, Request
from chatroom.protocols.http import PROXY, VERBS, respond
from chatroom.protocols.line import PLAIN
from chatroom.vocabulary.commands import Quit, Ref
from chatroom.vocabulary.events import Event

Maker = Callable[[], Protocol]
Table = Mapping[bytes, Maker | Hangup]
"""Prefix -> the protocol that begins with it. No prefix may be the beginning of another one."""

# Scanners try these at every open port. None of them can begin what a person types.
_OTHER_PROTOCOLS = {
    b"\x16\x03": "tls",
    b"\x03\x00": "remote desktop",
    b"\x00\x00": "binary",
    b"SSH-": "ssh",
    PROXY: "the proxy protocol",
    b"\0\r\nQUIT\n": "the proxy protocol",  # version 2, behind the line ends that it begins with
}
_LINE_ENDS = b"\r\n"
_MOST_LINE_ENDS = 64  # before anything else; more of them come from a person


def table(program: Maker, browser: Maker) -> Table:
    """The table of this server, made once.

    `program` makes the protocol of JSON lines, `browser` that of a request which may be answered.
    """
    return {
        b"{": program,
        **{verb + blank: respond(verb) for verb in VERBS for blank in (b" ", b"\t")},
        **{verb + b" ": browser for verb in (b"GET", b"HEAD")},
        **{prefix: Hangup(f"speaks {name}") for prefix, name in _OTHER_PROTOCOLS.items()},
    }


class Undecided:
    """The protocol of a connection that has yet to show what it speaks.

    `person` makes the protocol of everybody whose first bytes are not in the table.
    """

    __slots__ = ("_person", "_seen", "_table", "_waited")

    dialect = PLAIN
    """An undecided peer is told things as a person is."""

    def __init__(self, table: Table, person: Maker) -> None:
        self._table = table
        self._person = person
        self._seen = b""
        self._waited = False

    def named(self) -> None:
        """Nobody has a name before the protocol is decided."""

    def answer(self, event: Event, _: Ref) -> bytes:
        return PLAIN.encode(event)

    def has_more(self) -> bool:
        return False

    def count_waiting(self, ahead: bytes) -> int:
        return self._person().count_waiting(self._seen + ahead)

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """Nothing was said before the protocol is decided."""
        return None

    def silence(self) -> Iterator[Request]:
        """Greet a peer that has sent nothing; close one that still has sent half a request."""
        if self._seen.strip(_LINE_ENDS):
            if self._waited:
                yield Hangup("half a request")
            self._waited = True
        else:
            person = self._person()
            yield Become(person)
            yield from person.silence()
            if self._seen:
                yield from person.receive(self._seen)

    def receive(self, data: bytes) -> Iterator[Request]:
        seen = self._seen = self._seen + data
        if not seen:
            yield Quit("end of input")
            return
        head = seen.lstrip(_LINE_ENDS)  # before a request they mean nothing (RFC 9112, 2.2)
        found: Maker | Hangup | None = self._person
        if len(seen) - len(head) <= _MOST_LINE_ENDS:
            found = self._look_up(head, data)
        if isinstance(found, Hangup):
            yield found
        elif found is not None:
            protocol = found()
            yield Become(protocol)
            if self._waited:
                yield from protocol.silence()  # there was one before it was known
            yield from protocol.receive(seen)
            if not data:
                yield from protocol.receive(b"")

    def _look_up(self, head: bytes, more: bytes) -> Maker | Hangup | None:
        """What begins like that; None: it is not known yet, and `more` may come."""
        prefix = next(filter(head.startswith, self._table), None)
        if prefix is not None:
            return self._table[prefix]
        undecided = more and any(known.startswith(head) for known in self._table)
        return None if undecided else self._person
