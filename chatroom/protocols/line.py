"""People with nc or telnet: lines of text both ways.

The first line is a name, every other line is said, and a line that begins with a slash is a
command. A peer whose first line ends in CR LF is answered in CR LF.

The syntax of lines is settled here. What a command means, and whether it is allowed, is not.

Two kinds of visitors turn out not to be people, while they have no name. A line that begins with a
brace comes from a program that was slow and has been greeted as a person. And a visitor who sends
more together with the name is a pipe. It cannot choose another name when that one is taken: its
next line would be read as a name, and the rest would be said by nobody. It gets the name with a
number.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator

from chatroom.protocols import Become, Hangup, Protocol, Reply, Request
from chatroom.protocols.framing import LF, Lines
from chatroom.protocols.http import PROXY, respond, verb_of
from chatroom.protocols.rendering import PROMPT, lines_of, render
from chatroom.protocols.telnet import Telnet
from chatroom.protocols.tutorial import Tutorial, introduction, numbered
from chatroom.protocols.typed import parse
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.text import unbroken

_OBJECT = b"{"  # of JSON
_NOT_FREE = ("name-taken", "name-held")

# A literal first character makes the search ten times as fast.
_CANCEL = re.compile(rb"\n/cancel[^\S\n]*+\n", re.IGNORECASE)


# No receipts: their terminal has shown already what they type.
PLAIN = Dialect("line, LF", lambda event: render(event, "\n"), recent=True)
_CRLF = Dialect("line, CR LF", lambda event: render(event, "\r\n"), recent=True)


class Line:
    """One person. At first they have no name; `named` is called when the hub has accepted one.

    `program` makes the protocol of a visitor who turns out to be a program.
    """

    __slots__ = ("_greeted", "_lines", "_max_line", "_named", "_program", "_refusals", "_telnet")

    def __init__(self, max_line: int, program: Callable[[], Protocol] | None = None) -> None:
        self._max_line = max_line
        self._program = program
        self._lines = Lines(max_line)
        self._telnet = Telnet()
        self._greeted = False
        self._named = False
        self._refusals: tuple[str, ...] = ()  # codes, of the name that is being decided

    @property
    def dialect(self) -> Dialect:
        return _CRLF if self._lines.crlf else PLAIN

    @property
    def _ending(self) -> str:
        return "\r\n" if self._lines.crlf else "\n"

    def named(self) -> None:
        self._named = True
        self._program = None
        self._refusals = ()

    def answer(self, event: events.Event, _: Ref) -> bytes:
        """A pipe is told once that its name is not available, and not asked for another one."""
        if isinstance(event, events.NameRefused):
            self._refusals += (event.code,)
            if self._is_piped():
                once = lines_of(event) if len(self._refusals) == 1 else []
                return "".join(line + self._ending for line in once).encode()
        return self.dialect.encode(event)

    def has_more(self) -> bool:
        return self._lines.has_more()

    def count_waiting(self, ahead: bytes) -> int:
        return self._unread(ahead).count(LF)

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        unread = self._unread(ahead)
        found = _CANCEL.search(unread)  # behind a line: before the first there is nothing to drop
        if found is None:
            return None
        behind = len(unread) - found.end()
        self._lines.keep(max(0, behind - len(ahead)))
        size = max(0, len(ahead) - behind)
        if size:
            self._telnet.forget()
        return unread.count(LF, 0, found.start() + 1), size

    def _unread(self, ahead: bytes) -> bytes:
        return self._lines.unread(self._telnet.end_lines(ahead))

    def silence(self) -> Iterator[Request]:
        """Greet them, once, whether they wait for it or type first."""
        if not self._greeted:
            self._greeted = True
            yield commands.Greet()

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield from self._take(self._lines.rest())
            yield commands.Quit("end of input")
        elif text := self._telnet.strip(data):
            yield from self._take(self._lines.split(text))
            yield from self._switch_protocol()
        if self._telnet.interrupted:
            yield commands.Quit("interrupt")

    def _take(self, lines: Iterator[bytes | None]) -> Iterator[Request]:
        """The requests in the lines, up to one that comes from a program."""
        while not self._is_program_next():
            try:
                line = next(lines)
            except StopIteration:
                return
            if self._named:
                yield self._talk(line)
            else:
                yield from self._before_name(line)

    def _is_program_next(self) -> bool:
        return self._program is not None and self._lines.begins_with(_OBJECT)

    def _switch_protocol(self) -> Iterator[Request]:
        """Become the protocol that a visitor without a name has turned out to speak, if any."""
        if self._program is not None and self._is_program_next():
            if self._greeted:
                yield Reply(self._ending.encode())  # the prompt has none
            program = self._program()
            yield Become(program)
            yield from program.receive(self._lines.take_unread())
        elif not self._named and (found := introduction(self._lines.pending)):
            name, message = found
            tutorial = Tutorial(name, self._max_line)
            yield Become(tutorial)
            yield from tutorial.join()
            if message:
                yield from tutorial.receive(message)

    # --- before there is a name ---------------------------------------------------------------

    def _before_name(self, line: bytes | None) -> Iterator[Request]:
        if line is not None and (verb := verb_of(line)):
            yield respond(verb)  # browsers connect ahead of having a request
            return
        if line is not None and line.startswith(PROXY):
            yield Hangup("speaks the proxy protocol")
            return
        yield from self.silence()
        if line is None:
            yield self._too_long()
        else:
            # some editors and shells put a byte order mark before the first line
            yield from self._name(line.removeprefix(BOM_UTF8).decode("utf-8", "replace").strip())

    def _name(self, line: str) -> Iterator[Request]:
        if isinstance(command := parse(line), commands.Quit):
            yield command
        elif not line:
            yield self._reply("")
        else:
            yield from self._join(line)

    def _join(self, name: str) -> Iterator[Request]:
        self._refusals = ()
        yield commands.Join(name)
        if self._is_piped():
            for other in numbered(name):
                if self._named:
                    return
                yield commands.Join(other)

    def _is_piped(self) -> bool:
        """Whether the name being decided is not available, and more came in the same piece."""
        return bool(self._refusals) and self._refusals[0] in _NOT_FREE and self._lines.has_more()

    # --- talk ---------------------------------------------------------------------------------

    def _talk(self, line: bytes | None) -> Request:
        if line is None:
            return self._too_long()
        command = parse(unbroken(line.decode("utf-8", "replace")))
        return self._reply(command) if isinstance(command, str) else command

    def _too_long(self) -> Reply:
        text = f"That line has more than {self._max_line} bytes; it was not sent."
        return self._reply(f"Server: {text}\n")

    def _reply(self, text: str) -> Reply:
        """An answer of our own, followed by the prompt while there is no name."""
        prompt = "" if self._named else PROMPT
        return Reply((text.replace("\n", self._ending) + prompt).encode())
