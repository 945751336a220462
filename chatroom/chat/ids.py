"""placeholder, comes with the branch of ids"""
from collections.abc import Callable
from itertools import count


class Ids:
    def __init__(self, wall: Callable[[], float], clock: Callable[[], float], last: int = 0) -> None:
        self._count = count(last + 1)

    def next(self) -> int:
        return next(self._count)
