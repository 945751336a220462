"""Messages of the past, as they are told."""

from chatroom.vocabulary import events

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
