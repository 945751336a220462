"""The timeouts of a client that wants to leave: for receipts, and for a connection."""

from collections.abc import Callable

from chatroom.client.settings import ClientSettings


class Shutdown:
    """`finishing`: there is nothing more to say, and all of it is to arrive before we leave.
    `clock` is monotonic."""

    def __init__(self, settings: ClientSettings, clock: Callable[[], float]) -> None:
        self.finishing = False
        self.leave_by = 0.0  # without the receipts that are still due
        self._finish_by = 0.0  # without a connection
        self._settings = settings
        self._clock = clock

    def finish(self) -> None:
        self.finishing = True
        self.disconnected()

    def disconnected(self) -> None:
        """The time that a connection may take begins."""
        self._finish_by = self._clock() + self._settings.finish_timeout

    def leave(self) -> None:
        """The time that the receipts may take begins."""
        self.leave_by = self._clock() + self._settings.leave_timeout

    @property
    def give_up_at(self) -> float | None:
        """When a client that is not in ends without having said everything."""
        return self._finish_by if self.finishing else None
