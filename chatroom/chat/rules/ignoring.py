"""Ignore lists."""

from chatroom.chat.hub import Hub
from chatroom.chat.person import Person
from chatroom.chat.room import Member
from chatroom.vocabulary import commands, events, names


def ignore(hub: Hub, member: Member, command: commands.Ignore) -> None:
    if not command.name:
        shown = {person.name for person in member.ignored}
        hub.answer(member, events.IgnoreList(tuple(sorted(shown))))
        return
    key = names.known_key(command.name)
    other = hub.roster.find(command.name)
    known = [person for person in member.ignored if person.key == key]
    if known and (other is None or other.person in known):
        _end_ignoring(hub, member, known)
    elif other or (other := hub.find(member, command.name)):
        _start_ignoring(hub, member, other)


def _end_ignoring(hub: Hub, member: Member, persons: list[Person]) -> None:
    hub.delivery.judge(member)  # what was said before stays unheard
    for person in persons:
        del member.ignored[person]
    hub.answer(member, events.Ignoring(persons[-1].name, False))


def _start_ignoring(hub: Hub, member: Member, other: Member) -> None:
    if other is member:
        hub.refuse(member, "is-you", "You cannot ignore yourself.")
    elif len(member.ignored) >= hub.settings.max_ignored:
        text = f"You ignore {len(member.ignored)} people already; that is the limit."
        hub.refuse(member, "too-many", text)
    else:
        hub.delivery.judge(member)  # they may hear what was said before
        member.ignored[other.person] = None
        hub.answer(member, events.Ignoring(other.name, True))
