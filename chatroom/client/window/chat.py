"""The chat as it is seen: the room, what is said in it, who is here, and where one writes."""

import math
import tkinter
from collections.abc import Callable, Sequence
from tkinter import font, ttk

from chatroom.client.completion import complete, complete_for
from chatroom.client.core import Client
from chatroom.client.presentation import milliseconds
from chatroom.client.session import State
from chatroom.client.window.composer import Composer
from chatroom.client.window.conversation import Conversation
from chatroom.client.window.conversations import Conversations
from chatroom.client.window.sidebar import RoomRow, Sidebar, news, room_rows
from chatroom.client.window.theme import DARK, Theme
from chatroom.vocabulary.counts import counted

_SHARE = 1 / 3  # of the width: where the people and rooms would take more, a button opens them
_SHORTCUT = 0x4 | 0x8 | 0x20000  # Control, Alt, and Alt on Windows
_BRIEF = 30  # letters of width below which the button for them says less


class Chat(ttk.Frame):
    """Each of the calls is made with what the person wants: `send` with a draft, `go_to` with a
    room, `open_link` with a URL, `change_theme` when the colours are to be the other ones."""

    def __init__(
        self,
        master: tkinter.Misc,
        kept: int,
        send: Callable[[str], None],
        go_to: Callable[[str], None],
        open_link: Callable[[str], None],
        change_theme: Callable[[], None],
    ) -> None:
        super().__init__(master, padding=(14, 10))
        self._client: Client | None = None
        self._drafts: dict[str, str] = {}  # of rooms that are not shown
        self._go_to = go_to
        self._change_theme = change_theme
        self._build_head()
        self._build_foot(send)
        self._build_middle(kept, open_link)

    def _build_head(self) -> None:
        head = ttk.Frame(self)
        head.pack(fill="x", pady=(0, 8))
        self.theme_button = ttk.Button(head, style="Link.TButton", command=self._toggle_theme)
        self.theme_button.pack(side="right")
        self.sidebar_button = ttk.Button(head, style="Link.TButton", command=self._open_or_close)
        self._room = ttk.Label(head, style="Room.TLabel")
        self._room.pack(side="left")

    def _build_foot(self, send: Callable[[str], None]) -> None:
        foot = ttk.Frame(self)
        foot.pack(side="bottom", fill="x", pady=(8, 0))
        self._round_trip = ttk.Label(foot, style="Faint.TLabel")
        self._round_trip.pack(side="right", padx=(10, 0))
        self._status = ttk.Label(foot, style="Faint.TLabel")
        self._status.pack(side="left")
        self.composer = Composer(self, send, self._complete)
        self.composer.pack(side="bottom", fill="x", pady=(10, 0))

    def _build_middle(self, kept: int, open_link: Callable[[str], None]) -> None:
        self._middle = ttk.Frame(self)
        self._middle.pack(fill="both", expand=True)
        self.conversations = Conversations(self._middle, kept, open_link, self._key_elsewhere)
        self.conversations.pack(side="left", fill="both", expand=True)
        self.sidebar = Sidebar(
            self._middle, self._choose_room, self._choose_person, self._key_elsewhere
        )
        self._middle.bind("<Configure>", lambda _: self.arrange())
        self.sidebar.bind("<Configure>", lambda _: self.arrange())
        self.sidebar.bind_all("<Escape>", lambda _: self.close_sidebar())

    def apply_theme(self, theme: Theme) -> None:
        """Show everything in these colours."""
        self.theme_button.configure(text="Light" if theme is DARK else "Dark")
        for part in (self.sidebar, self.conversations, self.composer):
            part.apply_theme(theme)

    def fonts_changed(self) -> None:
        """The letters have another size."""
        self.conversations.fonts_changed()
        self.composer.fonts_changed()
        self.arrange()

    # --- the people and rooms -----------------------------------------------------------------

    def arrange(self) -> None:
        """Beside what is said where there is room for it; else behind a button."""
        width, wanted = self._middle.winfo_width(), self.sidebar.winfo_reqwidth()
        if wanted <= width * _SHARE:
            self.sidebar_button.pack_forget()
            if self.sidebar.winfo_manager() != "pack":
                self.sidebar.place_forget()
                self.sidebar.pack(side="right", fill="y", before=self.conversations)
        else:
            if self.sidebar.winfo_manager() == "pack":
                self.sidebar.pack_forget()
            if not self.sidebar_button.winfo_manager():
                self.sidebar_button.pack(side="right", before=self._room)
            if self.sidebar.winfo_manager() == "place":
                self.sidebar.place(width=min(wanted, width))

    def _open_or_close(self) -> None:
        if self.sidebar.winfo_manager() == "place":
            self.close_sidebar()
        else:
            width = min(self.sidebar.winfo_reqwidth(), self._middle.winfo_width())
            self.sidebar.place(relx=1.0, anchor="ne", relheight=1.0, width=width)
            self.sidebar.lift()
            self.sidebar.people.focus_set()

    def close_sidebar(self) -> None:
        """If it lies over what is said."""
        if self.sidebar.winfo_manager() == "place":
            self.sidebar.place_forget()
            self.composer.entry.focus_set()

    def _choose_room(self, room: str) -> None:
        self.close_sidebar()
        self.composer.entry.focus_set()  # who goes to a room is going to write there
        self._go_to(room)

    def _choose_person(self, name: str) -> None:
        self.close_sidebar()
        if self._client is None or name != self._client.name:
            self.composer.address(name)

    def _toggle_theme(self) -> None:
        self._change_theme()
        self.composer.entry.focus_set()  # who clicks on the button goes on writing

    # --- what is shown ------------------------------------------------------------------------

    def show(self, client: Client, where: str) -> None:
        """Where we are, with whom, and how the connection is."""
        self._client = client
        rooms, roster = client.rooms, client.rooms.current.roster
        trip = "" if client.round_trip is None else milliseconds(client.round_trip)
        _set_text(self._status, _status(client, where))
        _set_text(self._round_trip, trip)
        _set_text(self._room, rooms.current.name)
        rows = room_rows(rooms)
        letters = self._middle.winfo_width() / font.nametofont("ChatText", self).measure("n")
        counts = _counted(roster.count, rows, letters < _BRIEF)
        _set_text(self.sidebar_button, counts)
        people = list(roster.names)
        self.sidebar.show(client.name, people, roster.count, rooms.current.name, rows)

    def show_room(self, room: str) -> None:
        """What is said in this room, and what was being written there."""
        left = self.conversations.room
        if room == left:
            return
        rooms = self._client.rooms if self._client else None
        self.conversations.show(room)
        if rooms is not None:
            self.conversations.prune({one.name for one in rooms})
        if left and (rooms is None or rooms.find(left)):
            self._drafts[left] = self.composer.swap(self._drafts.pop(room, ""))

    @property
    def conversation(self) -> Conversation:
        """The one that is shown."""
        return self.conversations.shown

    # --- the keys -----------------------------------------------------------------------------

    def _complete(self, before: str) -> list[str]:
        if self._client is None:
            return complete(before, (), ())
        return complete_for(before, self._client.rooms, self._client.name)

    def _key_elsewhere(self, event: "tkinter.Event[tkinter.Misc]") -> str | None:
        """Whoever types while reading back or in a list means the entry."""
        if event.char and event.char.isprintable() and not int(event.state) & _SHORTCUT:
            self.composer.add(event.char)
            return "break"
        return None


def _status(client: Client, where: str) -> str:
    match client.state:
        case State.JOINED if client.unanswered:
            status = f"No answer for {client.unanswered:.0f} s"
        case State.JOINED:
            status = f"Connected to {where} as {client.name}"
        case State.ENDED:
            status = "You are not in the chatroom any more."
        case State.WAITING:
            status = f"Reconnecting in {math.ceil(client.retry_in)} s"
        case _:
            status = "Reconnecting..."
    if client.waiting:
        status += f"   {counted(client.waiting, 'line is', 'lines are')} not sent yet"
    return status


def _counted(people: int, rooms: Sequence[RoomRow], brief: bool) -> str:
    text = counted(people, "person", "people")
    if not brief:
        text += f", {counted(len(rooms), 'room')}"
    return text + news(sum(room.unread for room in rooms), sum(room.mentions for room in rooms))


def _set_text(label: ttk.Label | ttk.Button, text: str) -> None:
    """Only what has changed is drawn anew."""
    if label.cget("text") != text:
        label.configure(text=text)
