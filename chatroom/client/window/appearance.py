"""The colours of the window and the size of its letters, as the person has chosen them."""

import tkinter
from collections.abc import Callable

from chatroom.client.preferences import Preferences
from chatroom.client.window.theme import (
    DARK,
    LIGHT,
    THEMES,
    apply,
    font_size,
    make_fonts,
    resize_fonts,
    set_font_size,
)


class Appearance:
    """`remember` is called with what changes."""

    def __init__(
        self, root: tkinter.Tk, preferences: Preferences, remember: Callable[..., object]
    ) -> None:
        self.theme = THEMES.get(preferences.theme, LIGHT)
        self._root = root
        self._remember = remember
        self._fonts = make_fonts(root)
        if preferences.font_size:
            set_font_size(root, preferences.font_size)
        apply(root, self.theme)

    def change_theme(self) -> None:
        """From light to dark, or back."""
        self.theme = DARK if self.theme is LIGHT else LIGHT
        self._remember(theme=self.theme.name)
        apply(self._root, self.theme)

    def resize(self, steps: int) -> None:
        """Larger or smaller letters; 0 is back to how it began."""
        resize_fonts(self._root, steps)
        self._remember(font_size=font_size(self._root))
