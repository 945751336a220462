"""The title of the window: where one is, and how many lines are unread everywhere."""

import tkinter
from collections.abc import Callable

_TITLE = "chatroom"


class Title:
    """Lines of the place that is shown are counted here, while the window has no focus.
    `focus_changed` is called with whether it has it now."""

    def __init__(self, root: tkinter.Tk, focus_changed: Callable[[bool], object]) -> None:
        self.is_focused = True
        self._root = root
        self._told = focus_changed
        self._unseen = 0
        self._shown = ""
        root.title(_TITLE)
        root.bind("<FocusIn>", self._focus_changed)
        root.bind("<FocusOut>", self._focus_changed)

    def count(self, messages: int) -> None:
        """So many messages of others have come in the place that is shown."""
        if not self.is_focused:
            self._unseen += messages

    def show(self, place: str, unread: int) -> None:
        """Without a place nothing but the name of the program."""
        title = f"{place} - {_TITLE}" if place else _TITLE
        unread += self._unseen if place else 0
        title = f"({unread}) {title}" if unread else title
        if title != self._shown:
            self._shown = title
            self._root.title(title)

    def _focus_changed(self, _: object) -> None:
        is_focused = self._root.focus_displayof() is not None
        if is_focused != self.is_focused:
            self.is_focused = is_focused
            self._unseen = 0
            self._told(is_focused)
