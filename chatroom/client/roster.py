"""Who is in a room, as far as the server has told."""

from collections.abc import Callable

from chatroom.vocabulary import events


class Roster:
    """At most `most` people are known by name. In a crowd the server is asked who is here, once in
    `interval` seconds at most. `clock` is monotonic."""

    def __init__(self, most: int, interval: float, clock: Callable[[], float]) -> None:
        self.names: dict[str, None] = {}
        self.count = 0
        self.ask_at: float | None = None  # when to ask the server who is here
        self._most = most
        self._interval = interval
        self._clock = clock

    def reset(self, people: events.People) -> None:
        """The server has told who is here; many of them are only a number so far."""
        self.names = dict.fromkeys(people.names)
        self.count = people.count
        self.ask_at = self._clock() if people.count > len(people.names) else None

    def ask(self, soon: bool = True) -> None:
        """The server is to be asked: at once, or when the interval is over."""
        if soon:
            self.ask_at = self._clock()
        elif self.ask_at is None:
            self.ask_at = self._clock() + self._interval

    def add(self, name: str) -> None:
        if name not in self.names:
            self.count += 1
            if len(self.names) < self._most:
                self.names[name] = None

    def remove(self, name: str) -> None:
        if name in self.names:
            del self.names[name]
            self.count -= 1

    def rename(self, old: str, name: str) -> None:
        if old in self.names:
            self.names = {name if who == old else who: None for who in self.names}
