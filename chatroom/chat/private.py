"""Private messages: delivered at once, kept for somebody who may be on their way back, or refused.

No refusal costs the receiver anything: a stranger must not be able to put them behind. The sender
is refused at once, or later, when a message has waited in vain.
"""

from collections.abc import Callable

from chatroom.chat.delivery import Delivery
from chatroom.chat.person import Person
from chatroom.chat.room import Member
from chatroom.chat.roster import Roster
from chatroom.chat.share import Share
from chatroom.chat.waiting import Message, Waiting
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events, names

_EXCERPT = 60  # characters of a message that is taken back: enough to know it again


class Private:
    def __init__(
        self,
        settings: Settings,
        roster: Roster,
        delivery: Delivery,
        clock: Callable[[], float],
        wall: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._settings = settings
        self._roster = roster
        self._clock = clock
        self._wall = wall
        self._call_later = call_later
        self._delivery = delivery
        self._shares: dict[Member, Share] = {}  # of members whose queue may still hold some
        self._waiting = Waiting(settings.waiting_messages, settings.waiting_of_one)
        self._sweeping = False

    # --- what the hub calls -------------------------------------------------------------------

    def send(self, member: Member, to: Member, text: str) -> events.Told | events.Refused:
        """Deliver to somebody who is here; returns the receipt, or why it was not delivered."""
        told = events.Told(member.name, to.name, text, self._wall())
        if to is member and member.dialect.receipts:
            return told  # the receipt is enough
        return self._deliver(member.person, to, told) or told

    def keep(
        self, member: Member, command: commands.Tell, wanted: str, text: str
    ) -> events.Told | events.Refused | None:
        """Keep a message for somebody who is not here. None: there is nobody to wait for."""
        now = self._clock()
        to: Person | str
        if held := self._roster.find_held(wanted):
            to, name, until = held.person, held.person.name, held.until
        elif command.wait and (name := _proper(wanted)):
            to, until = names.key(name), now + self._settings.hold_seconds
        else:
            return None
        said = (text, self._wall())
        message = Message(member.person, member.name, to, name, *said, command.ref, until)
        if not self._waiting.add(message):
            text = f"{name} is not here, and too many messages wait already; it was not delivered."
            return events.Refused("not-here", text)
        self._sweep_later()
        return events.Told(member.name, name, *said, waits=until - now)

    def arrived(self, member: Member) -> None:
        """A member has joined, or has a new name: deliver what has waited for them."""
        for message in self._waiting.take_for(member):
            told = events.Told(message.said_by, member.name, message.text, message.time)
            if refusal := self._deliver(message.sender, member, told):
                self._take_back(message, refusal.text, refusal.code)

    def left(self, member: Member) -> None:
        self._shares.pop(member, None)

    def shut_down(self) -> None:
        for message in self._waiting.take_all():
            text = f"The server stops; your message to {message.name} was not delivered."
            self._take_back(message, text)
        self._shares.clear()

    # ------------------------------------------------------------------------------------------

    def _deliver(self, sender: Person, to: Member, told: events.Told) -> events.Refused | None:
        """Queue it, or say why not."""
        if sender in to.ignored:
            return None  # the sender must not learn of it
        data = to.dialect.encode(told)
        if not self._share_of(to).allows(sender, len(data)):
            text = f"Too many private messages wait for {to.name}; it was not delivered."
            return events.Refused("not-reading", text)
        if not self._delivery.offer(to, data):
            text = f"{to.name} is not reading; it was not delivered."
            return events.Refused("not-reading", text)
        self._share_of(to).add(sender, len(data))
        to.teller = sender
        return None

    def _share_of(self, member: Member) -> Share:
        """What private messages fill of the member's queue at this moment."""
        share = self._shares.get(member)
        if share is None:
            limit = self._settings.private_share * self._settings.queue_bytes
            share = self._shares[member] = Share(limit)
            self._sweep_later()
        share.forget_sent(self._queued_for(member))
        return share

    def _queued_for(self, member: Member) -> int:
        """Bytes in the member's queue, and of what this tick will put into it for them alone."""
        return member.channel.queued + member.held

    def _take_back(self, message: Message, why: str, code: str = "not-here") -> None:
        """Tell the sender, if they are still here, that a message was not delivered."""
        if sender := self._roster.find_person(message.sender):
            excerpt = message.text.partition("\n")[0][:_EXCERPT]
            excerpt += "..." * (len(excerpt) < len(message.text))
            refusal = events.Refused(code, f"{why} It was: {excerpt}", message.ref)
            self._delivery.tell(sender, refusal)

    def _sweep_later(self) -> None:
        if not self._sweeping:
            self._sweeping = True
            self._call_later(self._settings.private_seconds, self._sweep)

    def _sweep(self) -> None:
        """Forget private messages that were sent, and take back those that waited too long."""
        self._sweeping = False
        for message in self._waiting.take_expired(self._clock()):
            text = f"{message.name} has not come; your message was not delivered."
            self._take_back(message, text)
        for member, share in list(self._shares.items()):
            share.forget_sent(self._queued_for(member))
            if not share:
                del self._shares[member]
        if self._shares or self._waiting:
            self._sweep_later()


def _proper(name: str) -> str:
    """The name as somebody could have it; empty if nobody can."""
    try:
        return names.enforce(name)
    except names.BadName:
        return ""
