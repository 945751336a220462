"""The one scale of distances, and what depends on the size of the window.

Everything is a multiple of four pixels of a screen with 96 dots per inch. A screen with more dots
gets as many more of them.
"""

_UNIT = 4  # pixels at 96 dots per inch

MIN_WIDTH, MIN_HEIGHT = 360, 320  # of the window, at 96 dots per inch
SIDEBAR = 58  # units
PANEL = 88  # units: the results of a search
NARROW = 600  # a window below this width has its sidebar behind a button, at 96 dots per inch
MAX_ROWS = 5  # of the composer; a longer draft scrolls


class Grid:
    """`dpi`: dots per inch."""

    def __init__(self, dpi: float) -> None:
        self.scale = max(1.0, dpi / 96)

    def __call__(self, units: float) -> int:
        """So many units, in pixels."""
        return round(units * _UNIT * self.scale)

    def pixels(self, pixels: float) -> int:
        """What is so many pixels at 96 dots per inch."""
        return max(1, round(pixels * self.scale))

    def has_room_for_sidebar(self, width: int, sidebar: int) -> bool:
        """Whether it stands beside the conversation. Large letters need more than a fixed width."""
        return width >= max(self.pixels(NARROW), sidebar * 2)

    def panel_width(self, width: int) -> int:
        """Of a panel over a conversation that is so wide; over a narrow one, all of it."""
        panel = self(PANEL)
        return width if width < panel * 1.5 else panel


def composer_rows(rows: int, height: int, line: int) -> int:
    """Rows of the composer for a draft of so many, in a window of this height."""
    return max(1, min(rows, MAX_ROWS, height // 4 // line))
