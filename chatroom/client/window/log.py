"""What is known of the past of one place: a stretch of it, of bounded length.

Live messages are appended as long as the stretch reaches to the present. Whoever reads back moves
it: pages of the history are put before or after, and the other end is let go. A place that has no
history (a private conversation) only loses its oldest messages.
"""

from collections.abc import Sequence
from enum import Enum

from chatroom.client.window.items import Item


class Change(Enum):
    """What has to be drawn: the items at the end, or everything."""

    NONE = "none"
    APPENDED = "appended"
    REPLACED = "replaced"


class Log:
    """At most `most` items, and `most` plus `slack` while they come one by one.

    `before` and `after`: there is more that is not held, in this direction. `unread` is the item
    above which the line that says "New" stands.
    """

    def __init__(self, most: int, slack: int, has_history: bool) -> None:
        self.items: list[Item] = []
        self.before = has_history
        self.after = False
        self.has_history = has_history
        self.unread: Item | None = None
        self.missed = 0  # items that came while the stretch did not reach to the present
        self._most = most
        self._slack = slack
        self._mark_next = False

    @property
    def first(self) -> int:
        """The lowest id that is held; 0: none."""
        return next((item.id for item in self.items if item.id), 0)

    @property
    def last(self) -> int:
        """The highest id that is held; 0: none."""
        return next((item.id for item in reversed(self.items) if item.id), 0)

    # --- what is new --------------------------------------------------------------------------

    def is_unread(self, item: Item) -> bool:
        """Whether it is the first one that is new."""
        unread = self.unread
        return unread is not None and (item is unread or 0 != item.id == unread.id)

    def leave(self) -> None:
        """Nobody looks: what comes next is new."""
        self.unread = None
        self.mark_next()

    def look(self) -> None:
        """Somebody looks again, and what comes next is not new to them."""
        self._mark_next = False

    def mark_after(self, number: int) -> None:
        """Everything of others with a higher id is new."""
        new = (item for item in self.items if item.id > number and item.is_talk and not item.own)
        self.unread = next(new, None)

    def mark_next(self) -> None:
        """What comes next is new."""
        self._mark_next = True

    # --- what is held -------------------------------------------------------------------------

    def append(self, items: Sequence[Item], reading_back: bool = False) -> Change:
        """What has just happened. Whoever is `reading_back` keeps what they read."""
        held = {item.id for item in self.items if item.id}
        fresh = [item for item in items if item.id not in held]
        self._mark(fresh)
        if self.after or not fresh:
            self.missed += len(fresh) if self.after else 0
            return Change.NONE
        self.items += fresh
        if len(self.items) <= self._most + self._slack:
            return Change.APPENDED
        if reading_back and self.has_history:
            self._let_newest_go()
        else:
            self._let_oldest_go()
        return Change.REPLACED

    def show_before(self, items: Sequence[Item], more: bool) -> Change:
        """A page of what came before. What is no longer held at the other end can be loaded."""
        first = self.first
        self.items[:0] = [item for item in items if not first or item.id < first]
        self.before = more
        if len(self.items) > self._most:
            self._let_newest_go()
        return Change.REPLACED

    def show_after(self, items: Sequence[Item], more: bool) -> Change:
        """A page of what came after."""
        last = self.last
        self.items += [item for item in items if item.id > last]
        self.after = more
        if not more:
            self.missed = 0
        if len(self.items) > self._most:
            self._let_oldest_go()
        return Change.REPLACED

    def show(self, items: Sequence[Item], before: bool, after: bool) -> Change:
        """Another stretch in the place of this one."""
        self.items = list(items)[-self._most :]
        self.before, self.after = before, after
        self.missed = 0
        return Change.REPLACED

    def _mark(self, fresh: Sequence[Item]) -> None:
        talk = [item for item in fresh if item.is_talk and not item.own]
        if self._mark_next and talk:
            self.unread = talk[0]
            self._mark_next = False

    def _let_oldest_go(self) -> None:
        gone = self.items[: -self._most]
        del self.items[: -self._most]
        self.before = self.before or (self.has_history and any(item.id for item in gone))

    def _let_newest_go(self) -> None:
        gone = self.items[self._most :]
        del self.items[self._most :]
        self.after = self.after or any(item.id for item in gone)
        self.missed += sum(bool(item.id) for item in gone)
