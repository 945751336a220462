"""Writes what happens into the logs of the places where it belongs."""

from collections.abc import Iterable
from dataclasses import dataclass

from chatroom.client.events import ClientEvent, Discontinued, Entry, NewSince, Recent
from chatroom.client.window.items import Item, Kind, items_of, kept_items
from chatroom.client.window.log import Change
from chatroom.client.window.places import Place, Places
from chatroom.vocabulary import events, names

_RESTARTED = "The server has a new history; what was said before is gone"
_TOO_LONG = "More was said meanwhile than the server keeps"


@dataclass(slots=True)
class Update:
    """How the log of a place has changed, and how many messages of others were added."""

    change: Change = Change.NONE
    messages: int = 0


class Journal:
    """`me` is our own name, and changes; `room` the core's current room, where what belongs to no
    room goes while no private conversation is shown."""

    def __init__(self, places: Places) -> None:
        self.me = ""
        self.room = ""
        self.reading_back = False  # in the place that is shown
        self._places = places

    def write(self, entries: Iterable[Entry], now: float) -> dict[Place, Update]:
        """All of them, in their order; the places that have changed."""
        updates: dict[Place, Update] = {}
        batches: dict[Place, list[Item]] = {}
        for entry in entries:
            for place, items in self._placed(entry, now):
                if isinstance(entry.event, Recent | NewSince | Discontinued):
                    self._append(place, batches.pop(place, []), updates)
                    updates.setdefault(place, Update()).change = Change.REPLACED
                    self._turn(place, entry.event)
                else:
                    batches.setdefault(place, []).extend(items)
                    self._count(place, entry.event, items)
        for place, items in batches.items():
            self._append(place, items, updates)
        return updates

    # --- where it belongs ---------------------------------------------------------------------

    def _placed(self, entry: Entry, now: float) -> list[tuple[Place, list[Item]]]:
        items = items_of(entry.event, self.me, now)
        return [(place, items) for place in self._of(entry)]

    def _of(self, entry: Entry) -> list[Place]:
        places, event = self._places, entry.event
        match event:
            case events.Told(name, to):
                return [places.private(to if name == self.me else name)]
            case events.Renamed(old, name):
                places.rename(old, name)
                return [*map(places.room, entry.rooms), *self._private(name)]
            case events.Gone(name=name):
                return [*map(places.room, entry.rooms), *self._private(name)]
        if entry.rooms:
            return [*map(places.room, entry.rooms)]
        return [places.current]

    def _private(self, name: str) -> list[Place]:
        place = self._places.find_private(name)
        return [place] if place else []

    # --- what changes -------------------------------------------------------------------------

    def _append(self, place: Place, items: list[Item], updates: dict[Place, Update]) -> None:
        reading_back = self.reading_back if place is self._places.current else bool(place.anchor)
        change = place.log.append(items, reading_back)
        update = updates.setdefault(place, Update())
        if Change.REPLACED in (change, update.change):
            update.change = Change.REPLACED
        elif change is not Change.NONE:
            update.change = change
        update.messages += sum(item.is_talk and not item.own for item in items)

    def _count(self, place: Place, event: ClientEvent, items: list[Item]) -> None:
        """What the core does not count: of private conversations, and of its current room."""
        if place is self._places.current:
            return
        of_current = names.key(place.name) == names.key(self.room)
        if isinstance(event, events.Told) or (of_current and not place.is_private):
            talk = [item for item in items if item.is_talk and not item.own]
            place.unread += len(talk)
            place.mentions += sum(item.mention for item in talk)

    def _turn(self, place: Place, event: Recent | NewSince | Discontinued) -> None:
        """The log goes on elsewhere, or what follows is new."""
        log = place.log
        match event:
            case Recent(_, messages, more, read):
                log.show_before(kept_items(messages, self.me), more.before)
                if read:
                    log.mark_after(read)
            case NewSince():
                log.leave()
            case Discontinued(_, restarted):
                text = _RESTARTED if restarted else _TOO_LONG
                mark = [Item(Kind.BREAK, text, item.time) for item in log.items[-1:]]
                log.show(mark, log.has_history, after=False)
