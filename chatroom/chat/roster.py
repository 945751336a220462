"""Who is called what: one member for a name, and a name that waits for whoever lost it.

A name whose owner left is free at once. A name whose owner's connection broke is held for a while
(`Settings.hold_seconds`) for visitors from the same host, who are most likely the owner coming
back: somebody else could otherwise take over the conversation in that moment. A program gives a
ticket with its name, by which it is known again from wherever it comes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatroom.chat import names
from chatroom.chat.drawings import Drawings
from chatroom.chat.events import Ref
from chatroom.chat.member import Member


class Unavailable(Exception):
    """The name cannot be had: a stable code, and a sentence for the person who chose it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class _Held:
    """A name that waits, and what is kept of whoever lost it."""

    until: float
    host: str
    ticket: str
    last: Ref
    ignored: dict[str, str]

    def is_for(self, member: Member) -> bool:
        by_ticket = bool(self.ticket) and self.ticket == member.ticket
        return by_ticket or self.host == member.host


class Roster:
    """The named members, by the key of their names."""

    def __init__(self, hold_seconds: float, clock: Callable[[], float]) -> None:
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._members: dict[str, Member] = {}
        self._held: dict[str, _Held] = {}  # by key, oldest first
        self._tickets: dict[str, str] = {}  # to the keys of the names that they were used with
        self._drawings = Drawings(lambda key: key in self._members or key in self._held)

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def find(self, name: str) -> Member | None:
        """The member of this name, however it is written."""
        try:
            return self._members.get(names.key(names.enforce(name)))
        except names.BadName:
            return None

    def find_by_ticket(self, ticket: str) -> Member | None:
        """The member who came with this ticket."""
        member = self._members.get(self._tickets.get(ticket, ""))
        return member if member and member.ticket == ticket else None

    def claim(self, member: Member, wanted: str) -> bool:
        """Give the member this name instead of the one they have; raises Unavailable.

        True: by their ticket they had lost one a moment ago. What was kept is theirs again.
        """
        try:
            name = names.enforce(wanted)
        except names.BadName as error:
            raise Unavailable("bad-name", str(error)) from None
        key = names.key(name)
        self._refuse_unless_free(member, name, key)
        resumed = not member.name and self._recall(member)
        if member.name:
            del self._members[member.key]
        if held := self._held.pop(key, None):
            self._tickets.pop(held.ticket, None)
        self._members[key] = member
        self._drawings.add(name)
        member.name, member.key = name, key
        if member.ticket:
            self._tickets[member.ticket] = key
        return resumed

    def _recall(self, member: Member) -> bool:
        """Give them back what was kept under their ticket, whatever name it was."""
        held = self._held.pop(self._tickets.get(member.ticket, ""), None)
        if held is None:
            return False
        member.last, member.ignored = held.last, held.ignored
        return True

    def release(self, member: Member, hold: bool) -> None:
        """Take the member off the roster; their name is held when they did not mean to go."""
        del self._members[member.key]
        if hold:
            until = self._clock() + self._hold_seconds
            self._held[member.key] = _Held(
                until, member.host, member.ticket, member.last, member.ignored
            )
        else:
            self._tickets.pop(member.ticket, None)

    def clear(self) -> None:
        self._members.clear()
        self._tickets.clear()

    def _refuse_unless_free(self, member: Member, name: str, key: str) -> None:
        if names.is_reserved(name):
            raise Unavailable("name-reserved", f"The name {name} is reserved.")
        if self._members.get(key, member) is not member:
            raise Unavailable("name-taken", f"The name {name} is taken.")
        self._forget_expired()
        if self._drawings.is_another(name, besides=member.key):
            raise Unavailable("name-taken", f"The name {name} looks like one that is taken.")
        held = self._held.get(key)
        if held and not held.is_for(member):
            left = max(1, round(held.until - self._clock()))
            raise Unavailable(
                "name-held", f"The name {name} is kept for somebody who may return within {left} s."
            )

    def _forget_expired(self) -> None:
        now = self._clock()
        while self._held:
            key, held = next(iter(self._held.items()))
            if held.until > now:
                return
            del self._held[key]
            if self._tickets.get(held.ticket) == key:
                del self._tickets[held.ticket]
