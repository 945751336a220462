"""Everything that somebody has missed, read from the history at their own pace.

Whoever was behind, or has come back and says up to which message they have everything, gets the
rest in pieces: the next one when the last has left their queue. So a slow reader costs a piece of
memory, whatever they have missed. A piece holds the events as they were published, in the member's
dialect. Once all their seats have nothing more to get, in one and the same moment, they are level:
from there on they get what is published.

The pieces of one tick take a limited time together, however many wait for one. Many often miss the
same: after a restart everybody who comes back wants the same pieces, so the last ones are kept. A
new piece ends where a kept one begins, if it reaches that far.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatroom.chat.behind import Place
from chatroom.chat.history import History
from chatroom.chat.room import Member, Seat
from chatroom.metrics import Metrics
from chatroom.settings import Settings
from chatroom.vocabulary import names
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Message, Skipped

_KEPT = 32  # pieces, of about 64 KiB


@dataclass(frozen=True, slots=True)
class Piece:
    """Some messages of a room and their rendering; `last` is the id up to which it goes."""

    events: tuple[Message, ...]
    data: bytes
    last: int
    more: bool
    gaps: tuple[tuple[int, int], ...]
    """Of each its last id, and how many messages could not be kept."""
    trimmed: int
    """The last id that was trimmed from the room then, if that is why messages are missing between
    the id after which it begins and its first one; or 0."""
    made_at: int
    """The last id of the whole history then. A piece with nothing behind it is old after that."""


class CatchUp:
    """`serve` is a stage for the end of the loop's tick, before the rooms are flushed.

    `call_later` must make the loop turn once more.
    """

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        history: History,
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._history = history
        self._call_later = call_later
        self._clock = clock
        self._waiting: dict[Member, None] = {}
        self._pieces: OrderedDict[tuple[str, int, Dialect], Piece] = OrderedDict()

    def add(self, member: Member) -> None:
        """Their queue is empty: give them a piece at the end of this tick, or of a later one."""
        if not self._waiting:
            self._call_later(0.0, _wake)
        self._waiting[member] = None

    def resume(self, seat: Seat, after: int, epoch: str) -> bool:
        """Give a seat that was just taken everything that came after this id of this history.

        True: that cannot be done, or would leave something out. They get the last page then.
        """
        history, key = self._history, seat.room.key
        strange = epoch not in ("", history.epoch) or after > history.last
        reset = strange or after < history.trimmed(key)
        if reset:
            page = history.page(key, limit=self._settings.page_messages)
            after = page.events[0].id - 1 if page.events else history.last
        if missed := history.count(key, after, self._settings.most_counted):
            seat.member.fall_behind()
            if place := seat.place:
                place.seen, place.joined = after, history.last
                before = place.before
                place.before = before._replace(messages=before.messages - missed)
            self.add(seat.member)
        return reset

    def missed(self, member: Member) -> int:
        """Lines that are lost to them if they are given nothing any more."""
        lines = member.behind.lines if member.behind else 0
        for seat in member.seats:
            lines += seat.place.missed(seat.room.published)[0] if seat.place else 0
        return lines

    def give_up(self, seat: Seat) -> None:
        """They have left the room: what they are still to get of it, they have missed."""
        if seat.place and seat.member.behind:
            lines, _ = seat.place.missed(seat.room.published)
            seat.member.behind.lines += lines
            self._metrics.skipped += lines

    def serve(self) -> None:
        """Give those who wait a piece each, as far as the time reaches."""
        ends = self._clock() + self._settings.catch_up_seconds
        for turn in range(len(self._waiting)):
            if turn and self._clock() >= ends:
                self._call_later(0.0, _wake)
                break
            member = next(iter(self._waiting))
            del self._waiting[member]
            self._serve(member)

    def _serve(self, member: Member) -> None:
        if member.behind is None:
            return
        places = [(seat.place, seat) for seat in member.seats if seat.place]
        places.sort(key=_seen)
        read = 0
        for place, seat in places:
            before = place.read
            # of many rooms as much as of one: these pieces may all be of people they ignore
            if read >= self._settings.page_messages or not self._read_on(seat, place):
                self._go_on_later(member)
                return
            read += place.read - before
        self._level(member)

    def _go_on_later(self, member: Member) -> None:
        if member.channel.queued:
            member.channel.notify_drained()
        else:  # nothing of the piece was for them
            self.add(member)

    def _read_on(self, seat: Seat, place: Place) -> bool:
        """Give them the next piece of a room; whether that is all of it."""
        member = seat.member
        piece = self.piece(seat.room.key, place.seen, member.dialect)
        data = _for(member, place, piece)
        lost = self._lost(seat, place, piece.trimmed) if piece.trimmed else 0
        if lost:  # told in front of the piece: the connection may end behind it
            data = member.dialect.encode(Skipped(lost)) + data
        if not member.write(data):
            return False
        place.note_told(lost)
        self._metrics.skipped += lost
        for event in piece.events:
            place.own.pop(event.id, None)
        place.seen = piece.last
        place.read += len(piece.events)
        place.gaps += sum(count for last, count in piece.gaps if last <= place.joined)
        self._metrics.deliveries += len(piece.events)
        return not piece.more

    def _lost(self, seat: Seat, place: Place, trimmed: int) -> int:
        """How many lines were trimmed between what they have and the next piece."""
        most = self._settings.most_counted
        kept = self._history.count(seat.room.key, place.seen, most)
        if kept == most:
            return 0  # too many to tell; they are told the number at the end
        return place.lost(seat.room.published, kept, trimmed)

    def _level(self, member: Member) -> None:
        """They have everything that was published until now."""
        told = member.behind.lines if member.behind else 0
        missed = [seat.place.missed(seat.room.published) for seat in member.seats if seat.place]
        lost = sum(lines for lines, _ in missed)
        skipped = Skipped(told + lost, sum(others for _, others in missed))
        if (skipped.lines or skipped.others) and not member.write(member.dialect.encode(skipped)):
            self._go_on_later(member)
            return
        self._metrics.skipped += lost
        for seat in member.seats:
            seat.room.catch_up(seat)
        member.behind = None

    # --- the pieces ---------------------------------------------------------------------------

    def piece(self, key: str, after: int, dialect: Dialect) -> Piece:
        """What comes after an id in a room, in this dialect."""
        place = key, after, dialect
        piece = self._pieces.get(place)
        if piece is None or self._is_old(piece, key):
            piece = self._pieces[place] = self._read(key, after, dialect)
            if len(self._pieces) > _KEPT:
                self._pieces.popitem(last=False)
        self._pieces.move_to_end(place)  # what nobody has wanted for the longest time goes first
        return piece

    def _is_old(self, piece: Piece, key: str) -> bool:
        """Whether more was said behind it, or more was trimmed in front of it."""
        if not piece.more and piece.made_at != self._history.last:
            return True
        return piece.trimmed > 0 and piece.trimmed != self._history.trimmed(key)

    def _read(self, key: str, after: int, dialect: Dialect) -> Piece:
        page = self._history.page(key, after=after, limit=self._settings.page_messages)
        meeting = self._meeting(key, page.events, dialect)
        wanted = tuple(event for event in page.events if event.id <= meeting) or page.events
        lines = self._render(wanted, dialect.carries or dialect)
        done = wanted[: len(lines)]
        more = page.more_after or len(done) < len(page.events)
        if len(done) < len(wanted) or not meeting:
            last = done[-1].id if done else after
        else:
            last = meeting
        gaps = tuple((gap.last, gap.count) for gap in page.gaps if gap.last <= last or not more)
        last = max(last, *(end for end, _ in gaps), 0)
        data = b"".join(lines)
        if dialect.frame and data:
            data = dialect.frame(data)
        trimmed = self._history.trimmed(key)
        return Piece(
            *(done, data, last, more, gaps),
            trimmed=trimmed if trimmed > after else 0,
            made_at=self._history.last,
        )

    def _render(self, events: Sequence[Message], dialect: Dialect) -> list[bytes]:
        """A line for each, as far as a piece reaches; the first may have any length."""
        lines: list[bytes] = []
        size = 0
        for event in events:
            line = dialect.encode(event)
            size += len(line)
            if lines and size > self._settings.page_bytes:
                break
            lines.append(line)
        return lines

    def _meeting(self, key: str, events: Sequence[Message], dialect: Dialect) -> int:
        """The last id among these, but not of all, at which a kept piece begins; 0 if none does.

        A piece that ends there is shorter, but from there on two who began apart share all pieces.
        """
        if not events:
            return 0
        first, last = events[0].id, events[-1].id
        kept = (after for room, after, spoken in self._pieces if (room, spoken) == (key, dialect))
        return max((after for after in kept if first <= after < last), default=0)


def _for(member: Member, place: Place, piece: Piece) -> bytes:
    """What this member gets of a piece: receipts for their own lines, and nothing of those whom
    they ignore. The history knows people by their names only."""
    if not place.own and not member.ignored:
        return piece.data
    ignored = {person.key for person in member.ignored}
    lines: list[bytes] = []
    for event in piece.events:
        if event.id in place.own:
            if member.dialect.receipts:
                lines.append(member.outlet.answer(event, place.own[event.id]))
        elif names.known_key(event.name) not in ignored:
            lines.append(member.dialect.encode(event))
    return b"".join(lines)


def _seen(at: tuple[Place, Seat]) -> int:
    """Whoever is in several rooms reads on where they are furthest behind."""
    return at[0].seen


def _wake() -> None:
    """The timer has caused a tick; the stages at its end do the work."""
