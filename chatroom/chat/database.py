"""The file of the history: one SQLite connection, opened with care.

Exactly one connection writes and checkpoints. SQLite 3.7.0 to 3.51.2 can corrupt a database that
two connections checkpoint at once, and common distributions ship older ones than the fix. So the
file is locked with `flock` for as long as it is open, and a second server on it is refused. The
descriptor that holds the lock stays open until SQLite has closed the file: closing it earlier would
drop SQLite's own locks, since POSIX locks belong to the process.

Reads go through a second connection, so that they do not wait for a job of the first in another
thread. It is opened with `mode=ro` and never writes, resets or checkpoints the log. The bug needs a
second connection that does: one that resets the log while another begins a checkpoint.

With `synchronous=NORMAL` what was committed survives the death of the process, `kill -9` included,
and may be lost when the machine loses power; with FULL it survives that as well. Checkpoints are
never made by a commit (`wal_autocheckpoint=0`): they take milliseconds, a commit takes a tenth of
one. Nothing waits for a lock (`timeout=0`), and the file is never mapped, since an I/O error in
mapped memory kills the process.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from time import perf_counter

from chatroom.chat.inspection import (
    APPLICATION_ID,
    VERSION,
    CannotOpen,
    connect,
    locked,
    refuse_damage,
    refuse_strangers,
)
from chatroom.metrics import Histogram

PAGE = 4096
_BESIDE = ("journal", "wal", "shm")  # what SQLite keeps beside a file
_LOOK_SECONDS = 5.0  # between two looks whether the file is still in its place
_FRAME = PAGE + 24  # bytes of a page in the write-ahead log

_SCHEMA = f"""
PRAGMA page_size = {PAGE};
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE room (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    topic TEXT,
    topic_name TEXT,
    topic_time REAL,
    made_by TEXT,
    made_at REAL,
    trimmed INTEGER NOT NULL DEFAULT 0  -- the highest id of it that was trimmed
);
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE INDEX by_room ON message (room);  -- the rowid, which is the id, is part of any index
CREATE TABLE mark (id INTEGER PRIMARY KEY, digest BLOB NOT NULL);
CREATE TABLE gap (
    last INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL
);
CREATE INDEX gap_by_room ON gap (room);
INSERT INTO meta VALUES ('epoch', '%s');
INSERT INTO meta VALUES ('last', 0);
COMMIT;
"""


class Database:
    """The open file. `path` None is a database in memory, with the same code.

    `full`: what was committed survives the loss of power. `check_seconds` bound the search for
    damage after an unclean stop.
    """

    def __init__(self, path: str | None, full: bool, check_seconds: float) -> None:
        self.path = path
        self._lock = -1
        self._checkpointed = 0  # bytes of the log that the last checkpoint has seen
        self._looked_at = 0.0
        self.checkpoints = Histogram()  # seconds
        try:
            if path is None:
                self.connection = connect(None)
                self.connection.executescript(_SCHEMA % secrets.token_hex(8))
            else:
                path = os.path.realpath(path)
                self._lock = locked(path)
                self.connection = self._open(path, check_seconds)
            self._configure(full)
            self.reader = connect(path, "mode=ro") if path else self.connection
        except sqlite3.Error as error:
            self.give_up()
            raise CannotOpen(sentence(path, error)) from error
        except OSError as error:
            self.give_up()
            raise CannotOpen(f"Cannot open the history {path}: {error.strerror}.") from error
        except CannotOpen:
            self.give_up()
            raise

    def _open(self, path: str, check_seconds: float) -> sqlite3.Connection:
        if os.fstat(self._lock).st_size == 0:
            empty, self._lock = self._lock, _make(path)
            os.close(empty)
        else:
            refuse_strangers(path, os.pread(self._lock, 100, 0))
            refuse_damage(path, check_seconds)
        return connect(path)

    def _configure(self, full: bool) -> None:
        run = self.connection.execute
        run("PRAGMA mmap_size = 0").fetchall()
        run("PRAGMA journal_mode = WAL").fetchall()
        run("PRAGMA wal_autocheckpoint = 0").fetchall()
        run("PRAGMA journal_size_limit = 0").fetchall()  # the log's size then tells what is in it
        run(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}").fetchall()
        with self.transaction():
            run("INSERT OR REPLACE INTO meta VALUES ('open', 1)")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is committed, or nothing and a `sqlite3.Error` comes out."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        finally:
            if self.connection.in_transaction:  # SQLite itself rolls back after some errors
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")

    # --- size ---------------------------------------------------------------------------------

    def log_bytes(self) -> int:
        """The size of the write-ahead log."""
        try:
            return os.stat(f"{self.path}-wal").st_size if self.path else 0
        except OSError:
            return 0

    def file_bytes(self) -> int:
        """The size of the file, or of what is in memory."""
        try:
            return os.stat(self.path).st_size if self.path else self.used_bytes()
        except OSError:
            return 0

    def log_pages(self) -> int:
        """Pages that were written to the log since the last checkpoint.

        A checkpoint leaves the log as long as it is; the commit after a complete one begins anew.
        """
        size = self.log_bytes()
        if size < self._checkpointed:
            self._checkpointed = 0
        return (size - self._checkpointed) // _FRAME

    def used_bytes(self) -> int:
        """What the messages take, without the pages that are free."""
        return (self.value("PRAGMA page_count") - self.value("PRAGMA freelist_count")) * PAGE

    def value(self, statement: str) -> int:
        value: int = self.connection.execute(statement).fetchone()[0]
        return value

    def checkpoint(self) -> None:
        """Copy the log into the file, as far as readers of other programs allow it.

        The first commit after a complete one begins the log anew and waits for the disk. That is
        done here, so that no other commit has to.
        """
        started = perf_counter()
        self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._checkpointed = self.log_bytes()
        if self.path:
            with self.transaction():
                self.connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'open'")
        self.checkpoints.record(perf_counter() - started)

    def look(self, now: float, at_once: bool) -> None:
        """Every few seconds, or at once: is the file still in its place? Raises if it is not."""
        if not self.path or (not at_once and 0 <= now - self._looked_at < _LOOK_SECONDS):
            return
        self._looked_at = now
        try:
            is_there = os.path.samestat(os.stat(self.path), os.fstat(self._lock))
        except OSError:
            is_there = False
        if not is_there:
            raise sqlite3.OperationalError(
                "the file was deleted or replaced: put it back or start the server anew"
            )

    def give_back(self, pages: int) -> None:
        """Make the file shorter by so many of the pages that are free."""
        self.connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()

    # --- the end ------------------------------------------------------------------------------

    def close(self) -> None:
        """Mark the stop as clean and close the file; whatever fails is left for the next start."""
        if self.path:  # before the other: the last to close the file writes to it
            self.reader.close()
        with suppress(sqlite3.Error), self.transaction():
            self.connection.execute("DELETE FROM meta WHERE key = 'open'")
        with suppress(sqlite3.Error):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.give_up()

    def give_up(self) -> None:
        """Close the file as it is: its stop is not marked as clean."""
        for name in ("reader", "connection"):
            if hasattr(self, name):
                with suppress(sqlite3.Error):
                    getattr(self, name).close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _make(path: str) -> int:
    """Put a new history in the place of an empty file; returns the descriptor that locks it.

    It is made beside it and renamed: a server that dies here leaves nothing that is half a history.
    The log of a file that was deleted must not be applied to the new one; SQLite would do that.
    """
    new = f"{path}-new"
    for leftover in (new, *(f"{file}-{end}" for file in (new, path) for end in _BESIDE)):
        with suppress(FileNotFoundError):
            os.unlink(leftover)
    descriptor = locked(new)
    try:
        with closing(connect(new)) as connection:
            connection.executescript(_SCHEMA % secrets.token_hex(8))
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        os.fsync(descriptor)
        os.rename(new, path)
    except (OSError, sqlite3.Error):
        os.close(descriptor)
        os.unlink(new)
        raise
    return descriptor


def sentence(path: str | None, error: sqlite3.Error) -> str:
    """Why the history cannot be opened."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"The history {path} is damaged ({error}). It was not touched."
    return f"Cannot open the history {path}: {reason(error)}."


def reason(error: sqlite3.Error) -> str:
    """What went wrong, in words that an operator can act on."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return {
        sqlite3.SQLITE_BUSY: "another program has locked the file",
        sqlite3.SQLITE_LOCKED: "another program has locked the file",
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_IOERR: "the disk reports an error",
        sqlite3.SQLITE_READONLY: "the file cannot be written to",
        sqlite3.SQLITE_CORRUPT: "the file is damaged",
        sqlite3.SQLITE_NOTADB: "the file is damaged",
    }.get(code, str(error))


def is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
