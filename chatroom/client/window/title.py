"""The title of the window: the room, and how many lines are unread in all rooms."""

import tkinter

from chatroom.client.core import Client
from chatroom.client.events import Entry
from chatroom.client.presentation import is_own
from chatroom.vocabulary import events

_TITLE = "chatroom"


class Title:
    """Lines of other rooms are counted by the client's core; those of the current one here, while
    the window has no focus."""

    def __init__(self, root: tkinter.Tk) -> None:
        self._root = root
        self._client: Client | None = None
        self._unread = 0
        self._focused = True
        root.title(_TITLE)
        root.bind("<FocusIn>", self._focus_changed)
        root.bind("<FocusOut>", self._focus_changed)

    def count(self, entry: Entry, client: Client) -> None:
        """Something has happened."""
        event = entry.event
        said = isinstance(event, events.Said | events.Acted | events.Told)
        if said and not (self._focused or is_own(event, client.name)):
            self._unread += not entry.rooms or client.rooms.current.name in entry.rooms

    def show(self, client: Client | None) -> None:
        """Without a client nothing but the name of the program."""
        self._client = client
        unread, title = self._unread, _TITLE
        if client is not None:
            unread += client.rooms.unread
            title = f"{client.rooms.current.name} - {_TITLE}"
        self._root.title(f"({unread}) {title}" if unread else title)

    def _focus_changed(self, _: object) -> None:
        self._focused = self._root.focus_displayof() is not None
        if self._focused and self._unread:
            self._unread = 0
            self.show(self._client)
