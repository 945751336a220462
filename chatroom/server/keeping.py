"""When the history writes, and when it tidies up.

What was said in a tick is committed before anything of the tick is sent. What can wait
(checkpoints, trimming) is done in small steps when nothing has been said for a moment, so that
nobody waits for it. While a job of the history runs, the flush of the tick is held, and with it
what was said: a line that is sent is in the history.
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
        self._will_look = False
        self._is_held = False

    def is_held(self) -> bool:
        """Whether something was said that is not kept yet: nothing must be flushed now."""
        return self._is_held

    def commit(self) -> None:
        was_waiting = bool(self._history.waiting)
        self._is_held = was_waiting and not self._history.commit()
        if not was_waiting:
            return
        if self._is_held and not self._will_look:
            self._will_look = True
            self._loop.call_later(self._settings.stuck_seconds, self._look)
        self._committed_at = self._loop.woke
        self._tidy_later(self._settings.idle_seconds)

    def _look(self) -> None:
        """The tick of this call commits, or finds that the disk does not answer."""
        self._will_look = False

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
            self._tidy_later(self._settings.step_seconds)
        elif self._history.paused:
            self._tidy_later(self._settings.history_retry)
