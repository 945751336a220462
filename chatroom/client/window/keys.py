"""The keys that work everywhere in the window."""

import tkinter
from collections.abc import Callable
from tkinter import ttk

from chatroom.client.window.actions import Actions
from chatroom.client.window.chat import Chat

_SIZES = (("plus equal KP_Add", 1), ("minus KP_Subtract", -1), ("0", 0))


def bind_keys(
    root: tkinter.Tk, chat: Chat, actions: Actions, resize: Callable[[int], object]
) -> None:
    """`resize` is called with so many steps for larger letters, 0 for those of the beginning."""
    going = actions.going
    root.bind_class("TEntry", "<Control-a>", _select_all)
    for keys, steps in _SIZES:
        for key in keys.split():
            root.bind(f"<Control-{key}>", lambda _, steps=steps: resize(steps))  # type: ignore[misc]
    for number in range(1, 10):
        _bind(root, chat, f"<Alt-Key-{number}>", lambda n=number: going.go_to_number(n))  # type: ignore[misc]
    _bind(root, chat, "<Control-k>", going.switch)
    _bind(root, chat, "<Control-f>", chat.open_search)
    _bind(root, chat, "<Alt-Up>", lambda: going.step(-1))
    _bind(root, chat, "<Alt-Down>", lambda: going.step(1))
    _bind(root, chat, "<Alt-a>", going.next_unread)


def _bind(root: tkinter.Tk, chat: Chat, keys: str, do: Callable[[], object]) -> None:
    """For all of the window; a text must not do its own with the same keys."""

    def pressed(_: object) -> str:
        if chat.winfo_manager():
            do()
        return "break"

    root.bind(keys, pressed)
    chat.composer.entry.bind(keys, pressed)


def _select_all(event: "tkinter.Event[tkinter.Misc]") -> str:
    assert isinstance(event.widget, ttk.Entry)
    event.widget.select_range(0, "end")
    return "break"
