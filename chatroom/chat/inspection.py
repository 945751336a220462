"""What is looked at before a file becomes the history: whose it is, and whether it is whole.

A file that is not ours, was made by a newer version or is damaged is refused and left as it was.
Its header is read before SQLite sees the file, and everything else is looked at through a read-only
connection, which does not checkpoint when it is closed.
"""

import fcntl
import os
import sqlite3
import stat
import threading
from contextlib import closing
from urllib.parse import quote

APPLICATION_ID = 0x43_48_52_4D  # CHRM
VERSION = 1

_MAGIC = b"SQLite format 3\x00"


_FIXED = (3, 51, 3)  # two connections that write may damage a file before it


def sqlite_version() -> str:
    return sqlite3.sqlite_version


def is_before_the_fix() -> bool:
    return sqlite3.sqlite_version_info < _FIXED


class CannotOpen(Exception):
    """The history cannot be used; the message is a sentence for the operator."""


def connect(path: str | None, mode: str = "mode=rw") -> sqlite3.Connection:
    name = f"file:{quote(os.path.abspath(path))}?{mode}" if path else ":memory:"
    return sqlite3.connect(
        name, uri=path is not None, timeout=0, isolation_level=None, check_same_thread=False
    )


def _connect_to_look(path: str) -> sqlite3.Connection:
    """Nothing is written through it, nor are there new files beside the history."""
    try:
        is_clean = os.stat(f"{path}-wal").st_size == 0
    except FileNotFoundError:
        is_clean = True
    return connect(path, "mode=ro&immutable=1" if is_clean else "mode=ro")


def locked(path: str) -> int:
    """A descriptor of the file, which is made if there is none, with a lock that ends with it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise CannotOpen(f"Cannot open the history {path}: {error.strerror}.") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise CannotOpen(f"Cannot open the history {path}: it is not a file.")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), os.stat(path)):
            raise BlockingIOError  # another server has just put a new history in its place
    except BlockingIOError as error:
        os.close(descriptor)
        raise CannotOpen(f"The history {path} is in use by another server.") from error
    except OSError as error:
        os.close(descriptor)
        raise CannotOpen(f"Cannot lock the history {path}: {error.strerror}.") from error
    except CannotOpen:
        os.close(descriptor)
        raise
    return descriptor


def refuse_strangers(path: str, header: bytes) -> None:
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise CannotOpen(
            f"{path} is not a history: it is not an SQLite database. It was not touched."
        )
    if int.from_bytes(header[68:72]) != APPLICATION_ID:
        raise CannotOpen(f"{path} is not a history: it is the database of another program.")
    _refuse_newer(path, int.from_bytes(header[60:64]))


def _refuse_newer(path: str, version: int) -> None:
    if version > VERSION:
        raise CannotOpen(
            f"The history {path} was made by a newer version of this server"
            f" (format {version}; this one knows {VERSION})."
        )


def refuse_damage(path: str, seconds: float) -> None:
    """Look through the whole file after an unclean stop, for a limited time."""
    with closing(_connect_to_look(path)) as connection:
        _refuse_newer(path, connection.execute("PRAGMA user_version").fetchone()[0])
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        found = _damage(connection, seconds) if "open" in meta else ""
        if "epoch" not in meta:
            found = "it has no epoch"
    if found:
        raise CannotOpen(f"The history {path} is damaged ({found}). It was not touched.")


def _damage(connection: sqlite3.Connection, seconds: float) -> str:
    """The first thing that is wrong; empty if nothing is, or nothing was found in time.

    The check of a table is one step for SQLite, so only an interruption from a thread ends it.
    """
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
        return ""
    finally:
        timer.cancel()
        timer.join()
    return "" if found == "ok" else " ".join(found.split())
