"""What was said, kept: in a file, or in memory with the same code.

What is said in a tick is appended and then committed in one transaction, before anything of the
tick is sent: nobody sees a message that the history may lose. Reads look at what was appended and
not yet committed as well, so they may come at any time.

Nothing here raises for what a disk or another program does. A history that cannot be written is
*paused*: the chat goes on, what is said waits in memory, and every 30 s it is tried again. What
does not fit into the memory meanwhile is lost, the oldest first, and a gap is recorded in its place
and returned with the pages that it falls into. A locked file is no reason to pause at once: it is
tried again at each commit for a second.
"""

import logging
import sqlite3
from collections.abc import Callable

from chatroom.chat.backlog import Backlog
from chatroom.chat.database import Database, is_locked, reason, sentence
from chatroom.chat.ids import first_at
from chatroom.chat.inspection import CannotOpen
from chatroom.chat.marks import Marks, digest
from chatroom.chat.pages import Page, Place, Reader, size_of
from chatroom.chat.store import Entry, Gap, Message, Store, Topic
from chatroom.chat.upkeep import Upkeep
from chatroom.settings import Settings
from chatroom.vocabulary.commands import Ref

__all__ = ["CannotOpen", "Gap", "History", "Message", "Page", "Topic"]

log = logging.getLogger(__name__)


class History:
    """`path` None keeps it in memory. Raises `CannotOpen`, whose text is for the operator.

    `epoch` is born with the file. `last` is the highest id that was ever kept: ids go on above it.
    `paused` is the reason why nothing is written at the moment, or empty; `retry_at` is when that
    is tried again, at the next `commit` or `idle`.
    """

    def __init__(self, path: str | None, settings: Settings, wall: Callable[[], float]) -> None:
        self._settings = settings
        self._wall = wall
        self._database = Database(path, settings.fsync == "full", settings.check_seconds)
        self._backlog = Backlog(settings.waiting_lines, settings.waiting_bytes)
        try:
            self._store = store = Store(self._database)
            self._marks = Marks(settings.max_marks, store.marks(settings.max_marks))
            self._upkeep = Upkeep(settings, self._database, store, self._marks, wall)
            self.epoch = store.epoch()
            self.last = store.last()
        except sqlite3.Error as error:
            self._database.give_up()
            raise CannotOpen(sentence(path, error)) from error
        self.paused = ""
        self.retry_at = 0.0
        self.lost = 0  # messages, since the start
        self._failed_at = 0.0  # zero: the last attempt went well
        self._noted_at = 0.0  # when the log was told that something cannot be read

    @property
    def waiting(self) -> int:
        """Messages that are not written yet."""
        return len(self._backlog)

    @property
    def log_bytes(self) -> int:
        """The size of the write-ahead log."""
        return self._database.log_bytes()

    # --- writing ------------------------------------------------------------------------------

    def append(self, key: str, event: Message, ticket: str = "", ref: Ref = None) -> None:
        """Keep what was said in the room of this key, from the next commit on.

        With the ticket and the mark of its author it is recognised when it is sent again.
        """
        mark = digest(ticket, ref)
        self._backlog.add(Entry(key, event, size_of(event), mark))
        if mark:
            self._marks.add(mark, event.id)
        self.last = max(self.last, event.id)
        if self._backlog.is_over:
            self.commit()
        while self._backlog.is_over:
            self._backlog.lose_oldest()
            self.lost += 1

    def set_topic(self, key: str, room: str, topic: Topic) -> None:
        """What the room is about, from the next commit on; an empty text takes it away."""
        self._backlog.set_topic(key, room, topic)

    def commit(self) -> None:
        """Write what was appended, in one transaction. Call it before anything of it is sent.

        After a pause there may be too much for one; the rest is for the next calls.
        """
        if self._backlog and self._may_try():
            try:
                self._write()
                self._upkeep.keep_up()
            except sqlite3.Error as error:
                self._fail(error)

    def _write(self) -> None:
        backlog, store = self._backlog, self._store
        entries = backlog.first(self._settings.rows_per_commit)
        rooms: dict[int, int] = {}
        with self._database.transaction():
            for key, (room, gap) in backlog.gaps.items():
                store.add_gap(key, room, gap)
            for key, (room, topic) in backlog.topics.items():
                store.set_topic(key, room, topic)
            for entry in entries:
                number = store.add(entry)
                rooms[number] = rooms.get(number, 0) + 1
        backlog.written(len(entries))
        self._upkeep.wrote(rooms)
        self._recover()

    def idle(self) -> bool:
        """One small step of what can wait: call it when there has been nothing to do for a moment,
        and again while it returns True."""
        if not self._may_try():
            return False
        try:
            if self._backlog:
                self._write()
                return True
            if self.paused:  # can it be written to?
                self._save_last()
            more = self._upkeep.step()
            self._recover()
            return more
        except sqlite3.Error as error:
            self._fail(error)
            return False

    def _save_last(self) -> None:
        with self._database.transaction():
            self._store.set_last(self.last)

    def close(self) -> None:
        """Write what waits, mark the stop as clean and close the file."""
        try:
            while self._backlog:
                self._write()
            self._save_last()
        except sqlite3.Error as error:
            self._fail(error)
        if self._backlog:
            log.error("history: %d messages are lost: %s", self.waiting, self.paused)
        self._database.close()

    # --- failures -----------------------------------------------------------------------------

    def _may_try(self) -> bool:
        # a clock that was set back must not make it wait for longer
        return not self.paused or not self._failed_at <= self._wall() < self.retry_at

    def _fail(self, error: sqlite3.Error) -> None:
        self._store.forget_numbers()
        now = self._wall()
        since = self._failed_at or now
        self._failed_at = since if is_locked(error) and not self.paused else now
        if is_locked(error) and 0 <= now - since < self._settings.lock_seconds and not self.paused:
            return
        why = reason(error)
        if why != self.paused:
            log.error(
                "history: paused, %s; tried again every %g s", why, self._settings.history_retry
            )
        self.paused = why
        self.retry_at = now + self._settings.history_retry

    def _recover(self) -> None:
        if self.paused:
            log.warning("history: it works again, %d messages were lost", self.lost)
        self.paused = ""
        self._failed_at = 0.0

    def _note_unreadable(self, error: sqlite3.Error) -> None:
        """A part that cannot be read is no reason to write nothing any more."""
        now = self._wall()
        if not 0 <= now - self._noted_at < self._settings.log_interval:
            self._noted_at = now
            log.error("history: cannot be read, %s", reason(error))

    # --- reading ------------------------------------------------------------------------------

    def bounds(self, key: str) -> tuple[int, int]:
        """The lowest and the highest id that are kept of a room; zeros if there are none."""
        waiting = self._backlog.bounds(key)
        try:
            first, last = self._store.bounds(key)
        except sqlite3.Error as error:
            self._note_unreadable(error)
            return waiting
        return first or waiting[0], waiting[1] or last

    def trimmed(self, key: str) -> int:
        return 0

    def count(self, key: str, after: int, most: int) -> int:
        """Messages of a room with higher ids, counted up to a limit."""
        return len(self.page(key, after=after, limit=100).events)

    def topic(self, key: str) -> Topic | None:
        if key in self._backlog.topics:
            topic = self._backlog.topics[key][1]
            return topic if topic.text else None
        try:
            return self._store.topic(key)
        except sqlite3.Error as error:
            self._note_unreadable(error)
            return None

    def recognise(self, ticket: str, ref: Ref) -> Message | None:
        """What somebody with this ticket has said with this mark in the last ten minutes."""
        mark = digest(ticket, ref)
        id = self._marks.find(mark)
        if id < first_at(self._wall() - self._settings.recognise_seconds):
            return None
        if found := self._backlog.recognise(mark):
            return found
        try:
            return self._store.message(id)
        except sqlite3.Error as error:
            self._note_unreadable(error)
            return None

    def page(
        self,
        key: str,
        *,
        after: int | None = None,
        before: int | None = None,
        around: int | None = None,
        at: float | None = None,
        limit: int = 100,
    ) -> Page:
        """The messages of a room before an id, after one, around one (which is among them), or from
        a time on (seconds since 1970). The first that is given counts; without one it is the newest
        page. It holds `limit` messages, 100 and 64 KiB at most; one alone may be larger."""
        place = Place(before, after, around, at)
        limit = max(1, min(limit, self._settings.page_messages))
        most_bytes = self._settings.page_bytes
        try:
            return Reader(self._store, self._backlog, key).page(place, limit, most_bytes)
        except sqlite3.Error as error:
            self._note_unreadable(error)
            return Reader(None, self._backlog, key).page(place, limit, most_bytes)
