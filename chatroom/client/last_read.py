"""Up to where the rooms of a server were read, remembered between two runs of a client.

One JSON file in the user's state directory (XDG Base Directory Specification):

    {"HOST:PORT": {"epoch": EPOCH, "rooms": {ROOM: [ID, TIME]}}}

It is a convenience and never a reason to fail: what cannot be read is not known, and what cannot be
written is forgotten. Two clients at once keep the higher id of each room.
"""

from pathlib import Path
from typing import TypeVar

from chatroom.client import files

_FILE = "last-read.json"
_LONGEST = 1024 * 1024  # bytes; a longer file is none of ours
_SERVERS = 50  # the ones that were used last are remembered
_ROOMS = 100  # of each
_HIGHEST = 2**53  # of an id
_LATEST = 1e11  # of a time; no calendar goes much further

_Value = TypeVar("_Value")

Marks = dict[str, tuple[int, float]]
"""By the keys of rooms: the id up to which it was read, and when that was."""


def state_directory() -> Path:
    """$XDG_STATE_HOME/chatroom, where the variable holds an absolute path; else ~/.local/state."""
    return files.directory("XDG_STATE_HOME", ".local/state")


class LastRead:
    """Of the server at `where`; without a directory nothing is loaded and nothing saved."""

    def __init__(self, where: str = "", directory: Path | None = None) -> None:
        self.unsaved = False
        self._where = where
        self._path = directory / _FILE if directory else None
        self._epoch, self._marks = self._load()

    def begin(self, epoch: str) -> None:
        """The server has this history; ids of another one mean nothing."""
        if epoch != self._epoch:
            self._epoch, self._marks = epoch, {}

    def find(self, room: str) -> tuple[int, float]:
        """The id up to which the room with this key was read, and when; zeros: not known."""
        return self._marks.get(room, (0, 0.0))

    def note(self, room: str, id: int, now: float) -> None:
        """The room with this key was read up to this id."""
        if self._epoch and self._path and id > self.find(room)[0]:
            _put(self._marks, room, (id, now), _ROOMS)
            self.unsaved = True

    def save(self) -> None:
        """Replace the file, if something was read since the last time."""
        if self._path is None or not self.unsaved:
            return
        self.unsaved = False
        epoch, marks = self._load()
        if epoch != self._epoch:
            marks = {}
        for room, mark in self._marks.items():
            _put(marks, room, max(mark, marks.get(room, mark)), _ROOMS)
        saved = files.load(self._path, _LONGEST)
        _put(saved, self._where, {"epoch": self._epoch, "rooms": marks}, _SERVERS)
        files.save(self._path, saved)

    def _load(self) -> tuple[str, Marks]:
        """What the file says of this server."""
        saved = files.load(self._path, _LONGEST).get(self._where) if self._path else None
        if not isinstance(saved, dict):
            return "", {}
        epoch, rooms = saved.get("epoch"), saved.get("rooms")
        if not (isinstance(epoch, str) and isinstance(rooms, dict)):
            return "", {}
        return epoch, {room: (mark[0], mark[1]) for room, mark in rooms.items() if _fits(mark)}


def _put(table: dict[str, _Value], key: str, value: _Value, most: int) -> None:
    """As the latest one; the oldest go."""
    table.pop(key, None)
    table[key] = value
    while len(table) > most:
        del table[next(iter(table))]


def _fits(mark: object) -> bool:
    match mark:
        case [int(id), int() | float() as time] if id is not True:
            return 0 < id < _HIGHEST and 0 <= time < _LATEST
    return False
