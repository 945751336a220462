"""Where one reads in a text, to the pixel, so that the place is kept when something is put above.

An anchor is a tagged stretch of the text and how far below the upper edge it begins.
"""

import tkinter
from collections.abc import Callable


def sees_end(text: tkinter.Text) -> bool:
    """Whether the last line is on the screen."""
    return text.dlineinfo("end-1c") is not None


def first_seen(text: tkinter.Text, prefix: str) -> str:
    """The second tag with this prefix that begins within what is seen, or the last before it.

    What begins there looks the same whatever is put above the first one.
    """
    seen: list[str] = []
    whole = 0
    for row in range(0, max(1, text.winfo_height()), 12):
        tag = next((one for one in text.tag_names(f"@0,{row}") if one.startswith(prefix)), "")
        if tag and tag not in seen:
            seen.append(tag)
            whole += distance(text, tag) >= 0
            if whole == 2:
                break
    return seen[-1] if seen else ""


def distance(text: tkinter.Text, tag: str) -> int:
    """How many pixels below the upper edge it begins."""
    start = _start(text, tag)
    info = text.dlineinfo("@0,0")
    top = info[1] if info else 0
    if text.compare(start, "<", "@0,0"):
        return top - _pixels(text, start, "@0,0")
    return top + _pixels(text, "@0,0", start)


def put(text: tkinter.Text, tag: str, below: int) -> None:
    """Scroll so that it begins so many pixels below the upper edge."""
    text.yview(_start(text, tag))
    text.update_idletasks()
    if move := distance(text, tag) - below:
        text.yview_scroll(move, "pixels")


def bind_wheel(widget: tkinter.Misc, scroll: Callable[[int], object]) -> None:
    """`scroll` is given -1 or 1 for each step of the mouse wheel."""
    widget.bind("<Button-4>", lambda _: scroll(-1))
    widget.bind("<Button-5>", lambda _: scroll(1))
    widget.bind("<MouseWheel>", lambda event: scroll(-1 if event.delta > 0 else 1))


def _start(text: tkinter.Text, tag: str) -> str:
    ranges = text.tag_ranges(tag)
    return str(ranges[0]) if ranges else "1.0"


def _pixels(text: tkinter.Text, begin: str, end: str) -> int:
    return int(text.tk.call(text, "count", "-update", "-ypixels", begin, end))
