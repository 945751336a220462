"""The places where one can talk: rooms, and private conversations, one for each person.

Each has its log, its draft and where one was reading. What is unread in rooms is counted by the
client's core, except in its current room while a private conversation is shown: that, and what is
unread in those conversations, which only the window has, is counted here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chatroom.client.window.items import Item
from chatroom.client.window.log import Log
from chatroom.vocabulary import names

_KEPT = 300  # items of a log
_SLACK = 100  # and more of them, so that the oldest do not have to go one by one
_MOST = 64  # places; those of rooms that were left, and the oldest conversations, go


@dataclass(frozen=True, slots=True)
class Anchor:
    """An item, and how many pixels below the upper edge it begins."""

    item: Item
    below: int


@dataclass(slots=True, eq=False)
class Place:
    """`unread` lines came while another place was shown, `mentions` of them for us; of rooms only
    those that the client's core does not count. `anchor`: where one was reading when another place
    was shown, None at the end; `unseen` messages are below that."""

    name: str
    is_private: bool
    log: Log
    draft: str = ""
    anchor: Anchor | None = None
    unseen: int = 0
    unread: int = 0
    mentions: int = 0
    is_muted: bool = False


class Places:
    """`current` is the one that is shown; before we are in a room it has no name."""

    def __init__(self) -> None:
        self._all: dict[tuple[bool, str], Place] = {}  # the ones that were used last are the last
        self.current = self.room("")

    def room(self, name: str) -> Place:
        return self._get(name, is_private=False)

    def private(self, name: str) -> Place:
        return self._get(name, is_private=True)

    def find_private(self, name: str) -> Place | None:
        """The conversation with this person, if there is one."""
        return self._all.get((True, names.key(name)))

    @property
    def privates(self) -> list[Place]:
        """In the order of their names."""
        found = (place for place in self._all.values() if place.is_private)
        return sorted(found, key=lambda place: place.name.casefold())

    @property
    def unread(self) -> int:
        """Lines of all private conversations."""
        return sum(place.unread for place in self._all.values() if place.is_private)

    def show(self, place: Place) -> None:
        """Make it the current one. The first room goes on where the attempts to get in ended."""
        before = self.current
        if not before.name and not before.is_private and before is not place:
            place.log.items[:0] = before.log.items
            self._all.pop((False, ""), None)
        place.unread = place.mentions = 0
        self.current = place

    def close(self, place: Place) -> None:
        """A private conversation is over; what was said in it is forgotten."""
        self._all.pop((place.is_private, names.key(place.name)), None)

    def rename(self, old: str, name: str) -> None:
        """Somebody has another name. A conversation with whoever had it before is another one."""
        place = self._all.get((True, names.key(old)))
        if place is None or (names.key(old) != names.key(name) and self.find_private(name)):
            return
        del self._all[True, names.key(old)]
        place.name = name
        self._all[True, names.key(name)] = place

    def prune(self, entered: Iterable[str]) -> None:
        """Of places that nobody is in any more, keep no more than there is space for."""
        keep = {(False, names.key(name)) for name in entered}
        for key, place in list(self._all.items()):
            if len(self._all) <= _MOST:
                return
            if key not in keep and place is not self.current and not place.unread:
                del self._all[key]

    def _get(self, name: str, is_private: bool) -> Place:
        key = (is_private, names.key(name))
        place = self._all.pop(key, None)
        if place is None:
            place = Place(name, is_private, Log(_KEPT, _SLACK, has_history=not is_private))
        self._all[key] = place
        return place
