"""Messages of the past, as they are told."""

from typing import TypeVar

from chatroom.chat.room import Member
from chatroom.vocabulary import events, names

_M = TypeVar("_M", events.Kept, events.Hit)

_KINDS: dict[type[events.Message], str] = {
    events.Said: "said",
    events.Acted: "acted",
    events.TopicSet: "topic",
}


def kept(event: events.Message) -> events.Kept:
    """As one of a page, which names the room."""
    return events.Kept(event.id, _KINDS[type(event)], event.name, event.text, event.time)


def hit(event: events.Message) -> events.Hit:
    """As one of those that were found, in any room."""
    kind = _KINDS[type(event)]
    return events.Hit(event.room, event.id, kind, event.name, event.text, event.time)


def for_reader(member: Member, messages: tuple[_M, ...]) -> tuple[_M, ...]:
    """Without those of people whom they ignore. A program gets all of them: it goes on from the ids
    of the last page. The history knows people by their names only."""
    if not member.ignored or member.dialect.receipts:
        return messages
    ignored = {person.key for person in member.ignored}
    return tuple(one for one in messages if names.known_key(one.name) not in ignored)
