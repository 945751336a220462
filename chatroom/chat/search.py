"""Search over all messages: what is asked, and how much is looked at for one answer.

The newest messages are looked through one by one: those that wait to be written, those that are not
indexed, and some more. That finds all that is frequent. What is rare is found by the index, and
looked at again, so that both have the same meaning. Without FTS5 all is looked through.

The work for one answer is bounded and counted, not timed: the answer to the same question is the
same on any machine. When the work is used up the answer is what was found, and the place to go on.
What FTS5 does between two hits cannot be divided or interrupted, and is not counted: two frequent
words that never occur together take 0.13 s in a million messages (`benchmarks/million.py`).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from chatroom.chat.backlog import Backlog
from chatroom.chat.store import EVENTS
from chatroom.chat.words import Question, question, spaced
from chatroom.settings import Settings
from chatroom.vocabulary.events import Message
from chatroom.vocabulary.names import key, known_key

_END = 2**62  # above every id
_ROW = 300  # work for one row beside the characters of its text
_HIT = 600  # and for one that the index has found: it is read by its id,
_PART = 200  # and the index has read each part of the expression for it
_COMPARED = 8  # characters of a text, compared with one phrase, for one unit of work
_FOLDED = 12  # for a character of a text that is not ASCII, before or after it is folded
_AT_ONCE = 100  # rows read by one statement
_PHRASES = 8  # given to the index; the others are looked for in what it finds
_WORDS = 8  # of a phrase, for the same reason: each costs the index a reader of its own
_SHORTEST = 3  # characters of a prefix for which the index is asked: it gathers all words first

_FREQUENT = 1000  # rows looked through before the index is asked

_COLUMNS = "kind, room.name, message.name, text, time"

_Row = tuple[int, Message | None]  # an id, and the message unless it is gone


@dataclass(frozen=True, slots=True)
class Result:
    """`events` are the newest first. `more`: there may be others, with ids below `before`."""

    events: tuple[Message, ...]
    more: bool
    before: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """`room` is the key of a room or None, `name` the key of a name or None."""

    question: Question
    room: str | None
    name: str | None

    def look_at(self, event: Message) -> tuple[bool, int]:
        """Whether it is wanted, and how much work that was."""
        if self.name and key(event.name) != self.name:
            return False, 0
        text = event.text
        words = spaced(text)
        work = len(text) if text.isascii() else _FOLDED * max(len(text), len(words))
        question = self.question
        return question.matches(words), work + len(words) * len(question.wanted) // _COMPARED


class Search:
    """One answer. Anything that reads the database may raise `sqlite3.Error`; what was found by
    then is in the `result`."""

    def __init__(self, settings: Settings, wanted: Wanted, before: int, limit: int) -> None:
        self._settings = settings
        self._wanted = wanted
        self._limit = limit
        self._work = settings.search_work
        self._reserve = 0  # of the work, for the index: the newest texts may be long
        self._indexed_to = 0
        self._found: list[Message] = []
        self._is_complete = False
        self.position = before
        """Everything from here on was looked at."""

    @property
    def can_find(self) -> bool:
        """Whether there is a word or a name to look for."""
        wanted = self._wanted
        if wanted.name is None:
            return bool(wanted.question.phrases)
        return wanted.name != ""

    @property
    def result(self) -> Result:
        if self._is_complete:
            return Result(tuple(self._found), False)
        return Result(tuple(self._found), True, self.position)

    def look_through(self, backlog: Backlog) -> None:
        """What waits to be written."""
        room = self._wanted.room
        waiting = (event for key, event in backlog.newest() if room in (None, key))
        self._look(((event.id, event) for event in waiting), _ROW)

    def look_into(self, connection: sqlite3.Connection, number: int, indexed_to: int) -> None:
        """What is stored. `number` is that of the room; 0 for all rooms."""
        reader = _Reader(connection)
        scanned = 0
        self._indexed_to, self._reserve = indexed_to, self._work // 2
        while self._goes_on and (self.position > indexed_to + 1 or scanned < _FREQUENT):
            scanned += self._look_at(reader.scan(number, self.position), _ROW)
        self._reserve = 0
        match = _expression(self._wanted, number)
        while self._goes_on:
            if match:
                cost = _HIT + _PART * match.count(" : ")
                self._look_at(reader.indexed(match, self.position), cost)
            else:
                self._look_at(reader.scan(number, self.position), _ROW)

    def end(self) -> None:
        """There is nothing else that could be looked at."""
        self._is_complete = True

    @property
    def _goes_on(self) -> bool:
        reserve = self._reserve if self.position <= self._indexed_to else 0
        has_work = self._work > reserve
        return not self._is_complete and has_work and len(self._found) < self._limit

    def _look_at(self, rows: list[_Row], cost: int) -> int:
        """Some rows of the database, of which fewer than were asked for are the last."""
        self._look(rows, cost)
        self._is_complete = self._goes_on and len(rows) < _AT_ONCE
        return len(rows)

    def _look(self, rows: Iterable[_Row], cost: int) -> None:
        """Those that were looked at already are left out: what waits may be stored as well."""
        for id, event in rows:
            if id >= self.position:
                continue
            if not self._goes_on:
                return
            self._work -= cost
            self.position = id
            if event:
                is_wanted, work = self._wanted.look_at(event)
                self._work -= work
                if is_wanted:
                    self._found.append(event)


class _Reader:
    """Messages of the database, the newest first. No cursor stays open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def scan(self, number: int, position: int) -> list[_Row]:
        condition = "message.room = ?2 AND" if number else "?2 = 0 AND"
        return self._read(
            f"SELECT id, {_COLUMNS} FROM message CROSS JOIN room ON room.number = message.room"
            f" WHERE {condition} id < ?1 ORDER BY id DESC LIMIT {_AT_ONCE}",
            (position, number),
        )

    def indexed(self, match: str, position: int) -> list[_Row]:
        return self._read(
            f"SELECT hit, {_COLUMNS} FROM"
            " (SELECT rowid AS hit FROM words WHERE words MATCH ? AND rowid < ?"
            f" ORDER BY rowid DESC LIMIT {_AT_ONCE})"
            " LEFT JOIN message ON id = hit LEFT JOIN room ON room.number = message.room"
            " ORDER BY hit DESC",
            (match, position),
        )

    def _read(self, statement: str, values: tuple[str | int, ...]) -> list[_Row]:
        with closing(self._connection.execute(statement, values)) as cursor:
            return [
                (id, EVENTS[kind](id, *rest) if kind in EVENTS else None)
                for id, kind, *rest in cursor
            ]


def _expression(wanted: Wanted, number: int) -> str:
    """What FTS5 is asked; empty if the index is of no use. Words hold letters, digits and symbols
    alone, so that nothing of FTS5's own syntax is in them."""
    parts = list(_parts(wanted.question))
    if name := spaced(wanted.name or "").strip():
        parts.append(f'name : "{name}"')
    if not parts:
        return ""
    if number:
        parts.append(f'room : "r{number}"')
    return " AND ".join(parts)


def _parts(asked: Question) -> Iterator[str]:
    *whole, last = asked.phrases or ("",)
    for phrase in whole[:_PHRASES]:
        yield f'text : "{_beginning(phrase)}"'
    word = last.rpartition(" ")[2]
    if last.count(" ") >= _WORDS:
        yield f'text : "{_beginning(last)}"'
    elif len(word) >= _SHORTEST or (word and not word.isascii()):
        yield f'text : "{last}" *'
    elif " " in last:
        yield f'text : "{last.rpartition(" ")[0]}"'


def _beginning(phrase: str) -> str:
    return " ".join(phrase.split(" ", _WORDS)[:_WORDS])


def begin(
    settings: Settings,
    words: str,
    room: str | None,
    name: str | None,
    before: int | None,
    limit: int,
) -> Search:
    """The search for what somebody has typed; nothing has been looked at yet."""
    wanted = Wanted(question(words), room, known_key(name) if name else None)
    position = _END if before is None else max(0, min(before, _END))
    return Search(settings, wanted, position, max(1, min(limit, settings.page_messages)))
