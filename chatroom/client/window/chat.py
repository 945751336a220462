"""The chat as it is seen: the sidebar, a conversation with its header, and where one writes."""

import tkinter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from tkinter import ttk

from chatroom.client.window.card import Card
from chatroom.client.window.composer import Composer
from chatroom.client.window.conversation import Conversation
from chatroom.client.window.header import Header
from chatroom.client.window.month_view import MonthView
from chatroom.client.window.places import Place
from chatroom.client.window.search_panel import SearchPanel
from chatroom.client.window.side_rows import SideRow
from chatroom.client.window.sidebar import Sidebar
from chatroom.client.window.switcher import Switcher
from chatroom.client.window.theme import Look
from chatroom.vocabulary import events

_SHORTCUT = 0x4 | 0x8 | 0x20000  # Control, Alt, and Alt on Windows


@dataclass(frozen=True, slots=True)
class ChatCalls:
    """What the parts of the chat call when a person wants something."""

    send: Callable[[str], None]
    complete: Callable[[str], list[str]]
    choose: Callable[[SideRow], object]
    open_menu: Callable[[SideRow, int, int], object]
    open_settings: Callable[[], object]
    switch: Callable[[], object]
    load: Callable[[bool], object]
    latest: Callable[[], object]
    open_link: Callable[[str], object]
    search: Callable[[str, bool, int | None], object]
    show_hit: Callable[[events.Hit], object]
    show_day: Callable[[date], object]


class Chat(ttk.Frame):
    """Where the window is narrow the sidebar and the search open over the conversation."""

    def __init__(self, master: tkinter.Misc, look: Look, calls: ChatCalls) -> None:
        super().__init__(master)
        self._look = look
        self._calls = calls
        self._card: Card | None = None
        self._banner_text = ("", False)
        self.panel: SearchPanel | None = None
        self.sidebar = Sidebar(
            self,
            look,
            self._chosen,
            lambda _: calls.switch(),
            calls.open_menu,
            self._key_elsewhere,
            calls.open_settings,
        )
        self._main = ttk.Frame(self)
        self.header = Header(
            self._main, look, self.toggle_sidebar, self.open_calendar, self.open_search
        )
        self.conversation = Conversation(
            self._main, look, calls.load, calls.latest, calls.open_link
        )
        self.banner = ttk.Label(self._main, style="Muted.TLabel")
        self.composer = Composer(self._main, look, calls.send, calls.complete)
        self._pack()
        self._bind_keys()

    def _pack(self) -> None:
        grid = self._look.grid
        self._main.pack(side="right", fill="both", expand=True)
        self.header.pack(side="top", fill="x")
        self.composer.pack(side="bottom", fill="x", padx=grid(4), pady=(grid(1), grid(4)))
        self.conversation.pack(side="top", fill="both", expand=True)

    def _bind_keys(self) -> None:
        self.bind("<Configure>", lambda _: self.arrange())
        self.conversation.text.bind("<Key>", self._key_elsewhere)
        for key, step in (("Prior", -1), ("Next", 1)):
            self.composer.entry.bind(f"<{key}>", lambda _, step=step: self._page(step))  # type: ignore[misc]
        for part in (self.sidebar.list.canvas, self.conversation.text, self.composer.entry):
            part.bind("<Escape>", lambda _: self.escape())

    def apply_look(self) -> None:
        """The colours or the letters have changed."""
        for part in (self.sidebar, self.header, self.conversation, self.composer):
            part.apply_look()
        if self.panel is not None:
            self.panel.apply_look()
        self.arrange()

    # --- the sidebar --------------------------------------------------------------------------

    @property
    def is_narrow(self) -> bool:
        """Whether the sidebar does not stand beside the conversation."""
        width = self.winfo_width()
        return not self._look.grid.has_room_for_sidebar(width, self.sidebar.wanted_width)

    def arrange(self) -> None:
        """As the width allows it."""
        width, wanted = self.winfo_width(), self.sidebar.wanted_width
        manager = self.sidebar.winfo_manager()
        if self.is_narrow:
            if manager == "pack":
                self.sidebar.pack_forget()
            elif manager == "place":
                self.sidebar.place(width=min(wanted, width - self._look.grid(10)))
        else:
            if manager != "pack":
                self.sidebar.place_forget()
                self.sidebar.pack_propagate(False)
                self.sidebar.pack(side="left", fill="y", before=self._main)
            self.sidebar.configure(width=wanted)
        self.banner.configure(wraplength=max(1, self._main.winfo_width() - self._look.grid(10)))
        if self.panel is not None:
            self._place_panel(self.panel)

    def toggle_sidebar(self) -> None:
        """Open it over the conversation, or close it."""
        if not self.is_narrow:
            self.sidebar.list.canvas.focus_set()
        elif self.sidebar.winfo_manager() == "place":
            self.escape()
        else:
            width = min(self.sidebar.wanted_width, self.winfo_width() - self._look.grid(10))
            self.sidebar.pack_propagate(False)
            top = self.header.winfo_height()
            height = self.winfo_height() - top
            self.sidebar.place(x=0, y=top, width=width, height=height)
            self.sidebar.lift()
            self.sidebar.update_idletasks()
            self.sidebar.list.canvas.focus_set()

    def _chosen(self, row: SideRow) -> None:
        self._close_sidebar()
        self.composer.entry.focus_set()  # who goes to a place is going to write there
        self._calls.choose(row)

    def _close_sidebar(self) -> bool:
        if self.sidebar.winfo_manager() != "place":
            return False
        self.sidebar.place_forget()
        return True

    # --- what opens over the conversation -----------------------------------------------------

    def open_search(self, words: str = "") -> None:
        """The search, ready to be written in."""
        if self.panel is None:
            calls = self._calls
            self.panel = SearchPanel(
                self._main, self._look, calls.search, calls.show_hit, self.close_search
            )
        self._place_panel(self.panel)
        self.panel.update_idletasks()  # what is not mapped is not given the keys
        self.panel.open(words)

    def close_search(self) -> None:
        if self.panel is not None:
            self.panel.destroy()
            self.panel = None
            self.composer.entry.focus_set()

    def _place_panel(self, panel: SearchPanel) -> None:
        width = self._look.grid.panel_width(self._main.winfo_width())
        top = self.header.winfo_height()
        height = self._main.winfo_height() - top
        panel.place(relx=1.0, y=top, anchor="ne", width=width, height=height)
        panel.lift()

    def open_calendar(self) -> None:
        """A month, to go to one of its days."""
        card = self._new_card()
        month = MonthView(card.inside, self._look, date.today(), self._choose_day)
        month.pack()
        button = self.header.calendar
        x = button.winfo_rootx() + button.winfo_width() - self.winfo_rootx()
        card.open(month, x=x, y=self.header.winfo_height(), anchor="ne")

    def _choose_day(self, day: date) -> None:
        if self._card is not None:
            self._card.close()
        self._calls.show_day(day)

    def open_switcher(self, names: Sequence[str], choose: Callable[[str], object]) -> None:
        """Some letters of the name of a place, to go there."""
        self._new_card().close()
        switcher = Switcher(self, self._look, names, choose, self._card_closed)
        self._card = switcher.card
        switcher.open()

    def _new_card(self) -> Card:
        if self._card is not None:
            self._card.close()
        self._card = Card(self, self._look, self._card_closed)
        return self._card

    def _card_closed(self) -> None:
        self.composer.entry.focus_set()

    def escape(self) -> str:
        """Close what is open, one thing at a time; else go to the end and to the composer."""
        if self._card is not None and self._card.is_open:
            self._card.close()
        elif self._close_sidebar():
            pass
        elif self.panel is not None:
            self.close_search()
        else:
            self._calls.latest()
        self.composer.entry.focus_set()
        return "break"

    # --- what is shown ------------------------------------------------------------------------

    def show_banner(self, text: str, is_problem: bool) -> None:
        """Something about the connection, above where one writes; nothing if all is well."""
        if (text, is_problem) == self._banner_text:
            return
        self._banner_text = (text, is_problem)
        style = "ProblemSmall.TLabel" if is_problem else "Muted.TLabel"
        self.banner.configure(text=text, style=style)
        if text:
            self.banner.pack(side="bottom", fill="x", padx=self._look.grid(5), after=self.composer)
        else:
            self.banner.pack_forget()

    def show_place(self, place: Place, left: Place) -> None:
        """What is said there, and what was being written there; what is left keeps its own."""
        left.anchor = self.conversation.reading_at
        left.unseen = self.conversation.unseen
        draft = self.composer.swap(place.draft)
        left.draft, place.draft = draft, ""
        self.conversation.show(place.log, place.anchor, place.unseen)

    # --- the keys -----------------------------------------------------------------------------

    def _page(self, step: int) -> str:
        self.conversation.text.yview_scroll(step, "pages")
        return "break"

    def _key_elsewhere(self, event: "tkinter.Event[tkinter.Misc]") -> str | None:
        """Whoever types while reading back or in a list means the entry."""
        if event.char and event.char.isprintable() and not int(event.state) & _SHORTCUT:
            self.composer.add(event.char)
            return "break"
        return None
