"""What is to be written to the history: the messages of this tick, or of all since it was paused.

It is read as well, since a page must not lack what was said last. Ids rise, so everything here is
newer than everything in the database.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice

from chatroom.chat.store import Entry, Gap, Made, Topic
from chatroom.vocabulary.events import Message

_ROOMS = 1000  # whose gaps and topics wait at once


class Backlog:
    """At most so many messages, and bytes of their text. The oldest are lost first, so that what
    is lost of a room lies between what is stored and what still waits: one gap."""

    def __init__(self, lines: int, text_bytes: int) -> None:
        self._most_lines = lines
        self._most_bytes = text_bytes
        self._bytes = 0
        self._entries: deque[Entry] = deque()
        self._rooms: dict[str, deque[Entry]] = {}
        self._marks: dict[bytes, Message] = {}
        self.gaps: dict[str, tuple[str, Gap]] = {}  # by the room's key, with its name
        self.topics: dict[str, tuple[str, Topic]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __bool__(self) -> bool:
        return bool(self._entries or self.gaps or self.topics)

    @property
    def is_over(self) -> bool:
        """Whether there is more than may wait."""
        return len(self._entries) > self._most_lines or self._bytes > self._most_bytes

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._rooms.setdefault(entry.key, deque()).append(entry)
        self._bytes += entry.size
        if entry.mark:
            self._marks[entry.mark] = entry.event

    def set_topic(self, key: str, room: str, topic: Topic) -> None:
        self.topics.pop(key, None)
        self.topics[key] = room, topic
        if len(self.topics) > _ROOMS:
            del self.topics[next(iter(self.topics))]

    def lose_oldest(self) -> None:
        entry = self._take()
        room, id = entry.event.room, entry.event.id
        known = self.gaps.get(entry.key)
        if known is None and len(self.gaps) >= _ROOMS:
            return  # so many rooms have lost something that this one is not told
        gap = Gap(known[1].first, id, known[1].count + 1) if known else Gap(id, id, 1)
        self.gaps[entry.key] = room, gap

    def first(self, count: int) -> list[Entry]:
        return list(islice(self._entries, count))

    def written(
        self,
        count: int,
        gaps: dict[str, tuple[str, Gap]],
        topics: dict[str, tuple[str, Topic]],
    ) -> None:
        """The first so many are in the database, and so are these gaps and topics."""
        if count == len(self._entries):
            self._entries.clear()
            self._rooms.clear()
            self._marks.clear()
            self._bytes = 0
        for _ in range(min(count, len(self._entries))):
            self._take()
        for key, gap in gaps.items():
            if self.gaps.get(key) == gap:
                del self.gaps[key]
        for key, topic in topics.items():
            if self.topics.get(key) == topic:
                del self.topics[key]

    def _take(self) -> Entry:
        entry = self._entries.popleft()
        self._bytes -= entry.size
        of_room = self._rooms[entry.key]
        of_room.popleft()
        if not of_room:
            del self._rooms[entry.key]
        if self._marks.get(entry.mark) is entry.event:
            del self._marks[entry.mark]
        return entry

    # --- reading ------------------------------------------------------------------------------

    def after(self, key: str, position: int, limit: int) -> list[Message]:
        """The messages of a room with a higher id, the lowest first."""
        found = (entry.event for entry in self._rooms.get(key, ()) if entry.event.id > position)
        return list(islice(found, limit))

    def before(self, key: str, position: int, limit: int) -> list[Message]:
        """The messages of a room with a lower id, the highest first."""
        entries = reversed(self._rooms.get(key, deque()))
        return list(islice((one.event for one in entries if one.event.id < position), limit))

    def newest(self) -> Iterator[tuple[str, Message]]:
        """The messages of all rooms with the keys of these, the highest id first."""
        return ((entry.key, entry.event) for entry in reversed(self._entries))

    def bounds(self, key: str) -> tuple[int, int]:
        entries = self._rooms.get(key)
        return (entries[0].event.id, entries[-1].event.id) if entries else (0, 0)

    def made(self, key: str) -> Made | None:
        entries = self._rooms.get(key)
        return entries[0].made if entries else None

    def recognise(self, mark: bytes) -> Message | None:
        return self._marks.get(mark)
