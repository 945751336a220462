"""Talk: in a room, and privately."""

import logging

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.chat.rules.rooms import seat_of
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.text import clean_lines

log = logging.getLogger(__name__)


def speak(hub: Hub, member: Member, command: commands.Say | commands.Act) -> None:
    text = _cleaned(hub, member, command.text)
    seat = seat_of(hub, member, command.room) if text else None
    if seat is None:
        return
    kind = events.Said if isinstance(command, commands.Say) else events.Acted
    if (before := recognised(hub, member, kind, text)) is not None:
        hub.answer(member, before)
        return
    hub.metrics.messages += 1
    log.debug("%s: %s", member, text.replace("\n", "\\n"))
    spoken = kind(hub.ids.next(), seat.room.name, member.name, text, hub.wall())
    hub.say(seat.room, spoken, member)
    if member.dialect.receipts:
        hub.answer(member, spoken)


def recognised(
    hub: Hub, member: Member, kind: type[events.Message], text: str
) -> events.Message | None:
    """The same message, said before the member came back: its receipt was lost, it was not.

    A mark alone is not enough, since some programs give all requests the same one.
    """
    if not member.ticket:
        return None
    found = hub.history.recognise(member.ticket, member.ref)
    joined = hub.wall() - (hub.clock() - member.since)
    if found is None or type(found) is not kind or found.text != text:
        return None
    return found if found.time < joined else None


def tell(hub: Hub, member: Member, command: commands.Tell) -> None:
    text = _cleaned(hub, member, command.text)
    if not text:
        return
    to = _teller(hub, member) if command.name is None else hub.roster.find(command.name)
    answer: events.Event | None
    if to:
        answer = hub.private.send(member, to, text)
        if member.dialect.receipts or isinstance(answer, events.Refused):
            hub.answer(member, answer)
    elif command.name is None:
        return  # _teller has told them why
    elif answer := hub.private.keep(member, command, command.name, text):
        hub.answer(member, answer)
    else:
        hub.find(member, command.name)


def _teller(hub: Hub, member: Member) -> Member | None:
    """The member who last told this one something. If there is none, this one is told why."""
    if member.teller is None:
        text = "Nobody has told you anything privately yet."
    elif found := hub.roster.find_person(member.teller):
        return found
    else:
        text = f"{member.teller.name} has left."
    hub.refuse(member, "no-such-name", text)
    return None


def _cleaned(hub: Hub, member: Member, text: str) -> str:
    member.active = hub.clock()
    member.mark()
    cleaned, most = clean_lines(text), hub.settings.max_text_lines
    if cleaned.count("\n") >= most:
        hub.refuse(member, "too-long", f"A text has at most {most} lines; nothing was sent.")
        return ""
    if not cleaned and member.dialect.receipts:
        hub.refuse(member, "empty", "There was nothing in it to be shown.")
    return cleaned
