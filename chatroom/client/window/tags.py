"""The tags of a conversation: its columns, and how each kind of text looks."""

import tkinter

from chatroom.client.window.theme import Look

_TIME = "00:00"
_LETTERS = 105  # of a line; longer ones are hard to read, however wide the window is


class Columns:
    """Where the columns of a conversation are, in pixels."""

    def __init__(self, look: Look, width: int) -> None:
        grid = look.grid
        narrow = width < grid.pixels(520)
        edge = grid(3 if narrow else 5)
        self.time_end = edge + look.measure(_TIME, "ChatSmall")
        self.text = self.time_end + grid(2 if narrow else 3)
        longest = look.measure("n" * _LETTERS)
        self.right = max(grid(3 if narrow else 6), width - self.text - longest)


def configure(text: tkinter.Text, look: Look, columns: Columns) -> None:
    """Make all tags anew; what is shown already changes at once."""
    _place(text, look, columns)
    _colour(text, look)
    _order(text)


def _place(text: tkinter.Text, look: Look, columns: Columns) -> None:
    grid = look.grid
    text.tag_configure(
        "row",
        tabs=(columns.time_end, "right", columns.text, "left"),
        lmargin1=0,
        lmargin2=columns.text,
        rmargin=columns.right,
        spacing1=grid.pixels(2),
        spacing3=grid.pixels(2),
    )
    text.tag_configure(
        "body",
        lmargin1=columns.text,
        lmargin2=columns.text,
        rmargin=columns.right,
        spacing1=grid.pixels(2),
        spacing3=grid.pixels(2),
    )
    text.tag_configure("gap", font="ChatGap", spacing1=grid.pixels(2), spacing3=grid.pixels(2))
    text.tag_configure("divider", spacing1=grid(3), spacing3=grid(1), lmargin1=0, rmargin=0)
    letter = look.measure("0", "ChatMono")
    text.tag_configure("columns", lmargin2=columns.text + 4 * letter, spacing1=0, spacing3=0)
    text.tag_configure("block", lmargin2=columns.text, spacing1=0, spacing3=0)


def _colour(text: tkinter.Text, look: Look) -> None:
    colours = look.palette
    text.tag_configure("time", foreground=colours.muted, font="ChatSmall")
    text.tag_configure("notice", foreground=colours.muted, font="ChatSmall")
    text.tag_configure("problem", foreground=colours.danger)
    text.tag_configure("columns", foreground=colours.muted, font="ChatMono")
    text.tag_configure("mention", background=colours.mention)
    # Without a colour of their own the margins have that of the text.
    for tag in ("row", "body"):
        text.tag_configure(tag, lmargincolor=colours.background, rmargincolor=colours.background)
    text.tag_configure("found", background=colours.chosen, lmargincolor=colours.chosen)
    text.tag_configure("found", rmargincolor=colours.chosen)
    text.tag_configure("acted", font="ChatItalic")
    text.tag_configure("bold", font="ChatBold")
    text.tag_configure("code", font="ChatMono", background=colours.code)
    text.tag_configure("block", font="ChatMono", background=colours.code)
    text.tag_configure("link", foreground=colours.accent, underline=True)
    text.tag_configure("waiting", foreground=colours.muted)
    text.tag_configure("unsent", foreground=colours.danger)
    for number, colour in enumerate(colours.people):
        text.tag_configure(f"person{number}", foreground=colour, font="ChatBold")


def _order(text: tkinter.Text) -> None:
    """The later ones win."""
    for tag in ("row", "body", "columns", "mention", "block", "code", "link", "found"):
        text.tag_raise(tag)
    text.tag_raise("sel")
