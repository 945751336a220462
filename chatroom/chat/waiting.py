"""Private messages for somebody who is not here, and may be within seconds.

A connection is lost and comes back; a server is restarted and its clients return one by one. What
is said to one of them meanwhile waits: for a person who lost the connection as long as their name
is held; for a name that nobody has as long as a name would be held, if the sender asks for that.
The messages are few and the times short, so a list is enough.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chatroom.chat.person import Person
from chatroom.chat.room import Member
from chatroom.vocabulary.commands import Ref


@dataclass(frozen=True, slots=True)
class Message:
    """`said_by` and `name` are the names of the sender and the receiver when it was said."""

    sender: Person
    said_by: str
    to: Person | str  # a string is the key of a name that nobody had
    name: str
    text: str
    time: float
    ref: Ref
    until: float

    def is_for(self, member: Member) -> bool:
        return self.to is member.person or self.to == member.key


class Waiting:
    """At most `most` messages, and `most_of_one` from one sender."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._messages: list[Message] = []  # in the order in which they were said

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, message: Message) -> bool:
        """False: too many wait already."""
        of_them = sum(message.sender is other.sender for other in self._messages)
        if len(self._messages) >= self._most or of_them >= self._most_of_one:
            return False
        self._messages.append(message)
        return True

    def take_for(self, member: Member) -> list[Message]:
        return self._take(lambda message: message.is_for(member)) if self._messages else []

    def take_expired(self, now: float) -> list[Message]:
        return self._take(lambda message: message.until <= now)

    def take_all(self) -> list[Message]:
        return self._take(lambda _: True)

    def _take(self, wanted: Callable[[Message], bool]) -> list[Message]:
        taken = list(filter(wanted, self._messages))
        self._messages = [message for message in self._messages if not wanted(message)]
        return taken
