"""Moving to another room, and being in several rooms."""

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member, Room, Seat
from chatroom.chat.roster import Unavailable
from chatroom.vocabulary import commands, events, names
from chatroom.vocabulary.text import clean

LOBBY = "lobby"
"""The room where everybody starts."""


def move(hub: Hub, member: Member, command: commands.Move) -> None:
    """Leave the room where they are, for one in which they may have a seat already."""
    member.mark()
    old = here(member)
    name = _wanted(hub, member, command.room)
    if name is None:
        return
    seat = _seat_in(member, name)
    if seat is old:
        hub.refuse(member, "same-room", f"You are in room {old.room.name} already.")
        return
    left = hub.exit(old)
    new = seat or hub.enter(member, name)
    member.go_to(new)
    room = new.room
    hub.announcer.left(left, member, "moved", destination=room.name)
    people, bounds = hub.people(room, len(room)), hub.history.bounds(room.key)
    hub.answer(member, events.Moved(member.name, room.name, people, room.topic_text, *bounds))
    if seat is None:
        hub.show_recent(member, room)
        hub.announcer.joined(room, member, origin=left.name)


def enter(hub: Hub, member: Member, command: commands.Enter) -> None:
    member.mark()
    name = _wanted(hub, member, command.room)
    if name is None:
        return
    if seat := _seat_in(member, name):
        hub.refuse(member, "same-room", f"You are in room {seat.room.name} already.")
        return
    if len(member.seats) >= hub.settings.max_rooms:
        text = f"You are in {len(member.seats)} rooms already; that is the limit."
        hub.refuse(member, "too-many-rooms", text)
        return
    seat = hub.enter(member, name)
    room, history = seat.room, hub.history
    about = room.topic_text, history.epoch, *history.bounds(room.key)
    reset = hub.resume(seat, command.after, command.epoch)
    hub.answer(member, events.Entered(room.name, hub.people(room, len(room)), *about, reset))
    hub.show_recent(member, room)
    hub.announcer.joined(room, member)


def leave(hub: Hub, member: Member, command: commands.Leave) -> None:
    """A member who leaves the room where they are is then in the oldest of their others."""
    member.mark()
    seat = seat_of(hub, member, command.room)
    if seat is None:
        return
    if not member.others:
        text = f"You are in no other room than {seat.room.name}; quit leaves the chat."
        hub.refuse(member, "only-room", text)
        return
    room = hub.exit(seat)
    hub.answer(member, events.Left(room.name, member.name, "left"))
    hub.announcer.left(room, member, "left")


def room_name(wanted: str) -> str:
    """The name in the form in which it is shown. Raises Unavailable."""
    try:
        return names.enforce(wanted.removeprefix("#"), "room name")
    except names.BadName as error:
        raise Unavailable("bad-room", str(error)) from None


def seat_of(hub: Hub, member: Member, room: str) -> Seat | None:
    """The seat of the member in this room; without a room, in the one where they are.

    None: they are not in that room, and have been told so.
    """
    seat = here(member) if not room else _seat_in(member, room)
    if seat is None:
        text = f"You are not in room {clean(room)[: names.MAX_LENGTH]}."
        hub.refuse(member, "not-in-room", text)
    return seat


def here(member: Member) -> Seat:
    """The seat of a named member in the room where they are."""
    assert member.here is not None
    return member.here


def find_room(hub: Hub, member: Member, wanted: str) -> Room | None:
    """The room of this name. If there is none, the member who asked is told."""
    room = hub.rooms.get(names.known_key(wanted.removeprefix("#")))
    if room is None:
        text = f"There is no room called {clean(wanted)[: names.MAX_LENGTH]}."
        hub.refuse(member, "no-such-room", text)
    return room


def _wanted(hub: Hub, member: Member, room: str) -> str | None:
    try:
        return room_name(room)
    except Unavailable as refusal:
        hub.refuse(member, refusal.code, refusal.text)
        return None


def _seat_in(member: Member, room: str) -> Seat | None:
    key = names.known_key(room.removeprefix("#"))
    return next((seat for seat in member.seats if seat.room.key == key), None)
