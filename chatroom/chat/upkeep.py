"""What keeps the history small and its index complete: checkpoints, trimming and the like.

Done in small steps when the server is idle, and after a commit when it never is."""

from collections import OrderedDict
from collections.abc import Callable

from chatroom.chat.database import Database
from chatroom.chat.ids import first_at
from chatroom.chat.index import Index
from chatroom.chat.marks import Marks
from chatroom.chat.store import Store
from chatroom.chat.trimming import Trimming
from chatroom.settings import Settings

_ALL = 2**62  # messages of a room: no limit
_LATE = 100  # a room is trimmed when it is over by the so manieth part of what is kept
_ROOMS = 10_000  # of which we know how much was written to them
_STEPS = 4  # at once while the server is busy
_FREE_PART = 8  # of the file: more free pages than that are given back to the disk
_FREE_PAGES = 64  # given back in one step


class Upkeep:
    """Any step may raise `sqlite3.Error`, and is then done again later."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: Store,
        marks: Marks,
        index: Index,
        wall: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._database = database
        self._trimming = Trimming(database.connection, store)
        self._marks = marks
        self._index = index
        self._wall = wall
        self._most_bytes = settings.history_bytes if database.path else settings.history_memory
        self._uncounted: dict[int, int] = {}  # messages written to a room since it was counted
        self._keep = settings.history_keep or _ALL
        kept = () if self._keep == _ALL else store.rooms()
        # rooms that may be over, and up to which id: -1 is found out in the step. The oldest is
        # taken from the front, which a plain dict is slow at.
        self._over: OrderedDict[int, int] = OrderedDict.fromkeys(kept, -1)
        self._debt = 0  # messages written since
        self._most_debt = (
            _STEPS * settings.rows_per_step // 2
        )  # twice as much is trimmed and indexed

    def wrote(self, rooms: dict[int, int]) -> None:
        """So many messages were written to each of these rooms."""
        if len(self._uncounted) > _ROOMS:  # mostly rooms that are gone; the others are late
            self._uncounted.clear()
        self._index.wrote(sum(rooms.values()))
        for number, count in rooms.items():
            self._debt += count
            count += self._uncounted.get(number, 0)
            if count > self._keep // _LATE:
                self._over[number] = -1  # what was found out in an earlier step is too low now
                count = 0
            self._uncounted[number] = count

    @property
    def is_due(self) -> bool:
        """Whether there is something that cannot wait until the server is idle: it may never be."""
        is_long = self._database.log_pages() > self._settings.most_log_pages
        return is_long or self._debt >= self._most_debt

    def keep_up(self) -> bool:
        """Do what is due."""
        if self._database.log_pages() > self._settings.most_log_pages:
            self._database.checkpoint()
        if self._debt < self._most_debt:
            return True
        self._debt -= self._most_debt
        for _ in range(_STEPS):
            if not self._trim_all():
                self._trim_room()
            self._forget()
            self._index.keep_up()
        return True

    def forget_marks(self) -> None:
        """Those in memory, before a step that may be taken in another thread."""
        self._marks.forget(first_at(self._wall() - self._settings.recognise_seconds))

    def step(self) -> bool:
        """One small step; whether there may be more to do."""
        self._debt = 0
        return (
            self._checkpoint()
            or self._trim_all()
            or self._trim_room()
            or self._forget()
            or self._index.step()
            or self._give_back()
        )

    def _checkpoint(self) -> bool:
        if self._database.log_pages() <= self._settings.idle_log_pages:
            return False
        self._database.checkpoint()
        return True

    def _trim_all(self) -> bool:
        if self._database.used_bytes() <= self._most_bytes:
            return False
        with self._database.transaction():
            trimmed = self._trimming.trim_oldest(self._settings.rows_per_step)
            self._index.merge()
        return trimmed > 0

    def _trim_room(self) -> bool:
        if not self._over:
            return False
        number, last = next(iter(self._over.items()))
        if last < 0:
            last = self._trimming.surplus(number, self._keep)
            self._over[number] = last
        rows = self._settings.rows_per_step
        if last:
            with self._database.transaction():
                trimmed = self._trimming.trim_room(number, last, rows)
                self._index.merge()
        if not last or trimmed < rows:
            del self._over[number]
        return True

    def _forget(self) -> bool:
        rows = self._settings.rows_per_step
        before = first_at(self._wall() - self._settings.recognise_seconds)
        if not self._trimming.has_marks(before):
            return False
        with self._database.transaction():
            return self._trimming.forget_marks(before, rows) > 0

    def _give_back(self) -> bool:
        free = self._database.value("PRAGMA freelist_count")
        pages = self._database.value("PRAGMA page_count")
        if free < _FREE_PAGES or free < pages // _FREE_PART:
            return False
        self._database.give_back(_FREE_PAGES)
        return True
