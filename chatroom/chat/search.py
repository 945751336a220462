"""Search over all messages: what is asked, and how much is looked at for one answer.

The newest messages are looked through one by one: those that wait to be written, and those that are
not indexed. The others are found by the index, and looked at again, so that all have the same
meaning. Without FTS5 all is looked through.

FTS5 gathers all words for a beginning of a word before it returns the first hit. So some of the
newest are looked through first, which finds what is frequent. Nor does it return between two hits,
which takes 0.1 s for two frequent words that never occur together in a million messages. So it is
interrupted after a number of steps (`index_steps`). Then the beginning of a word is not asked for,
and if that is not enough, the messages with each of the words are read from the index in parts.

The work for one answer is bounded and counted, not timed: the answer to the same question is the
same on any machine. When the work is used up the answer is what was found, and the place to go on.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatroom.chat.backlog import Backlog
from chatroom.chat.store import EVENTS, KINDS
from chatroom.chat.words import Question, question, spaced
from chatroom.settings import Settings
from chatroom.vocabulary.events import Message
from chatroom.vocabulary.names import key, known_key

_END = 2**62  # above every id
_ROW = 300  # work for one row beside the characters of its text
_HIT = 600  # and for one that the index has found: it is read by its id
_COMPARED = 8  # characters of a text, compared with one phrase, for one unit of work
_FOLDED = 12  # for a character of a text that is not ASCII, before or after it is folded
_AT_ONCE = 100  # rows read by one statement
_PHRASES = 8  # given to the index; the others are looked for in what it finds
_WORDS = 8  # of a phrase, for the same reason: each costs the index a reader of its own
_SHORTEST = 3  # characters of a prefix for which the index is asked: it gathers all words first

_FREQUENT = 500  # rows looked through before the index is asked for the beginning of a word
_PART = 1000  # messages with one word that are read from the index at once
_LISTED = 50  # work for one of them
_STEPS = 100  # of SQLite, between two looks whether it is enough

_COLUMNS = "kind, room.name, message.name, text, time"
_HITS = "SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"

_Row = tuple[int, str, str, str, str, float]  # id, then the columns


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

    def look_at(self, name: str, text: str) -> tuple[bool, int]:
        """Whether a message is wanted, and how much work that was."""
        if self.name and key(name) != self.name:
            return False, 0
        work, question = len(text), self.question
        if text.isascii():
            lower = text.lower()
            for word in question.words:
                work += len(text) // _COMPARED
                if word not in lower:
                    return False, work
        words = spaced(text)
        if not text.isascii():
            work = _FOLDED * max(len(text), len(words))
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
        self._look((_row(event) for event in waiting), _ROW)

    def look_into(self, connection: sqlite3.Connection, number: int, indexed_to: int) -> None:
        """What is stored. `number` is that of the room; 0 for all rooms."""
        reader = _Reader(connection, self._settings.index_steps)
        terms, beginning = _terms(self._wanted, number)
        scanned = 0 if beginning else _FREQUENT
        self._indexed_to, self._reserve = indexed_to, self._work // 2
        while self._goes_on and (self.position > indexed_to + 1 or scanned < _FREQUENT):
            scanned += self._look_at(reader.scan(number, self.position), _ROW)
        self._reserve = 0
        if beginning:
            self._ask(reader, [*terms, beginning])
        if terms:
            self._ask(reader, terms)
            while self._goes_on:
                hits, listed, end = reader.part(terms, self.position)
                self._look_at_hits(reader, hits, end)
                # afterwards: an answer that looks at nothing never ends
                self._work -= listed * _LISTED
        while self._goes_on:
            self._look_at(reader.scan(number, self.position), _ROW)

    def _ask(self, reader: "_Reader", terms: list[str]) -> None:
        """The index, for as long as it answers."""
        while self._goes_on:
            hits = reader.indexed(" AND ".join(terms), self.position)
            if hits is None:
                return
            self._look_at_hits(reader, hits, hits[-1] if len(hits) == _AT_ONCE else 0)

    def _look_at_hits(self, reader: "_Reader", hits: list[int], end: int) -> None:
        """These are all down to the id `end`; zero if they are the last."""
        self._look(reader.rows(hits), _HIT)
        if self._goes_on:
            self.position = min(end, self.position)
            self._is_complete = not end

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
        for id, kind, room, name, text, time in rows:
            if id >= self.position:
                continue
            if not self._goes_on:
                return
            self._work -= cost
            self.position = id
            is_wanted, work = self._wanted.look_at(name, text)
            self._work -= work
            if is_wanted and kind in EVENTS:
                self._found.append(EVENTS[kind](id, room, name, text, time))


def _row(event: Message) -> _Row:
    return event.id, KINDS[type(event)], event.room, event.name, event.text, event.time


class _Reader:
    """Messages of the database, the newest first. No cursor stays open."""

    def __init__(self, connection: sqlite3.Connection, most_steps: int) -> None:
        self._connection = connection
        self._most_looks = most_steps // _STEPS

    def scan(self, number: int, position: int) -> list[_Row]:
        condition = "message.room = ? AND" if number else "? = 0 AND"
        return self._read(
            f"SELECT id, {_COLUMNS} FROM message CROSS JOIN room ON room.number = message.room"
            f" WHERE {condition} id < ? ORDER BY id DESC LIMIT {_AT_ONCE}",
            (number, position),
        )

    def indexed(self, match: str, position: int) -> list[int] | None:
        """The ids of messages. None: it was interrupted."""
        looks = iter(range(self._most_looks))
        self._connection.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
        try:
            return self._hits(match, position, _AT_ONCE)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
                raise
            return None
        finally:
            self._connection.set_progress_handler(None, 0)

    def part(self, terms: list[str], position: int) -> tuple[list[int], int, int]:
        """Messages with all the terms, how much was read for it, and down to which id."""
        lists = [self._hits(term, position, _PART) for term in terms]
        end = max(found[-1] if len(found) == _PART else 0 for found in lists)
        common = set(lists[0]).intersection(*lists[1:])
        hits = sorted((id for id in common if id >= end), reverse=True)
        if len(hits) > _AT_ONCE:
            end = hits[_AT_ONCE - 1]
        return hits[:_AT_ONCE], sum(map(len, lists)), end

    def rows(self, ids: list[int]) -> list[_Row]:
        """Those messages of them that are there."""
        return self._read(
            f"SELECT id, {_COLUMNS} FROM message CROSS JOIN room ON room.number = message.room"
            f" WHERE id IN ({', '.join('?' * len(ids))}) ORDER BY id DESC",
            ids,
        )

    def _hits(self, match: str, position: int, limit: int) -> list[int]:
        values = (match, position, limit)
        return [id for (id,) in self._connection.execute(_HITS, values).fetchall()]

    def _read(self, statement: str, values: Sequence[str | int]) -> list[_Row]:
        return self._connection.execute(statement, values).fetchall()


def _terms(wanted: Wanted, number: int) -> tuple[list[str], str]:
    """What FTS5 is asked: terms, and the beginning of a word; nothing if the index is of no use.

    Words hold letters, digits and symbols alone, so that nothing of FTS5's own syntax is in them.
    """
    *whole, last = wanted.question.phrases or ("",)
    terms = [f'text : "{_first_words(phrase)}"' for phrase in whole[:_PHRASES]]
    word = last.rpartition(" ")[2]
    beginning = ""
    if last.count(" ") >= _WORDS:
        terms.append(f'text : "{_first_words(last)}"')
    elif len(word) >= _SHORTEST or (word and not word.isascii()):
        beginning = f'text : "{last}" *'
    elif " " in last:
        terms.append(f'text : "{last.rpartition(" ")[0]}"')
    if name := spaced(wanted.name or "").strip():
        terms.append(f'name : "{name}"')
    if number and (terms or beginning):
        terms.append(f'room : "r{number}"')
    return terms, beginning


def _first_words(phrase: str) -> str:
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
