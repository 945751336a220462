"""A history read by another program while a server may be writing to it.

The connection is read-only: it neither writes nor checkpoints, which from a second connection could
damage a file (`database.py`). Pages are read in short transactions, since a long one would keep the
write-ahead log from being reset, and let it grow.
"""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chatroom.chat.database import sentence
from chatroom.chat.inspection import CannotOpen, connect, refuse_strangers
from chatroom.chat.store import Topic

_PAGE = 500  # messages read at once
_BUSY = 5000  # milliseconds to wait for a lock, which a server holds for a moment only


@dataclass(frozen=True, slots=True)
class KeptRoom:
    """A room with its key, the name that it is shown by, and what it is about."""

    key: str
    name: str
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message as it is stored; `room` is the key of its room."""

    id: int
    room: str
    kind: str
    name: str
    text: str
    time: float


class Archive:
    """Raises `CannotOpen`, whose text is for the person at the command line."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            with open(path, "rb") as file:
                refuse_strangers(path, file.read(100))
            self._connection = connect(os.path.realpath(path), "mode=ro")
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY}").fetchall()
            row = self._connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        except OSError as error:
            raise CannotOpen(f"Cannot read the history {path}: {error.strerror}.") from error
        except sqlite3.Error as error:
            raise CannotOpen(sentence(path, error)) from error
        self.epoch = str(row[0]) if row else ""

    def close(self) -> None:
        self._connection.close()

    def rooms(self) -> list[KeptRoom]:
        rows = self._rows("SELECT key, name, topic, topic_name, topic_time FROM room ORDER BY key")
        return [
            KeptRoom(key, name, Topic(*topic) if topic[0] else None) for key, name, *topic in rows
        ]

    def count(self, room: str | None, first: int, end: int) -> int:
        """How many messages have these ids: from `first` on, below `end`."""
        return int(
            self._rows(
                "SELECT count(*) FROM message WHERE id >= ? AND id < ?"
                " AND (? IS NULL OR room = (SELECT number FROM room WHERE key = ?))",
                (first, end, room, room),
            )[0][0]
        )

    def messages(self, room: str | None, first: int, end: int) -> Iterator[KeptMessage]:
        """Of one room or of all, in the order of ids. What is said meanwhile may be among them."""
        while True:
            rows = self._rows(
                "SELECT id, room.key, kind, message.name, text, time"
                " FROM message JOIN room ON room.number = message.room"
                " WHERE id >= ? AND id < ? AND (? IS NULL OR message.room ="
                " (SELECT number FROM room WHERE key = ?))"
                f" ORDER BY id LIMIT {_PAGE}",
                (first, end, room, room),
            )
            yield from (KeptMessage(*row) for row in rows)
            if len(rows) < _PAGE:
                return
            first = rows[-1][0] + 1

    def _rows(
        self, statement: str, values: tuple[str | int | None, ...] = ()
    ) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise CannotOpen(sentence(self._path, error)) from error
