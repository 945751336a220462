"""When the history writes, and when it tidies up.

What was said in a tick is committed before anything of the tick is sent. What can wait
(checkpoints, trimming) is done in small steps when nothing has been said for a moment, so that
nobody waits for it.
"""

from chatroom.chat.history import History
from chatroom.net.loop import Loop
from chatroom.settings import Settings

_MOMENT = 0.001  # seconds that are not worth another timer


class Keeping:
    """`commit` is the first stage for the end of the loop's tick."""

    def __init__(self, history: History, loop: Loop, settings: Settings) -> None:
        self._history = history
        self._loop = loop
        self._settings = settings
        self._committed_at = 0.0
        self._is_due = False

    def commit(self) -> None:
        if not self._history.waiting:
            return
        self._history.commit()
        self._committed_at = self._loop.woke
        self._tidy_later(self._settings.idle_seconds)

    def _tidy_later(self, seconds: float) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.call_later(seconds, self._tidy)

    def _tidy(self) -> None:
        """One step, unless there is talk; and then the next one."""
        self._is_due = False
        wait = self._committed_at + self._settings.idle_seconds - self._loop.woke
        if wait > _MOMENT:
            self._tidy_later(wait)
        elif self._history.idle():
            self._tidy_later(self._settings.idle_seconds)
        elif self._history.paused:
            self._tidy_later(self._settings.history_retry)
