"""Queries: they change nothing, and only the member who asks is answered."""

from itertools import islice

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member, Room
from chatroom.chat.rules.rooms import find_room, here
from chatroom.vocabulary import commands, events


def who(hub: Hub, member: Member, command: commands.Who) -> None:
    room = find_room(hub, member, command.room) if command.room else here(member).room
    if room is not None:
        hub.answer(member, members_of(hub, room))


def members_of(hub: Hub, room: Room) -> events.Members:
    """The same answer for everybody who asks within a moment, so that it is rendered once."""
    now = hub.clock()
    if room.roll is None or now >= room.roll_until:
        shown = islice(room, hub.settings.rows_shown)
        room.roll = events.Members(room.name, len(room), tuple(map(hub.row, shown)))
        room.roll_until = now + hub.settings.answer_seconds
    return room.roll


def list_rooms(hub: Hub, member: Member, _: commands.Rooms) -> None:
    shown = islice(hub.rooms.values(), hub.settings.rows_shown)
    rows = tuple(events.RoomCount(room.name, len(room)) for room in shown)
    hub.answer(member, events.RoomList(len(hub.rooms), rows))


def stats(hub: Hub, member: Member, _: commands.Stats) -> None:
    hub.answer(member, hub.measure())


def cancel(hub: Hub, member: Member, _: commands.Cancel) -> None:
    """The session drops what waits. A /cancel that gets here has found nothing to drop."""
    hub.refuse(member, "nothing-waits", "Nothing is waiting to be said.")
