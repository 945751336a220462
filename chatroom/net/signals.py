"""Signals as one more thing that the loop can read.

Python's own handlers do nothing here; the interpreter writes the number of each signal into a
socket pair (`signal.set_wakeup_fd`), which the loop watches. So a signal is handled between two
ticks' worth of work, like everything else, and no handler ever runs in the middle of a send.
"""

import contextlib
import signal
import socket
from collections.abc import Callable

from chatroom.net.loop import READ, Loop


class Signals:
    """Calls `on_signal(number)` in the loop for each of `numbers`, until closed."""

    def __init__(
        self, loop: Loop, numbers: tuple[signal.Signals, ...], on_signal: Callable[[int], None]
    ) -> None:
        self._loop = loop
        self._numbers = numbers
        self._on_signal = on_signal
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, _noted_by_the_interpreter)
        loop.watch(self._receiver, READ, self)

    def ready(self, _: int) -> None:
        with contextlib.suppress(BlockingIOError):
            for number in self._receiver.recv(64):
                if number in self._numbers:  # the interpreter writes every signal it handles
                    self._on_signal(number)

    def crashed(self, error: Exception) -> None:
        """Signals must go on working."""

    def close(self) -> None:
        """Give the signals back their default meaning."""
        signal.set_wakeup_fd(-1)
        for number in self._numbers:
            signal.signal(number, signal.SIG_DFL)
        self._loop.unwatch(self._receiver)
        self._receiver.close()
        self._sender.close()


def _noted_by_the_interpreter(number: int, frame: object) -> None:
    """Without a Python-level handler the interpreter would not write to the wake-up descriptor."""
