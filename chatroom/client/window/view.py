"""Shows in each turn what has changed: of the place that is shown, of the others, of us."""

from chatroom.client.core import Client
from chatroom.client.session import State
from chatroom.client.window.chat import Chat
from chatroom.client.window.journal import Update
from chatroom.client.window.log import Change
from chatroom.client.window.places import Place, Places
from chatroom.client.window.sheet import Pending
from chatroom.client.window.side_rows import news, side_rows
from chatroom.client.window.status import status
from chatroom.client.window.theme import Look
from chatroom.vocabulary import commands, names
from chatroom.vocabulary.counts import counted

_PENDING = 20  # lines of ours without a receipt that are shown; of more only the number is


class View:
    def __init__(self, chat: Chat, places: Places, look: Look) -> None:
        self._chat = chat
        self._places = places
        self._look = look
        self._update = Update()
        self._place = places.current  # where the update belongs

    def changed(self, update: Update) -> None:
        """The log of the place that is shown has changed; it is drawn in the next turn."""
        if self._place is not self._places.current:
            self._place, self._update = self._places.current, Update()
        if update.change is not Change.NONE and self._update.change is not Change.REPLACED:
            self._update.change = update.change
        self._update.messages += update.messages

    def unread(self, client: Client) -> int:
        """Lines of all places but the one that is shown."""
        return news(client.rooms, self._places)[0]

    def show(self, client: Client, where: str, is_read: bool) -> None:
        """`is_read`: somebody looks at the window."""
        chat, place = self._chat, self._places.current
        self._draw(place)
        chat.conversation.show_pending(pending(client, place))
        if is_read and not place.is_private and chat.conversation.is_at_end:
            client.mark_read(place.name)
        self._show_around(client, place, where)

    def _draw(self, place: Place) -> None:
        update, self._update = self._update, Update()
        if self._place is place and (update.messages or update.change is not Change.NONE):
            self._chat.conversation.changed(update.change, update.messages)
        self._place = place

    def _show_around(self, client: Client, place: Place, where: str) -> None:
        chat, rooms = self._chat, client.rooms
        chat.sidebar.show_rows(
            side_rows(rooms, self._places, client.name, len(self._look.palette.people))
        )
        told = status(client, where)
        chat.sidebar.show_self(client.name, told.line, told.is_well)
        chat.show_banner(told.banner, not told.is_well)
        room = rooms.find(place.name) or rooms.current
        if place.is_private:
            chat.header.show(f"@ {place.name}", "only you two", 0, False, chat.is_narrow)
        else:
            name, count = f"# {room.name}", room.roster.count
            chat.header.show(name, room.topic, count, True, chat.is_narrow)
        chat.header.show_news(*news(rooms, self._places))
        chat.composer.invite(f"Message {'' if place.is_private else '#'}{place.name}")
        chat.conversation.invite(empty_words(place))


def empty_words(place: Place) -> str:
    """What to do where nothing has been said."""
    if place.is_private:
        return f"Nothing has been said here yet.\nWhat you write is only for {place.name}."
    return "Nothing has been said here yet.\nWrite the first message below."


def pending(client: Client, place: Place) -> list[Pending]:
    """What we have said there and nobody has confirmed."""
    ours = [one for one in client.unconfirmed if _is_for(one, place, client.rooms.current.name)]
    lost = client.state is State.ENDED
    shown = [Pending(one.text, lost) for one in ours[:_PENDING]]
    if (more := len(ours) - len(shown)) > 0:
        shown.append(Pending(f"and {counted(more, 'more message')}", lost))
    return shown


def _is_for(
    command: commands.Say | commands.Act | commands.Tell, place: Place, current: str
) -> bool:
    if isinstance(command, commands.Tell):
        return place.is_private and names.key(command.name or "") == names.key(place.name)
    room = command.room or current
    return not place.is_private and names.key(room) == names.key(place.name)
