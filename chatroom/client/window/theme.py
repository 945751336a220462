"""How everything looks that ttk draws, and the letters of the window.

ttk's `clam` is drawn by Tk itself, the same everywhere. Its buttons and fields get the rounded
shapes of `shapes.py`.
"""

import tkinter
from tkinter import font, ttk
from typing import Any

from chatroom.client.window.grid import Grid
from chatroom.client.window.palette import Palette
from chatroom.client.window.shapes import icon, rounded

START_SIZE = 11
_SIZES = range(7, 33)  # points
_FONTS = ("TkDefaultFont", "TkTextFont", "TkMenuFont")
_PREFERRED = ("Inter", "Cantarell", "Ubuntu", "Noto Sans", "Roboto", "Open Sans")
_PLAIN = ("DejaVu Sans", "Bitstream Vera Sans", "fixed", "Helvetica", "helvetica", "sans")


class Look:
    """Colours, distances and letters, for all parts of one window."""

    def __init__(self, root: tkinter.Tk, palette: Palette) -> None:
        self.root = root
        self.palette = palette
        self.grid = Grid(root.winfo_fpixels("1i"))
        self._fonts = _make_fonts(root)
        self._images: dict[object, tkinter.PhotoImage] = {}
        self._applied = 0
        self.set_font_size(START_SIZE)
        self.apply(palette)

    # --- pictures -----------------------------------------------------------------------------

    def icon(self, name: str, colour: str) -> tkinter.PhotoImage:
        """An icon as high as a capital letter and a little more."""
        size = max(self.grid(4), round(self.line_height * 0.9))
        return self._image((name, size, colour), icon, name, size, colour)

    def dot(self, colour: str) -> tkinter.PhotoImage:
        """A small filled circle."""
        size = self.grid(2)
        return self.rounded(size, size, colour, radius=1)

    def rounded(
        self, width: int, height: int, fill: str, radius: float = 1.5, border: str = ""
    ) -> tkinter.PhotoImage:
        """`radius` in units."""
        corner = min(self.grid(radius), height / 2, width / 2)
        thickness = self.grid.pixels(1)
        key = ("rounded", width, height, corner, fill, border)
        return self._image(key, rounded, width, height, corner, fill, border, thickness)

    def _image(self, key: object, draw: Any, *arguments: Any) -> tkinter.PhotoImage:
        if key not in self._images:
            data = draw(*arguments)
            self._images[key] = tkinter.PhotoImage(master=self.root, data=data)
        return self._images[key]

    # --- letters ------------------------------------------------------------------------------

    @property
    def line_height(self) -> int:
        """Of the text, in pixels."""
        return int(font.nametofont("ChatText", self.root).metrics("linespace"))

    @property
    def font_size(self) -> int:
        """Points."""
        return int(font.nametofont("ChatText", self.root).actual("size"))

    def measure(self, text: str, name: str = "ChatText") -> int:
        """The width of a text in pixels."""
        return font.nametofont(name, self.root).measure(text)

    def set_font_size(self, size: int) -> None:
        """All letters in this size, or the next one that can be read."""
        size = min(max(size, _SIZES[0]), _SIZES[-1])
        small = max(_SIZES[0], round(size * 0.82))
        for name in (*_FONTS, "ChatText", "ChatBold", "ChatItalic"):
            font.nametofont(name, self.root).configure(size=size)
        for name in ("ChatMono", "ChatSmall", "ChatSmallBold"):
            font.nametofont(name, self.root).configure(size=small)
        font.nametofont("ChatMono", self.root).configure(size=max(small, size - 1))
        font.nametofont("ChatTitle", self.root).configure(size=size + 2)
        font.nametofont("ChatGap", self.root).configure(size=-self.grid(1))

    def resize_fonts(self, steps: int) -> None:
        """Larger or smaller by so many points; 0 is back to how it began."""
        self.set_font_size(self.font_size + steps if steps else START_SIZE)

    # --- colours ------------------------------------------------------------------------------

    def apply(self, palette: Palette) -> None:
        """Colour everything that ttk draws."""
        self.palette = palette
        self._applied += 1  # an element of ttk's cannot be changed, so each time has its own
        style = ttk.Style(self.root)
        style.theme_use("clam")
        _colour_everything(style, palette)
        self._shape_buttons(style)
        self._shape_fields(style)
        _colour_scrollbars(style, palette, self.grid)
        _colour_labels(style, palette)
        self.root.configure(background=palette.background)
        self._colour_menus()

    def _shape(self, fill: str, border: str = "") -> tkinter.PhotoImage:
        """A square whose edges do not change when its middle is made larger."""
        side = self.grid(5)
        return self.rounded(side, side, fill, 1.5, border)

    def _element(self, style: ttk.Style, name: str, image: Any, *states: Any) -> str:
        element = f"{name}{self._applied}.background"
        edge = self.grid(2)
        style.element_create(
            element, "image", image, *states, border=edge, padding=0, sticky="nsew"
        )
        return element

    def _shape_buttons(self, style: ttk.Style) -> None:
        colours = self.palette
        for name, ground in (("Flat", colours.background), ("Side", colours.sidebar)):
            states = (
                ("pressed", self._shape(colours.chosen)),
                ("active", self._shape(colours.hover)),
                ("focus", self._shape(ground, colours.accent)),
            )
            element = self._element(style, name, self._shape(ground), *states)
            self._button(style, f"{name}.TButton", element, (1.5, 1), ground)
            style.configure(f"{name}.TButton", foreground=colours.muted)
        accent = self._element(
            style,
            "Accent",
            self._shape(colours.accent),
            ("disabled", self._shape(colours.hover)),
            ("pressed", self._shape(_mixed(colours.accent, colours.text, 0.2))),
            ("active", self._shape(_mixed(colours.accent, colours.text, 0.1))),
            ("focus", self._shape(colours.accent, colours.text)),
        )
        self._button(style, "Accent.TButton", accent, (4, 2), colours.background)
        style.configure("Accent.TButton", foreground=colours.accent_text, font="ChatBold")
        style.map("Accent.TButton", foreground=[("disabled", colours.muted)])
        self._button(style, "New.TButton", accent, (3, 1), colours.background)
        style.configure("New.TButton", foreground=colours.accent_text, font="ChatSmallBold")
        style.layout("TButton", style.layout("Flat.TButton"))

    def _button(
        self, style: ttk.Style, name: str, element: str, pad: tuple[float, float], ground: str
    ) -> None:
        label: Any = ("Button.label", {"sticky": "nswe"})
        padding: Any = ("Button.padding", {"sticky": "nswe", "children": [label]})
        style.layout(name, [(element, {"sticky": "nswe", "children": [padding]})])
        style.configure(name, padding=(self.grid(pad[0]), self.grid(pad[1])), width=0)
        style.configure(name, background=ground, anchor="center")
        style.map(name, background=[])

    def _shape_fields(self, style: ttk.Style) -> None:
        colours = self.palette
        field = self._element(
            style,
            "Field",
            self._shape(colours.background, colours.line),
            ("focus", self._shape(colours.background, colours.accent)),
        )
        text: Any = ("Entry.textarea", {"sticky": "nswe"})
        padding: Any = ("Entry.padding", {"sticky": "nswe", "children": [text]})
        style.layout("TEntry", [(field, {"sticky": "nswe", "children": [padding]})])
        style.configure("TEntry", padding=(self.grid(2.5), self.grid(2)))
        style.layout("Field.TFrame", [(field, {"sticky": "nswe"})])
        style.configure("Field.TFrame", background=colours.background)
        border = _mixed(colours.line, colours.muted, 0.5)
        card = self._element(style, "Card", self._shape(colours.background, border))
        style.layout("Card.TFrame", [(card, {"sticky": "nswe"})])
        style.configure("Card.TFrame", background=colours.background)

    def _colour_menus(self) -> None:
        colours = self.palette
        for option, value in (
            ("background", colours.sidebar),
            ("foreground", colours.text),
            ("activeBackground", colours.chosen),
            ("activeForeground", colours.text),
            ("disabledForeground", colours.muted),
            ("borderWidth", "1"),
            ("activeBorderWidth", str(self.grid(1))),
            ("relief", "raised"),
            ("font", "TkMenuFont"),
        ):
            self.root.option_add(f"*Menu.{option}", value)


def _colour_everything(style: ttk.Style, palette: Palette) -> None:
    style.configure(
        ".",
        background=palette.background,
        foreground=palette.text,
        fieldbackground=palette.background,
        bordercolor=palette.line,
        lightcolor=palette.background,
        darkcolor=palette.background,
        troughcolor=palette.background,
        insertcolor=palette.text,
        selectbackground=palette.selection,
        selectforeground=palette.text,
        focuscolor=palette.accent,
    )
    # clam has its own colours for what is selected where the focus is not, and for what is disabled
    style.map(
        ".",
        foreground=[("disabled", palette.muted)],
        selectbackground=[("!focus", palette.background)],
        selectforeground=[("!focus", palette.text)],
    )


def _colour_labels(style: ttk.Style, palette: Palette) -> None:
    for name, ground in (("", palette.background), ("Side", palette.sidebar)):
        style.configure(f"{name}.TFrame" if name else "TFrame", background=ground)
        style.configure(f"{name}Muted.TLabel", background=ground, foreground=palette.muted)
        style.configure(f"{name}Muted.TLabel", font="ChatSmall")
        style.configure(f"{name}.TLabel" if name else "TLabel", background=ground)
    style.configure("SideBold.TLabel", background=palette.sidebar, font="ChatBold")
    style.configure("Line.TFrame", background=palette.line)
    style.configure("Placeholder.TLabel", foreground=palette.muted, font="ChatText")
    style.configure("TCheckbutton", font="ChatSmall", foreground=palette.muted)
    style.configure("TCheckbutton", indicatorbackground=palette.background)
    style.configure("TCheckbutton", indicatorforeground=palette.accent)
    style.map(
        "TCheckbutton",
        background=[("active", palette.background)],
        foreground=[("active", palette.text)],
        indicatorbackground=[("active", palette.hover)],
    )
    style.configure("Title.TLabel", font="ChatTitle")
    style.configure("Bold.TLabel", font="ChatBold")
    style.configure("Problem.TLabel", foreground=palette.danger)
    style.configure("ProblemSmall.TLabel", foreground=palette.danger, font="ChatSmall")


def _colour_scrollbars(style: ttk.Style, palette: Palette, grid: Grid) -> None:
    """Thin, without arrows, and without a grip."""
    for name, ground in (("", palette.background), ("Side.", palette.sidebar)):
        bar = f"{name}Vertical.TScrollbar"
        thumb: Any = ("Vertical.Scrollbar.thumb", {"expand": "1", "sticky": "nswe"})
        trough: Any = ("Vertical.Scrollbar.trough", {"sticky": "ns", "children": [thumb]})
        style.layout(bar, [trough])
        style.configure(bar, gripcount=0, arrowsize=grid(2), width=grid(2), borderwidth=0)
        style.configure(bar, background=palette.line, troughcolor=ground, bordercolor=ground)
        style.configure(bar, lightcolor=palette.line, darkcolor=palette.line)
        style.map(
            bar,
            background=[("disabled", ground), ("active", palette.muted)],
            lightcolor=[("disabled", ground), ("active", palette.muted)],
            darkcolor=[("disabled", ground), ("active", palette.muted)],
        )


def _mixed(one: str, other: str, share: float) -> str:
    """The one colour with a share of the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _make_fonts(root: tkinter.Tk) -> list[font.Font]:
    """The named fonts that everything is written in. Tk forgets them when nobody holds them."""
    family = _family(root)
    mono = font.nametofont("TkFixedFont", root).actual("family")
    for name in _FONTS:
        font.nametofont(name, root).configure(family=family)
    plain = [font.Font(root, name=name, family=family) for name in ("ChatText", "ChatSmall")]
    bold = [
        font.Font(root, name=name, family=family, weight="bold")
        for name in ("ChatBold", "ChatSmallBold", "ChatTitle")
    ]
    italic = font.Font(root, name="ChatItalic", family=family, slant="italic")
    others = [font.Font(root, name=name, family=mono) for name in ("ChatMono", "ChatGap")]
    return [*plain, *bold, italic, *others]


def _family(root: tkinter.Tk) -> str:
    """What the desktop uses; where that is only the last resort, something better if there is."""
    family = str(font.nametofont("TkDefaultFont", root).actual("family"))
    if family not in _PLAIN:
        return family
    known = set(font.families(root))
    return next((one for one in _PREFERRED if one in known), family)
