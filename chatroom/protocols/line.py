"""People with nc or telnet: lines of text both ways.

The first line is a name, every other line is said, and a line that begins with a slash is a
command. A peer whose first line ends in CR LF is answered in CR LF.

What a line may look like is settled here; what a command means and whether it is allowed is not.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Hashable, Iterator
from difflib import get_close_matches

from chatroom.chat import events
from chatroom.protocols import Reply, Request
from chatroom.protocols.framing import Lines
from chatroom.protocols.http import respond, verb_of
from chatroom.protocols.rendering import PROMPT, render
from chatroom.protocols.telnet import Telnet

QUIT = "QUIT"

HELP = """\
/who               who is in this room, since when, and for how long silent
/rooms             the rooms and how many are in them
/join ROOM         go to another room; it is made when it does not exist
/msg NAME TEXT     say something to one person only
/me TEXT           say what you do: * ann waves
/nick NAME         take another name
/ignore NAME       hear no more of somebody, or hear them again; without NAME: the list
/stats             how the server is doing
/quit, QUIT        leave
//TEXT             say something that begins with a slash
"""

_USAGE = {
    "/join": "/join ROOM",
    "/me": "/me TEXT",
    "/msg": "/msg NAME TEXT",
    "/nick": "/nick NAME",
}


class Line:
    """One person. Nameless first; `named` is called when the hub has accepted a name."""

    __slots__ = ("_greeted", "_lines", "_max_line", "_named", "_telnet")

    echo = False  # their terminal has shown it already

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
                yield self._command(line.decode("utf-8", "replace").rstrip())
            else:
                # some editors and shells put a byte order mark before the first line
                yield self._name(line.removeprefix(BOM_UTF8).decode("utf-8", "replace").strip())

    def _name(self, line: str) -> Request:
        if line in (QUIT, "/quit"):
            return events.Quit("quit")
        if not line:
            return self._reply("")
        return events.Name(line)

    def _command(self, line: str) -> Request:
        if line == QUIT:
            return events.Quit("quit")
        if not line.startswith("/"):
            return events.Say(line) if line else Reply(b"")
        if line.startswith("//"):
            return events.Say(line[1:])
        verb, *rest = line.split(maxsplit=1)
        return self._slash(verb.lower(), *rest)

    def _slash(self, verb: str, rest: str = "") -> Request:
        make = _VERBS.get(verb)
        if verb == "/help":
            return self._reply(HELP)
        if make is None:
            return self._unknown(verb)
        command = make(rest)
        if command is None:
            return self._reply(f"Server: Usage: {_USAGE[verb]}\n")
        return command

    def _unknown(self, verb: str) -> Request:
        near = get_close_matches(verb, (*_VERBS, "/help"), 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else "/help lists the commands."
        return self._reply(f"Server: There is no such command; {hint}\n")

    def _reply(self, text: str) -> Reply:
        """An answer of our own, followed by the prompt while there is no name."""
        prompt = "" if self._named else PROMPT
        return Reply((text.replace("\n", self._ending) + prompt).encode())


def _tell(rest: str) -> events.Tell | None:
    words = rest.split(maxsplit=1)
    return events.Tell(*words) if len(words) == 2 else None


_VERBS: dict[str, Callable[[str], events.Command | None]] = {
    "/who": lambda _: events.Who(),
    "/rooms": lambda _: events.Rooms(),
    "/join": lambda rest: events.Move(rest) if rest else None,
    "/msg": _tell,
    "/me": lambda rest: events.Act(rest) if rest else None,
    "/nick": lambda rest: events.Rename(rest) if rest else None,
    "/ignore": events.Ignore,
    "/stats": lambda _: events.Stats(),
    "/quit": lambda _: events.Quit("quit"),
}
