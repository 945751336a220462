"""The client for pipes and for plain terminals: lines in, lines out.

In a pipe the answers to questions go to standard output, and problems to standard error, so that a
script can use both; what others say and do is only for who listens. It ends with the input, as soon
as the server has confirmed every line.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable

from chatroom.client.core import Client
from chatroom.client.events import (
    Connected,
    ConnectFailed,
    ConnectionLost,
    Ended,
    Entry,
    Hint,
    NameRequired,
    Switched,
    TopicTold,
)
from chatroom.client.network import Network
from chatroom.client.presentation import is_own, plain_lines, with_room
from chatroom.client.reader import Reader
from chatroom.client.typed import Switch, read
from chatroom.protocols.framing import Lines
from chatroom.protocols.rendering import PROMPT, wrapped
from chatroom.protocols.typed import LEAVE
from chatroom.vocabulary import commands, events

_MAX_LINE = 64 * 1024  # bytes typed; the server's own limit is lower, and the client knows it
_ENOUGH = 50  # lines of a pipe that wait, beyond which no more are read: a long file has time

# The answers to questions; a pipe that does not listen hears nothing else.
_ANSWERS = (
    events.Members
    | events.Page
    | events.Found
    | TopicTold
    | Hint
    | events.RoomList
    | events.Ignoring
    | events.IgnoreList
    | events.Stats
)

Connect = Callable[[Client, Callable[[list[Entry]], None]], Network]


class Plain:
    """`where` is HOST:PORT; `interactive` says that a person sits at both ends.

    `listen`: what others say and do is printed. `usual` is the name that an empty line stands for.
    """

    def __init__(
        self,
        client: Client,
        where: str,
        connect: Connect,
        interactive: bool,
        listen: bool,
        usual: str = "",
    ) -> None:
        self._client = client
        self._where = where
        self._interactive = interactive
        self._listen = listen
        self._usual = usual
        self._network = connect(client, self._show)
        self._been_in = False
        self._over = False  # whether a script has said QUIT
        self._said = bool(client.name)  # which is all that it takes when a name was given
        self._exit_code = 0

    async def run(self) -> int:
        """The exit code: 0, 1 if we could not get in or something was not delivered, 141 if nobody
        wants our output any more."""
        if self._interactive:
            self._tell(f"Trying to connect to {self._where}...")
        self._client.start()
        reading = asyncio.create_task(self._read())
        await self._network.run()
        reading.cancel()
        return self._exit_code

    async def _read(self) -> None:
        lines = Lines(_MAX_LINE)
        reader = Reader(sys.stdin.fileno(), asyncio.get_running_loop())
        while data := await reader.read():
            for line in lines.split(data):
                await self._typed(line)
        for line in lines.rest():
            await self._typed(line)
        if self._client.name:
            self._client.finish()
            if not (self._said or self._interactive):
                self._complain(
                    f"Nothing was said. Without --name the first line is the name; here"
                    f" that was {self._client.name!r}."
                )
        else:
            self._give_up("No name was given.")
        self._network.advance()

    async def _typed(self, line: bytes | None) -> None:
        if self._over:
            return
        if line is None:
            self._refused(f"That line has more than {_MAX_LINE} bytes; it was not sent.")
            return
        text = line.decode("utf-8", "replace")
        while self._has_to_wait(text):
            self._network.news.clear()
            await self._network.news.wait()
        if self._client.name:
            self._said = True
            self._say(text)
        elif text.strip() in LEAVE:
            self._client.request(commands.Quit("quit"))
        elif name := text.strip() or self._usual:
            self._client.join(name)
        elif self._interactive:
            self._ask()
        self._network.advance()

    def _has_to_wait(self, text: str) -> bool:
        """Whether it is not this line's turn: we are not in yet, or much is under way.

        What is answered here, as /help is, would overtake the answers that are under way, and /more
        depends on them.
        """
        coming_in = bool(self._client.name) and not self._been_in
        answered_here = any(isinstance(command, str | commands.More) for command in read(text))
        most = 1 if answered_here else _ENOUGH
        much = self._client.pending >= most and not self._interactive
        return coming_in or much

    def _say(self, text: str) -> None:
        for command in read(text):
            if isinstance(command, commands.Quit) and not self._interactive:
                self._over = True
                self._client.finish()  # a script means what it has said before that to arrive
            elif isinstance(command, Switch):
                self._switch(command.number)
            elif isinstance(command, str):
                self._answer(command)
            else:
                self._client.request(command)

    def _switch(self, number: int) -> None:
        if not self._client.switch_to(number):
            self._refused(f"You are in no room with number {number}.")

    def _answer(self, text: str) -> None:
        lines = text.rstrip("\n").split("\n")
        if lines[0].startswith("Server: "):
            self._refused(*lines)
        else:
            self._tell(*lines)

    def _refused(self, *lines: str) -> None:
        """Something was not said or not done: in a script that is a failure."""
        if self._interactive:
            self._tell(*lines)
        else:
            self._exit_code = 1
            self._complain(*lines)

    def _ask(self) -> None:
        usual = f"{PROMPT.rstrip(': ')} [{self._usual}]: " if self._usual else PROMPT
        print(usual, end="", flush=True)

    # --- what has happened --------------------------------------------------------------------

    def _show(self, happened: list[Entry]) -> None:
        for entry in happened:
            if not is_own(entry.event, self._client.name):
                self._show_one(entry)
        for room in self._client.rooms:
            self._client.mark_read(room.name)

    def _show_one(self, entry: Entry) -> None:
        event = entry.event
        lines = plain_lines(event, self._client.name)
        lines = with_room(lines, entry.rooms, len(self._client.rooms))
        match event:
            case Connected() if self._interactive:
                self._tell(f"Successfully connected to {self._where}")
            case Switched(room) if self._interactive and len(self._client.rooms) > 1:
                self._tell(f"What you type goes to room {room}.")
            case NameRequired(text) if self._interactive:
                self._usual = "" if text else self._usual  # it may be what was refused
                self._tell(*lines)
                self._ask()
            case NameRequired(text) if text:  # nobody is there to choose another one
                self._give_up(text)
            case ConnectFailed(text):
                self._give_up(text)
            case Ended():
                self._exit_code = 1 if lines else self._exit_code
                self._complain(*lines)
            case ConnectionLost() if not self._interactive:
                self._complain(*lines)
            case events.Refused():
                self._refused(*lines)
            case events.Welcomed():
                self._been_in = True
                if self._interactive:
                    self._tell(*lines)
            case events.Said() | events.Acted() | events.Told() if self._listen:
                self._print(*lines)
            case _ if self._listen or isinstance(event, _ANSWERS):
                self._tell(*lines)

    def _give_up(self, text: str) -> None:
        self._complain(text)
        self._exit_code = 1
        self._client.request(commands.Quit("quit"))

    def _tell(self, *lines: str) -> None:
        """Print what no member has said; on a screen it is broken between words."""
        if self._interactive:
            columns = shutil.get_terminal_size().columns
            lines = tuple(part for line in lines for part in wrapped(line, columns))
        self._print(*lines)

    def _print(self, *lines: str) -> None:
        try:
            for line in lines:
                print(line)
            sys.stdout.flush()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
                self._exit_code = 128 + signal.SIGPIPE
                self._client.request(commands.Quit("quit"))
            else:
                self._give_up(f"Cannot write: {error.strerror}.")

    def _complain(self, *lines: str) -> None:
        with contextlib.suppress(OSError):
            for line in lines:
                print(line, file=sys.stderr)
