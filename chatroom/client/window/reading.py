"""What one does with a text that one reads: links, the times of messages, copying."""

import tkinter
from collections.abc import Callable
from tkinter import ttk

from chatroom.client.window.sheet import ITEM, Sheet


class Reading:
    """`open_link` is called with what was clicked on."""

    def __init__(
        self, text: tkinter.Text, sheet: Sheet, open_link: Callable[[str], object]
    ) -> None:
        self._text = text
        self._sheet = sheet
        self._time = ttk.Label(text, style="Muted.TLabel")
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
        """The time of what has none beside it, while the mouse is over it."""
        if item == self._hovered:
            return
        self._hovered = item
        time = self._sheet.hidden_time(item)
        line = self._text.dlineinfo(str(self._text.tag_ranges(item)[0])) if time else None
        if line is None:
            self._time.place_forget()
        else:
            self._time.configure(text=time)
            middle = line[1] + line[4] - self._time.winfo_reqheight() // 3
            self._time.place(x=self._sheet.time_end, y=middle, anchor="e")

    def forget(self) -> None:
        """The text moves below the mouse."""
        self._show_time("")

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
        """What is selected, as it is seen."""
        if self._text.tag_ranges("sel"):
            lines = self._text.get("sel.first", "sel.last").replace("\N{NO-BREAK SPACE}", "")
            self._text.clipboard_clear()
            self._text.clipboard_append(
                "\n".join(line.strip("\t").replace("\t", "  ") for line in lines.split("\n"))
            )
        return "break"
