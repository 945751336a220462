"""The window itself: the form in front, the chat behind it, and what happens between the two.

Everything happens in the thread of Tk (`loop_bridge.py`). What has been received waits in a bounded
queue, and each turn draws only a part of it: a burst of thousands of messages may take a second to
be shown, but the window stays responsive.
"""

import signal
import tkinter
import webbrowser
from collections import deque
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from urllib.parse import urlsplit

from chatroom.client.events import (
    ClientEvent,
    ConnectFailed,
    Ended,
    Entry,
    NameRequired,
    Reconnected,
    Switched,
)
from chatroom.client.preferences import Preferences
from chatroom.client.settings import ClientSettings
from chatroom.client.typed import HELP, Switch, Typed, read
from chatroom.client.window.appearance import Appearance
from chatroom.client.window.chat import Chat
from chatroom.client.window.connect_form import ConnectForm, Target
from chatroom.client.window.conversation import Piece, answer_lines, lines_of
from chatroom.client.window.loop_bridge import LoopBridge
from chatroom.client.window.session import NewClient, WindowSession
from chatroom.client.window.terminal_echo import TerminalEcho
from chatroom.client.window.title import Title
from chatroom.vocabulary import commands, events

_AT_ONCE = 200  # events drawn in one turn
_SMALL = (460, 370)  # pixels for the form, if that is enough
_LARGE = "900x620"
_HELP = f"{'Alt-1 ... Alt-9':18} switch to another room of yours, as a click on it does\n"
_NOTHING = Preferences()  # is remembered


class Window:
    """`target` is what is known already; what is missing is asked for.

    The form offers what the `preferences` hold, and `remember` is called with those that change.
    With `echo` the terminal that it was started from takes part as well.
    """

    def __init__(
        self,
        root: tkinter.Tk,
        new_client: NewClient,
        target: Target,
        *,
        preferences: Preferences = _NOTHING,
        remember: Callable[..., object] = lambda **_: None,
        echo: bool = False,
    ) -> None:
        self._root = root
        settings = ClientSettings()
        self._bridge = LoopBridge(root, self._work)
        loop = self._bridge.loop
        self._session = WindowSession(new_client, settings, loop, self._happened)
        self._title = Title(root)
        self._appearance = Appearance(root, preferences, remember)
        self._remember = remember
        self._pending: deque[Entry] = deque(maxlen=settings.scrollback_lines)
        self._leaving = False
        self._stop_asked = False
        self._terminal_echo = TerminalEcho(loop, self._send) if echo else None
        self._build(target.or_else(preferences), settings.scrollback_lines)
        if target.host and target.name:
            self.form.try_it()

    # --- how it is built ----------------------------------------------------------------------

    def _build(self, target: Target, scrollback_lines: int) -> None:
        root = self._root
        root.protocol("WM_DELETE_WINDOW", self.leave)
        self._bind_keys()
        self.form = ConnectForm(
            root, target.host, target.port, target.name, target.room, self._session.join
        )
        self.show_form()
        self.chat = Chat(
            root,
            scrollback_lines,
            self._send,
            self._session.choose,
            self._open_link,
            self._change_theme,
        )
        self.chat.apply_theme(self._appearance.theme)

    def _bind_keys(self) -> None:
        root = self._root
        root.bind_class("TEntry", "<Control-a>", _select_all)
        for keys, steps in (("plus equal KP_Add", 1), ("minus KP_Subtract", -1), ("0", 0)):
            for key in keys.split():
                root.bind(f"<Control-{key}>", partial(self._resize, steps))
        for number in range(1, 10):
            root.bind(f"<Alt-Key-{number}>", partial(self._switch, number))

    def show_form(self) -> None:
        """The form, in a window that it fits into."""
        self.form.pack(fill="both", expand=True)
        self.form.update_idletasks()
        width = max(_SMALL[0], self.form.winfo_reqwidth())
        height = max(_SMALL[1], self.form.winfo_reqheight())
        self._root.geometry(f"{width}x{height}")

    # --- its life -----------------------------------------------------------------------------

    def run(self) -> None:
        """Until it is closed."""
        signal.signal(signal.SIGINT, self._interrupted)
        self._bridge.start()
        self._root.mainloop()
        if self._terminal_echo is not None:
            self._terminal_echo.close()
        self._bridge.close()

    def leave(self) -> None:
        """Say goodbye to the server, then close the window."""
        self._leaving = True
        self._root.withdraw()
        self._session.request(commands.Quit("quit"))

    def _interrupted(self, *_: object) -> None:
        self._stop_asked = True  # no more than that here: we may be in the middle of anything

    def _work(self) -> bool:
        """Our part of a turn."""
        self._draw_pending()
        self._show_status()
        if self._stop_asked and not self._leaving:
            self.leave()
        if self._leaving and self._session.is_over:
            self._bridge.stop()
            self._root.destroy()
        return bool(self._pending)

    # --- from the form to the chat and back ---------------------------------------------------

    def _enter(self) -> None:
        if not self.chat.winfo_manager():
            self.form.pack_forget()
            self._root.geometry(_LARGE)
            self._root.minsize(360, 280)
            self.chat.pack(fill="both", expand=True)
            self.chat.update_idletasks()  # keys typed before it is mapped would be lost
        self.chat.composer.entry.focus_set()

    def _end(self, text: str) -> None:
        """We were sent away. What was said can still be read, and we may come again."""
        if self.chat.winfo_manager():
            self.chat.composer.close("Join again", self._join_again)
        else:
            self.form.refuse(text)

    def _join_again(self) -> None:
        self.chat.composer.open()
        self._session.join_again()

    def _return(self, problem: str) -> None:
        """Back to the form, which says why."""
        if self.chat.winfo_manager():
            self.chat.pack_forget()
            self._root.minsize(1, 1)
            self.show_form()
            self.form.name.focus_set()
        self.form.refuse(problem)

    # --- what has happened --------------------------------------------------------------------

    def _happened(self, happened: list[Entry]) -> None:
        """Act on it now, and draw it in its turn; of too many the oldest are not drawn."""
        for entry in happened:
            self._note(entry.event)
            if self._session.client is not None:
                self._title.count(entry, self._session.client)
            if isinstance(entry.event, NameRequired | ConnectFailed):
                self._echo(entry, "")  # the form shows it here
            else:
                self._pending.append(entry)
        self._show_title()

    def _draw_pending(self) -> None:
        """All that there is room for in one turn, with one change of each room's text."""
        client = self._session.client
        if not self._pending or client is None:
            return
        colours = len(self._appearance.theme.people)
        lines: dict[str, list[list[Piece]]] = {}
        for _ in range(min(_AT_ONCE, len(self._pending))):
            entry = self._pending.popleft()
            drawn = lines_of(entry.event, client.name, client.wall(), colours)
            for room in entry.rooms or ("",):
                lines.setdefault(room, []).extend(drawn)
            self._echo(entry, client.name)
        for room, added in lines.items():
            self.chat.conversations.add(room, added)

    def _echo(self, entry: Entry, me: str) -> None:
        client = self._session.client
        if self._terminal_echo is not None and client is not None:
            self._terminal_echo.show(entry, me, len(client.rooms))

    def _note(self, event: ClientEvent) -> None:
        match event:
            case events.Welcomed(name=name):
                host, port = self._session.address
                self._remember(host=host, port=port, name=name)
                self._enter()
            case Reconnected():
                self._enter()
            case Switched(room):  # at once: what is typed now is meant for this room
                self.chat.show_room(room)
            case events.NowKnownAs(name=name):
                self._remember(name=name)
            case NameRequired(text) if text:
                self._return(text)
            case ConnectFailed(text):
                self._return(text)
            case Ended(text) if text:
                self._end(text)

    def _show_title(self) -> None:
        is_in = bool(self.chat.winfo_manager())
        self._title.show(self._session.client if is_in else None)

    def _show_status(self) -> None:
        if self._session.client is not None:
            self.chat.show(self._session.client, self._session.where)

    # --- what the person does -----------------------------------------------------------------

    def _send(self, text: str) -> None:
        for typed in read(text):
            self._do(typed)
        self.chat.conversation.show_end()

    def _do(self, typed: Typed) -> None:
        match typed:
            case Switch(number):
                self._switch(number)
            case str():
                self._answer(typed + _HELP if typed == HELP else typed)
            case commands.Quit():
                self.leave()
            case _:
                self._session.request(typed)

    def _switch(self, number: int, _: object = None) -> None:
        if not self._session.switch(number):
            self._answer(f"You are in no room with number {number}.")

    def _answer(self, text: str) -> None:
        if self._session.client is not None:
            self.chat.conversation.add(answer_lines(text, self._session.client.wall()))

    def _open_link(self, url: str) -> None:
        if urlsplit(url).scheme.lower() in ("http", "https"):
            # it may wait for the browser
            self._bridge.loop.run_in_executor(None, webbrowser.open, url)

    def _change_theme(self) -> None:
        self._appearance.change_theme()
        self.chat.apply_theme(self._appearance.theme)
        self._show_status()

    def _resize(self, steps: int, _: object) -> None:
        self._appearance.resize(steps)
        self.chat.fonts_changed()
        self.form.fonts_changed()
        if not self.chat.winfo_manager():
            self.show_form()


def _select_all(event: "tkinter.Event[tkinter.Misc]") -> str:
    assert isinstance(event.widget, ttk.Entry)
    event.widget.select_range(0, "end")
    return "break"
