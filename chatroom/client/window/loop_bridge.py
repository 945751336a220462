"""An asyncio loop that lives beside Tk's, in the same thread.

It is not left running: it is given a turn in which it does what is ready and returns, so that no
lock and no queue between threads is needed. Tk watches the loop's selector like any other file and
gives it a turn when something is ready; besides, there are a few turns a second for what is due.
"""

import asyncio
import selectors
import tkinter
from collections.abc import Callable

_IDLE = 50  # milliseconds between two turns when nothing happens
_BREATH = 2  # and when there is more to do, which leaves Tk the time to draw
_PASSES = 4  # of the loop in one turn: to connect takes several


class LoopBridge:
    """`work` is called in each turn, after the loop; it returns whether it has more to do."""

    def __init__(self, root: tkinter.Tk, work: Callable[[], bool]) -> None:
        self._root = root
        self._work = work
        self._selector = selectors.DefaultSelector()
        self.loop = asyncio.SelectorEventLoop(self._selector)
        self._next = ""  # Tk's name for the next turn
        self._over = False

    def start(self) -> None:
        """The first turn."""
        self._turn()

    def stop(self) -> None:
        """This turn is the last one."""
        self._over = True

    def close(self) -> None:
        """After Tk's loop has ended."""
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def _turn(self) -> None:
        more = False
        try:
            for _ in range(_PASSES):
                self.loop.call_soon(self.loop.stop)
                self.loop.run_forever()
            more = self._work()
        finally:  # a bug in drawing one message must not be the end of the window
            if not self._over:
                self._root.tk.createfilehandler(self._selector, tkinter.READABLE, self._ready)
                self._next = self._root.after(_BREATH if more else _IDLE, self._turn)

    def _ready(self, *_: object) -> None:
        """Something has arrived. Who is called for it is not called again before its turn."""
        self._root.tk.deletefilehandler(self._selector)
        self._root.after_cancel(self._next)
        self._next = self._root.after(_BREATH, self._turn)
