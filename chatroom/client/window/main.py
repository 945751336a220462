"""The window itself: the form in front, the chat behind it, and what happens between the two.

Everything happens in the thread of Tk (`turns.py`). What has been received waits in a bounded row,
and each turn draws only a part of it: a burst of thousands of messages may take a second to be
shown, but the window answers all the while.
"""

import asyncio
import signal
import tkinter
import webbrowser
from collections import deque
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from urllib.parse import urlsplit

from chatroom.client.core import Client, State
from chatroom.client.events import Back, ClientEvent, Ended, Failed, NameWanted
from chatroom.client.look import is_own
from chatroom.client.network import Network
from chatroom.client.preferences import Preferences
from chatroom.client.settings import ClientSettings
from chatroom.client.window.beside import Beside
from chatroom.client.window.chat import Chat
from chatroom.client.window.conversation import answer_lines, lines_of
from chatroom.client.window.drafts import split
from chatroom.client.window.entrance import Entrance, Wish
from chatroom.client.window.theme import (
    DARK,
    LIGHT,
    THEMES,
    apply,
    font_size,
    make_fonts,
    resize_fonts,
    set_font_size,
)
from chatroom.client.window.turns import Turns
from chatroom.net.address import printable
from chatroom.protocols.typed import parse
from chatroom.vocabulary import commands, events

_AT_ONCE = 200  # events drawn in one turn
_SMALL = (460, 370)  # pixels for the form, if that is enough
_LARGE = "900x620"
_TITLE = "chatroom"
_NOTHING = Preferences()  # is remembered

NewClient = Callable[[ClientSettings, str, Callable[[], float], str], Client]
"""Makes a client's core from settings, a room, a clock and HOST:PORT."""


class Window:
    """`wish` is what is known already; what is missing is asked for.

    The form offers what the `preferences` hold, and `remember` is called with those that change.
    With `echo` the terminal that it was started from takes part as well.
    """

    def __init__(
        self,
        root: tkinter.Tk,
        new_client: NewClient,
        wish: Wish,
        *,
        preferences: Preferences = _NOTHING,
        remember: Callable[..., object] = lambda **_: None,
        echo: bool = False,
    ) -> None:
        self._root = root
        self._new_client = new_client
        self._settings = ClientSettings()
        self._turns = Turns(root, self._work)
        self._loop = self._turns.loop
        self._theme = THEMES.get(preferences.theme, LIGHT)
        self._remember = remember
        self._client: Client | None = None
        self._network: Network | None = None
        self._running: asyncio.Task[None] | None = None
        self._where = ("", 0)
        self._pending: deque[ClientEvent] = deque(maxlen=self._settings.lines_kept)
        self._unread = 0
        self._focused = True
        self._leaving = False
        self._stop_asked = False
        self._beside = Beside(self._loop, self._say) if echo else None
        self._build(wish.or_else(preferences), preferences.font_size)
        if wish.host and wish.name:
            self.entrance.try_it()

    # --- how it is built ----------------------------------------------------------------------

    def _build(self, wish: Wish, letters: int) -> None:
        root = self._root
        self._fonts = make_fonts(root)
        if letters:
            set_font_size(root, letters)
        apply(root, self._theme)
        root.title(_TITLE)
        root.protocol("WM_DELETE_WINDOW", self.leave)
        root.bind("<FocusIn>", self._focus_changed)
        root.bind("<FocusOut>", self._focus_changed)
        root.bind_class("TEntry", "<Control-a>", _select_all)
        for keys, steps in (("plus equal KP_Add", 1), ("minus KP_Subtract", -1), ("0", 0)):
            for key in keys.split():
                root.bind(f"<Control-{key}>", partial(self._resize, steps))
        self.entrance = Entrance(root, wish.host, wish.port, wish.name, wish.room, self._try)
        self.show_entrance()
        self.chat = Chat(
            root,
            self._settings.lines_kept,
            self._send,
            self._go_to,
            self._open_link,
            self._change_theme,
        )
        self.chat.colour(self._theme)

    def show_entrance(self) -> None:
        """The form, in a window that it fits into."""
        self.entrance.pack(fill="both", expand=True)
        self.entrance.update_idletasks()
        width = max(_SMALL[0], self.entrance.winfo_reqwidth())
        height = max(_SMALL[1], self.entrance.winfo_reqheight())
        self._root.geometry(f"{width}x{height}")

    # --- its life -----------------------------------------------------------------------------

    def run(self) -> None:
        """Until it is closed."""
        signal.signal(signal.SIGINT, self._interrupted)
        self._turns.start()
        self._root.mainloop()
        if self._beside is not None:
            self._beside.close()
        self._turns.close()

    def leave(self) -> None:
        """Say goodbye to the server, then close the window."""
        self._leaving = True
        self._root.withdraw()
        self._request(commands.Quit("quit"))

    def _interrupted(self, *_: object) -> None:
        self._stop_asked = True  # no more than that here: we may be in the middle of anything

    def _work(self) -> bool:
        """Our part of a turn."""
        self._draw_pending()
        self._show_status()
        if self._stop_asked and not self._leaving:
            self.leave()
        if self._leaving and (self._running is None or self._running.done()):
            self._turns.stop()
            self._root.destroy()
        return bool(self._pending)

    # --- coming in ----------------------------------------------------------------------------

    def _try(self, wish: Wish) -> None:
        """Connect, or only give another name where we are connected already."""
        where = (wish.host, wish.port)
        client = self._client
        if client and where == self._where and client.state in (State.APART, State.CONNECTED):
            client.join(wish.name, wish.room)
            self._go_on()
            return
        self._request(commands.Quit("quit"))
        self._where = where
        self._client = client = self._new_client(
            self._settings, wish.room, self._loop.time, printable(*where)
        )
        self._network = Network(
            client, *where, self._settings.connect_seconds, self._happened, self._loop
        )
        client.join(wish.name)
        self._running = self._loop.create_task(self._network.run())

    def _enter(self) -> None:
        """From the form to the chat."""
        if not self.chat.winfo_manager():
            self.entrance.pack_forget()
            self._root.geometry(_LARGE)
            self._root.minsize(360, 280)
            self.chat.pack(fill="both", expand=True)
        self.chat.composer.entry.focus_set()

    def _end(self, text: str) -> None:
        """We were sent away. What was said can still be read, and we may come again."""
        if self.chat.winfo_manager():
            self.chat.composer.close("Join again", self._join_again)
        else:
            self.entrance.refuse(text)

    def _join_again(self) -> None:
        assert self._client is not None
        self.chat.composer.open()
        self._try(Wish(*self._where, self._client.name, self._client.roster.room))

    def _return(self, problem: str) -> None:
        """Back to the form, which says why."""
        if self.chat.winfo_manager():
            self.chat.pack_forget()
            self._root.minsize(1, 1)
            self.show_entrance()
            self.entrance.name.focus_set()
        self.entrance.refuse(problem)

    # --- what has happened --------------------------------------------------------------------

    def _happened(self, happened: list[ClientEvent]) -> None:
        """Act on it now, and draw it in its turn; of too many the oldest are not drawn."""
        for event in happened:
            self._note(event)
            if isinstance(event, NameWanted | Failed):
                self._echo(event, "")  # the form shows it here
            else:
                self._pending.append(event)
        self._show_title()

    def _draw_pending(self) -> None:
        """All that there is room for in one turn, with one change of the text."""
        if not self._pending or self._client is None:
            return
        lines = []
        for _ in range(min(_AT_ONCE, len(self._pending))):
            event = self._pending.popleft()
            lines += lines_of(
                event, self._client.name, self._client.wall(), len(self._theme.people)
            )
            self._echo(event, self._client.name)
        self.chat.conversation.add(lines)

    def _echo(self, event: ClientEvent, me: str) -> None:
        if self._beside is not None:
            self._beside.show(event, me)

    def _note(self, event: ClientEvent) -> None:
        assert self._client is not None
        match event:
            case events.Welcomed(name=name):
                host, port = self._where
                self._remember(host=host, port=port, name=name)
                self._enter()
            case Back():
                self._enter()
            case events.NowKnownAs(name=name):
                self._remember(name=name)
            case NameWanted(text) if text:
                self._return(text)
            case Failed(text):
                self._return(text)
            case Ended(text) if text:
                self._end(text)
            case events.Said() | events.Acted() | events.Told():
                if not (self._focused or is_own(event, self._client.name)):
                    self._unread += 1

    def _show_title(self) -> None:
        room = self._client.roster.room if self._client and self.chat.winfo_manager() else ""
        title = f"{room} - {_TITLE}" if room else _TITLE
        self._root.title(f"({self._unread}) {title}" if self._unread else title)

    def _focus_changed(self, _: object) -> None:
        self._focused = self._root.focus_displayof() is not None
        if self._focused and self._unread:
            self._unread = 0
            self._show_title()

    def _show_status(self) -> None:
        if self._client is not None:
            self.chat.show(self._client, printable(*self._where))

    # --- what the person does -----------------------------------------------------------------

    def _send(self, text: str) -> None:
        for line in split(text):
            self._say(line)
        self.chat.conversation.show_end()

    def _say(self, line: str) -> None:
        if self._client is None:
            return
        command = parse(line)
        if not isinstance(command, str):
            self._request(command)
            if isinstance(command, commands.Quit):
                self.leave()
        elif command:
            self.chat.conversation.add(answer_lines(command, self._client.wall()))

    def _request(self, command: commands.Command) -> None:
        if self._client is not None:
            self._client.request(command)
            self._go_on()

    def _go_on(self) -> None:
        if self._network is not None:
            self._network.go_on()

    def _go_to(self, room: str) -> None:
        if self._client is not None and room != self._client.roster.room:
            self._request(commands.Move(room))

    def _open_link(self, url: str) -> None:
        if urlsplit(url).scheme.lower() in ("http", "https"):
            self._loop.run_in_executor(None, webbrowser.open, url)  # it may wait for the browser

    def _change_theme(self) -> None:
        self._theme = DARK if self._theme is LIGHT else LIGHT
        self._remember(theme=self._theme.name)
        apply(self._root, self._theme)
        self.chat.colour(self._theme)
        self._show_status()

    def _resize(self, steps: int, _: object) -> None:
        resize_fonts(self._root, steps)
        self._remember(font_size=font_size(self._root))
        self.chat.measure()
        self.entrance.measure()
        if not self.chat.winfo_manager():
            self.show_entrance()


def _select_all(event: "tkinter.Event[tkinter.Misc]") -> str:
    assert isinstance(event.widget, ttk.Entry)
    event.widget.select_range(0, "end")
    return "break"
