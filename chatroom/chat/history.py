"""What was said, kept: in a file, or in memory with the same code.

What is said in a tick is appended and then committed in one transaction, before anything of the
tick is sent: nobody sees a message that the history may lose. Reads look at what was appended and
not yet committed as well, so they may come at any time.

Nothing here raises for what a disk or another program does. A history that cannot be written is
*paused*: the chat goes on, what is said waits in memory, and every 30 s it is tried again. What
does not fit into the memory meanwhile is lost, the oldest first, and a gap is recorded in its place
and returned with the pages that it falls into. A locked file is no reason to pause at once: it is
tried again at each commit for a second.

With a file, what waits for the disk (checkpoints, trimming, and commits with fsync "full") is a job
in another thread. Until it is over what is said stays in memory, and whoever sends waits for
`commit` to return True. Reads go through a connection of their own and never wait. A disk that does
not answer for seconds pauses the history like any other failure.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from chatroom.chat.backlog import Backlog
from chatroom.chat.database import Database, sentence
from chatroom.chat.ids import first_at
from chatroom.chat.index import Index
from chatroom.chat.inspection import CannotOpen
from chatroom.chat.jobs import Submit
from chatroom.chat.marks import Marks, digest
from chatroom.chat.pages import Page, Place, Reader, size_of
from chatroom.chat.search import Result, begin
from chatroom.chat.store import Entry, Gap, Made, Store, Topic
from chatroom.chat.upkeep import Upkeep
from chatroom.chat.writer import Writer
from chatroom.metrics import Histogram
from chatroom.settings import Settings
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.events import Message

__all__ = ["CannotOpen", "Figures", "Gap", "History", "Page", "Result", "Topic"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How the history is doing: bytes, seconds and messages."""

    size: int = 0
    log: int = 0
    commits: Histogram = field(default_factory=Histogram)
    slowest_checkpoint: float = 0.0
    waiting: int = 0
    lost: int = 0
    paused: str = ""


class History:
    """`path` None keeps it in memory. Raises `CannotOpen`, whose text is for the operator.

    `epoch` is born with the file. `last` is the highest id that was ever kept: ids go on above it.
    `submit` runs a job in a thread; without it everything is done at once.
    """

    def __init__(
        self,
        path: str | None,
        settings: Settings,
        wall: Callable[[], float],
        submit: Submit | None = None,
    ) -> None:
        self._settings = settings
        self._wall = wall
        self._database = database = Database(path, settings.fsync == "full", settings.check_seconds)
        self._backlog = Backlog(settings.waiting_lines, settings.waiting_bytes)
        try:
            store = Store(database.connection)
            self._reading = Store(database.reader, cached=False) if path else store
            self._marks = Marks(settings.max_marks, store.marks(settings.max_marks))
            self._index = Index(settings, database)
            upkeep = Upkeep(settings, database, store, self._marks, self._index, wall)
            self._writer = Writer(settings, database, store, self._backlog, upkeep, wall, submit)
            self._health = self._writer.health
            self.epoch = store.epoch()
        except sqlite3.Error as error:
            database.give_up()
            raise CannotOpen(sentence(path, error)) from error

    @property
    def last(self) -> int:
        return self._writer.last

    @property
    def lost(self) -> int:
        """Messages that are lost, since the start."""
        return self._writer.lost

    @property
    def paused(self) -> str:
        """The reason why nothing is written at the moment, or empty."""
        return self._health.paused

    @property
    def retry_at(self) -> float:
        """When that is tried again, at the next `commit` or `idle`."""
        return self._health.retry_at

    @property
    def waiting(self) -> int:
        """Messages that are not written yet."""
        return len(self._backlog)

    @property
    def log_bytes(self) -> int:
        """The size of the write-ahead log."""
        return self._database.log_bytes()

    def tell(self, tell: Callable[[str], object]) -> None:
        """Call this with a sentence when the history is paused, and when it works again."""
        self._health.tell = tell

    def figures(self) -> Figures:
        return Figures(
            size=self._database.file_bytes(),
            log=self.log_bytes,
            commits=self._writer.commits,
            slowest_checkpoint=self._database.checkpoints.max,
            waiting=self.waiting,
            lost=self.lost,
            paused=self.paused,
        )

    # --- writing ------------------------------------------------------------------------------

    def append(
        self,
        key: str,
        event: Message,
        ticket: str = "",
        ref: Ref = None,
        made: Made | None = None,
    ) -> None:
        """Keep what was said in the room of this key, from the next commit on.

        With the ticket and the mark of its author it is recognised when it is sent again. `made`
        is who made the room, and when; it counts with the first message that is kept of it.
        """
        mark = digest(ticket, ref)
        self._backlog.add(Entry(key, event, size_of(event), mark, made))
        if mark:
            self._marks.add(mark, event.id)
        self._writer.last = max(self.last, event.id)
        if self._backlog.is_over:
            self.commit(wait=True)
        while self._backlog.is_over:
            self._backlog.lose_oldest()
            self._writer.lost += 1

    def set_topic(self, key: str, room: str, topic: Topic) -> None:
        """What the room is about, from the next commit on; an empty text takes it away."""
        self._backlog.set_topic(key, room, topic)

    def commit(self, wait: bool = False) -> bool:
        """Write what was appended. Call it before anything of it is sent.

        False: it is not written yet and must not be sent; the loop is woken for the next call when
        it can be. With `wait` the answer is always True.
        """
        return self._writer.commit(wait)

    def idle(self) -> bool:
        """One small step of what can wait: call it when there has been nothing to do for a moment,
        and again while it returns True."""
        return self._writer.idle()

    def close(self) -> None:
        """Write what waits, mark the stop as clean and close the file."""
        self._writer.close()

    # --- reading ------------------------------------------------------------------------------

    def bounds(self, key: str) -> tuple[int, int]:
        """The lowest and the highest id that are kept of a room; zeros if there are none."""
        waiting = self._backlog.bounds(key)
        try:
            first, last = self._reading.bounds(key)
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
            return waiting
        return first or waiting[0], waiting[1] or last

    def topic(self, key: str) -> Topic | None:
        if key in self._backlog.topics:
            topic = self._backlog.topics[key][1]
            return topic if topic.text else None
        try:
            return self._reading.topic(key)
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
            return None

    def made(self, key: str) -> Made | None:
        """Who made the room, and when; None where that is not known."""
        try:
            return self._reading.made(key) or self._backlog.made(key)
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
            return self._backlog.made(key)

    def trimmed(self, key: str) -> int:
        """The highest id that was trimmed from a room; 0 if there is none."""
        try:
            return self._reading.trimmed(key)
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
            return 0

    def count(self, key: str, after: int, most: int) -> int:
        """How many messages of a room have higher ids; no more than `most` are counted."""
        stored = 0
        try:
            stored = self._reading.count(key, after, most)
            after = max(after, self._reading.bounds(key)[1])
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
        return stored + len(self._backlog.after(key, after, most - stored))

    def recognise(self, ticket: str, ref: Ref) -> Message | None:
        """What somebody with this ticket has said with this mark in the last ten minutes."""
        mark = digest(ticket, ref)
        id = self._marks.find(mark)
        if id < first_at(self._wall() - self._settings.recognise_seconds):
            return None
        if found := self._backlog.recognise(mark):
            return found
        try:
            return self._reading.message(id)
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
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
        name: str | None = None,
    ) -> Page:
        """The messages of a room before an id, after one, around one (which is among them), or from
        a time on (seconds since 1970). The first that is given counts; without one it is the newest
        page. It holds `limit` messages, 100 and 64 KiB at most; one alone may be larger."""
        place = Place(before, after, around, at)
        limit = max(1, min(limit, self._settings.page_messages))
        most_bytes = self._settings.page_bytes
        if name is not None:
            return self._page_of(key, name, place, limit)
        try:
            return Reader(self._reading, self._backlog, key).page(place, limit, most_bytes)
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
            return Reader(None, self._backlog, key).page(place, limit, most_bytes)

    def _page_of(self, key: str, name: str, place: Place, limit: int) -> Page:
        """The newest of what somebody has said there, before an id and after another."""
        found = self.search("", room=key, name=name, before=place.before, limit=limit)
        start = place.start or 0
        events = [event for event in reversed(found.events) if event.id > start]
        more = found.more and len(events) == len(found.events) > 0
        return Page(tuple(events), more, place.before is not None)

    def search(
        self,
        words: str,
        *,
        room: str | None = None,
        name: str | None = None,
        before: int | None = None,
        limit: int = 20,
    ) -> Result:
        """The newest messages in which all the words occur, of which the last may go on.

        `room` is the key of a room, `name` who has said them. Nothing is found for no word and no
        name. `before` goes on where a result ended; a result may be short and have more.
        """
        search = begin(self._settings, words, room, name, before, limit)
        if not search.can_find:
            return Result((), False)
        search.look_through(self._backlog)
        try:
            number = 0 if room is None else self._reading.number(room)
            if number or room is None:
                search.look_into(self._database.reader, number, self._index.indexed_to)
            else:
                search.end()
        except sqlite3.Error as error:
            self._health.note_unreadable(error)
        return search.result
