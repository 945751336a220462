"""Whether the history can be written, when it is tried again, and what the log says about it."""

import logging
import sqlite3
from collections.abc import Callable

from chatroom.chat.database import is_locked, reason
from chatroom.settings import Settings

log = logging.getLogger(__name__)


class Health:
    """`paused` is the reason why nothing is written at the moment, or empty; `retry_at` is when
    that is tried again. `tell` is called with a sentence for the operator when that changes."""

    def __init__(self, settings: Settings, wall: Callable[[], float]) -> None:
        self._settings = settings
        self._wall = wall
        self.tell: Callable[[str], object] = str
        self.paused = ""
        self.retry_at = 0.0
        self._failed_at = 0.0  # zero: the last attempt went well
        self._noted_at = 0.0  # when the log was told that something cannot be read

    @property
    def may_try(self) -> bool:
        # a clock that was set back must not make it wait for longer
        return not self.paused or not self._failed_at <= self._wall() < self.retry_at

    def fail(self, error: sqlite3.Error) -> None:
        now = self._wall()
        since = self._failed_at or now
        self._failed_at = since if is_locked(error) and not self.paused else now
        if is_locked(error) and 0 <= now - since < self._settings.lock_seconds and not self.paused:
            return
        why = reason(error)
        if why != self.paused:
            log.error(
                "history: paused, %s; tried again every %g s", why, self._settings.history_retry
            )
            self.tell(f"The history is paused: {why}.")
        self.paused = why
        self.retry_at = now + self._settings.history_retry

    def recover(self, lost: int) -> None:
        if self.paused:
            log.warning("history: it works again, %d messages were lost", lost)
            self.tell("The history works again.")
        self.paused = ""
        self._failed_at = 0.0

    def note_unreadable(self, error: sqlite3.Error) -> None:
        """A part that cannot be read is no reason to write nothing any more."""
        now = self._wall()
        if not 0 <= now - self._noted_at < self._settings.log_interval:
            self._noted_at = now
            log.error("history: cannot be read, %s", reason(error))
