"""What a person does in the chat, whichever part of it they do it with."""

import tkinter
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from chatroom.client.completion import complete, complete_for
from chatroom.client.core import Client
from chatroom.client.typed import HELP, Switch, Typed, read
from chatroom.client.window import query
from chatroom.client.window.chat import Chat
from chatroom.client.window.dates import start_of
from chatroom.client.window.going import Going
from chatroom.client.window.items import Item, Kind, answer_items
from chatroom.client.window.loading import Loading
from chatroom.client.window.log import Change
from chatroom.client.window.menus import MenuCalls, popup, row_menu
from chatroom.client.window.places import Place, Places
from chatroom.client.window.searching import Searching
from chatroom.client.window.session import WindowSession
from chatroom.client.window.side_rows import SideRow
from chatroom.vocabulary import commands

KEYS = "".join(
    f"{keys:18} {purpose}\n"
    for keys, purpose in (
        ("Ctrl-K", "go to a room or a person"),
        ("Alt-Up Alt-Down", "the place before, the next one"),
        ("Alt-A", "the next place with something new"),
        ("Alt-1 ... Alt-9", "another room of yours, as a click on it does"),
        ("Ctrl-F", "search"),
        ("Page Up, Page Down", "read back and forth while you write"),
        ("Shift-Enter", "a new line"),
        ("Tab", "complete a name, a room or a command"),
        ("Escape", "close what is open, go to the latest message"),
        ("Ctrl-plus -minus -0", "larger letters, smaller ones, as before"),
    )
)


class Actions:
    """`leave` closes the window. `attach` comes before anything else."""

    chat: Chat

    def __init__(
        self,
        root: tkinter.Tk,
        session: WindowSession,
        places: Places,
        leave: Callable[[], None],
        browse: Callable[[str], object],
    ) -> None:
        self._root = root
        self._session = session
        self._places = places
        self._leave = leave
        self._browse = browse
        self.loading = Loading(lambda: session.client, session.advance, self._loaded, self.tell)
        self.going = Going(session, places, self.tell)
        self.searching = Searching(session, places, self.going, self.loading)
        self._menu_calls = MenuCalls(
            go_to_room=self.going.go_to_room,
            leave=lambda room: session.request(commands.Leave(room)),
            mute=self._mute,
            copy=self._copy,
            set_topic=self._set_topic,
            write_to=self.going.write_to,
            mention=lambda name: self.chat.composer.add(f"@{name} "),
            ignore=lambda name: session.request(commands.Ignore(name)),
            close=self._close_private,
        )

    def attach(self, chat: Chat) -> None:
        """All of it is done in this chat."""
        self.chat = self.going.chat = self.searching.chat = chat

    def switched(self, room: str) -> None:
        """The core's current room is another one."""
        self.going.switched(room)
        self.searching.arrived(room)

    @property
    def _client(self) -> Client | None:
        return self._session.client

    # --- writing ------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """What was written in the place that is shown."""
        place = self._places.current
        for typed in read(text):
            self.do(private(typed, place.name) if place.is_private else typed)
        if place.log.unread is not None:
            place.log.unread = None
            self.chat.conversation.changed(Change.REPLACED)
        if place is self._places.current:
            self.loading.latest(place)

    def do(self, typed: Typed) -> None:
        match typed:
            case Switch(number):
                self.going.go_to_number(number)
            case str():
                self.tell(typed + KEYS if typed == HELP else typed)
            case commands.Quit():
                self._leave()
            case commands.Recall(at=float() as time, name=""):
                self.loading.at(self._places.current, time)
            case commands.Recall(ago=float() as ago, name="") if self._client:
                self.loading.at(self._places.current, self._client.wall() - ago)
            case commands.Search(text, room, name):
                self.chat.open_search(query.written(text, name, room))
            case commands.Tell(str() as name):
                self._session.request(typed)
                self.going.write_to(name)
            case _:
                self._session.request(typed)

    def tell(self, text: str) -> None:
        """What the window itself has to say, where one is."""
        items = answer_items(text, self._client.wall()) if self._client else []
        self.add(items)

    def show_keys(self) -> None:
        self.add([Item(Kind.TABLE, "The keys:\n" + KEYS.removesuffix("\n"), self._now)])

    def add(self, items: list[Item]) -> None:
        """To what is shown."""
        log = self._places.current.log
        self.chat.conversation.changed(log.append(items))
        self.chat.conversation.show_end()

    def complete(self, before: str) -> list[str]:
        if self._client is None:
            return complete(before, (), ())
        return complete_for(before, self._client.rooms, self._client.name)

    def open_link(self, url: str) -> None:
        if urlsplit(url).scheme.lower() in ("http", "https"):
            self._browse(url)

    @property
    def _now(self) -> float:
        return self._client.wall() if self._client else 0.0

    # --- the past -----------------------------------------------------------------------------

    def load(self, before: bool) -> None:
        self.loading.more(self._places.current, before)

    def latest(self) -> None:
        self.loading.latest(self._places.current)

    def show_day(self, day: date) -> None:
        self.loading.at(self._places.current, start_of(day))

    def _loaded(self, place: Place, change: Change, go_to: int) -> None:
        if place is not self._places.current:
            return
        self.chat.conversation.changed(change)
        if go_to > 0:
            self.chat.conversation.show_item(go_to)
        elif go_to < 0:
            self.chat.conversation.show_end()

    # --- the menus ----------------------------------------------------------------------------

    def open_menu(self, row: SideRow, x: int, y: int) -> None:
        if client := self._client:
            choices = row_menu(row, self._menu_calls, client.name, len(client.rooms))
            popup(self._root, choices, x, y)

    def _mute(self, room: str) -> None:
        place = self._places.room(room)
        place.is_muted = not place.is_muted

    def _copy(self, name: str) -> None:
        self._root.clipboard_clear()
        self._root.clipboard_append(name)

    def _set_topic(self, room: str) -> None:
        self.going.go_to_room(room)
        topic = ""
        if self._client and (found := self._client.rooms.find(room)):
            topic = found.topic
        self.chat.composer.start(f"/topic {topic}")

    def _close_private(self, name: str) -> None:
        place = self._places.private(name)
        if place is self._places.current and self._client:
            self.going.show(self._places.room(self._client.rooms.current.name))
        self._places.close(place)


def private(typed: Typed, name: str) -> Typed:
    """What was typed in a conversation with this person: talk goes to them alone."""
    match typed:
        case commands.Say(text):
            return commands.Tell(name, text)
        case commands.Act(text):
            return commands.Tell(name, f"* {text}")
    return typed
