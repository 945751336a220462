"""A search, its answers, and the way to what was found."""

from chatroom.client.events import Answer
from chatroom.client.window import query
from chatroom.client.window.chat import Chat
from chatroom.client.window.going import Going
from chatroom.client.window.loading import Loading
from chatroom.client.window.places import Places
from chatroom.client.window.session import WindowSession
from chatroom.vocabulary import events, names


class Searching:
    """`chat` must be set before anything is done."""

    chat: Chat

    def __init__(
        self, session: WindowSession, places: Places, going: Going, loading: Loading
    ) -> None:
        self._session = session
        self._places = places
        self._going = going
        self._loading = loading
        self._number = 0  # of the last search
        self._jump: tuple[str, int] = ("", 0)  # a message to be shown when we are in that room

    def search(self, words: str, everywhere: bool, before: int | None) -> None:
        client, wanted = self._session.client, query.parse(words)
        if client is None:
            return
        here = "" if everywhere else client.rooms.current.name
        room = wanted.room or here
        self._number = client.archive.search(wanted.text, room, wanted.name, before)
        self._session.advance()
        if not self._number and self.chat.panel:
            self.chat.panel.refuse("There is no connection.")

    def show_hit(self, hit: events.Hit) -> None:
        """The message in its room, which we enter if we are not there."""
        client = self._session.client
        if client is None:
            return
        if self.chat.is_narrow:
            self.chat.close_search()
        room = client.rooms.find(hit.room)
        if room is None:
            self._jump = (names.key(hit.room), hit.id)
        self._going.go_to_room(hit.room)
        if room is not None:
            self._loading.around(self._places.current, hit.id)

    def answered(self, answer: Answer) -> None:
        """The server has answered a question about the past."""
        panel = self.chat.panel
        if self._loading.take(answer) or answer.request != self._number or panel is None:
            return
        match answer.event:
            case events.Found(hits, more, before, now):
                panel.found(hits, before if more else None, now)
            case events.Refused(text=text):
                panel.refuse(text)

    def arrived(self, room: str) -> None:
        """We are in this room now; if a message of it was chosen before, show that."""
        wanted, id = self._jump
        if id and wanted == names.key(room):
            self._jump = ("", 0)
            self._loading.around(self._places.current, id)
