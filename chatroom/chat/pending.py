"""A decision that takes time: a key to be derived, a file to be read, an answer from elsewhere."""

from collections.abc import Callable


class Pending:
    """A rule that needs time returns one, and calls `finish` when it has decided.

    Until then no other command of the same member is decided, so that an answer is never given to
    a later request. Nobody else waits.
    """

    __slots__ = ("_done", "_then")

    def __init__(self) -> None:
        self._done = False
        self._then: Callable[[], object] | None = None

    def finish(self) -> None:
        """It is decided. Finishing twice does nothing."""
        then, self._then, self._done = self._then, None, True
        if then is not None:
            then()

    def then(self, call: Callable[[], object]) -> None:
        """Call once it is decided; at once if it is."""
        if self._done:
            call()
        else:
            self._then = call
