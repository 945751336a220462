"""Where a member who is behind stands, and what they have missed for good.

Nothing is queued for somebody who is behind, in any of their rooms. Each of their seats keeps a
*place*: the last message that they have had of the room, and how much had been published there by
then. That is all that somebody who does not read costs, however long they stay away and whatever is
said: the room only goes on counting. What they have missed of it is the difference, and what the
history holds of that is sent when they read again (`catchup.py`).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.events import Acted, Event, Notice, Said, TopicSet

_OWN = 1000  # lines that somebody says while behind, and that are still known to be their own


class Tally(NamedTuple):
    """How many events were published in a room, by what becomes of them, and the last id of a
    message."""

    messages: int = 0  # which the history keeps
    notices: int = 0  # which people say and nothing keeps
    others: int = 0
    last: int = 0

    def plus(self, event: Event) -> "Tally":
        messages, notices, others, last = self
        if isinstance(event, Said | Acted | TopicSet):
            return Tally(messages + 1, notices, others, event.id)
        if isinstance(event, Notice):
            return Tally(messages, notices + 1, others, last)
        return Tally(messages, notices, others + 1, last)

    def and_then(self, later: "Tally") -> "Tally":
        return Tally(
            self.messages + later.messages,
            self.notices + later.notices,
            self.others + later.others,
            later.last or self.last,
        )


@dataclass(slots=True)
class Behind:
    """What a member who is behind has missed for good, beside what their places say."""

    lines: int = 0


@dataclass(slots=True)
class Place:
    """The place of one seat. `seen` is the id of the last message they have had.

    Gaps of the history up to the id `joined` were not published in front of them, and are added to
    what they have missed.
    """

    seen: int
    before: Tally
    joined: int = 0
    read: int = 0
    """Messages that were read from the history and not missed."""
    gaps: int = 0
    own: dict[int, Ref] = field(default_factory=dict)
    """Lines of their own since then. They get them as receipts, if they get receipts, or not."""

    def except_for(self, event: Event, ref: Ref = None) -> None:
        """What is published next in the room is their own, or not for them."""
        messages, notices, others, last = self.before.plus(event)
        if isinstance(event, Said | Acted | TopicSet):
            self.own[event.id] = ref
            if len(self.own) > _OWN:
                del self.own[next(iter(self.own))]
        else:
            self.before = Tally(messages, notices, others, last)

    def keep_receipt(self, id: int, ref: Ref) -> bool:
        """Give them a receipt in its place. False: they have had what was said long since."""
        if id == self.seen:  # they have not: it is the receipt that did not fit
            before = self.before
            self.seen, self.before = id - 1, before._replace(messages=before.messages - 1)
        if id <= self.seen:
            return False
        self.own[id] = ref
        return True

    def lost(self, now: Tally, kept: int, trimmed: int) -> int:
        """Lines of others that are not to be had any more, when so many messages still are and
        everything up to this id was trimmed."""
        own = sum(id <= trimmed for id in self.own)
        return max(0, now.messages - self.before.messages - self.read - kept - own)

    def note_told(self, lines: int) -> None:
        """They know that they have missed so many."""
        self.before = self.before._replace(messages=self.before.messages + lines)

    def missed(self, now: Tally) -> tuple[int, int]:
        """Lines and other events that are not to be had any more."""
        lines = now.messages - self.before.messages - self.read - len(self.own) + self.gaps
        return (
            max(0, lines) + now.notices - self.before.notices,
            now.others - self.before.others,
        )
