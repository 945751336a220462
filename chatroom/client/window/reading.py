"""What one does with a text that one reads: links, the times of messages, copying."""

import tkinter
from collections.abc import Callable

from chatroom.client.window.sheet import ITEM
from chatroom.client.window.theme import Look


class Reading:
    """`open_link` is called with what was clicked on."""

    def __init__(
        self, text: tkinter.Text, look: Look, open_link: Callable[[str], object]
    ) -> None:
        self._text = text
        self._look = look
        self._open_link = open_link
        self._hovered = ""
        # A text that cannot be edited is not given the focus by a click, and what is selected in it
        # could not be copied.
        text.bind("<Button-1>", lambda _: text.focus_set())
        text.bind("<Motion>", self._hover)
        text.bind("<Leave>", lambda _: self._show_time(""))
        text.bind("<Button-3>", self._open_menu)
        text.bind("<<Copy>>", lambda _: self._copy())
        text.tag_bind("link", "<Button-1>", self._clicked)
        text.tag_bind("link", "<Enter>", lambda _: text.configure(cursor="hand2"))
        text.tag_bind("link", "<Leave>", lambda _: text.configure(cursor="arrow"))

    def _hover(self, event: "tkinter.Event[tkinter.Text]") -> None:
        names = self._text.tag_names(f"@{event.x},{event.y}")
        self._show_time(next((name for name in names if name.startswith(ITEM)), ""))

    def _show_time(self, item: str) -> None:
        """The time of a message that continues a group, while the mouse is over it."""
        if item == self._hovered:
            return
        self._hovered = item
        self._text.tag_remove("hovered", "1.0", "end")
        if item and (ranges := self._text.tag_ranges(item)):
            if time := self._text.tag_nextrange("hidden", str(ranges[0]), str(ranges[-1])):
                self._text.tag_add("hovered", *time)

    def _clicked(self, event: "tkinter.Event[tkinter.Text]") -> None:
        if span := self._text.tag_prevrange("link", f"@{event.x},{event.y}+1c"):
            self._open_link(self._text.get(*span))

    def _open_menu(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        menu = tkinter.Menu(self._text, tearoff=False)
        menu.add_command(label="Copy", command=self._copy)
        menu.add_command(label="Select all", command=self._select_all)
        menu.tk_popup(event.x_root, event.y_root)

    def _select_all(self) -> None:
        self._text.tag_add("sel", "1.0", "end-1c")

    def _copy(self) -> str:
        """What is selected, as it is seen: without tabs, and without times that are hidden."""
        if self._text.tag_ranges("sel"):
            self._text.clipboard_clear()
            self._text.clipboard_append(self._selected())
        return "break"

    def _selected(self) -> str:
        parts: list[str] = []
        hidden = False
        for key, value, _ in self._text.dump("sel.first", "sel.last", text=True, tag=True):
            if key == "tagon" and value == "hidden":
                hidden = True
            elif key == "tagoff" and value == "hidden":
                hidden = False
            elif key == "text" and not hidden:
                parts.append(value)
        lines = "".join(parts).replace("\N{NO-BREAK SPACE}", "").split("\n")
        return "\n".join(line.strip("\t").replace("\t", "  ") for line in lines)
