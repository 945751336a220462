"""A few threads for what blocks: a slow disk, the hash of a password.

A job runs in a thread and must touch nothing that the loop's thread may touch meanwhile. Its result
is handed over in the loop: the thread puts it into a queue and writes one byte into a socket pair,
which the loop watches. The threads are daemons and are started when they are needed.
"""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any

from chatroom.net.loop import READ, Loop

Job = Callable[[], Any]
Done = Callable[[Any], None]


class Workers:
    """`threads` at once; so many jobs more may be `waiting`."""

    def __init__(self, loop: Loop, threads: int, waiting: int) -> None:
        self._loop = loop
        self._most_threads = threads
        self._most = threads + waiting
        self._running = 0  # jobs whose result was not handed over, known to the loop alone
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[tuple[Job, Done] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[Done, Any]] = queue.SimpleQueue()
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        loop.watch(self._receiver, READ, self)

    def submit(self, job: Job, done: Done) -> bool:
        """Call `done` with the job's result, or the exception that it raised, in a later tick.

        False: too many are under way, and neither is called.
        """
        if self._running >= self._most:
            return False
        self._running += 1
        self._jobs.put((job, done))
        if len(self._threads) < min(self._running, self._most_threads):
            thread = threading.Thread(target=self._work, name="worker", daemon=True)
            self._threads.append(thread)
            thread.start()
        return True

    def _work(self) -> None:
        while (task := self._jobs.get()) is not None:
            job, done = task
            self._results.put((done, _result(job)))
            with contextlib.suppress(OSError):  # full: the loop is awake; closed: nobody waits
                self._sender.send(b".")

    def ready(self, _: int) -> None:
        with contextlib.suppress(BlockingIOError):
            self._receiver.recv(4096)
        self._hand_over()

    def _hand_over(self) -> None:
        finished = []
        with contextlib.suppress(queue.Empty):
            while True:
                finished.append(self._results.get_nowait())
        self._running -= len(finished)
        self._loop.each(_tell, [_Result(done, value) for done, value in finished])

    def crashed(self, error: Exception) -> None:
        """The other jobs go on."""

    def close(self, seconds: float | None = None) -> None:
        """Wait for what runs, for so long for each thread, and hand over the results."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(seconds)
        self._hand_over()
        self._loop.unwatch(self._receiver)
        self._receiver.close()
        self._sender.close()


class _Result:
    """What is handed over; a receiver that fails does not keep the others from theirs."""

    __slots__ = ("done", "value")

    def __init__(self, done: Done, value: Any) -> None:
        self.done = done
        self.value = value

    def crashed(self, error: Exception) -> None:
        """The loop has logged it."""


def _tell(result: _Result) -> None:
    result.done(result.value)


class _Outcome:
    """What a job has returned or raised."""

    value: Any = None

    def __enter__(self) -> "_Outcome":
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if error is not None:
            self.value = error
        return isinstance(error, Exception)


def _result(job: Job) -> Any:
    with _Outcome() as outcome:
        outcome.value = job()
    return outcome.value
