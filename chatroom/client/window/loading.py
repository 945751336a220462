"""Loads what was said before, from the server's history, as one scrolls, searches or picks a day.

For each place one question is under way at most. An answer that comes when the place has been moved
elsewhere is of no use, and is not shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from chatroom.client.core import Client
from chatroom.client.events import Answer
from chatroom.client.window.items import kept_items
from chatroom.client.window.log import Change
from chatroom.client.window.places import Place
from chatroom.vocabulary import events

_PAGE = 60  # messages


class Wish(Enum):
    """Which stretch of the past is wanted."""

    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"
    AT = "at"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Asked:
    """`id`: the message to go to, 0: none; `edge`: that of the log when it was asked for."""

    place: Place
    wish: Wish
    edge: int = 0
    id: int = 0


class Loading:
    """`advance` is called when a question was asked; `shown` with a place whose log has changed and
    the id to go to (0: none, -1: the end); `refused` with why there is no answer."""

    def __init__(
        self,
        client: Callable[[], Client | None],
        advance: Callable[[], object],
        shown: Callable[[Place, Change, int], object],
        refused: Callable[[str], object],
    ) -> None:
        self._client = client
        self._advance = advance
        self._shown = shown
        self._refused = refused
        self._asked: dict[int, Asked] = {}  # by the numbers of the questions

    def more(self, place: Place, before: bool) -> None:
        """The page before what is held, or the one after it."""
        log, client = place.log, self._client()
        edge = log.first if before else log.last
        if client is None or not edge or self._is_under_way(place):
            return
        if before:
            number = client.archive.load_before(place.name, edge, _PAGE)
            self._ask(number, Asked(place, Wish.BEFORE, edge))
        else:
            number = client.archive.load_after(place.name, edge, _PAGE)
            self._ask(number, Asked(place, Wish.AFTER, edge))

    def around(self, place: Place, id: int) -> None:
        """The message with this id, among those around it."""
        if id in {item.id for item in place.log.items}:
            self._shown(place, Change.NONE, id)
        elif client := self._client():
            number = client.archive.load_around(place.name, id, _PAGE)
            self._ask(number, Asked(place, Wish.AROUND, id=id))

    def at(self, place: Place, time: float) -> None:
        """What was said since this time."""
        if client := self._client():
            self._ask(client.archive.load_at(place.name, time, _PAGE), Asked(place, Wish.AT))

    def latest(self, place: Place) -> None:
        """What was said last."""
        client = self._client()
        if client is None or not place.log.after:
            self._shown(place, Change.NONE, -1)
            return
        room = client.rooms.find(place.name)
        last = room.record.last if room else 0
        number = client.archive.load_before(place.name, last + 1, _PAGE)
        self._ask(number, Asked(place, Wish.LATEST))

    def take(self, answer: Answer) -> bool:
        """Whether this is an answer to a question of ours."""
        asked = self._asked.pop(answer.request, None)
        if asked is None:
            return False
        match answer.event:
            case events.Page():
                self._show(asked, answer.event)
            case events.Refused() if asked.wish is Wish.BEFORE:
                asked.place.log.before = False  # or it would be asked for with each movement
            case events.Refused() if asked.wish is Wish.AFTER:
                pass
            case events.Refused(text=text):
                self._refused(text)
        return True

    def _ask(self, number: int, asked: Asked) -> None:
        if number:
            self._asked[number] = asked
            self._advance()

    def _is_under_way(self, place: Place) -> bool:
        return any(asked.place is place for asked in self._asked.values())

    def _show(self, asked: Asked, page: events.Page) -> None:
        client, log = self._client(), asked.place.log
        items = kept_items(page.messages, client.name if client else "")
        more, go_to = page.more, asked.id
        match asked.wish:
            case Wish.BEFORE if log.first == asked.edge:
                change = log.show_before(items, more.before)
            case Wish.AFTER if log.last == asked.edge:
                change = log.show_after(items, more.after)
            case Wish.BEFORE | Wish.AFTER:
                return
            case Wish.LATEST:
                change, go_to = log.show(items, more.before, after=False), -1
            case Wish.AT if not items:
                self._refused("Nothing was said on that day or later.")
                return
            case _:
                change = log.show(items, more.before, more.after)
                go_to = go_to or items[0].id if items else 0
        self._shown(asked.place, change, go_to)
