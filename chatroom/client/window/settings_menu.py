"""The menu of the window: its colours, the size of its letters, its keys."""

from collections.abc import Callable

from chatroom.client.window.appearance import SYSTEM
from chatroom.client.window.menus import Choice

_THEMES = ((SYSTEM, "Colours of the desktop"), ("light", "Light"), ("dark", "Dark"))


def settings_menu(
    theme: str,
    choose_theme: Callable[[str], object],
    resize: Callable[[int], object],
    show_keys: Callable[[], object],
) -> list[Choice]:
    """`theme` is the choice that counts now."""
    return [
        *(
            Choice(label, lambda name=name: choose_theme(name), name == theme)  # type: ignore[misc]
            for name, label in _THEMES
        ),
        Choice(""),
        Choice("Larger letters", lambda: resize(1), key="Ctrl +"),
        Choice("Smaller letters", lambda: resize(-1), key="Ctrl -"),
        Choice(""),
        Choice("Keys", show_keys),
    ]
