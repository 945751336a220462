"""The words of the messages in an FTS5 index: what is indexed, and when.

Indexing within a commit would make it five times as long, so messages are indexed later, some at a
time, when the server is idle. `search.py` looks through the others. If the server is never idle,
commits do it for those that are too many to be looked through.

The index holds words and ids and no second copy of the text (`content=''`). So a message can be
taken out only while its text is there: a trigger does it just before the row is deleted. The
trigger is temporary: it belongs to this connection, and not to the file, which stays usable for any
other program. Words are folded and divided by `words.py`; FTS5's own `ascii` tokenizer then has
only spaces to look for, and cannot be of another opinion.

FTS5 writes a segment for each transaction and merges them later, sometimes all at once, which takes
50 ms. So it is told to merge nothing by itself, and each step merges some pages.

SQLite may have been built without FTS5. What is trimmed then stays in the index, so the note of how
far it goes is taken away, and the next SQLite that has FTS5 begins anew.
"""

import logging
import sqlite3
from functools import cache, lru_cache

from chatroom.chat.database import Database
from chatroom.chat.words import spaced
from chatroom.settings import Settings
from chatroom.vocabulary.names import known_key

log = logging.getLogger(__name__)

_TABLE = """\
CREATE VIRTUAL TABLE words USING fts5 (text, name, room, content='', tokenize='ascii')"""
_OPTIONS = {"automerge": 0, "crisismerge": 1000}
_MERGED = 24  # pages that are merged in one step: some milliseconds
_TRIGGER = """\
CREATE TEMP TRIGGER forget_words BEFORE DELETE ON main.message
WHEN old.id <= (SELECT value FROM main.meta WHERE key = 'indexed_to')
BEGIN
    INSERT INTO words (words, rowid, text, name, room)
    VALUES ('delete', old.id, spaced(old.text), name_words(old.name), 'r' || old.room);
END"""


@cache
def has_fts5() -> bool:
    """Whether this SQLite was built with FTS5."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(_TABLE)
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


@lru_cache(maxsize=1000)
def name_words(name: str) -> str:
    """What is in the index of who has said it: the identity of the name."""
    return spaced(known_key(name))


class Index:
    """`indexed_to` is the id up to which messages are in the index; 0 without FTS5."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._run = database.connection.execute
        self.indexed_to = 0
        self._has_fts5 = has_fts5()
        self._is_merged = False
        self._open()
        self._tail = settings.most_unindexed + 1  # messages beyond it; how many is not known yet

    def _open(self) -> None:
        row = self._run("SELECT value FROM meta WHERE key = 'indexed_to'").fetchone()
        if not self._has_fts5:
            if row:
                with self._database.transaction():
                    self._run("DELETE FROM meta WHERE key = 'indexed_to'")
            return
        if row and self._run("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone():
            self.indexed_to = row[0]
        else:
            self._make()
        for function in (spaced, name_words):
            self._database.connection.create_function(function.__name__, 1, function)
        self._run(_TRIGGER)

    def _make(self) -> None:
        with self._database.transaction():
            self._run("DROP TABLE IF EXISTS words")
            self._run(_TABLE)
            for option, value in _OPTIONS.items():
                self._run("INSERT INTO words (words, rank) VALUES (?, ?)", (option, value))
            self._run("INSERT OR REPLACE INTO meta VALUES ('indexed_to', 0)")

    def wrote(self, count: int) -> None:
        """So many messages were written."""
        self._tail += count

    def keep_up(self) -> None:
        """Index some messages if too many are not."""
        if self._tail > self._settings.most_unindexed:
            self.step()

    def step(self) -> bool:
        """Index some messages; whether there were any. Raises `sqlite3.Error`."""
        if not self._has_fts5:
            return False
        if not self._tail:
            return self._merge_on()
        limit = self._settings.rows_per_step
        try:
            rows = self._run(
                "SELECT id, text, name, room FROM message WHERE id > ? ORDER BY id LIMIT ?",
                (self.indexed_to, limit),
            ).fetchall()
            if rows:
                self._add(rows)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            self._give_up(error)
            return False
        self._tail = max(self._tail - len(rows), 1) if len(rows) == limit else 0
        return bool(rows)

    def _give_up(self, error: sqlite3.Error) -> None:
        """A part that is damaged is no reason to write nothing any more; all is looked through."""
        log.error("history: no index of words until the next start, %s", error)
        self._has_fts5 = False
        self.indexed_to = 0
        self._run("DROP TRIGGER IF EXISTS forget_words")
        with self._database.transaction():
            self._run("DELETE FROM meta WHERE key = 'indexed_to'")

    def _add(self, rows: list[tuple[int, str, str, int]]) -> None:
        last = rows[-1][0]
        with self._database.transaction():
            self._database.connection.executemany(
                "INSERT INTO words (rowid, text, name, room) VALUES (?, ?, ?, ?)",
                [(id, spaced(text), name_words(name), f"r{room}") for id, text, name, room in rows],
            )
            self._run("UPDATE meta SET value = ? WHERE key = 'indexed_to'", (last,))
            self.merge()
        self.indexed_to = last

    def _merge_on(self) -> bool:
        """Merge a little more; whether there was something. FTS5 then changes two rows and more."""
        if not self._is_merged:
            before = self._database.connection.total_changes
            with self._database.transaction():
                self.merge()
            self._is_merged = self._database.connection.total_changes - before < 2
        return not self._is_merged

    def merge(self) -> None:
        """Within a transaction that has changed the index: merge a little of it."""
        self._is_merged = False
        if self._has_fts5:
            self._run("INSERT INTO words (words, rank) VALUES ('merge', ?)", (_MERGED,))


def begin_anew(connection: sqlite3.Connection) -> None:
    """Within a transaction that adds messages with low ids: they are indexed by the next server."""
    connection.execute("DELETE FROM meta WHERE key = 'indexed_to'")
