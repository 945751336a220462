"""The order in which one goes through places by keyboard."""

from chatroom.client.rooms import Rooms
from chatroom.client.window.places import Place, Places


def in_order(rooms: Rooms, places: Places) -> list[Place]:
    """As they stand in the sidebar: our rooms, then private conversations."""
    return [*(places.room(room.name) for room in rooms), *places.privates]


def neighbour(rooms: Rooms, places: Places, step: int) -> Place | None:
    """The next place, or the one before; behind the last one comes the first."""
    order = in_order(rooms, places)
    if places.current not in order:
        return order[0] if order else None
    return order[(order.index(places.current) + step) % len(order)]


def next_unread(rooms: Rooms, places: Places) -> Place | None:
    """What is for us comes first; muted rooms do not count."""
    order = in_order(rooms, places)
    start = order.index(places.current) + 1 if places.current in order else 0
    order = order[start:] + order[:start]
    for urgent in (True, False):
        for place in order:
            if place is not places.current and _has_news(rooms, place, urgent):
                return place
    return None


def switchable(rooms: Rooms, places: Places, me: str) -> list[str]:
    """The names of all places and people that one can go to, with their signs."""
    here = [f"#{room.name}" for room in rooms]
    private = [f"@{place.name}" for place in places.privates]
    others = sorted(f"#{name}" for name, _ in rooms.listed if rooms.find(name) is None)
    people = {name for room in rooms for name in room.roster.names}
    names = [f"@{name}" for name in sorted(people, key=str.casefold) if name != me]
    return list(dict.fromkeys([*here, *private, *others, *names]))


def _has_news(rooms: Rooms, place: Place, urgent: bool) -> bool:
    if place.is_private:
        return place.unread > 0
    room = rooms.find(place.name)
    mentions = place.mentions + (room.mentions if room else 0)
    if urgent or place.is_muted:
        return mentions > 0
    return place.unread + (room.unread if room else 0) > 0
