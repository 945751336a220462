"""The client for a terminal: what is being typed stays whole while messages arrive above it.

prompt_toolkit (extra `client`) edits the line and draws the status below it; messages are printed
above and so belong to the terminal, which scrolls, selects and keeps them. There is one prompt from
beginning to end, only its question changes: between two prompts the terminal would show by itself
what is typed.
"""

import asyncio
import math
import os
from collections.abc import Iterable

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from chatroom.client.core import Client, State
from chatroom.client.events import ClientEvent, Connected, Ended, Failed, Lost, NameWanted
from chatroom.client.look import (
    clock_time,
    colour_number,
    is_own,
    mentions,
    milliseconds,
    other_end,
    plain_lines,
)
from chatroom.client.plain import Connect
from chatroom.client.preferences import Preferences, change
from chatroom.protocols.rendering import PROMPT, wrapped
from chatroom.protocols.typed import HELP, LEAVE, VERBS, parse
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.counts import counted

_BELLS = ("off", "mentions", "all")
_HELP = """\
/bell off|mentions|all   when to ring the terminal's bell
Tab completes commands, names and rooms; the arrow keys bring back what was typed.
Ctrl-C clears the line; on an empty line it leaves, and so does Ctrl-D.
"""
# The colours that can be read on a light and on a dark terminal alike.
_COLOURS = (
    *("ansired", "ansigreen", "ansiyellow", "ansiblue", "ansimagenta", "ansicyan"),
    *("ansibrightred", "ansibrightblue", "ansibrightmagenta"),
)
_STYLE = Style.from_dict(
    {
        "time": "ansibrightblack",
        "notice": "italic ansibrightblack",
        "problem": "bold ansired",
        "mention": "bold underline",
        "private": "bold",
        "bottom-toolbar": "noreverse ansibrightblack",
        "bottom-toolbar.trouble": "bold ansired",
    }
)
_REFRESH = 1.0  # seconds between two looks at the status line, which may count down
_TROUBLE = "class:bottom-toolbar.trouble"

Pieces = list[tuple[str, str]]
"""Text with its styles: (style, text)."""


class Terminal:
    """`where` is HOST:PORT; the `remembered` name is offered when one has to be chosen."""

    def __init__(
        self, client: Client, where: str, connect: Connect, remembered: Preferences
    ) -> None:
        self._client = client
        self._where = where
        self._network = connect(client, self._show)
        self._bell = remembered.bell if remembered.bell in _BELLS else "mentions"
        self._remembered_name = remembered.name
        self._depth = ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None
        self._exit_code = 0
        self._draft = ""  # what was being typed when a name had to be asked for
        self._asking = asyncio.Event()  # for a name, or for talk: there is something to type
        self._session: PromptSession[str] = PromptSession(
            self._question,
            style=_STYLE,
            completer=Completions(client),
            complete_while_typing=False,
            erase_when_done=True,
            color_depth=self._depth,
            bottom_toolbar=self._status,
            refresh_interval=_REFRESH,
            enable_suspend=True,
            key_bindings=self._keys(),
        )
        self._session.default_buffer.accept_handler = self._entered

    async def run(self) -> int:
        """The exit code: 0, or 1 if we could not get in."""
        self._print("", f"Trying to connect to {self._where}...")
        self._client.start()
        network = asyncio.create_task(self._network.run())
        try:
            await self._ready(network)
            if self._client.state is not State.ENDED:
                offered = "" if self._client.name else self._remembered_name
                await self._session.prompt_async(default=offered)
        except (KeyboardInterrupt, EOFError):
            self._client.request(commands.Quit("quit"))
            self._network.go_on()
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
        return keys

    def _clear(self, event: KeyPressEvent) -> None:
        event.current_buffer.reset()

    def _question(self) -> str:
        return f"{self._client.name}> " if self._client.name else PROMPT

    def _entered(self, buffer: Buffer) -> bool:
        """Return was pressed. What is said is shown when it has arrived, with its time."""
        lines = buffer.text.split("\n")  # several, when they were pasted
        if not self._client.name:
            buffer.text = ""  # a name is nothing to be brought back by the arrow keys
        for line in lines:
            if self._client.name:
                self._typed(line)
            elif line.strip() in LEAVE:
                self._client.request(commands.Quit("quit"))
            elif line.strip():
                self._client.join(line.strip())
        self._network.go_on()
        return False  # the prompt goes on, with an empty line

    def _typed(self, line: str) -> None:
        verb, _, rest = line.strip().partition(" ")
        if verb == "/bell":
            self._set_bell(rest.strip())
            return
        command = parse(line)
        if not isinstance(command, str):
            self._client.request(command)
        elif command:
            more = _HELP if command == HELP else ""
            self._print("class:notice", *(command + more).rstrip("\n").split("\n"))

    def _set_bell(self, when: str) -> None:
        if when in _BELLS:
            self._bell = when
            change(bell=when)
            self._print("class:notice", f"The bell rings: {when}.")
        else:
            self._print("class:notice", f"Usage: /bell {'|'.join(_BELLS)} (now: {self._bell})")

    # --- the status line ----------------------------------------------------------------------

    def _status(self) -> FormattedText:
        """The most important first: a narrow terminal shows only the beginning."""
        client, roster = self._client, self._client.roster
        parts: Pieces = [("", " ")]
        if client.state is State.WAITING:
            parts.append((_TROUBLE, f"reconnecting in {math.ceil(client.retry_in)} s  "))
        elif client.state is not State.JOINED and roster.count:
            parts.append((_TROUBLE, "reconnecting  "))
        elif client.unanswered:
            parts.append((_TROUBLE, f"no answer for {client.unanswered:.0f} s  "))
        elif client.round_trip is not None:
            parts.append(("", f"connected, {milliseconds(client.round_trip)}  "))
        if client.waiting:
            parts.append((_TROUBLE, f"{client.waiting} not sent yet  "))
        if roster.count:
            people = counted(roster.count, "person", "people")
            parts.append(("", f"#{roster.room}  {people}  "))
        return FormattedText([*parts, ("", self._where)])

    # --- what has happened --------------------------------------------------------------------

    def _show(self, happened: list[ClientEvent]) -> None:
        pieces: Pieces = []
        for event in happened:
            pieces += self._drawn(event)
            self._ring(event)
            self._note(event)
        if pieces:
            style, text = pieces[-1]
            pieces[-1] = (style, text.removesuffix("\n"))  # printing ends the line
            print_formatted_text(FormattedText(pieces), style=_STYLE, color_depth=self._depth)
        if self._session.app.is_running:
            self._session.app.invalidate()

    def _note(self, event: ClientEvent) -> None:
        buffer = self._session.default_buffer
        match event:
            case NameWanted():
                self._draft = buffer.text
                buffer.reset()
                self._asking.set()
            case events.Welcomed():
                self._asking.set()
            case Failed() | Ended():
                self._exit_code = 1 if plain_lines(event, "") else self._exit_code
                self._client.request(commands.Quit("quit"))
                self._leave()
        if self._draft and self._client.state is State.JOINED:
            buffer.insert_text(self._draft)
            self._draft = ""

    def _leave(self) -> None:
        """There is nothing more to ask."""
        app = self._session.app
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(result="")

    def _drawn(self, event: ClientEvent) -> Pieces:
        """As pieces of text with their styles, whole lines."""
        me = self._client.name
        match event:
            case Connected():
                return [("", f"Successfully connected to {self._where}\n")]
            case events.Said(_, _, name, text, time):
                colon = [(_colour(name), f"{name}:"), ("", " ")]
                return [*_time(time), *colon, *self._text(name, text), ("", "\n")]
            case events.Acted(_, _, name, text, time):
                star = [("", "* "), (_colour(name), name), ("", " ")]
                return [*_time(time), *star, *self._text(name, text), ("", "\n")]
            case events.Told(_, _, text, time):
                private = [("class:private", f"[private {other_end(event, me)}] ")]
                return [*_time(time), *private, ("", f"{text}\n")]
            case Failed() | Lost() | Ended():
                style = "class:problem"
            case NameWanted():
                style = ""
            case _:
                style = "class:notice"
        return [(style, f"{line}\n") for line in self._fitted(plain_lines(event, me))]

    def _fitted(self, lines: Iterable[str]) -> list[str]:
        """Lines of our own and of the server, broken between words where the screen ends."""
        columns = self._session.output.get_size().columns
        return [part for line in lines for part in wrapped(line, columns, get_cwidth)]

    def _text(self, name: str, text: str) -> Pieces:
        named = name != self._client.name and mentions(text, self._client.name)
        return [("class:mention" if named else "", text)]

    def _ring(self, event: ClientEvent) -> None:
        if self._bell == "off" or is_own(event, self._client.name):
            return
        match event:
            case events.Said(_, _, _, text) | events.Acted(_, _, _, text):
                rings = self._bell == "all" or mentions(text, self._client.name)
            case events.Told():
                rings = True
            case _:
                rings = False
        if rings:
            self._session.output.bell()
            self._session.output.flush()

    def _print(self, style: str, *lines: str) -> None:
        text = FormattedText([(style, "\n".join(self._fitted(lines)))])
        print_formatted_text(text, style=_STYLE, color_depth=self._depth)


class Completions(Completer):
    """Commands, names and rooms."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        words = document.text_before_cursor.split(" ")
        word = words[-1]
        for candidate in self._candidates(words):
            if candidate.lower().startswith(word.lower()) and (word or len(words) > 1):
                yield Completion(candidate, start_position=-len(word))

    def _candidates(self, words: list[str]) -> list[str]:
        roster = self._client.roster
        if len(words) == 1 and words[0].startswith("/"):
            return sorted((*VERBS, "/bell"))
        if len(words) == 2 and words[0] == "/bell":
            return list(_BELLS)
        if len(words) == 2 and words[0] == "/join":
            return sorted(name for name, _ in roster.rooms)
        people = sorted(name for name in roster.names if name != self._client.name)
        if words[-1].startswith("@"):
            return [f"@{name} " for name in people]
        return [f"{name}: " for name in people] if len(words) == 1 else people


def _colour(name: str) -> str:
    return f"bold {_COLOURS[colour_number(name, len(_COLOURS))]}"


def _time(seconds: float) -> Pieces:
    return [("class:time", f"{clock_time(seconds)} ")]
