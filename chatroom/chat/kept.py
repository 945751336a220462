"""Messages of the past, as they are told."""

from collections.abc import Callable

from chatroom.chat.room import Member
from chatroom.vocabulary import events, names

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


def heard_by(member: Member) -> Callable[[events.Kept | events.Hit], bool]:
    """Whether a message is not of somebody whom the member ignores.

    The history knows people by their names, so it goes by the names that they have now.
    """
    ignored = {person.key for person in member.ignored}
    return lambda message: not ignored or names.known_key(message.name) not in ignored
