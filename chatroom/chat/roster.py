"""The roster: the named members, and the names that are held for members who lost the connection.

A name whose owner left is free at once. A name whose owner's connection broke is held for a while
(`Settings.hold_seconds`): somebody else could otherwise take over the conversation in that moment.
A program gives a ticket with its name and is recognised by it, whatever its address, and a name
that was lost with a ticket is held for that ticket alone. Visitors without a ticket can be
recognised by nothing but their host, so a name that was lost without a ticket is held for newcomers
without one from that host. Only a join takes a held name: a member who has a name is not the one
who lost it.

A `Person` outlives the name: it is found again by its ticket for as long as anybody refers to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

from chatroom.chat.person import Person
from chatroom.chat.room import Member
from chatroom.vocabulary import names
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.drawings import Drawings


class Unavailable(Exception):
    """The name is not available: a stable code, and a sentence for the person who chose it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Held:
    """A held name, and what is kept of the member who lost it."""

    until: float
    host: str
    ticket: str
    person: Person
    last: Ref
    ignored: dict[Person, None]

    def is_for(self, member: Member) -> bool:
        if member.name:
            return False
        if self.ticket or member.ticket:
            return self.ticket == member.ticket
        return self.host == member.host


class Roster:
    """The named members, by the key of their names."""

    def __init__(self, hold_seconds: float, clock: Callable[[], float]) -> None:
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._members: dict[str, Member] = {}
        self._held: dict[str, Held] = {}  # by key, oldest first
        self._tickets: dict[str, str] = {}  # to the keys of the names that they were used with
        self._persons: WeakValueDictionary[str, Person] = WeakValueDictionary()  # by their tickets
        self._drawings = Drawings(lambda key: key in self._members or key in self._held)

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def find(self, name: str) -> Member | None:
        """The member of this name, however it is written."""
        return self._members.get(names.known_key(name))

    def find_person(self, person: Person) -> Member | None:
        """The member who this person is now."""
        member = self._members.get(person.key)
        return member if member and member.person is person else None

    def find_held(self, name: str) -> Held | None:
        """What is kept under this name of somebody who lost the connection."""
        self._forget_expired()
        return self._held.get(names.known_key(name))

    def find_by_ticket(self, ticket: str) -> Member | None:
        """The member who joined with this ticket."""
        member = self._members.get(self._tickets.get(ticket, ""))
        return member if member and member.ticket == ticket else None

    def approve(self, member: Member, wanted: str) -> str:
        """The name in the form in which it is shown, if it is available; raises Unavailable.

        This changes nothing. An owner of the name with the same ticket does not make it
        unavailable, and has to be released before the name is given.
        """
        try:
            name = names.enforce(wanted)
        except names.BadName as error:
            raise Unavailable("bad-name", str(error)) from None
        self._refuse_unless_free(member, name)
        return name

    def give(self, member: Member, name: str) -> bool:
        """Give the member an approved name instead of the one they have.

        True: they have resumed. A name was held for their ticket, and what was kept is theirs
        again.
        """
        key = names.key(name)
        resumed = not member.name and self._recall(member, key)
        if member.name:
            del self._members[member.key]
        self._members[key] = member
        self._drawings.add(name, key)
        member.name, member.key = name, key
        member.person.name, member.person.key = name, key
        if member.ticket:
            self._tickets[member.ticket] = key
        return resumed

    def _recall(self, member: Member, key: str) -> bool:
        """Give them back who they were, and what was kept under their ticket."""
        if not member.ticket:
            if held := self._held.pop(key, None):  # without a ticket as well
                member.person = held.person
            return False
        member.person = self._persons.setdefault(member.ticket, member.person)
        held = self._held.pop(self._tickets.get(member.ticket, ""), None)
        if held is None:
            return False
        member.last, member.ignored = held.last, held.ignored
        return True

    def release(self, member: Member, hold: bool) -> None:
        """Take the member off the roster. `hold`: the name is held, as they may come back."""
        del self._members[member.key]
        if hold:
            self._held[member.key] = Held(
                self._clock() + self._hold_seconds,
                member.host,
                member.ticket,
                member.person,
                member.last,
                member.ignored,
            )
        else:
            self._tickets.pop(member.ticket, None)

    def clear(self) -> None:
        self._members.clear()
        self._tickets.clear()

    def _refuse_unless_free(self, member: Member, name: str) -> None:
        if names.is_reserved(name):
            raise Unavailable("name-reserved", f"The name {name} is reserved.")
        key = names.key(name)
        holder = self._members.get(key, member)
        if holder is not member and not (member.ticket and holder.ticket == member.ticket):
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
