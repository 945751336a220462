"""The prompt: what is being typed stays whole while messages arrive above it.

prompt_toolkit edits the line and draws the status below it; messages are printed above and so
belong to the terminal, which scrolls, selects and keeps them. There is one prompt from beginning to
end, only its question changes: between two prompts the terminal would show by itself what is typed.
"""

import asyncio
from collections.abc import Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from chatroom.client.completion import complete_for, last_word
from chatroom.client.core import Client
from chatroom.client.events import ClientEvent, ConnectFailed, Ended, Entry, NameRequired, Switched
from chatroom.client.plain import Connect
from chatroom.client.preferences import Preferences, change
from chatroom.client.presentation import plain_lines
from chatroom.client.session import State
from chatroom.client.settings import ClientSettings
from chatroom.client.terminal.display import BELLS, Display
from chatroom.client.terminal.drawing import STYLE
from chatroom.client.terminal.status import status_line
from chatroom.client.typed import HELP, Switch, Typed, read
from chatroom.protocols.rendering import PROMPT
from chatroom.protocols.typed import LEAVE
from chatroom.vocabulary import commands, events

_HELP = """\
/bell off|mentions|all   when to ring the terminal's bell
Alt-1 to Alt-9 switch to another room as well.
Tab completes commands, names and rooms; the arrow keys bring back what was typed.
Ctrl-C clears the line; on an empty line it leaves, and so does Ctrl-D.
"""
_REFRESH = 1.0  # seconds between two looks at the status line, which may count down


class Terminal:
    """`where` is HOST:PORT; the `remembered` name is offered when one has to be chosen."""

    def __init__(
        self, client: Client, where: str, connect: Connect, remembered: Preferences
    ) -> None:
        self._client = client
        self._where = where
        self._network = connect(client, self._show)
        self._display = Display(client, where, ClientSettings().room_lines, remembered.bell)
        self._remembered_name = remembered.name
        self._exit_code = 0
        self._draft = ""  # what was being typed when a name had to be asked for
        self._drafts: dict[str, str] = {}  # of rooms that are not shown
        self._asking = asyncio.Event()  # for a name, or for talk: there is something to type
        self._session: PromptSession[str] = PromptSession(
            self._question,
            style=STYLE,
            completer=Completions(client),
            complete_while_typing=False,
            erase_when_done=True,
            color_depth=self._display.depth,
            bottom_toolbar=self._status,
            refresh_interval=_REFRESH,
            enable_suspend=True,
            key_bindings=self._keys(),
        )
        self._session.default_buffer.accept_handler = self._entered
        self._display.attach(self._session.output)

    async def run(self) -> int:
        """The exit code: 0, or 1 if we could not get in."""
        self._display.print("", f"Trying to connect to {self._where}...")
        self._client.start()
        network = asyncio.create_task(self._network.run())
        try:
            await self._ready(network)
            if self._client.state is not State.ENDED:
                offered = "" if self._client.name else self._remembered_name
                await self._session.prompt_async(default=offered)
        except (KeyboardInterrupt, EOFError):
            self._client.request(commands.Quit("quit"))
            self._network.advance()
        await network
        return self._exit_code

    async def _ready(self, network: "asyncio.Task[None]") -> None:
        """Until there is something to ask, or it is over."""
        asking = asyncio.create_task(self._asking.wait())
        await asyncio.wait({asking, network}, return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()

    # --- what is typed ------------------------------------------------------------------------

    def _keys(self) -> KeyBindings:
        """Besides those of every prompt, where Ctrl-C leaves."""
        keys = KeyBindings()
        typed = Condition(lambda: bool(self._session.default_buffer.text))
        keys.add("c-c", filter=typed)(self._clear)
        for digit in "123456789":
            keys.add("escape", digit)(self._switch_by_key)  # which is what Alt sends
        return keys

    def _clear(self, event: KeyPressEvent) -> None:
        event.current_buffer.reset()

    def _switch_by_key(self, event: KeyPressEvent) -> None:
        """What is being typed stays with its room."""
        left = self._client.rooms.current.name
        self._switch(int(event.key_sequence[-1].key))
        if self._client.rooms.current.name != left:
            self._drafts[left] = event.current_buffer.text
            event.current_buffer.reset()
        self._network.advance()

    def _question(self) -> str:
        if not self._client.name:
            return PROMPT
        rooms = self._client.rooms
        room = f"#{rooms.current.name} " if len(rooms) > 1 else ""
        return f"{room}{self._client.name}> "

    def _entered(self, buffer: Buffer) -> bool:
        """Return was pressed. What is said is shown when it has arrived, with its time."""
        text = buffer.text  # several lines, when they were pasted
        if not self._client.name:
            buffer.text = ""  # a name is nothing to be brought back by the arrow keys
            text = self._take_name(text)
        verb, _, rest = text.strip().partition(" ")
        if verb == "/bell":
            self._set_bell(rest.strip())
        else:
            for typed in read(text):
                self._do(typed)
        self._network.advance()
        return False  # the prompt goes on, with an empty line

    def _take_name(self, text: str) -> str:
        """The first line that is not empty is the name; returns the others."""
        name, _, others = text.strip().partition("\n")
        if name.strip() in LEAVE:
            self._client.request(commands.Quit("quit"))
            return ""
        if name.strip():
            self._client.join(name.strip())
        return others

    def _do(self, typed: Typed) -> None:
        match typed:
            case Switch(number):
                self._switch(number)
            case str() if typed == HELP:
                self._answer(typed + _HELP)
            case str():
                self._answer(typed)
            case _:
                self._client.request(typed)

    def _answer(self, text: str) -> None:
        self._display.print("class:notice", *text.rstrip("\n").split("\n"))

    def _switch(self, number: int) -> None:
        if not self._client.switch_to(number):
            self._answer(f"You are in no room with number {number}.")

    def _set_bell(self, when: str) -> None:
        if when in BELLS:
            self._display.bell = when
            change(bell=when)
            self._answer(f"The bell rings: {when}.")
        else:
            self._answer(f"Usage: /bell {'|'.join(BELLS)} (now: {self._display.bell})")

    # --- what has happened --------------------------------------------------------------------

    def _status(self) -> FormattedText:
        columns = self._session.output.get_size().columns
        return status_line(self._client, self._where, columns)

    def _show(self, entries: list[Entry]) -> None:
        self._display.show(entries)
        for entry in entries:
            self._note(entry.event)
        if self._session.app.is_running:
            self._session.app.invalidate()

    def _note(self, event: ClientEvent) -> None:
        buffer = self._session.default_buffer
        match event:
            case NameRequired():
                self._draft = buffer.text
                buffer.reset()
                self._asking.set()
            case events.Welcomed():
                self._asking.set()
            case Switched(room):  # later: a command that has switched is still in the buffer
                asyncio.get_running_loop().call_soon(self._restore, room)
            case ConnectFailed() | Ended():
                self._exit_code = 1 if plain_lines(event, "") else self._exit_code
                self._client.request(commands.Quit("quit"))
                self._leave()
        if self._draft and self._client.state is State.JOINED:
            buffer.insert_text(self._draft)
            self._draft = ""

    def _restore(self, room: str) -> None:
        """What was being typed there; what has been typed since is meant for this room too."""
        draft = self._drafts.pop(room, "")
        if draft:
            buffer = self._session.default_buffer
            buffer.document = Document(draft + buffer.text)

    def _leave(self) -> None:
        """There is nothing more to ask."""
        app = self._session.app
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(result="")


class Completions(Completer):
    """Commands, names and rooms."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        client = self._client
        for one in complete_for(before, client.rooms, client.name, {"/bell": BELLS}):
            yield Completion(one, start_position=-len(last_word(before)))
