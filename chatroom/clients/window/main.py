"""The window itself, and how it lives beside the network.

Everything happens in the thread of Tk. The network's loop is not left running: it is given a turn
(`_turn`) in which it does what is ready and returns, so that no lock and no queue between threads
is needed. Tk watches the loop's selector like any other file and calls for a turn when something is
ready; besides, there are a few turns a second for what is due. What has been received waits in a
bounded row, and each turn draws only a part of it: a burst of thousands of messages may take a
second to be shown, but the window answers all the while.
"""

import asyncio
import math
import selectors
import signal
import sys
import tkinter
import webbrowser
from collections import deque
from collections.abc import Callable
from tkinter import ttk
from urllib.parse import urlsplit

from chatroom.chat import events
from chatroom.chat.text import clean
from chatroom.clients.core import Client, State
from chatroom.clients.happenings import Back, Ended, Failed, Happening, NameWanted
from chatroom.clients.look import is_own, milliseconds, plain_lines
from chatroom.clients.network import Network
from chatroom.clients.reader import Reader
from chatroom.clients.settings import ClientSettings
from chatroom.clients.window.conversation import Conversation, lines_of
from chatroom.clients.window.entrance import Entrance, Wish
from chatroom.clients.window.sidebar import Sidebar
from chatroom.clients.window.theme import DARK, LIGHT, Theme, apply, make_fonts, resize_fonts
from chatroom.output import Stream
from chatroom.protocols.framing import Lines
from chatroom.protocols.typed import parse

_TURN = 50  # milliseconds between two turns when nothing happens
_BREATH = 2  # and when there is more to do, which leaves Tk the time to draw
_PASSES = 4  # of the loop in one turn: to connect takes several
_AT_ONCE = 200  # happenings drawn in one turn
_RECALLED = 100  # lines that Up brings back
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
        self._selector = selectors.DefaultSelector()
        self._loop = asyncio.SelectorEventLoop(self._selector)
        self._next_turn = ""  # Tk's name for it
        self._theme = LIGHT
        self._client: Client | None = None
        self._network: Network | None = None
        self._running: asyncio.Task[None] | None = None
        self._where = ("", 0)
        self._pending: deque[Happening] = deque(maxlen=self._settings.lines_kept)
        self._typed: deque[str] = deque(maxlen=_RECALLED)
        self._recalled = 0
        self._from_terminal: deque[str] = deque(maxlen=_RECALLED)
        self._unread = 0
        self._focused = True
        self._leaving = False
        self._stop_asked = False
        self._output = Stream(sys.stdout.fileno())
        self._build(wish)
        if wish.host and wish.name:
            self.entrance.try_it()

    # --- how it is built ----------------------------------------------------------------------

    def _build(self, wish: Wish) -> None:
        root = self._root
        make_fonts(root)
        apply(root, self._theme)
        root.title(_TITLE)
        root.geometry(_SMALL)
        root.protocol("WM_DELETE_WINDOW", self.leave)
        root.bind("<FocusIn>", self._focus_changed)
        root.bind("<FocusOut>", self._focus_changed)
        root.bind_class("TEntry", "<Control-a>", _select_all)
        for keys, steps in (("plus equal KP_Add", 1), ("minus KP_Subtract", -1), ("0", 0)):
            for key in keys.split():
                root.bind(f"<Control-{key}>", lambda _, steps=steps: self._resize(steps))  # type: ignore[misc]
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
        foot = ttk.Frame(self.chat)
        foot.pack(side="bottom", fill="x", pady=(10, 0))
        self.send = ttk.Button(foot, text="Send", style="Accent.TButton", command=self._send)
        self.send.pack(side="right", padx=(10, 0))
        self.entry = ttk.Entry(foot, font="ChatText")
        self.entry.pack(side="left", fill="x", expand=True)
        self.entry.bind("<Return>", lambda _: self._send())
        self.entry.bind("<KP_Enter>", lambda _: self._send())
        self.entry.bind("<Up>", lambda _: self._recall(1))
        self.entry.bind("<Down>", lambda _: self._recall(-1))

    # --- its life -----------------------------------------------------------------------------

    def run(self) -> None:
        """Until it is closed."""
        signal.signal(signal.SIGINT, self._interrupted)
        reading = self._loop.create_task(self._read_terminal())
        self._turn()
        self._root.mainloop()
        reading.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def leave(self) -> None:
        """Say goodbye to the server, then close the window."""
        self._leaving = True
        self._root.withdraw()
        self._request(events.Quit("quit"))

    def _interrupted(self, *_: object) -> None:
        self._stop_asked = True  # no more than that here: we may be in the middle of anything

    def _turn(self) -> None:
        """Give the network its turn, draw something of what came, and come back soon."""
        try:
            for _ in range(_PASSES):
                self._loop.call_soon(self._loop.stop)
                self._loop.run_forever()
            self._draw_pending()
            self._show_status()
            if self._stop_asked and not self._leaving:
                self.leave()
        finally:  # a bug in drawing one message must not be the end of the window
            if self._leaving and (self._running is None or self._running.done()):
                self._root.destroy()
            else:
                self._root.tk.createfilehandler(self._selector, tkinter.READABLE, self._ready)
                self._next_turn = self._root.after(_BREATH if self._pending else _TURN, self._turn)

    def _ready(self, *_: object) -> None:
        """Something has arrived. Who is called for it is not called again before its turn."""
        self._root.tk.deletefilehandler(self._selector)
        self._root.after_cancel(self._next_turn)
        self._next_turn = self._root.after(_BREATH, self._turn)

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
            self._settings, wish.room, self._loop.time, f"{wish.host}:{wish.port}"
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
        self.entry.focus_set()

    def _end(self, text: str) -> None:
        """We were sent away. What was said can still be read, and we may come again."""
        if self.chat.winfo_manager():
            self.entry.state(["disabled"])
            self.send.configure(text="Join again", command=self._join_again)
        else:
            self.entrance.refuse(text)

    def _join_again(self) -> None:
        assert self._client is not None
        self.entry.state(["!disabled"])
        self.send.configure(text="Send", command=self._send)
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
                self._print(happening)  # the form shows it
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
            self._print(happening)
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
        host, port = self._where
        match client.state:
            case State.JOINED:
                status = f"Connected to {host}:{port} as {client.name}"
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

    def _send(self) -> None:
        text = self.entry.get()
        self.entry.delete(0, "end")
        if text.strip():
            self._typed.append(text)
        self._recalled = 0
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

    def _recall(self, step: int) -> str:
        """Bring back what was typed before."""
        self._recalled = min(max(self._recalled + step, 0), len(self._typed))
        self.entry.delete(0, "end")
        if self._recalled:
            self.entry.insert(0, self._typed[-self._recalled])
        return "break"

    def _key_in_text(self, event: "tkinter.Event[tkinter.Text]") -> str | None:
        """Whoever types while reading back means the entry."""
        control = int(event.state) & 0x4
        if event.char and event.char.isprintable() and not control:
            self.entry.focus_set()
            self.entry.insert("end", event.char)
            return "break"
        return None

    def _go_to(self, room: str) -> None:
        if self._client is not None and room != self._client.company.room:
            self._request(events.Move(room))

    def _write_to(self, name: str) -> None:
        self.entry.delete(0, "end")
        self.entry.insert(0, f"/msg {name} ")
        self.entry.focus_set()

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

    def _resize(self, steps: int) -> None:
        resize_fonts(self._root, steps)
        self.conversation.measure()
        self.entry.icursor(self.entry.index("insert"))  # it would stay at its old pixel

    # --- the terminal we were started from ----------------------------------------------------

    async def _read_terminal(self) -> None:
        """What is typed there is said here. Its end, or having none, means nothing."""
        lines = Lines(self._settings.max_message)
        reader = Reader(sys.stdin.fileno(), self._loop)
        while data := await reader.read():
            for line in lines.split(data):
                text = (line or b"").decode("utf-8", "replace")
                self._from_terminal.append(clean(text))
                self._say(text)

    def _print(self, happening: Happening) -> None:
        """What is said appears in the terminal, but for what was typed there."""
        assert self._client is not None
        own = is_own(happening, self._client.name)
        if own and isinstance(happening, events.Said) and happening.text in self._from_terminal:
            self._from_terminal.remove(happening.text)
            return
        for line in plain_lines(happening, self._client.name):
            self._output.write(line + "\n")


def _select_all(event: "tkinter.Event[tkinter.Misc]") -> str:
    assert isinstance(event.widget, ttk.Entry)
    event.widget.select_range(0, "end")
    return "break"


def _set_text(label: ttk.Label, text: str) -> None:
    """Only what has changed is drawn anew."""
    if label.cget("text") != text:
        label.configure(text=text)
