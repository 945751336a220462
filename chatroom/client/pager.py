"""What /more asks for: the next page of what a person last asked for."""

from dataclasses import replace

from chatroom.client.settings import ClientSettings
from chatroom.vocabulary import commands, events

Asked = commands.Recall | commands.Search


class Pager:
    def __init__(self, settings: ClientSettings) -> None:
        self._most = settings.max_page
        self._next: Asked | None = None

    def within_limit(self, command: Asked) -> Asked:
        """A question for more than a page may hold is one for a whole page."""
        if command.limit is None or command.limit <= self._most:
            return command
        return replace(command, limit=self._most)

    def next(self) -> Asked | None:
        """The question for the next page; None if there is none."""
        return self._next

    def begin(self, room: str, first: int, more: bool) -> None:
        """The messages of a room from this id on were shown without being asked for."""
        self._next = commands.Recall(room, before=first) if more else None

    def note(self, command: commands.Command | None, answer: events.Event) -> str:
        """This was the answer; returns what to tell about what more there is."""
        match command, answer:
            case commands.Recall(), events.Page():
                self._next = _after_page(command, answer)
            case commands.Search(), events.Found():
                self._next = replace(command, before=answer.before) if answer.more else None
            case _:
                return ""
        if self._next is None:
            return ""
        later = isinstance(self._next, commands.Recall) and self._next.after is not None
        return f"/more shows {'newer' if later else 'older'} ones."


def _after_page(command: commands.Recall, page: events.Page) -> commands.Recall | None:
    """Since a time one goes on to what is newer, else to what is older."""
    bare = replace(command, before=None, after=None, around=None, ago=None, at=None)
    if not page.messages:
        return None
    if (command.after, command.ago, command.at) != (None, None, None):
        return replace(bare, after=page.messages[-1].id) if page.more.after else None
    return replace(bare, before=page.messages[0].id) if page.more.before else None
