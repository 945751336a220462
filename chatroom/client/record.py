"""What we have of the history of one room: up to which id it is complete, and what was read."""

from chatroom.vocabulary import events

Spoken = events.Said | events.Acted | events.TopicSet
"""What has an id."""


class Record:
    """Ids rise in a room, so whatever has no higher id than the last one is here already.

    `epoch` is empty until the server has told it: then nothing is known of the room's history.
    """

    def __init__(self) -> None:
        self.epoch = ""
        self.first = 0  # the lowest id that the server keeps of the room
        self.last = 0  # the highest id that we have
        self.read = 0  # the highest id that the person has read, as far as it is known
        self.read_at = 0.0  # when that was
        self.recent_before = 0  # the last messages before this id are to be shown first; 0: not
        self._missed_to = 0  # the ids of what was said while we were away end there
        self._is_marked = True  # whether the person was told that they are new
        self._early: set[int] = set()  # ids of receipts that came before what was missed

    @property
    def after(self) -> int | None:
        """The id to resume after."""
        return self.last if self.epoch else None

    def begin(self, epoch: str, first: int, last: int) -> None:
        """We are in the room for the first time; what was said before is not sent by itself."""
        self.epoch, self.first, self.last = epoch, first, last
        self.recent_before = last + 1 if epoch and last else 0

    def resume(self, epoch: str, first: int, last: int, reset: bool) -> bool:
        """We are back, and what was missed comes now. False: it does not continue what we have."""
        continues = not reset and epoch == self.epoch
        if not continues:
            self.last = self.read = self.recent_before = 0
            self._early.clear()
        self.epoch, self.first, self._missed_to = epoch, first, last
        self._is_marked = not continues
        return continues

    def admit(self, id: int, is_receipt: bool) -> bool:
        """Whether what has this id is new to us.

        The receipt of a line that was sent again may come before the lines that were said before.
        """
        if id <= self.last or id in self._early:
            return False
        if is_receipt and id <= self._missed_to:
            self._early.add(id)
            return True
        self.last = id
        if id >= self._missed_to:
            self._early.clear()
        return True

    def is_first_missed(self, id: int) -> bool:
        """Whether this is the first of what was missed; true once."""
        first = not self._is_marked and id <= self._missed_to
        self._is_marked = self._is_marked or first or id > self._missed_to
        return first

    def mark_read(self, id: int, now: float) -> bool:
        """Whether that is more than was read before."""
        if id <= self.read:
            return False
        self.read, self.read_at = id, now
        return True
