"""What a window asks of the past: pages as one scrolls, and a search.

Each method returns a number, and the event `Answer` with that number brings the page, what was
found, or why there is none. While we are not in the chat it returns 0, and asks nothing.
"""

from collections.abc import Callable

from chatroom.vocabulary import commands

Ask = Callable[[commands.Recall | commands.Search], int]


class Archive:
    """`ask` sends a question and returns its number. Without a `limit` the server chooses one."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def load_before(self, room: str, id: int, limit: int | None = None) -> int:
        """What was said in the room before this id."""
        return self._ask(commands.Recall(room, before=id, limit=limit))

    def load_after(self, room: str, id: int, limit: int | None = None) -> int:
        """What was said in the room after this id."""
        return self._ask(commands.Recall(room, after=id, limit=limit))

    def load_around(self, room: str, id: int, limit: int | None = None) -> int:
        """The message with this id, and what was said before and after it."""
        return self._ask(commands.Recall(room, around=id, limit=limit))

    def load_at(self, room: str, time: float, limit: int | None = None) -> int:
        """What was said in the room since this time, in seconds since 1970."""
        return self._ask(commands.Recall(room, at=time, limit=limit))

    def search(self, text: str, room: str = "", name: str = "", before: int | None = None) -> int:
        """Messages with these words: in all rooms or one, of everybody or one person.

        `before` is that of the last answer, for the next page.
        """
        return self._ask(commands.Search(text, room, name, before))
