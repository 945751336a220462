"""The rows of the sidebar: rooms, private conversations, people."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from chatroom.client.presentation import colour_number
from chatroom.client.rooms import Rooms
from chatroom.client.window.places import Places
from chatroom.vocabulary import names


class RowKind(Enum):
    HEADING = "heading"
    ROOM = "room"
    OTHER_ROOM = "other room"  # one where we are not
    PRIVATE = "private"
    PERSON = "person"
    MORE = "more"  # people who are not known by name


@dataclass(frozen=True, slots=True)
class SideRow:
    """`count` people; `unread` lines, and whether they are `urgent`: for us. `person`: the number
    of the name's colour, -1 for what is no name. `action`: a heading with a button."""

    kind: RowKind
    name: str
    text: str
    count: int = 0
    unread: int = 0
    urgent: bool = False
    is_current: bool = False
    is_muted: bool = False
    person: int = -1
    action: bool = False

    @property
    def can_be_chosen(self) -> bool:
        return self.kind not in (RowKind.HEADING, RowKind.MORE)


def side_rows(rooms: Rooms, places: Places, me: str, colours: int) -> list[SideRow]:
    """All of them, in their order."""
    rows = [SideRow(RowKind.HEADING, "rooms", "Rooms", action=True), *_rooms(rooms, places)]
    privates = places.privates
    if privates:
        rows.append(SideRow(RowKind.HEADING, "private", "Private"))
    for place in privates:
        unread, colour = place.unread, colour_number(place.name, colours)
        current = place is places.current
        rows.append(
            SideRow(
                RowKind.PRIVATE, place.name, place.name, 0, unread, True, current, False, colour
            )
        )
    roster = rooms.current.roster
    rows.append(SideRow(RowKind.HEADING, "people", "People", roster.count))
    rows += _people(roster.names, me, colours)
    if (more := roster.count - len(roster.names)) > 0:
        rows.append(SideRow(RowKind.MORE, "", f"and {more} more"))
    return rows


def news(rooms: Rooms, places: Places) -> tuple[int, bool]:
    """Unread lines of places that are not muted, and whether some of them are for us."""
    rows = _rooms(rooms, places)
    unread = places.unread + sum(row.unread for row in rows)
    return unread, places.unread > 0 or any(row.urgent for row in rows)


def _rooms(rooms: Rooms, places: Places) -> list[SideRow]:
    rows = []
    for room in rooms:
        place = places.room(room.name)
        mentions = room.mentions + place.mentions
        unread = mentions if place.is_muted else room.unread + place.unread
        rows.append(
            SideRow(
                *(RowKind.ROOM, room.name, room.name, room.roster.count, unread, mentions > 0),
                is_current=place is places.current,
                is_muted=place.is_muted,
            )
        )
    others = sorted(rooms.listed, key=lambda row: row[0].casefold())
    for name, count in others:
        if rooms.find(name) is None:
            rows.append(SideRow(RowKind.OTHER_ROOM, name, name, count))
    return rows


def _people(people: Iterable[str], me: str, colours: int) -> list[SideRow]:
    """We come first, the others in the order of their names."""
    ordered = sorted(people, key=lambda name: (names.key(name) != names.key(me), name.casefold()))
    return [
        SideRow(
            *(RowKind.PERSON, name, f"{name} (you)" if name == me else name),
            person=colour_number(name, colours),
        )
        for name in ordered
    ]
