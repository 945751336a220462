"""The last line of the screen: the connection, our rooms, and who is in the current one."""

import math

from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.utils import get_cwidth

from chatroom.client.core import Client
from chatroom.client.presentation import milliseconds
from chatroom.client.rooms import Room, Rooms
from chatroom.client.session import State
from chatroom.client.terminal.drawing import Pieces
from chatroom.vocabulary.counts import counted

_TROUBLE = "class:bottom-toolbar.trouble"
_CURRENT = "class:bottom-toolbar.room"
_SHARE = 0.5  # of the width: where all rooms would take more, only those with news are shown


def status_line(client: Client, where: str, columns: int) -> FormattedText:
    """The most important first: a narrow terminal shows only the beginning."""
    parts: Pieces = [("", " "), *_connection(client)]
    if client.waiting:
        parts.append((_TROUBLE, f"{client.waiting} not sent yet  "))
    room = client.rooms.current
    if room.roster.count:
        parts += _rooms(client.rooms, int(columns * _SHARE))
        parts.append(("", f"{counted(room.roster.count, 'person', 'people')}  "))
    parts.append(("", where))
    return FormattedText([*parts, *_topic(room.topic, columns - sum(_width(p) for p in parts))])


def _topic(topic: str, columns: int) -> Pieces:
    """If there is space for all of it."""
    shown = f"  {topic} "
    return [("class:bottom-toolbar.topic", shown)] if topic and get_cwidth(shown) <= columns else []


def _width(piece: tuple[str, str]) -> int:
    return get_cwidth(piece[1])


def _connection(client: Client) -> Pieces:
    if client.state is State.WAITING:
        return [(_TROUBLE, f"reconnecting in {math.ceil(client.retry_in)} s  ")]
    if client.state is not State.JOINED and client.rooms.current.roster.count:
        return [(_TROUBLE, "reconnecting  ")]
    if client.unanswered:
        return [(_TROUBLE, f"no answer for {client.unanswered:.0f} s  ")]
    if client.round_trip is not None:
        return [("", f"connected, {milliseconds(client.round_trip)}  ")]
    return []


def _rooms(rooms: Rooms, columns: int) -> Pieces:
    """Each with its number and what is unread there; a ! says that we are mentioned."""
    if len(rooms) < 2:
        return [("", f"#{rooms.current.name}  ")]
    shown = [_room(number, room, rooms.current) for number, room in enumerate(rooms, 1)]
    if sum(len(text) for _, text in shown) > columns:
        news = [room is rooms.current or room.unread > 0 for room in rooms]
        shown = [piece for piece, wanted in zip(shown, news, strict=True) if wanted]
    return shown


def _room(number: int, room: Room, current: Room) -> tuple[str, str]:
    if room is current:
        return _CURRENT, f"[{number} #{room.name}]  "
    news = f" +{room.unread}" if room.unread else ""
    mark = "!" if room.mentions else ""
    return _TROUBLE if mark else "", f"{number} #{room.name}{news}{mark}  "
