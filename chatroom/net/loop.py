"""The event loop: sockets that are ready, timers that are due, and the end of the tick.

A tick is: wait for sockets (no longer than until the next timer); let each ready one do a bounded
piece of work; run the timers that were due; then run the stages of the tick's end, in the order in
which they were given. Handlers only ask for things (queue these bytes, close this); the stages do
them, once for everything that was asked. That is why nobody is closed while somebody iterates, and
why a busy tick costs less per message than a quiet one.

Timers are kept on a heap. A cancelled one stays there until it comes up, or until the cancelled
ones are the majority and the heap is built anew, so setting and cancelling are O(log n) and nothing
ever looks through all connections.

The loop contains the program's only `except Exception`, in `_guarded`. Whatever a handler raises
is a bug of ours: it is counted and logged with its traceback, and it ends that one handler. Each of
these steps may fail as well (there may be no memory for a traceback); the loop goes on.

The loop knows sockets, masks, timers and calls, and nothing of what they are for. Keep it so.
"""

import gc
import heapq
import logging
import selectors
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from typing import Protocol, TypeVar

from chatroom.metrics import Metrics
from chatroom.settings import Settings

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

# With fewer cancelled timers than this, building the heap anew is not worth it.
_FEW = 64

# Selectors refuse to wait for months; waking up once an hour for nothing is harmless.
_LONGEST_WAIT = 3600.0

log = logging.getLogger(__name__)


class Seldom:
    """Says whether to speak of a condition again: at most once per interval (seconds)."""

    __slots__ = ("_interval", "_quiet_until")

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._quiet_until = float("-inf")

    def due(self, now: float) -> bool:
        if now < self._quiet_until:
            return False
        self._quiet_until = now + self._interval
        return True


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class Crashable(Protocol):
    def crashed(self, error: Exception) -> None:
        """What was called on this object's behalf has raised; it should put an end to itself."""


class Handler(Crashable, Protocol):
    def ready(self, mask: int) -> None:
        """The socket can be read (READ), written (WRITE) or both; do a bounded piece of work."""


_C = TypeVar("_C", bound=Crashable)
_A = TypeVar("_A")


def _call(call: Callable[[], object]) -> None:
    call()


def _report(handler: Crashable, error: Exception) -> None:
    log.error("bug: %r failed", handler, exc_info=error)


class Timer:
    """A call that is due at a time; `cancel` it when it is no longer wanted."""

    __slots__ = ("_call", "_loop", "_owner")

    def __init__(
        self, loop: "Loop", call: Callable[[], object], owner: Crashable | None = None
    ) -> None:
        self._loop = loop
        self._call: Callable[[], object] | None = call
        self._owner = owner

    @property
    def live(self) -> bool:
        return self._call is not None

    def cancel(self) -> None:
        """Forget the call. Cancelling twice, or after the call, does nothing."""
        if self._call is not None:
            self._call = self._owner = None
            self._loop.timer_cancelled()

    def run(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()

    def crashed(self, error: Exception) -> None:
        if self._owner is not None:
            self._owner.crashed(error)


class _Stage:
    """One stage of the tick's end; when it fails the others still run."""

    __slots__ = ("_call", "_loop")

    def __init__(self, loop: "Loop", call: Callable[[], object]) -> None:
        self._loop = loop
        self._call = call

    def run(self) -> None:
        self._call()

    def crashed(self, error: Exception) -> None:
        """Nothing to end. The next tick shall not wait: some of the work may be left."""
        self._loop.hurry()


class Loop:
    """`clock` gives monotonic seconds; `selector` is made anew when none is given."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        selector: selectors.BaseSelector | None = None,
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._selector = selector or selectors.DefaultSelector()
        self._lag_warning = settings.lag_warning
        self._lag_log = Seldom(settings.log_interval)
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = count()  # equal times run in the order they were set
        self._cancelled = 0
        self._stages: list[_Stage] = []
        self._lag_note = _Stage(self, self._note_lag)
        self._relieve: Callable[[], object] = gc.collect
        self._running = False
        self._hurried = False
        self.woke = clock()
        """When the current tick's sockets became ready: the time of everything that it does."""

    # --- sockets ------------------------------------------------------------------------------

    def watch(self, sock: HasFileno, mask: int, handler: Handler) -> None:
        """Call `handler.ready` when the socket is. The mask must not be empty: a socket watched for
        nothing still wakes the loop for its errors, for ever."""
        self._selector.register(sock, mask, handler)

    def rewatch(self, sock: HasFileno, before: int, mask: int, handler: Handler) -> None:
        """Watch for `mask` instead of `before`; with an empty mask it is not watched at all."""
        if not mask:
            self._selector.unregister(sock)
        elif before:
            self._selector.modify(sock, mask, handler)
        else:
            self._selector.register(sock, mask, handler)

    def unwatch(self, sock: HasFileno) -> None:
        """Before the socket is closed: afterwards finding it is a search through all of them."""
        self._selector.unregister(sock)

    @property
    def watched(self) -> int:
        return len(self._selector.get_map())

    # --- timers -------------------------------------------------------------------------------

    def call_later(
        self, seconds: float, call: Callable[[], object], owner: Crashable | None = None
    ) -> Timer:
        """Call once, in a later tick; `owner.crashed` is told when the call raises."""
        timer = Timer(self, call, owner)
        heapq.heappush(self._timers, (self._clock() + seconds, next(self._order), timer))
        return timer

    def timer_cancelled(self) -> None:
        self._cancelled += 1
        if self._cancelled > _FEW and self._cancelled * 2 > len(self._timers):
            self._timers = [entry for entry in self._timers if entry[2].live]
            heapq.heapify(self._timers)
            self._cancelled = 0

    @property
    def pending(self) -> int:
        """Timers that are set and not cancelled."""
        return sum(timer.live for _, _, timer in self._timers)

    # --- the tick -----------------------------------------------------------------------------

    def at_tick_end(self, stage: Callable[[], object]) -> None:
        """Call this at the end of every tick, after the stages given before."""
        self._stages.append(_Stage(self, stage))

    def elapsed(self) -> float:
        """Seconds since the current tick's sockets became ready."""
        return self._clock() - self.woke

    def hurry(self) -> None:
        """There is work for the next tick already: it shall not wait for sockets."""
        self._hurried = True

    def at_memory_error(self, relieve: Callable[[], object]) -> None:
        """Call this when anything has failed for want of memory, to give some back."""
        self._relieve = relieve

    def tick(self, max_wait: float | None = None) -> None:
        """One turn, waiting at most `max_wait` seconds for something to happen."""
        events = self._selector.select(self._patience(max_wait))
        self.woke = self._clock()
        self._hurried = False
        due = self._take_due()
        for key, mask in events:
            self._guarded(key.data, key.data.ready, mask)
        self.each(Timer.run, due)
        self.each(_Stage.run, self._stages)
        self._guarded(self._lag_note, _Stage.run, self._lag_note)

    def run(self) -> None:
        """Tick until somebody calls `stop`."""
        self._running = True
        while self._running:
            self.tick()

    def stop(self) -> None:
        """Let `run` return at the end of this tick."""
        self._running = False

    def close(self) -> None:
        self._selector.close()

    def each(self, call: Callable[[_C], object], handlers: Iterable[_C]) -> None:
        """call(handler) for each; one that raises does not keep the others from their turn."""
        for handler in handlers:
            self._guarded(handler, call, handler)

    def guard(self, call: Callable[[], object], owner: Crashable) -> None:
        """Call; if it raises, that ends its owner and nothing else."""
        self._guarded(owner, _call, call)

    def _guarded(
        self, handler: Crashable, call: Callable[[_A], object], argument: _A, last: bool = False
    ) -> None:
        """The error boundary of the program. `last`: the call is a step of handling an error."""
        try:
            call(argument)
        except Exception as error:  # noqa: BLE001 - the one place that may
            if last:
                return  # for the same reason, most likely; the other steps are still taken
            self._metrics.handler_errors += 1
            self._guarded(handler, self._relieve_if_needed, error, last=True)
            self._guarded(handler, partial(_report, handler), error, last=True)
            self._guarded(handler, handler.crashed, error, last=True)

    def _relieve_if_needed(self, error: Exception) -> None:
        if isinstance(error, MemoryError):
            self._relieve()

    def _patience(self, max_wait: float | None) -> float | None:
        if self._hurried:
            return 0.0
        while self._timers and not self._timers[0][2].live:
            heapq.heappop(self._timers)
            self._cancelled -= 1
        if not self._timers:
            return max_wait
        wait = min(max(0.0, self._timers[0][0] - self._clock()), _LONGEST_WAIT)
        return wait if max_wait is None else min(wait, max_wait)

    def _take_due(self) -> list[Timer]:
        """Taken before the handlers run: a timer set in this tick never runs in this tick."""
        due: list[Timer] = []
        while self._timers and self._timers[0][0] <= self.woke:
            timer = heapq.heappop(self._timers)[2]
            if timer.live:
                due.append(timer)
            else:
                self._cancelled -= 1
        return due

    def _note_lag(self) -> None:
        lag = self._clock() - self.woke
        self._metrics.lag.record(lag)
        if lag > self._lag_warning and self._lag_log.due(self.woke):
            log.warning("the loop was busy for %.0f ms", lag * 1000)
