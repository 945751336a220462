"""How events reach a member, from all their rooms and alone, in the promised order.

In a room everybody gets the events in the order in which they were published. What one member alone
is told (an answer, a receipt, a private message) comes after everything that was published before
it in *all* their rooms, and before everything that comes later. Between rooms nothing more is
promised: they hand out in the order of their first news in the tick.

What one member is told in a quiet tick is queued at once. When one of their rooms has a batch, it
waits for the tick's end with the positions that it has among the batches. So an answer costs
neither a copy of what was said before it nor a piece of it, and the memory of a tick grows with
what was said in it, not with that times the number of those who were answered.
"""

from collections.abc import Iterable
from contextlib import ExitStack

from chatroom.chat.room import Answer, Member, Room, Seat
from chatroom.metrics import Metrics
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.events import Acted, Event, Said, TopicSet

_Said = tuple[Seat, int, Ref]
"""Where a member said something, with which id and ref."""


class Delivery:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._changed: dict[Room, int] = {}  # with news, in the order of the first

    @property
    def has_news(self) -> bool:
        """Whether anything was published since the last flush."""
        return bool(self._changed)

    def changed(self, room: Room) -> None:
        self._changed[room] = len(self._changed)

    # --- to one member alone ------------------------------------------------------------------

    def answer(self, member: Member, event: Event) -> None:
        """Answer the command that this member has given.

        The receipt of somebody who is behind comes in its place, when they catch up.
        """
        said = None
        if member.dialect.receipts and isinstance(event, Said | Acted | TopicSet):
            said = _said(member, event)
        if not _keep_receipt(said):
            self.reply(member, member.outlet.answer(event, member.ref), said)

    def tell(self, member: Member, event: Event) -> bool:
        """Tell this member alone something that they have not asked for.

        False: they are not reading, and it was counted as missed.
        """
        return self.reply(member, member.dialect.encode(event))

    def reply(self, member: Member, data: bytes, said: _Said | None = None) -> bool:
        """The same with bytes that are rendered already, which may be a receipt."""
        return self._hold(member, data, said) or self._write(member, data, said)

    def offer(self, member: Member, data: bytes) -> bool:
        """The same with bytes that may be refused: a refusal costs the member nothing."""
        return self._hold(member, data) or member.write(data)

    def _write(self, member: Member, data: bytes, said: _Said | None) -> bool:
        """To somebody who is behind as well: it overtakes the lines that they are still to get."""
        if member.write(data):
            return True
        behind = member.fall_behind()
        if not _keep_receipt(said):
            behind.lines += 1
            self._metrics.skipped += 1
        return False

    def _hold(self, member: Member, data: bytes, said: _Said | None = None) -> bool:
        """Keep it in its place for the end of the tick, if any of their rooms has a batch."""
        if member.behind:
            return False
        busy = self._busy(member)
        if not busy:
            return False
        if member.answers is None:
            member.answers = []
            for seat in member.seats:  # in quiet rooms as well: news there come later than this
                seat.room.set_apart(seat)
        places = tuple((seat, len(seat.room.batch)) for seat in busy)
        member.answers.append(Answer(places, data, said))
        member.held += len(data)
        return True

    def _busy(self, member: Member) -> list[Seat]:
        """Their seats in the rooms that have a batch, in the order of the rooms' first news."""
        busy = [seat for seat in member.seats if seat.room.batch]
        if len(busy) > 1:
            busy.sort(key=lambda seat: self._changed[seat.room])
        return busy

    # --- between the rooms --------------------------------------------------------------------

    def publish_once(
        self, rooms: Iterable[Room], event: Event, author: Member | None = None
    ) -> None:
        """Tell everybody in these rooms once, except the author.

        In a room where most have heard it elsewhere it is published to the others alone. So the
        cost is a step for everybody who hears it, and not for everybody in each room.
        """
        told: set[Member] = set() if author is None else {author}
        for room in rooms:
            heard = told.intersection(room.shared)
            if len(heard) == len(room):
                continue
            if len(heard) > len(room) / 2:
                room.publish_to(event, {member for member in room if member not in told})
            else:
                room.publish(event, author, heard)
            told.update(room.shared)

    def catch_up(self, member: Member) -> None:
        """Hand them everything that is due to them until now, from all their rooms."""
        answers: list[Answer] = member.answers or []
        member.answers, member.held = None, 0
        for places, data, said in answers:
            for seat, position in places:
                if seat.had < position:
                    seat.room.hand(seat, min(position, len(seat.room.batch)))
            if not _keep_receipt(said):
                self._write(member, data, said)
        for seat in self._busy(member):
            seat.room.set_apart(seat)
            seat.room.hand(seat, len(seat.room.batch))

    def leave(self, seat: Seat) -> None:
        """Hand them what was published so far, and then nothing more of this room."""
        try:
            self.catch_up(seat.member)
        finally:
            seat.room.leave(seat)

    def judge(self, member: Member) -> None:
        """Their ignore list is about to change: what was published so far follows the old one."""
        for seat in member.seats:
            seat.room.set_apart(seat)
            seat.room.judge(seat)
            seat.room.touch()

    # --- the end of the tick ------------------------------------------------------------------

    def flush(self) -> None:
        """Every room hands out what was published in it.

        First to those who stand level in any room, then to the others, who may be in several. A
        room which fails (an encoder with a bug) costs its own batch and no other.
        """
        with ExitStack() as steps:  # runs them last to first, all of them, even if some fail
            for room in reversed(self._changed):
                steps.callback(self._finish, room)
            for room in reversed(self._changed):
                steps.callback(room.send)

    def _finish(self, room: Room) -> None:
        """Hand the members who stand apart what is theirs."""
        try:
            for seat in room.apart():
                if seat.member.answers:  # which have places in other rooms as well
                    self.catch_up(seat.member)
                room.hand(seat, len(room.batch))
                room.settle(seat)
        finally:
            room.end()
            del self._changed[room]


def _said(member: Member, event: Said | Acted | TopicSet) -> _Said | None:
    """What has to be known of a receipt."""
    for seat in member.seats:
        if seat.room.name == event.room:
            return seat, event.id, member.ref
    return None


def _keep_receipt(said: _Said | None) -> bool:
    """Whether it is a receipt for a line that they are still to get: it comes with it."""
    if said is None:
        return False
    seat, id, ref = said
    return seat.place is not None and seat.place.keep_receipt(id, ref)
