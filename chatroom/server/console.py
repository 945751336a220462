"""The operator's console: commands on standard input, answers on standard output.

Standard input is watched like a socket where that is possible: a terminal or a pipe. Its end does
not stop the server, which may be started without any input. A file or /dev/null cannot be watched,
so there is no console then.
"""

import os
import signal
from collections.abc import Callable, Iterator

from chatroom.chat.hub import Hub
from chatroom.chat.rules.kicking import Kick, kick
from chatroom.net.loop import READ, Loop
from chatroom.net.standard import Stream, reopened
from chatroom.protocols.framing import Lines
from chatroom.protocols.rendering import lines_of
from chatroom.vocabulary.counts import counted
from chatroom.vocabulary.durations import duration
from chatroom.vocabulary.events import Stats

_MAX_LINE = 4096
_BACKGROUND_SECONDS = 1.0  # between two looks whether the terminal is ours again

_KICK = "kick NAME [SECONDS] [REASON]"
HELP = f"""\
who             who is here, in which room, from which address
say TEXT        tell everybody something, as the server
{_KICK}
                close somebody's connection, and bar the name and the address
                for 60 seconds, or for as many as you say; 0 bars nothing
stats           how the server is doing
q, quit, exit   close all connections and shut the server down
help, ?         this list
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
        measure: Callable[[], Stats],
    ) -> None:
        self._descriptor = reopened(descriptor)
        self._is_ours = self._descriptor != descriptor
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
            "quit": self._quit,
            "exit": self._quit,
            "help": self._help,
            "?": self._help,
        }

    def fileno(self) -> int:
        return self._descriptor

    def start(self) -> None:
        """Watch the descriptor if it can be watched; a person at a terminal is told so."""
        # Using the terminal from the background must fail, not stop the whole server.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self._watch()
        if self._watched and os.isatty(self._descriptor):
            self._print("Type help for the operator's commands.")

    def _watch(self) -> None:
        try:
            self._loop.watch(self, READ, self)
            self._watched = True
        except OSError:
            self.close()  # a file, /dev/null: nobody is there

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.unwatch(self)

    def close(self) -> None:
        """Stop watching, for good. Closing twice does nothing."""
        self._unwatch()
        if self._is_ours:
            self._is_ours = False
            os.close(self._descriptor)

    def ready(self, _: int) -> None:
        try:
            data = os.read(self._descriptor, 4096)
        except BlockingIOError:
            return  # somebody else who reads the same terminal or pipe was quicker
        except OSError:  # we are in the background, and the terminal is another program's for now
            self._unwatch()
            self._loop.call_later(_BACKGROUND_SECONDS, self._watch, self)
            return
        for line in self._lines.split(data) if data else self._lines.rest():
            if line is None:
                self._print(f"That line has more than {_MAX_LINE} bytes; it was ignored.")
            else:
                self._obey(line.decode("utf-8", "replace").strip())
        if not data:
            self._end()

    def _end(self) -> None:
        """The end of input: Ctrl-D at a terminal, where somebody may have meant the server."""
        if os.isatty(self._descriptor):
            self._print(
                "The console is closed; the server goes on. Stop it with Ctrl-C or SIGTERM."
            )
        self.close()

    def crashed(self, error: Exception) -> None:
        self._print("That did not work; the log says why.")

    def _obey(self, line: str) -> None:
        if not line:
            return
        verb, _, rest = line.partition(" ")
        command = self._commands.get(verb.removeprefix("/").lower())
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
            rooms = ", ".join(seat.room.name for seat in member.seats)
            row = self._hub.row(member)
            yield (f"  {member} in {rooms}, for {duration(row.stayed)}, idle {duration(row.idle)}")

    def _say(self, text: str) -> Iterator[str]:
        if said := self._hub.notice(text):
            yield f"Told {counted(len(self._hub.roster), 'person', 'people')}: {said}"
        else:
            yield "Usage: say TEXT"

    def _kick(self, rest: str) -> Iterator[str]:
        name, seconds, reason = _kick_arguments(rest)
        if not name:
            yield f"Usage: {_KICK}"
        elif done := kick(self._hub, name, reason, seconds):
            yield _kicked(done)
        else:
            yield f"There is nobody called {name}."

    def _stats(self, _: str) -> Iterator[str]:
        first, *lines = lines_of(self._measure())
        yield "\n".join((first.removeprefix("Server: "), *lines))

    def _help(self, _: str) -> Iterator[str]:
        yield HELP.rstrip("\n")

    def _quit(self, _: str) -> Iterator[str]:
        yield "Closing all connections..."
        yield "Shutting down the server..."
        self._shut_down()


def _kick_arguments(text: str) -> tuple[str, float | None, str]:
    """Name, seconds if they are given, and reason."""
    name, _, rest = text.partition(" ")
    first, _, others = rest.strip().partition(" ")
    if first.isascii() and first.isdigit():
        return name, float(first), others.strip()
    return name, None, rest.strip()


def _kicked(kick: Kick) -> str:
    if not kick.seconds:
        return f"{kick.name} was kicked."
    barred = f"the name and {kick.host} are" if kick.host else "the name is"
    return f"{kick.name} was kicked; {barred} barred for {duration(kick.seconds)}."
