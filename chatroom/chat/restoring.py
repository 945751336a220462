"""What was exported is put into a history: a new one, or one that no server has open.

All of it is one transaction: it is there, or nothing of it. Messages keep their ids, so what is
there already is left as it is, and importing twice is harmless.
"""

import sqlite3
from collections.abc import Iterable

from chatroom.chat.archive import KeptMessage, KeptRoom
from chatroom.chat.database import Database, sentence
from chatroom.chat.index import begin_anew
from chatroom.chat.inspection import CannotOpen


def restore(path: str, epoch: str, items: Iterable[KeptRoom | KeptMessage]) -> int:
    """How many messages were new. A room comes before its messages. A history without any message
    takes the epoch. Raises `CannotOpen`, and whatever `items` raises; then nothing is changed."""
    database = Database(path, full=True, check_seconds=60.0)
    try:
        with database.transaction():
            added = _add(database, epoch, items)
    except sqlite3.Error as error:
        raise CannotOpen(sentence(path, error)) from error
    finally:
        database.close()
    return added


def _add(database: Database, epoch: str, items: Iterable[KeptRoom | KeptMessage]) -> int:
    run = database.connection.execute
    numbers: dict[str, int] = {}
    added = 0
    if epoch and not database.value("SELECT EXISTS (SELECT 1 FROM message)"):
        run("UPDATE meta SET value = ? WHERE key = 'epoch'", (epoch,))
    for item in items:
        if isinstance(item, KeptRoom):
            run("INSERT OR IGNORE INTO room (key, name) VALUES (?, ?)", (item.key, item.name))
            if topic := item.topic:
                run(
                    "UPDATE room SET topic = ?, topic_name = ?, topic_time = ?"
                    " WHERE key = ? AND topic IS NULL",
                    (topic.text, topic.name, topic.time, item.key),
                )
            row = run("SELECT number FROM room WHERE key = ?", (item.key,)).fetchone()
            numbers[item.key] = row[0]
        else:
            added += run(
                "INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?)",
                (item.id, numbers[item.room], item.kind, item.name, item.text, item.time),
            ).rowcount
    if added:
        begin_anew(database.connection)
    return added
