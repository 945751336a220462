"""What is deleted from the history: the oldest messages, rooms without any, and old marks.

Everything here is done within a transaction of the caller, and may raise `sqlite3.Error`. What is
remembered of it is up to which id a room was trimmed: whoever comes back learns that something is
missing.
"""

import sqlite3

from chatroom.chat.store import FORGOTTEN, Store


class Trimming:
    def __init__(self, connection: sqlite3.Connection, store: Store) -> None:
        self._run = connection.execute
        self._store = store

    def surplus(self, number: int, keep: int) -> int:
        """The highest id of a room that is not among its newest; 0 if there are not so many."""
        row = self._run(
            "SELECT id FROM message WHERE room = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
            (number, keep),
        ).fetchone()
        return int(row[0]) if row else 0

    def trim_room(self, number: int, last: int, rows: int) -> int:
        """Delete the oldest messages of a room, up to this id and so many; returns how many."""
        self._run("DELETE FROM gap WHERE room = ? AND last <= ?", (number, last))
        ids = "SELECT id FROM message WHERE room = ?1 AND id <= ?2 ORDER BY id LIMIT ?3"
        place = (number, last, rows)
        self._run(
            f"UPDATE room SET trimmed = coalesce((SELECT max(id) FROM ({ids})), trimmed)"
            " WHERE number = ?1",
            place,
        )
        return self._run(f"DELETE FROM message WHERE id IN ({ids})", place).rowcount

    def trim_oldest(self, rows: int) -> int:
        """Delete the oldest messages of all rooms, and rooms of which none is left, with their
        topics; returns how much it was."""
        found = self._run("SELECT id, room FROM message ORDER BY id LIMIT ?", (rows,)).fetchall()
        if not found:
            return self._forget_rooms("SELECT number FROM room LIMIT ?", rows)
        last = found[-1][0]
        self._run("DELETE FROM message WHERE id <= ?", (last,))
        self._run("DELETE FROM gap WHERE last <= ?", (last,))
        for number, id in {number: id for id, number in found}.items():
            self._run("UPDATE room SET trimmed = ? WHERE number = ?", (id, number))
            self._forget_rooms("?", number)
        return len(found)

    def _forget_rooms(self, numbers: str, value: int) -> int:
        """What was trimmed from them is remembered as trimmed from any room that is not known."""
        empty = (
            f"FROM room WHERE number IN ({numbers})"
            " AND NOT EXISTS (SELECT 1 FROM message WHERE room = number)"
            " AND NOT EXISTS (SELECT 1 FROM gap WHERE room = number)"
        )
        self._run(
            f"INSERT OR REPLACE INTO meta SELECT 'forgotten', max(({FORGOTTEN}), max(trimmed))"
            f" {empty} HAVING max(trimmed) > 0",
            (value,),
        )
        count = self._run(f"DELETE {empty}", (value,)).rowcount
        if count:
            self._store.forget_numbers()
        return count

    def has_marks(self, before: int) -> bool:
        """Whether there are marks of messages with lower ids."""
        return bool(self._run("SELECT 1 FROM mark WHERE id < ? LIMIT 1", (before,)).fetchone())

    def forget_marks(self, before: int, rows: int) -> int:
        """Forget the oldest marks, of lower ids and so many; returns how many."""
        return self._run(
            "DELETE FROM mark WHERE id IN (SELECT id FROM mark WHERE id < ? ORDER BY id LIMIT ?)",
            (before, rows),
        ).rowcount
