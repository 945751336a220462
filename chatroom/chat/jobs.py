"""What blocks for as long as the disk does: one job at a time, in a thread where there is one.

A job has the writing connection for itself: the loop's thread touches neither the connection nor
what the job works on until the job is over.
"""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

Submit = Callable[[Callable[[], Any], Callable[[Any], None]], bool]
"""Run a job in a thread and call the second with its result in the loop; False: it cannot."""


class _Job:
    def __init__(self, work: Callable[[], Any], then: Callable[[Any], None], now: float) -> None:
        self._work = work
        self.then = then
        self.started = now
        self.over = threading.Event()
        self.result: Any = None

    def run(self) -> None:
        try:
            self.result = self._work()
        except sqlite3.Error as error:
            self.result = error
        finally:
            self.over.set()


class Jobs:
    """Without `submit` a job is done at once, within `start`."""

    def __init__(self, submit: Submit | None, wall: Callable[[], float]) -> None:
        self._submit = submit
        self._wall = wall
        self._job: _Job | None = None

    @property
    def running(self) -> bool:
        """Whether a job is under way, or its end not told yet."""
        return self._job is not None

    def is_late(self, seconds: float) -> bool:
        """Whether the job takes longer than that."""
        return self._job is not None and not 0 <= self._wall() - self._job.started < seconds

    def start(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Call `then` with what `work` returns, or with the `sqlite3.Error` that it raises."""
        self._job = job = _Job(work, then, self._wall())

        def done(bug: Any) -> None:
            self._settle(job)
            if isinstance(bug, Exception):
                raise bug  # for the log

        if not (self._submit and self._submit(job.run, done)):
            job.run()
            self._settle(job)

    def wait(self, seconds: float) -> None:
        """Wait for the job that is under way, no longer than that."""
        if (job := self._job) and job.over.wait(seconds):
            self._settle(job)

    def _settle(self, job: _Job) -> None:
        if self._job is job:
            self._job = None
            job.then(job.result)
