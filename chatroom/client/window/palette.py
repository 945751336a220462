"""The colours of the window, by day and by night. The web page has the same ones.

Every text has a contrast of at least 4.5 to 1 to what is behind it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb. `people` are those of names, by `presentation.colour_number`."""

    name: str
    background: str
    sidebar: str
    text: str
    muted: str
    line: str
    accent: str
    accent_text: str
    mention: str
    danger: str
    hover: str
    chosen: str
    code: str
    selection: str
    people: tuple[str, ...]


LIGHT = Palette(
    name="light",
    background="#ffffff",
    sidebar="#f6f6f4",
    text="#1d1d1b",
    muted="#6b6b66",
    line="#e4e4df",
    accent="#2f6f5e",
    accent_text="#ffffff",
    mention="#fff4d6",
    danger="#b3372f",
    hover="#efefec",
    chosen="#e2e8e4",
    code="#f3f3f0",
    selection="#cfe3db",
    people=(
        *("#b3261e", "#8a5300", "#2e7031", "#00695c", "#1565c0"),
        *("#4527a0", "#ad1457", "#6a1b9a", "#5d4037", "#33691e"),
    ),
)
DARK = Palette(
    name="dark",
    background="#1b1c1a",
    sidebar="#232422",
    text="#e9e8e3",
    muted="#9a9a92",
    line="#343531",
    accent="#6fbfa6",
    accent_text="#10201b",
    mention="#3d3520",
    danger="#ef8a80",
    hover="#2b2c29",
    chosen="#31403a",
    code="#262724",
    selection="#2f4a41",
    people=(
        *("#ff8a80", "#ffb74d", "#81c784", "#4dd0e1", "#64b5f6"),
        *("#b39ddb", "#f48fb1", "#ce93d8", "#d7b8a9", "#aed581"),
    ),
)

PALETTES = {palette.name: palette for palette in (LIGHT, DARK)}


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, each from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in rgb(colour)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
