"""The operator's console: commands on standard input, answers on standard output.

Standard input is watched like a socket where that is possible: a terminal or a pipe. Its end is not
the end of the server, which may well be started without any; a file or /dev/null cannot be watched
and simply are no console.
"""

import os
import signal
from collections.abc import Callable, Iterator

from chatroom.chat.events import Measured
from chatroom.chat.hub import Hub
from chatroom.net.loop import READ, Loop
from chatroom.output import Stream
from chatroom.protocols.framing import Lines
from chatroom.protocols.rendering import render

_MAX_LINE = 4096

HELP = """\
who                   who is here, in which room, from which address
say TEXT              tell everybody something, as the server
kick NAME [REASON]    close somebody's connection
stats                 how the server is doing
q                     close all connections and shut the server down
help                  this list
"""


class Console:
    """`shut_down` ends the server; `measure` is asked for the stats."""

    def __init__(
        self,
        descriptor: int,
        output: Stream,
        loop: Loop,
        hub: Hub,
        shut_down: Callable[[], None],
        measure: Callable[[], Measured],
    ) -> None:
        self._descriptor = descriptor
        self._output = output
        self._loop = loop
        self._hub = hub
        self._shut_down = shut_down
        self._measure = measure
        self._lines = Lines(_MAX_LINE)
        self._watched = False
        self._commands: dict[str, Callable[[str], Iterator[str]]] = {
            "who": self._who,
            "say": self._say,
            "kick": self._kick,
            "stats": self._stats,
            "q": self._quit,
            "help": self._help,
        }

    def fileno(self) -> int:
        return self._descriptor

    def start(self) -> None:
        """Watch the descriptor if it can be watched."""
        # Reading the terminal from the background must fail, not stop the whole server.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        try:
            self._loop.watch(self, READ, self)
            self._watched = True
        except OSError:
            pass  # a file, /dev/null: nobody is there

    def close(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.unwatch(self)

    def ready(self, _: int) -> None:
        try:
            data = os.read(self._descriptor, 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # the terminal is gone, or belongs to somebody else now
        for line in self._lines.split(data) if data else self._lines.rest():
            self._obey("" if line is None else line.decode("utf-8", "replace").strip())
        if not data:
            self.close()

    def crashed(self, error: Exception) -> None:
        self._print("That did not work; the log says why.")

    def _obey(self, line: str) -> None:
        if not line:
            return
        verb, _, rest = line.partition(" ")
        command = self._commands.get(verb)
        if command is None:
            self._print(f"There is no command {verb!r}; help lists them.")
            return
        for answer in command(rest.strip()):
            self._print(answer)

    def _print(self, text: str) -> None:
        self._output.write(text + "\n")

    # --- the commands -------------------------------------------------------------------------

    def _who(self, _: str) -> Iterator[str]:
        yield f"{len(self._hub.roster)} here"
        for member in self._hub.roster:
            room = self._hub.room_of(member).name
            row = self._hub.row(member)
            yield f"  {member} in {room}, for {row.stayed:.0f} s, idle {row.idle:.0f} s"

    def _say(self, text: str) -> Iterator[str]:
        if text:
            self._hub.notice(text)
        else:
            yield "Usage: say TEXT"

    def _kick(self, rest: str) -> Iterator[str]:
        name, _, reason = rest.partition(" ")
        if not name:
            yield "Usage: kick NAME [REASON]"
        elif self._hub.kick(name, reason.strip()):
            yield f"{name} was kicked."
        else:
            yield f"There is nobody called {name}."

    def _stats(self, _: str) -> Iterator[str]:
        yield render(self._measure(), "\n").decode().rstrip("\n")

    def _help(self, _: str) -> Iterator[str]:
        yield HELP.rstrip("\n")

    def _quit(self, _: str) -> Iterator[str]:
        yield "Closing all connections..."
        yield "Shutting down the server..."
        self._shut_down()
