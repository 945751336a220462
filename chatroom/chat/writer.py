"""The writing half of the history: commits, the small steps of an idle server, and the jobs."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Any

from chatroom.chat.backlog import Backlog
from chatroom.chat.database import Database
from chatroom.chat.health import Health
from chatroom.chat.jobs import Jobs, Submit
from chatroom.chat.store import Entry, Gap, Store, Topic
from chatroom.chat.upkeep import Upkeep
from chatroom.metrics import Histogram
from chatroom.settings import Settings

log = logging.getLogger(__name__)

_STUCK = sqlite3.OperationalError("the disk does not answer")


class Writer:
    """Nothing here touches the connection while a job runs. `last` is the highest id that was ever
    kept, `lost` counts the messages that were lost since the start."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: Store,
        backlog: Backlog,
        upkeep: Upkeep,
        wall: Callable[[], float],
        submit: Submit | None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._store = store
        self._backlog = backlog
        self._upkeep = upkeep
        self._wall = wall
        self.health = Health(settings, wall)
        self._jobs = Jobs(submit if database.path else None, wall)
        self.last = store.last()
        self.lost = 0
        self.commits = Histogram()  # seconds
        self._is_full = settings.fsync == "full" and bool(database.path and submit)
        self._is_level = False  # a job has committed what the sender waits for
        self._is_tidy = False  # the last step has left nothing to do

    def commit(self, wait: bool = False) -> bool:
        """Write what was appended, in one transaction. Call it before anything of it is sent.

        False: a job is under way, so it is not written yet and must not be sent; the job's end
        wakes the loop, and then it is time for the next call. With `wait` it is never False.
        After a pause there may be too much for one; the rest is for the next calls.
        """
        if self._backlog and not self._is_stuck(wait):
            if self._jobs.running:
                return False
            if self._backlog and self.health.may_try:
                self._commit(in_a_job=self._is_full and not wait and not self._is_level)
                if self._jobs.running and self._is_full and self._backlog and not wait:
                    return False
        self._is_level = False
        return True

    def _is_stuck(self, wait: bool) -> bool:
        """Whether the chat must go on without the job that is under way."""
        if wait and not self.health.paused:
            self._jobs.wait(self._settings.stuck_seconds)
        is_late = wait or self._jobs.is_late(self._settings.stuck_seconds)
        if self._jobs.running and is_late and not self.health.paused:
            self.health.fail(_STUCK)
        return self._jobs.running and bool(self.health.paused)

    def _commit(self, in_a_job: bool = False) -> None:
        self._is_tidy = False
        entries = self._backlog.first(self._settings.rows_per_commit)
        gaps, topics = dict(self._backlog.gaps), dict(self._backlog.topics)
        jobs = self._jobs if in_a_job else Jobs(None, self._wall)

        def written(result: Any) -> None:
            if isinstance(result, sqlite3.Error):
                self.fail(result)
                return
            rooms, seconds = result
            self.commits.record(seconds)
            self._backlog.written(len(entries), gaps, topics)
            self._upkeep.wrote(rooms)
            self.health.recover(self.lost)
            self._is_level = in_a_job
            if self._upkeep.is_due:
                self._tidy(self._upkeep.keep_up)

        jobs.start(partial(self._write, entries, gaps, topics), written)

    def _write(
        self,
        entries: list[Entry],
        gaps: dict[str, tuple[str, Gap]],
        topics: dict[str, tuple[str, Topic]],
    ) -> tuple[dict[int, int], float]:
        started = perf_counter()
        self._database.look(self._wall(), at_once=bool(self.health.paused))
        with self._database.transaction():
            for key, (room, gap) in gaps.items():
                self._store.add_gap(key, room, gap)
            for key, (room, topic) in topics.items():
                self._store.set_topic(key, room, topic)
            rooms = self._store.add(entries)
        return rooms, perf_counter() - started

    def idle(self) -> bool:
        """One small step of what can wait: call it when there has been nothing to do for a moment,
        and again while it returns True."""
        if self._jobs.running:
            return True
        if not self.health.may_try or self._is_tidy:
            self._is_tidy = False
            return False
        if self._backlog:
            self._commit(in_a_job=self._is_full)
            return self._jobs.running or not self.health.paused
        self._tidy(self._step)
        if self._jobs.running:
            return True
        is_tidy, self._is_tidy = self._is_tidy, False
        return not is_tidy

    def _tidy(self, work: Callable[[], bool]) -> None:
        self._upkeep.forget_marks()
        self._jobs.start(work, self._tidied)

    def _step(self) -> bool:
        self._database.look(self._wall(), at_once=bool(self.health.paused))
        if self.health.paused:  # can it be written to?
            self._save_last()
        return self._upkeep.step()

    def _tidied(self, result: Any) -> None:
        if isinstance(result, sqlite3.Error):
            self.fail(result)
        else:
            self.health.recover(self.lost)
        self._is_tidy = result is not True

    def _save_last(self) -> None:
        with self._database.transaction():
            self._store.set_last(self.last)

    def fail(self, error: sqlite3.Error) -> None:
        self._store.forget_numbers()
        self.health.fail(error)

    def close(self) -> None:
        """Write what waits, mark the stop as clean and close the file."""
        self._jobs.wait(self._settings.stuck_seconds)
        if self._jobs.running:  # the file is left to the job
            self.health.fail(_STUCK)
        else:
            before = -1
            while self._backlog and len(self._backlog) != before:
                before = len(self._backlog)
                self._commit()
                self._jobs.wait(self._settings.stuck_seconds)
            with suppress(sqlite3.Error):
                self._save_last()
        if self._backlog:
            log.error("history: %d messages are lost: %s", len(self._backlog), self.health.paused)
        if not self._jobs.running:
            self._database.close()
