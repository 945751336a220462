"""What has been said in one place: a text that scrolls by itself, unless one is reading back."""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from chatroom.client.window import scrolling
from chatroom.client.window.items import Item
from chatroom.client.window.log import Change, Log
from chatroom.client.window.places import Anchor
from chatroom.client.window.reading import Reading
from chatroom.client.window.sheet import ITEM, Pending, Sheet
from chatroom.client.window.theme import Look
from chatroom.vocabulary.counts import counted

_WHEEL = 60  # pixels at 96 dots per inch
_EDGE = 1.0  # screens from an end at which more is loaded
_MARKED = 2500  # milliseconds for which a message that was looked for is marked


class Conversation(ttk.Frame):
    """`load` is called with True when what came before is wanted, with False for what came after;
    `latest` when one wants to see the end; `open_link` with what was clicked on."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        load: Callable[[bool], object],
        latest: Callable[[], object],
        open_link: Callable[[str], object],
    ) -> None:
        super().__init__(master)
        self.log = Log(0, 0, has_history=False)
        self._look = look
        self._load = load
        self._unseen = 0
        self._is_cut = False  # what is drawn does not reach to the present
        self._is_moving = False  # we are scrolling, not the person
        self.text = tkinter.Text(
            self,
            state="disabled",
            wrap="word",
            font="ChatText",
            borderwidth=0,
            highlightthickness=0,
            padx=0,
            pady=look.grid(1),
            width=1,
            height=1,
            cursor="arrow",
        )
        self.bar = ttk.Scrollbar(self, command=self.text.yview)
        # The bar first: what is packed last is what a narrow window cuts off.
        self.bar.pack(side="right", fill="y")
        self.text.pack(side="left", fill="both", expand=True)
        self.new = ttk.Button(self, style="New.TButton", command=latest, takefocus=False)
        self.empty = ttk.Label(self, style="Muted.TLabel", justify="center", anchor="center")
        self._sheet = Sheet(self.text, look, self._wheel)
        self._reading = Reading(self.text, self._sheet, open_link)
        self.text.configure(yscrollcommand=self._scrolled)
        self.text.bind("<Configure>", lambda _: self._resized())
        scrolling.bind_wheel(self.text, self._wheel)
        self.apply_look()

    def apply_look(self) -> None:
        """The colours or the letters have changed: show everything in the new ones."""
        colours = self._look.palette
        self.text.configure(
            background=colours.background,
            foreground=colours.text,
            selectbackground=colours.selection,
            selectforeground=colours.text,
            inactiveselectbackground=colours.selection,
        )
        self.new.configure(image=self._look.icon("down", colours.accent_text), compound="right")
        self._resized()

    # --- what is shown ------------------------------------------------------------------------

    def show(self, log: Log, anchor: Anchor | None, unseen: int = 0) -> None:
        """Another place: at this item, or at its end."""
        self.log = log
        self._unseen = unseen
        self._sheet.pending = []
        self._sheet.draw(log.items, log.is_unread)
        self._is_cut = log.after
        self._go_to(anchor)

    def changed(self, change: Change, unseen: int = 0) -> None:
        """The log has changed; `unseen` messages of it came at its end."""
        anchor = self.reading_at
        self._unseen += unseen if anchor or self.log.after else 0
        if change is Change.APPENDED:
            self._sheet.append(self.log.items[len(self._sheet.drawn) :], self.log.is_unread)
        elif change is Change.REPLACED:
            self._sheet.draw(self.log.items, self.log.is_unread)
        self._is_cut = self.log.after
        if change is Change.REPLACED or anchor is None:
            self._go_to(anchor)
        self._show_state()

    def show_pending(self, pending: Sequence[Pending]) -> None:
        """What we have said and nobody has confirmed."""
        if list(pending) != self._sheet.pending:
            at_end = self.is_at_end
            self._sheet.show_pending(pending)
            if at_end:
                self._go_to(None)

    def invite(self, words: str) -> None:
        """What stands there as long as nothing has been said."""
        if self.empty.cget("text") != words:
            self.empty.configure(text=words)
            self._show_state()

    def show_end(self) -> None:
        """What was said last."""
        self._go_to(None)

    def show_item(self, number: int) -> None:
        """The message with this id, marked; the next one after it is as good."""
        drawn = self._sheet.drawn
        at = next((n for n, item in enumerate(drawn) if item.id >= number > 0), None)
        if at is None:
            return
        self._go_to(Anchor(drawn[at], self.text.winfo_height() // 3))
        self.text.tag_remove("found", "1.0", "end")
        if drawn[at].id == number:
            self.text.tag_add("found", *map(str, self.text.tag_ranges(f"{ITEM}{at}")))
            self.after(_MARKED, lambda: self.text.tag_remove("found", "1.0", "end"))

    @property
    def reading_at(self) -> Anchor | None:
        """Where one reads; None at the end."""
        if not self._sheet.drawn or self.is_at_end:
            return None
        tag = scrolling.first_seen(self.text, ITEM)
        if not tag:
            return None
        item = self._sheet.drawn[int(tag.removeprefix(ITEM))]
        return Anchor(item, scrolling.distance(self.text, tag))

    @property
    def is_at_end(self) -> bool:
        """Whether what comes is to be seen at once."""
        if self._is_cut:
            return False
        return not self.text.winfo_viewable() or scrolling.sees_end(self.text)

    @property
    def unseen(self) -> int:
        """Messages below what is seen."""
        return self._unseen

    # --- where one reads ----------------------------------------------------------------------

    def _go_to(self, anchor: Anchor | None) -> None:
        """Without an anchor, or without what it stands for: to the end."""
        self._is_moving = True
        number = self._number(anchor.item) if anchor else None
        if anchor is None or number is None:
            self.text.see("end")
        else:
            scrolling.put(self.text, f"{ITEM}{number}", anchor.below)
        self._is_moving = False
        self._show_state()

    def _number(self, wanted: Item) -> int | None:
        for number, item in enumerate(self._sheet.drawn):
            if item is wanted or 0 != item.id == wanted.id:
                return number
        return None

    def _wheel(self, step: int) -> str:
        self.text.yview_scroll(step * self._look.grid.pixels(_WHEEL), "pixels")
        return "break"

    def _scrolled(self, first: float, last: float) -> None:  # in truth Tk gives strings
        self.bar.set(first, last)
        self._reading.forget()
        if self._is_moving or not self.text.winfo_viewable():
            return
        self._show_state()
        seen = float(last) - float(first)
        if self.log.before and float(first) <= seen * _EDGE:
            self._load(True)
        if self.log.after and 1 - float(last) <= seen * _EDGE:
            self._load(False)

    def _resized(self) -> None:
        at_end = not self._unseen and not self.log.after
        self._sheet.fit()
        if at_end:
            self.text.see("end")
        self._show_state()

    def _show_state(self) -> None:
        """The button to the end, and what to do where nothing has been said."""
        at_end = self.is_at_end
        if at_end:
            self._unseen = 0
        unseen = self._unseen
        words = f"{counted(unseen, 'new message')} " if unseen else "To the latest "
        if at_end or not (unseen or self.log.after or self._is_far_up()):
            self.new.place_forget()
        else:
            self.new.configure(text=words)
            self.new.place(in_=self.text, relx=0.5, rely=1.0, y=-self._look.grid(2), anchor="s")
        if any(item.is_talk for item in self.log.items) or not self.empty.cget("text"):
            self.empty.place_forget()
        else:
            self.empty.place(in_=self.text, relx=0.5, rely=0.45, anchor="center")

    def _is_far_up(self) -> bool:
        first, last = self.text.yview()
        return 1 - last > (last - first)
