"""Readers without a name, who follow a room without being in it.

They are in no list and hear of nobody who comes or goes: they get what the history keeps of the
room, as it is said. They are served like whoever catches up, piece by piece at their own pace, so a
reader who stops reading costs nothing but the connection.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chatroom.chat.catchup import CatchUp
from chatroom.chat.room import Member
from chatroom.settings import Settings


@dataclass(slots=True)
class _Follower:
    key: str
    seen: int


class Followers:
    """`serve` is called at the end of each tick. `call_later` must make the loop turn once more."""

    def __init__(
        self,
        settings: Settings,
        catching_up: CatchUp,
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._catching_up = catching_up
        self._call_later = call_later
        self._clock = clock
        self._followers: dict[Member, _Follower] = {}
        self._of: dict[str, dict[Member, None]] = {}
        self._waiting: dict[Member, None] = {}  # for a piece; their queue is empty

    def add(self, member: Member, key: str, after: int) -> None:
        """From here on they get what is said in the room of this key, after this id."""
        self._followers[member] = _Follower(key, after)
        self._of.setdefault(key, {})[member] = None
        self.drained(member)

    def remove(self, member: Member) -> None:
        if follower := self._followers.pop(member, None):
            self._waiting.pop(member, None)
            del self._of[follower.key][member]
            if not self._of[follower.key]:
                del self._of[follower.key]

    def said(self, key: str) -> None:
        """Something was said in the room of this key."""
        if key in self._of:
            ready = (one for one in self._of[key] if not one.channel.queued)
            self._waiting.update(dict.fromkeys(ready))

    def drained(self, member: Member) -> None:
        """Their queue is empty."""
        if member in self._followers:
            self._waiting[member] = None
            self._call_later(0.0, _wake)

    def serve(self) -> None:
        """Give those who wait a piece each, as far as the time reaches."""
        ends = self._clock() + self._settings.catch_up_seconds
        for turn in range(len(self._waiting)):
            if turn and self._clock() >= ends:
                self._call_later(0.0, _wake)
                break
            member = next(iter(self._waiting))
            del self._waiting[member]
            self._serve(member, self._followers[member])

    def _serve(self, member: Member, follower: _Follower) -> None:
        piece = self._catching_up.piece(follower.key, follower.seen, member.dialect)
        if member.write(piece.data):
            follower.seen = piece.last
        if member.channel.queued:  # what is said meanwhile comes with the next piece
            member.channel.notify_drained()


def _wake() -> None:
    """The timer has caused a tick; the stages at its end do the work."""
