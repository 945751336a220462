"""The window itself: the form in front, the chat behind it, and what happens between the two.

Everything happens in the thread of Tk (`turns.py`). What has been received waits in a bounded row,
and each turn draws only a part of it: a burst of thousands of messages may take a second to be
shown, but the window answers all the while.
"""

import asyncio
import math
import signal
import tkinter
import webbrowser
from collections import deque
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from urllib.parse import urlsplit

from chatroom.chat import events
from chatroom.clients.core import Client, State
from chatroom.clients.happenings import Back, Ended, Failed, Happening, NameWanted
from chatroom.clients.look import is_own, milliseconds
from chatroom.clients.network import Network
from chatroom.clients.settings import ClientSettings
from chatroom.clients.window.beside import Beside
from chatroom.clients.window.composer import Composer
from chatroom.clients.window.conversation import Conversation, lines_of
from chatroom.clients.window.entrance import Entrance, Wish
from chatroom.clients.window.sidebar import Sidebar
from chatroom.clients.window.theme import DARK, LIGHT, Theme, apply, make_fonts, resize_fonts
from chatroom.clients.window.turns import Turns
from chatroom.net.address import printable
from chatroom.protocols.typed import parse

_AT_ONCE = 200  # happenings drawn in one turn
_SMALL, _LARGE = "460x370", "900x620"
_TITLE = "chatroom"
_NARROW = 600  # pixels below which the people and rooms give way to what is said

NewClient = Callable[[ClientSettings, str, Callable[[], float], str], Client]
"""Makes a client's core from settings, a room, a clock and HOST:PORT."""


class Window:
    """`wish` is what is known already; what is missing is asked for."""

    def __init__(self, root: tkinter.Tk, new_client: NewClient, wish: Wish) -> None:
        self._root = root
        self._new_client = new_client
        self._settings = ClientSettings()
        self._turns = Turns(root, self._work)
        self._loop = self._turns.loop
        self._theme = LIGHT
        self._client: Client | None = None
        self._network: Network | None = None
        self._running: asyncio.Task[None] | None = None
        self._where = ("", 0)
        self._pending: deque[Happening] = deque(maxlen=self._settings.lines_kept)
        self._unread = 0
        self._focused = True
        self._leaving = False
        self._stop_asked = False
        self._beside = Beside(self._loop, self._say)
        self._build(wish)
        if wish.host and wish.name:
            self.entrance.try_it()

    # --- how it is built ----------------------------------------------------------------------

    def _build(self, wish: Wish) -> None:
        root = self._root
        self._fonts = make_fonts(root)
        apply(root, self._theme)
        root.title(_TITLE)
        root.geometry(_SMALL)
        root.protocol("WM_DELETE_WINDOW", self.leave)
        root.bind("<FocusIn>", self._focus_changed)
        root.bind("<FocusOut>", self._focus_changed)
        root.bind_class("TEntry", "<Control-a>", _select_all)
        for keys, steps in (("plus equal KP_Add", 1), ("minus KP_Subtract", -1), ("0", 0)):
            for key in keys.split():
                root.bind(f"<Control-{key}>", partial(self._resize, steps))
        self.entrance = Entrance(root, wish.host, wish.port, wish.name, wish.room, self._try)
        self.entrance.pack(fill="both", expand=True)
        self.chat = ttk.Frame(root, padding=(14, 10))
        self._build_head()
        self._build_foot()
        self._build_middle()

    def _build_head(self) -> None:
        head = ttk.Frame(self.chat)
        head.pack(fill="x", pady=(0, 8))
        self.room = ttk.Label(head, style="Room.TLabel")
        self.room.pack(side="left")
        self.night = ttk.Button(head, text="Dark", style="Link.TButton", command=self._turn_light)
        self.night.pack(side="right")

    def _build_middle(self) -> None:
        middle = ttk.Frame(self.chat)
        middle.pack(fill="both", expand=True)
        self.sidebar = Sidebar(middle, self._go_to, self._write_to)
        self.sidebar.pack(side="right", fill="y", padx=(12, 0))
        self.conversation = Conversation(middle, self._settings.lines_kept, self._open_link)
        self.conversation.pack(side="left", fill="both", expand=True)
        self.conversation.text.bind("<Key>", self._key_in_text)
        self.sidebar.colour(self._theme)
        self.conversation.colour(self._theme)
        middle.bind("<Configure>", self._make_room)

    def _make_room(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if event.width < _NARROW:
            self.sidebar.pack_forget()
        elif not self.sidebar.winfo_manager():
            self.sidebar.pack(side="right", fill="y", padx=(12, 0), before=self.conversation)

    def _build_foot(self) -> None:
        status = ttk.Frame(self.chat)
        status.pack(side="bottom", fill="x", pady=(8, 0))
        self.status = ttk.Label(status, style="Faint.TLabel")
        self.status.pack(side="left")
        self.round_trip = ttk.Label(status, style="Faint.TLabel")
        self.round_trip.pack(side="right")
        self.composer = Composer(self.chat, self._send)
        self.composer.pack(side="bottom", fill="x", pady=(10, 0))

    # --- its life -----------------------------------------------------------------------------

    def run(self) -> None:
        """Until it is closed."""
        signal.signal(signal.SIGINT, self._interrupted)
        self._turns.start()
        self._root.mainloop()
        self._beside.close()
        self._turns.close()

    def leave(self) -> None:
        """Say goodbye to the server, then close the window."""
        self._leaving = True
        self._root.withdraw()
        self._request(events.Quit("quit"))

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
        self._request(events.Quit("quit"))
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
        self.composer.entry.focus_set()

    def _end(self, text: str) -> None:
        """We were sent away. What was said can still be read, and we may come again."""
        if self.chat.winfo_manager():
            self.composer.close("Join again", self._join_again)
        else:
            self.entrance.refuse(text)

    def _join_again(self) -> None:
        assert self._client is not None
        self.composer.open()
        self._try(Wish(*self._where, self._client.name, self._client.company.room))

    def _return(self, problem: str) -> None:
        """Back to the form, which says why."""
        if self.chat.winfo_manager():
            self.chat.pack_forget()
            self._root.minsize(1, 1)
            self._root.geometry(_SMALL)
            self.entrance.pack(fill="both", expand=True)
            self.entrance.name.focus_set()
        self.entrance.refuse(problem)

    # --- what has happened --------------------------------------------------------------------

    def _happened(self, happenings: list[Happening]) -> None:
        """Act on it now, and draw it in its turn; of too many the oldest are not drawn."""
        for happening in happenings:
            self._note(happening)
            if isinstance(happening, NameWanted | Failed):
                self._beside.show(happening, "")  # the form shows it here
            else:
                self._pending.append(happening)
        self._show_title()

    def _draw_pending(self) -> None:
        """All that there is room for in one turn, with one change of the text."""
        if not self._pending or self._client is None:
            return
        lines = []
        for _ in range(min(_AT_ONCE, len(self._pending))):
            happening = self._pending.popleft()
            lines += lines_of(
                happening, self._client.name, self._client.wall(), len(self._theme.people)
            )
            self._beside.show(happening, self._client.name)
        self.conversation.add(lines)

    def _note(self, happening: Happening) -> None:
        assert self._client is not None
        match happening:
            case events.Welcomed() | Back():
                self._enter()
            case NameWanted(text) if text:
                self._return(text)
            case Failed(text):
                self._return(text)
            case Ended(text) if text:
                self._end(text)
            case events.Said() | events.Acted() | events.Told():
                if not (self._focused or is_own(happening, self._client.name)):
                    self._unread += 1

    def _show_title(self) -> None:
        room = self._client.company.room if self._client and self.chat.winfo_manager() else ""
        title = f"{room} - {_TITLE}" if room else _TITLE
        self._root.title(f"({self._unread}) {title}" if self._unread else title)

    def _focus_changed(self, _: object) -> None:
        self._focused = self._root.focus_displayof() is not None
        if self._focused and self._unread:
            self._unread = 0
            self._show_title()

    def _show_status(self) -> None:
        client = self._client
        if client is None:
            return
        match client.state:
            case State.JOINED:
                status = f"Connected to {printable(*self._where)} as {client.name}"
                if client.unanswered:
                    status = f"No answer for {client.unanswered:.0f} s"
            case State.ENDED:
                status = "You are not in the chatroom any more."
            case State.WAITING:
                status = f"Reconnecting in {math.ceil(client.retry_in)} s"
            case _:
                status = "Reconnecting..."
        if client.waiting:
            lines = "line is" if client.waiting == 1 else "lines are"
            status += f"   {client.waiting} {lines} not sent yet"
        _set_text(self.status, status)
        trip = "" if client.round_trip is None else milliseconds(client.round_trip)
        _set_text(self.round_trip, trip)
        company = client.company
        _set_text(self.room, company.room)
        rooms = {**dict(company.rooms), company.room: company.count}  # of ours we know more
        people = list(company.names)
        self.sidebar.show(client.name, people, company.count, company.room, list(rooms.items()))

    # --- what the person does -----------------------------------------------------------------

    def _send(self, text: str) -> None:
        for line in text.split("\n"):
            self._say(line)
        self.conversation.show_end()

    def _say(self, line: str) -> None:
        command = parse(line)
        if not isinstance(command, str):
            self._request(command)
            if isinstance(command, events.Quit):
                self.leave()
        elif command:
            notice = command.removesuffix("\n").split("\n")
            style = ("line", "notice")
            self.conversation.add([[(text.removeprefix("Server: "), style)] for text in notice])

    def _request(self, command: events.Command) -> None:
        if self._client is not None:
            self._client.request(command)
            self._go_on()

    def _go_on(self) -> None:
        if self._network is not None:
            self._network.go_on()

    def _key_in_text(self, event: "tkinter.Event[tkinter.Text]") -> str | None:
        """Whoever types while reading back means the entry."""
        control = int(event.state) & 0x4
        if event.char and event.char.isprintable() and not control:
            self.composer.add(event.char)
            return "break"
        return None

    def _go_to(self, room: str) -> None:
        if self._client is not None and room != self._client.company.room:
            self._request(events.Move(room))

    def _write_to(self, name: str) -> None:
        self.composer.put(f"/msg {name} ")

    def _open_link(self, url: str) -> None:
        if urlsplit(url).scheme.lower() in ("http", "https"):
            self._loop.run_in_executor(None, webbrowser.open, url)  # it may wait for the browser

    def _turn_light(self) -> None:
        self._set_theme(DARK if self._theme is LIGHT else LIGHT)

    def _set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.night.configure(text="Light" if theme is DARK else "Dark")
        apply(self._root, theme)
        self.sidebar.colour(theme)
        self.conversation.colour(theme)
        self._show_status()

    def _resize(self, steps: int, _: object) -> None:
        resize_fonts(self._root, steps)
        self.conversation.measure()
        self.composer.measure()


def _select_all(event: "tkinter.Event[tkinter.Misc]") -> str:
    assert isinstance(event.widget, ttk.Entry)
    event.widget.select_range(0, "end")
    return "break"


def _set_text(label: ttk.Label, text: str) -> None:
    """Only what has changed is drawn anew."""
    if label.cget("text") != text:
        label.configure(text=text)
