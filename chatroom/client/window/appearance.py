"""The colours of the window and the size of its letters, as the person has chosen them."""

import tkinter
from collections.abc import Callable

from chatroom.client.preferences import Preferences
from chatroom.client.window.palette import DARK, LIGHT, PALETTES, Palette
from chatroom.client.window.theme import Look

SYSTEM = ""  # the choice to do as the desktop does


class Appearance:
    """`remember` is called with what changes; `wishes_dark` asks the desktop."""

    def __init__(
        self,
        root: tkinter.Tk,
        preferences: Preferences,
        remember: Callable[..., object],
        wishes_dark: Callable[[], bool],
    ) -> None:
        self.choice = preferences.theme if preferences.theme in PALETTES else SYSTEM
        self._remember = remember
        self._is_dark = wishes_dark() if self.choice == SYSTEM else False
        self.look = Look(root, self._palette)
        if preferences.font_size:
            self.look.set_font_size(preferences.font_size)

    @property
    def _palette(self) -> Palette:
        return PALETTES.get(self.choice) or (DARK if self._is_dark else LIGHT)

    def choose(self, choice: str) -> bool:
        """`light`, `dark`, or `SYSTEM`. Whether anything looks different now."""
        self.choice = choice
        self._remember(theme=choice)
        return self._apply()

    def desktop_wishes(self, dark: bool) -> bool:
        """The desktop has been asked again. Whether anything looks different now."""
        self._is_dark = dark
        return self._apply()

    def resize(self, steps: int) -> None:
        """Larger or smaller letters; 0 is back to how it began."""
        self.look.resize_fonts(steps)
        self._remember(font_size=self.look.font_size)

    def _apply(self) -> bool:
        palette = self._palette
        if palette is self.look.palette:
            return False
        self.look.apply(palette)
        return True
