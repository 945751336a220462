"""The window itself: the form in front, the chat behind it, and what happens between the two.

Everything happens in the thread of Tk (`turns.py`). What has been received waits in a bounded row,
and each turn draws only a part of it: a burst of thousands of messages may take a second to be
shown, but the window answers all the while.
"""

import signal
import tkinter
import webbrowser
from collections import deque
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from urllib.parse import urlsplit

from chatroom.client.events import Back, ClientEvent, Ended, Entry, Failed, NameWanted, Switched
from chatroom.client.look import is_own
from chatroom.client.preferences import Preferences
from chatroom.client.settings import ClientSettings
from chatroom.client.typed import HELP, Switch, Typed, read
from chatroom.client.window.appearance import Appearance
from chatroom.client.window.beside import Beside
from chatroom.client.window.chat import Chat
from chatroom.client.window.conversation import Piece, answer_lines, lines_of
from chatroom.client.window.entrance import Entrance, Wish
from chatroom.client.window.session import NewClient, WindowSession
from chatroom.client.window.turns import Turns
from chatroom.vocabulary import commands, events

_AT_ONCE = 200  # events drawn in one turn
_SMALL = (460, 370)  # pixels for the form, if that is enough
_LARGE = "900x620"
_TITLE = "chatroom"
_HELP = f"{'Alt-1 ... Alt-9':18} switch to another room of yours, as a click on it does\n"
_NOTHING = Preferences()  # is remembered


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
        settings = ClientSettings()
        self._turns = Turns(root, self._work)
        loop = self._turns.loop
        self._session = WindowSession(new_client, settings, loop, self._happened)
        self._appearance = Appearance(root, preferences, remember)
        self._remember = remember
        self._pending: deque[Entry] = deque(maxlen=settings.lines_kept)
        self._unread = 0  # lines of the current room, while nobody looks
        self._focused = True
        self._leaving = False
        self._stop_asked = False
        self._beside = Beside(loop, self._send) if echo else None
        self._build(wish.or_else(preferences), settings.lines_kept)
        if wish.host and wish.name:
            self.entrance.try_it()

    # --- how it is built ----------------------------------------------------------------------

    def _build(self, wish: Wish, lines_kept: int) -> None:
        root = self._root
        root.title(_TITLE)
        root.protocol("WM_DELETE_WINDOW", self.leave)
        self._bind_keys()
        self.entrance = Entrance(
            root, wish.host, wish.port, wish.name, wish.room, self._session.join
        )
        self.show_entrance()
        self.chat = Chat(
            root,
            lines_kept,
            self._send,
            self._session.choose,
            self._open_link,
            self._change_theme,
        )
        self.chat.colour(self._appearance.theme)

    def _bind_keys(self) -> None:
        root = self._root
        root.bind("<FocusIn>", self._focus_changed)
        root.bind("<FocusOut>", self._focus_changed)
        root.bind_class("TEntry", "<Control-a>", _select_all)
        for keys, steps in (("plus equal KP_Add", 1), ("minus KP_Subtract", -1), ("0", 0)):
            for key in keys.split():
                root.bind(f"<Control-{key}>", partial(self._resize, steps))
        for number in range(1, 10):
            root.bind(f"<Alt-Key-{number}>", partial(self._switch, number))

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
            self._turns.stop()
            self._root.destroy()
        return bool(self._pending)

    # --- from the form to the chat and back ---------------------------------------------------

    def _enter(self) -> None:
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
        self.chat.composer.open()
        self._session.join_again()

    def _return(self, problem: str) -> None:
        """Back to the form, which says why."""
        if self.chat.winfo_manager():
            self.chat.pack_forget()
            self._root.minsize(1, 1)
            self.show_entrance()
            self.entrance.name.focus_set()
        self.entrance.refuse(problem)

    # --- what has happened --------------------------------------------------------------------

    def _happened(self, happened: list[Entry]) -> None:
        """Act on it now, and draw it in its turn; of too many the oldest are not drawn."""
        for entry in happened:
            self._note(entry)
            if isinstance(entry.event, NameWanted | Failed):
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
            if isinstance(entry.event, Switched):
                self._draw(lines)
                self.chat.show_room(entry.event.room)
            drawn = lines_of(entry.event, client.name, client.wall(), colours)
            for room in entry.rooms or ("",):
                lines.setdefault(room, []).extend(drawn)
            self._echo(entry, client.name)
        self._draw(lines)

    def _draw(self, lines: dict[str, list[list[Piece]]]) -> None:
        for room, added in lines.items():
            self.chat.conversations.add(room, added)
        lines.clear()

    def _echo(self, entry: Entry, me: str) -> None:
        client = self._session.client
        if self._beside is not None and client is not None:
            self._beside.show(entry, me, len(client.rooms))

    def _note(self, entry: Entry) -> None:
        match entry.event:
            case events.Welcomed(name=name):
                host, port = self._session.address
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
                self._count(entry.event, entry.rooms)

    # --- the title and the status -------------------------------------------------------------

    def _count(self, event: ClientEvent, rooms: tuple[str, ...]) -> None:
        """Lines of other rooms are counted by the client's core."""
        client = self._session.client
        if client is not None and not (self._focused or is_own(event, client.name)):
            self._unread += not rooms or client.rooms.current.name in rooms

    def _show_title(self) -> None:
        client = self._session.client
        unread, title = self._unread, _TITLE
        if client is not None and self.chat.winfo_manager():
            unread += client.rooms.unread
            title = f"{client.rooms.current.name} - {_TITLE}"
        self._root.title(f"({unread}) {title}" if unread else title)

    def _focus_changed(self, _: object) -> None:
        self._focused = self._root.focus_displayof() is not None
        if self._focused and self._unread:
            self._unread = 0
            self._show_title()

    def _show_status(self) -> None:
        if self._session.client is not None:
            if not self._pending:  # of too many events a switch may be among those not drawn
                self.chat.show_room(self._session.client.rooms.current.name)
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
            self._turns.loop.run_in_executor(None, webbrowser.open, url)

    def _change_theme(self) -> None:
        self._appearance.change_theme()
        self.chat.colour(self._appearance.theme)
        self._show_status()

    def _resize(self, steps: int, _: object) -> None:
        self._appearance.resize(steps)
        self.chat.measure()
        self.entrance.measure()
        if not self.chat.winfo_manager():
            self.show_entrance()


def _select_all(event: "tkinter.Event[tkinter.Misc]") -> str:
    assert isinstance(event.widget, ttk.Entry)
    event.widget.select_range(0, "end")
    return "break"
