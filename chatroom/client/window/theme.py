"""How the window looks, by day and by night.

ttk's `clam` is drawn by Tk itself, the same everywhere, and takes all of its colours from here.
"""

import tkinter
from dataclasses import dataclass
from tkinter import font, ttk
from typing import Any


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #rrggbb. Every text has a contrast of at least 4.5 to 1 to what is behind it."""

    name: str
    window: str
    panel: str
    text: str
    faint: str
    border: str
    accent: str
    accent_text: str
    problem: str
    mention: str
    link: str
    selection: str
    people: tuple[str, ...]


LIGHT = Theme(
    name="light",
    window="#f1f3f6",
    panel="#ffffff",
    text="#1f2430",
    faint="#5f6b80",
    border="#d5dae3",
    accent="#1f5fd6",
    accent_text="#ffffff",
    problem="#b42318",
    mention="#fff1b8",
    link="#1d4ed8",
    selection="#cfe0ff",
    people=(
        *("#b3261e", "#8a5300", "#2e7031", "#00695c", "#1565c0"),
        *("#4527a0", "#ad1457", "#6a1b9a", "#5d4037", "#33691e"),
    ),
)
DARK = Theme(
    name="dark",
    window="#1c1f26",
    panel="#14161b",
    text="#e4e7ec",
    faint="#98a2b3",
    border="#343a46",
    accent="#2f6fe4",
    accent_text="#ffffff",
    problem="#f97066",
    mention="#4d4214",
    link="#8ab4f8",
    selection="#2b4a80",
    people=(
        *("#ff8a80", "#ffb74d", "#81c784", "#4dd0e1", "#64b5f6"),
        *("#b39ddb", "#f48fb1", "#ce93d8", "#d7b8a9", "#aed581"),
    ),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

_SIZES = range(7, 33)  # points
_FONTS = ("TkDefaultFont", "TkTextFont")
START_SIZE = 11


def apply(root: tkinter.Tk, theme: Theme) -> None:
    """Colour everything that ttk draws."""
    style = ttk.Style(root)
    style.theme_use("clam")
    _colour_everything(style, theme)
    _colour_buttons(style, theme)
    _colour_scrollbars(style, theme)
    style.configure("Faint.TLabel", foreground=theme.faint)
    style.configure("Problem.TLabel", foreground=theme.problem)
    style.configure("Room.TLabel", font="ChatTitle")
    root.configure(background=theme.window)


def _colour_everything(style: ttk.Style, theme: Theme) -> None:
    style.configure(
        ".",
        background=theme.window,
        foreground=theme.text,
        fieldbackground=theme.panel,
        bordercolor=theme.border,
        lightcolor=theme.window,
        darkcolor=theme.window,
        troughcolor=theme.window,
        insertcolor=theme.text,
        selectbackground=theme.selection,
        selectforeground=theme.text,
        focuscolor=theme.window,
    )
    # clam has its own colours for what is selected where the focus is not, and for what is disabled
    style.map(
        ".",
        foreground=[("disabled", theme.faint)],
        selectbackground=[("!focus", theme.selection)],
        selectforeground=[("!focus", theme.text)],
    )
    style.configure("TEntry", padding=7, lightcolor=theme.panel, darkcolor=theme.panel)
    style.map(
        "TEntry",
        bordercolor=[("focus", theme.accent)],
        lightcolor=[("focus", theme.accent)],
        selectbackground=[("!focus", theme.panel)],
        selectforeground=[("!focus", theme.text)],
        foreground=[("disabled", theme.faint)],
        fieldbackground=[("disabled", theme.window)],
    )


def _colour_buttons(style: ttk.Style, theme: Theme) -> None:
    style.configure("TButton", padding=(14, 7), background=theme.panel, width=0)
    style.map("TButton", background=[("active", theme.window)])
    for name, padding in (("Accent.TButton", (16, 7)), ("New.TButton", (12, 4))):
        style.configure(name, padding=padding, background=theme.accent, bordercolor=theme.accent)
        style.configure(name, lightcolor=theme.accent, darkcolor=theme.accent)
        style.configure(name, foreground=theme.accent_text)
        style.map(
            name,
            background=[("disabled", theme.border), ("active", theme.link)],
            foreground=[("disabled", theme.faint), ("active", theme.panel)],
        )
    style.configure("Link.TButton", padding=(4, 2), background=theme.window)
    style.configure("Link.TButton", foreground=theme.faint, bordercolor=theme.window)


def _colour_scrollbars(style: ttk.Style, theme: Theme) -> None:
    """Without arrows, and without a grip."""
    thumb = ("Vertical.Scrollbar.thumb", {"expand": "1", "sticky": "nswe"})
    trough: Any = ("Vertical.Scrollbar.trough", {"sticky": "ns", "children": [thumb]})
    style.layout("Vertical.TScrollbar", [trough])
    style.configure("Vertical.TScrollbar", background=theme.border, gripcount=0)
    style.configure("Vertical.TScrollbar", bordercolor=theme.window)
    style.configure("Vertical.TScrollbar", lightcolor=theme.border, darkcolor=theme.border)
    style.map(
        "Vertical.TScrollbar",
        background=[("disabled", theme.window), ("active", theme.faint)],
        lightcolor=[("disabled", theme.window)],
        darkcolor=[("disabled", theme.window)],
    )


def make_fonts(root: tkinter.Tk) -> list[font.Font]:
    """The named fonts that everything is written in. Tk forgets them when nobody holds them."""
    family = font.nametofont("TkDefaultFont", root).actual("family")
    columns = font.nametofont("TkFixedFont", root).actual("family")
    fonts = [
        font.Font(root, name="ChatText", family=family),
        font.Font(root, name="ChatBold", family=family, weight="bold"),
        font.Font(root, name="ChatMono", family=columns),
        font.Font(root, name="ChatTitle", family=family, weight="bold"),
    ]
    set_font_size(root, START_SIZE)
    return fonts


def font_size(root: tkinter.Tk) -> int:
    """Points."""
    return int(font.nametofont("ChatText", root).actual("size"))


def set_font_size(root: tkinter.Tk, size: int) -> None:
    """All letters in this size, or the next one that can be read."""
    size = min(max(size, _SIZES[0]), _SIZES[-1])
    for name in (*_FONTS, "ChatText", "ChatBold"):
        font.nametofont(name, root).configure(size=size)
    font.nametofont("ChatMono", root).configure(size=size - 1)  # its letters are wider
    font.nametofont("ChatTitle", root).configure(size=size + 3)


def resize_fonts(root: tkinter.Tk, steps: int) -> None:
    """Larger or smaller by so many points; 0 is back to how it began."""
    set_font_size(root, font_size(root) + steps if steps else START_SIZE)
