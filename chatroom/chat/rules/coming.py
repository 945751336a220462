"""Joining, leaving the chat, and changing one's name."""

import logging

from chatroom import __version__
from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.chat.roster import Unavailable
from chatroom.chat.rules.kicking import refuse_barred, refuse_barred_name
from chatroom.chat.rules.rooms import LOBBY, room_name
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events, names

log = logging.getLogger(__name__)


def greet(hub: Hub, member: Member, _: commands.Greet) -> None:
    hub.answer(member, events.Greeting(hub.people(hub.roster, len(hub.roster))))


def join(hub: Hub, member: Member, command: commands.Join) -> None:
    member.ticket, member.quiet = command.ticket, command.quiet
    try:
        wanted = room_name(command.room or LOBBY)
        refuse_barred(hub, member, command.name)
        name = hub.roster.approve(member, command.name)
    except Unavailable as refusal:
        hub.answer(member, events.NameRefused(refusal.code, refusal.text))
        return
    _replace(hub, command)
    resumed = hub.roster.give(member, name)
    log.info("%s resumed" if resumed else "%s joined", member)
    member.since = member.active = hub.clock()
    member.outlet.named()
    seat = hub.enter(member, wanted)
    room, history = seat.room, hub.history
    first, last = history.bounds(room.key)
    reset = hub.resume(seat, command.after, command.epoch)
    hub.answer(
        member,
        events.Welcomed(
            *(member.name, room.name, hub.people(room, len(room)), _limits(hub.settings)),
            *(__version__, room.topic_text, history.epoch),
            *(first, last),
            reset,
            resumed,
            member.last,
        ),
    )
    hub.show_recent(member, room)
    hub.announcer.joined(room, member)
    hub.private.arrived(member)


def _replace(hub: Hub, command: commands.Join) -> None:
    """A client that reconnects before its old connection was found dead replaces it."""
    if before := hub.roster.find_by_ticket(command.ticket):
        hub.depart(before, "replaced", hold=True)
        farewell = events.Closing("replaced", "You have come back over another connection.")
        before.outlet.close("replaced", hub.last_words(before, farewell))


def quit(hub: Hub, member: Member, command: commands.Quit) -> None:
    last: tuple[events.Event, ...] = ()
    if member.name:
        hub.depart(member, command.reason, hold=not command.meant)
        if command.reason == "quit":
            last = (events.Closing("quit", f"Goodbye, {member.name}!"),)
    words = hub.last_words(member, *last)
    member.outlet.close(command.reason, words, brief=bool(last))


def rename(hub: Hub, member: Member, command: commands.Rename) -> None:
    member.mark()
    old = member.name
    try:
        refuse_barred_name(hub, command.name)
        name = hub.roster.approve(member, command.name)
    except Unavailable as refusal:
        hub.refuse(member, refusal.code, refusal.text)
        return
    if name == old:
        hub.refuse(member, "same-name", f"You are called {old} already.")
        return
    hub.roster.give(member, name)
    log.info("%s was %s", member, old)
    for seat in member.seats:
        seat.room.roll = None
    rooms = [seat.room for seat in member.seats]
    hub.delivery.publish_once(rooms, events.Renamed(old, member.name), member)
    hub.answer(member, events.NowKnownAs(old, member.name))
    hub.private.arrived(member)


def _limits(settings: Settings) -> events.Limits:
    return events.Limits(
        text=settings.max_line,
        name=names.MAX_LENGTH,
        line=settings.max_object,
        rate=settings.rate,
        burst=settings.burst,
    )
