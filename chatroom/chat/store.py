"""The messages, rooms and marks in the database, and what is asked of them.

A row holds the event and never a rendering of it. Everything here may raise `sqlite3.Error`;
`history.py` decides what happens then. No cursor is left open: an unfinished SELECT is a reader,
and would keep the write-ahead log from being reset.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from chatroom.vocabulary.events import Acted, Message, Said, TopicSet

KINDS: dict[type[Message], str] = {Said: "said", Acted: "acted", TopicSet: "topic"}
EVENTS: dict[str, type[Message]] = {kind: event for event, kind in KINDS.items()}
_CACHED_ROOMS = 10_000
FORGOTTEN = "SELECT coalesce((SELECT value FROM meta WHERE key = 'forgotten'), 0)"
"""The highest id that was trimmed from a room of which nothing is known any more."""

Made = tuple[str, float]
"""The name of somebody and a time, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be stored of one message. `mark` may be empty; `made` is by whom and when its room
    was made, and counts when the room is stored for the first time."""

    key: str
    event: Message
    size: int
    mark: bytes
    made: Made | None = None


def within(sizes: Sequence[int], most: int) -> int:
    """How many of these, from the first on, are no more than `most` together; one always is."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if count and total > most:
            return count
    return len(sizes)


@dataclass(frozen=True, slots=True)
class Gap:
    """So many messages of a room, with ids from `first` to `last`, could not be stored."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Topic:
    """What a room is about, and who said so when."""

    text: str
    name: str
    time: float


class Store:
    """Rows of an open database. Writing is done within a transaction of the caller.

    `cached`: the rooms are remembered, since nobody else changes them.
    """

    def __init__(self, connection: sqlite3.Connection, cached: bool = True) -> None:
        self._run = connection.execute
        self._run_many = connection.executemany
        self._cached = _CACHED_ROOMS if cached else 0
        self._numbers: dict[str, tuple[int, str]] = {}  # by the room's key: number and name

    # --- meta ---------------------------------------------------------------------------------

    def epoch(self) -> str:
        return str(self._run("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0])

    def last(self) -> int:
        """The highest id that was ever stored or noted."""
        row = self._run(
            "SELECT max((SELECT value FROM meta WHERE key = 'last'),"
            " coalesce((SELECT max(id) FROM message), 0),"
            " coalesce((SELECT max(last) FROM gap), 0))"
        ).fetchone()
        return int(row[0])

    def set_last(self, last: int) -> None:
        self._run("UPDATE meta SET value = max(value, ?) WHERE key = 'last'", (last,))

    # --- rooms --------------------------------------------------------------------------------

    def _room(self, key: str) -> tuple[int, str]:
        """The number and the name of a room; the number is 0 if there is none."""
        known = self._numbers.get(key)
        if known:
            return known
        row = self._run("SELECT number, name FROM room WHERE key = ?", (key,)).fetchone()
        if row is None:
            return 0, ""
        self._remember(key, *row)
        return int(row[0]), str(row[1])

    def number(self, key: str) -> int:
        """The number of a room; 0 if there is none."""
        return self._room(key)[0]

    def make_room(self, key: str, name: str, made: Made | None = None) -> int:
        """The number of a room, which is called so from here on."""
        number, known = self._room(key)
        if known == name:
            return number
        if number:
            self._run("UPDATE room SET name = ? WHERE number = ?", (name, number))
        else:
            row = (key, name, *(made or (None, None)))
            made_row = self._run(
                "INSERT INTO room (key, name, made_by, made_at, trimmed)"
                f" VALUES (?, ?, ?, ?, ({FORGOTTEN}))",
                row,
            )
            number = made_row.lastrowid or 0
        self._remember(key, number, name)
        return number

    def _remember(self, key: str, number: int, name: str) -> None:
        if len(self._numbers) >= self._cached:
            self._numbers.clear()
        if self._cached:
            self._numbers[key] = number, name

    def forget_numbers(self) -> None:
        """A transaction has failed: a room that it made is not there."""
        self._numbers.clear()

    def rooms(self, after: int, limit: int) -> list[int]:
        """The numbers of some rooms, from the lowest above this one on."""
        statement = "SELECT number FROM room WHERE number > ? ORDER BY number LIMIT ?"
        return [number for (number,) in self._run(statement, (after, limit)).fetchall()]

    def topic(self, key: str) -> Topic | None:
        row = self._run(
            "SELECT topic, topic_name, topic_time FROM room WHERE key = ?", (key,)
        ).fetchone()
        return Topic(*row) if row and row[0] else None

    def made(self, key: str) -> Made | None:
        """Who made the room, and when, where that is known."""
        row = self._run("SELECT made_by, made_at FROM room WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1]) if row and row[0] is not None else None

    def trimmed(self, key: str) -> int:
        """The highest id that was trimmed from a room; 0 if there is none."""
        row = self._run("SELECT trimmed FROM room WHERE key = ?", (key,)).fetchone()
        return int((row or self._run(FORGOTTEN).fetchone())[0])

    def set_topic(self, key: str, room: str, topic: Topic) -> None:
        self._run(
            "UPDATE room SET topic = ?, topic_name = ?, topic_time = ? WHERE number = ?",
            (topic.text or None, topic.name, topic.time, self.make_room(key, room)),
        )

    # --- messages -----------------------------------------------------------------------------

    def add(self, entries: Sequence[Entry]) -> dict[int, int]:
        """Store messages and their marks; returns how many came into which room. Adding again is
        harmless: a commit that failed may have happened all the same."""
        rooms: dict[int, int] = {}
        numbers: dict[tuple[str, str], int] = {}
        rows = []
        for entry in entries:
            event = entry.event
            called = entry.key, event.room
            number = numbers.get(called)
            if number is None:
                number = numbers[called] = self.make_room(*called, entry.made)
            rooms[number] = rooms.get(number, 0) + 1
            kind = KINDS[type(event)]
            rows.append((event.id, number, kind, event.name, event.text, event.time))
        self._run_many("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?)", rows)
        marks = [(entry.event.id, entry.mark) for entry in entries if entry.mark]
        if marks:
            self._run_many("INSERT OR IGNORE INTO mark VALUES (?, ?)", marks)
        return rooms

    def after(self, key: str, position: int, limit: int) -> list[Message]:
        """The messages of a room with a higher id, the lowest first."""
        return self._messages("id > ? ORDER BY id", key, position, limit)

    def before(self, key: str, position: int, limit: int) -> list[Message]:
        """The messages of a room with a lower id, the highest first."""
        return self._messages("id < ? ORDER BY id DESC", key, position, limit)

    def _messages(self, condition: str, key: str, position: int, limit: int) -> list[Message]:
        number, room = self._room(key)
        if not number:
            return []
        rows = self._run(
            "SELECT id, kind, name, text, time FROM message"
            f" WHERE room = ? AND {condition} LIMIT ?",
            (number, position, limit),
        ).fetchall()
        return [EVENTS[kind](id, room, who, text, time) for id, kind, who, text, time in rows]

    def count(self, key: str, after: int, most: int) -> int:
        """How many messages of a room have higher ids; no more than `most` are counted."""
        row = self._run(
            "SELECT count(*) FROM (SELECT 1 FROM message WHERE room = ? AND id > ? LIMIT ?)",
            (self._room(key)[0], after, most),
        ).fetchone()
        return int(row[0])

    def bounds(self, key: str) -> tuple[int, int]:
        """The lowest and the highest id that are kept of a room; zeros if there are none."""
        number = self._room(key)[0]
        first, last = self._run(
            "SELECT (SELECT min(id) FROM message WHERE room = ?),"
            " (SELECT max(id) FROM message WHERE room = ?)",
            (number, number),
        ).fetchone()
        return first or 0, last or 0

    def message(self, id: int) -> Message | None:
        row = self._run(
            "SELECT kind, room.name, message.name, text, time"
            " FROM message JOIN room ON room.number = message.room WHERE id = ?",
            (id,),
        ).fetchone()
        return EVENTS[row[0]](id, *row[1:]) if row else None

    def marks(self, limit: int) -> list[tuple[bytes, int]]:
        """The newest marks and the ids of their messages, the oldest first."""
        rows = self._run("SELECT digest, id FROM mark ORDER BY id DESC LIMIT ?", (limit,))
        return rows.fetchall()[::-1]

    # --- gaps ---------------------------------------------------------------------------------

    def add_gap(self, key: str, room: str, gap: Gap) -> None:
        number = self.make_room(key, room)
        self._run(
            "INSERT OR REPLACE INTO gap (last, room, first, count) VALUES (?, ?, ?, ?)",
            (gap.last, number, gap.first, gap.count),
        )

    def gaps(self, key: str, low: int, high: int, limit: int) -> list[Gap]:
        """Those that end between the two ids."""
        rows = self._run(
            "SELECT first, last, count FROM gap"
            " WHERE room = ? AND last > ? AND last < ? ORDER BY last LIMIT ?",
            (self._room(key)[0], low, high, limit),
        ).fetchall()
        return [Gap(*row) for row in rows]
