"""The window itself: the form in front, the chat behind it, and what happens between the two.

Everything happens in the thread of Tk (`loop_bridge.py`). What has been received is written into
the logs of its places at once; each turn draws what has changed in the one that is shown, and a log
is bounded: a burst of thousands of messages does not keep the window from responding.
"""

import asyncio
import signal
import tkinter
import webbrowser
from collections.abc import Callable

from chatroom.client.events import (
    Answer,
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
from chatroom.client.window import desktop
from chatroom.client.window.actions import Actions
from chatroom.client.window.appearance import Appearance
from chatroom.client.window.chat import Chat, ChatCalls
from chatroom.client.window.connect_form import ConnectForm, Target
from chatroom.client.window.grid import MIN_HEIGHT, MIN_WIDTH
from chatroom.client.window.journal import Journal, Update
from chatroom.client.window.keys import bind_keys
from chatroom.client.window.log import Change
from chatroom.client.window.loop_bridge import LoopBridge
from chatroom.client.window.menus import popup
from chatroom.client.window.places import Place, Places
from chatroom.client.window.session import NewClient, WindowSession
from chatroom.client.window.settings_menu import settings_menu
from chatroom.client.window.terminal_echo import TerminalEcho
from chatroom.client.window.title import Title
from chatroom.client.window.view import View
from chatroom.vocabulary import commands, events

_LARGE = (940, 660)  # pixels at 96 dots per inch
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
        wishes_dark: Callable[[], bool] = desktop.wishes_dark,
    ) -> None:
        self._root = root
        self._remember = remember
        self._wishes_dark = wishes_dark
        self._leaving = False
        self._stop_asked = False
        self._bridge = LoopBridge(root, self._work)
        loop = self._bridge.loop
        self._session = WindowSession(new_client, ClientSettings(), loop, self._happened)
        self._title = Title(root, self._focus_changed)
        self._appearance = Appearance(root, preferences, remember, wishes_dark)
        self.places = Places()
        self._journal = Journal(self.places)
        self.actions = Actions(root, self._session, self.places, self.leave, self._browse)
        self._terminal_echo = TerminalEcho(loop, self.actions.send) if echo else None
        self._build(target.or_else(preferences))
        if target.host and target.name:
            self.form.try_it()

    # --- how it is built ----------------------------------------------------------------------

    def _build(self, target: Target) -> None:
        root, actions, look = self._root, self.actions, self._appearance.look
        root.protocol("WM_DELETE_WINDOW", self.leave)
        where = (target.host, target.port, target.name, target.room)
        self.form = ConnectForm(root, look, *where, self._session.join)
        self.show_form()
        calls = ChatCalls(
            send=actions.send,
            complete=actions.complete,
            choose=actions.going.choose,
            open_menu=actions.open_menu,
            open_settings=self._open_settings,
            switch=actions.going.switch,
            load=actions.load,
            latest=actions.latest,
            open_link=actions.open_link,
            search=actions.searching.search,
            show_hit=actions.searching.show_hit,
            show_day=actions.show_day,
        )
        self.chat = Chat(root, look, calls)
        actions.attach(self.chat)
        self.chat.conversation.show(self.places.current.log, None)
        self._view = View(self.chat, self.places, look)
        bind_keys(root, self.chat, actions, self._resize)

    def show_form(self) -> None:
        """The form, in a window that it fits into."""
        grid = self._appearance.look.grid
        self.form.pack(fill="both", expand=True)
        self.form.update_idletasks()
        width = max(grid(115), self.form.winfo_reqwidth())
        height = max(grid(92), self.form.winfo_reqheight())
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
        client = self._session.client
        if client is not None:
            is_read = self._title.is_focused and bool(self.chat.winfo_manager())
            self._view.show(client, self._session.where, is_read)
        self._show_title()
        if self._stop_asked and not self._leaving:
            self.leave()
        if self._leaving and self._session.is_over:
            self._bridge.stop()
            self._root.destroy()
        return False

    # --- from the form to the chat and back ---------------------------------------------------

    def _enter(self) -> None:
        """We are in."""
        if not self.chat.winfo_manager():
            grid = self._appearance.look.grid
            self.form.pack_forget()
            width, height = (grid.pixels(pixels) for pixels in _LARGE)
            self._root.geometry(f"{width}x{height}")
            self._root.minsize(grid.pixels(MIN_WIDTH), grid.pixels(MIN_HEIGHT))
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
        """Act on it, and write it into the logs."""
        client = self._session.client
        if client is None:
            return
        journal = self._journal
        for entry in happened:
            journal.me, journal.room = client.name, client.rooms.current.name
            journal.reading_back = not self.chat.conversation.is_at_end
            self._note(entry.event)
            if isinstance(entry.event, NameRequired | ConnectFailed):
                self._echo(entry, "")  # the form shows it here
            elif not isinstance(entry.event, Answer):
                self._changed(journal.write([entry], client.wall()))
                self._echo(entry, client.name)

    def _changed(self, updates: dict[Place, Update]) -> None:
        current = self.places.current
        for place, update in updates.items():
            if place is current:
                self._view.changed(update)
                self._title.count(update.messages)

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
                self.actions.switched(room)
            case Answer():
                self.actions.searching.answered(event)
            case events.NowKnownAs(name=name):
                self._remember(name=name)
            case NameRequired(text) if text:
                self._return(text)
            case ConnectFailed(text):
                self._return(text)
            case Ended(text) if text:
                self._end(text)

    def _show_title(self) -> None:
        client = self._session.client
        if client is None or not self.chat.winfo_manager():
            self._title.show("", 0)
        else:
            self._title.show(self.places.current.name, self._view.unread(client))

    # --- how it looks -------------------------------------------------------------------------

    def _open_settings(self) -> None:
        button = self.chat.sidebar.settings
        self.chat.composer.entry.focus_set()  # who clicks on the button goes on writing
        choices = settings_menu(
            self._appearance.choice, self._choose_theme, self._resize, self.actions.show_keys
        )
        popup(self._root, choices, button.winfo_rootx(), button.winfo_rooty(), above=True)

    def _choose_theme(self, choice: str) -> None:
        if self._appearance.choose(choice):
            self._look_changed()

    def _look_changed(self) -> None:
        self.chat.apply_look()
        self.form.fonts_changed()
        if not self.chat.winfo_manager():
            self.show_form()

    def _resize(self, steps: int) -> None:
        self._appearance.resize(steps)
        self._look_changed()

    # --- the desktop --------------------------------------------------------------------------

    def _focus_changed(self, is_focused: bool) -> None:
        """What comes while nobody looks is new; and the desktop may have another wish by now."""
        log = self.places.current.log
        if is_focused:
            log.look()
            self._ask_desktop()
            return
        had_line = log.unread is not None
        log.leave()
        if had_line:  # it belongs to what was new the last time
            self.chat.conversation.changed(Change.REPLACED)

    def _ask_desktop(self) -> None:
        def answered(wish: asyncio.Future[bool]) -> None:
            if not self._leaving and self._appearance.desktop_wishes(wish.result()):
                self._look_changed()

        wish = self._bridge.loop.run_in_executor(None, self._wishes_dark)
        wish.add_done_callback(answered)

    def _browse(self, url: str) -> None:
        # it may wait for the browser
        self._bridge.loop.run_in_executor(None, webbrowser.open, url)
