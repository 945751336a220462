"""People with nc or telnet: lines of text both ways.

The first line is a name, every other line is said, and a line that begins with a slash is a
command. A peer whose first line ends in CR LF is answered in CR LF.

What a line may look like is settled here; what a command means and whether it is allowed is not.
"""

from codecs import BOM_UTF8
from collections.abc import Hashable, Iterator

from chatroom.chat import events
from chatroom.protocols import Become, Reply, Request
from chatroom.protocols.framing import Lines
from chatroom.protocols.http import respond, verb_of
from chatroom.protocols.rendering import PROMPT, render
from chatroom.protocols.telnet import Telnet
from chatroom.protocols.tutorial import Tutorial, introduction
from chatroom.protocols.typed import parse


class Line:
    """One person. Nameless first; `named` is called when the hub has accepted a name."""

    __slots__ = ("_greeted", "_lines", "_max_line", "_named", "_telnet")

    receipts = False  # their terminal has shown it already
    arrange = None

    def __init__(self, max_line: int) -> None:
        self._max_line = max_line
        self._lines = Lines(max_line)
        self._telnet = Telnet()
        self._greeted = False
        self._named = False

    @property
    def dialect(self) -> Hashable:
        return ("line", self._ending)

    @property
    def _ending(self) -> str:
        return "\r\n" if self._lines.crlf else "\n"

    def named(self) -> None:
        self._named = True

    def encode(self, event: events.Event) -> bytes:
        return render(event, self._ending)

    answer = encode

    def silence(self) -> Iterator[Request]:
        """Greet them, once, whether they wait for it or type first."""
        if not self._greeted:
            self._greeted = True
            yield events.Greet()

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield from self._commands(self._lines.rest())
            yield events.Quit("end of input")
        elif text := self._telnet.strip(data):
            yield from self._commands(self._lines.split(text))
            if not self._named and (found := introduction(self._lines.pending)):
                name, message = found
                tutorial = Tutorial(name, self._max_line)
                yield Become(tutorial)
                yield from tutorial.join()
                if message:
                    yield from tutorial.receive(message)
        if self._telnet.interrupted:
            yield events.Quit("interrupt")

    def _commands(self, lines: Iterator[bytes | None]) -> Iterator[Request]:
        for line in lines:
            yield from self.silence()
            if line is None:
                text = f"That line has more than {self._max_line} bytes; it was not sent."
                yield self._reply(f"Server: {text}\n")
            elif not self._named and (verb := verb_of(line)):
                yield from respond(verb)  # a browser that had connected before it had a request
            elif self._named:
                yield self._command(line.decode("utf-8", "replace"))
            else:
                # some editors and shells put a byte order mark before the first line
                yield self._name(line.removeprefix(BOM_UTF8).decode("utf-8", "replace").strip())

    def _name(self, line: str) -> Request:
        if isinstance(command := parse(line), events.Quit):
            return command
        if not line:
            return self._reply("")
        return events.Join(line)

    def _command(self, line: str) -> Request:
        command = parse(line)
        return self._reply(command) if isinstance(command, str) else command

    def _reply(self, text: str) -> Reply:
        """An answer of our own, followed by the prompt while there is no name."""
        prompt = "" if self._named else PROMPT
        return Reply((text.replace("\n", self._ending) + prompt).encode())
