"""What a room is about."""

import logging

from chatroom.chat.history import Topic
from chatroom.chat.hub import Hub
from chatroom.chat.room import Member, Room
from chatroom.chat.rules.rooms import seat_of
from chatroom.chat.rules.talking import recognised
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.text import clean

log = logging.getLogger(__name__)


def set_topic(hub: Hub, member: Member, command: commands.SetTopic) -> None:
    """Set it, take it away with an empty text, or tell it when no text is given."""
    seat = seat_of(hub, member, command.room)
    if seat is None:
        return
    room = seat.room
    if command.text is None:
        hub.answer(member, _about(hub, room))
        return
    member.active = hub.clock()
    member.mark()
    text = clean(command.text).strip()
    if before := recognised(hub, member, events.TopicSet, text):
        hub.answer(member, before)
    elif _is_fit(hub, member, room, command.text, text):
        _set(hub, member, room, text)


def _is_fit(hub: Hub, member: Member, room: Room, raw: str, text: str) -> bool:
    """Whether the text may become the topic; if not, the member is told why."""
    most = hub.settings.max_topic
    if raw.strip() and not text:
        hub.refuse(member, "empty", "There was nothing in it to be shown.")
    elif len(text) > most:
        hub.refuse(member, "too-long", f"A topic has at most {most} characters; it was not set.")
    elif text == room.topic_text:
        has = "has that topic already" if text else "has no topic"
        hub.refuse(member, "same-topic", f"Room {room.name} {has}.")
    else:
        return True
    return False


def _set(hub: Hub, member: Member, room: Room, text: str) -> None:
    event = events.TopicSet(hub.ids.next(), room.name, member.name, text, hub.wall())
    log.info("%s set the topic of %s", member, room.name)
    log.debug("%s: %s", room.name, text)
    room.topic = event if text else None
    hub.history.set_topic(room.key, room.name, Topic(text, member.name, event.time))
    hub.say(room, event, member)
    hub.answer(member, event)


def _about(hub: Hub, room: Room) -> events.About:
    topic = room.topic
    made_by, made_at = hub.history.made(room.key) or ("", 0.0)
    if topic is None:
        return events.About(room.name, made_by=made_by, made=made_at)
    return events.About(
        room.name, topic.name, topic.text, topic.time, made_by=made_by, made=made_at
    )
