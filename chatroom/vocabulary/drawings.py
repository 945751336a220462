"""Which names are in use, by what they look like.

Names in ASCII may look alike (ian and lan), so many of them may have one drawing, or one name that
is not in ASCII. A single key cannot express that.

The roster tells which keys are in use, and not when one stops being in use, since a name ends in
many places. Keys that are not in use are pruned when they may be as many as those in use. So a name
costs constant time on average, and the memory is proportional to the names in use.
"""

from collections.abc import Callable

from chatroom.vocabulary import names

_FEW = 256  # names that are not worth looking through


class Drawings:
    """The keys of names, by what the names look like."""

    def __init__(self, in_use: Callable[[str], bool]) -> None:
        self._in_use = in_use
        # With each key whether its name is of ASCII. Tuples, since nearly all have one element.
        self._keys: dict[str, tuple[tuple[str, bool], ...]] = {}
        self._count = 0
        self._count_to_prune = _FEW

    def __len__(self) -> int:
        """How many keys are remembered, in use or not."""
        return self._count

    def add(self, name: str, key: str) -> None:
        """Remember a name that has come into use."""
        if self._count >= self._count_to_prune:
            self._prune()
        drawing = names.drawn(name)
        keys = self._keys.get(drawing, ())
        others = tuple(one for one in keys if one[0] != key)
        self._keys[drawing] = (*others, (key, name.isascii()))
        self._count += 1 + len(others) - len(keys)

    def is_another(self, name: str, besides: str = "") -> bool:
        """Whether a different name in use looks like this one; not that of the key `besides`."""
        ours = (names.key(name), besides)
        return any(
            key not in ours and not (is_ascii and name.isascii()) and self._in_use(key)
            for key, is_ascii in self._keys.get(names.drawn(name), ())
        )

    def _prune(self) -> None:
        kept = {
            drawing: tuple(one for one in keys if self._in_use(one[0]))
            for drawing, keys in self._keys.items()
        }
        self._keys = {drawing: keys for drawing, keys in kept.items() if keys}
        self._count = sum(map(len, self._keys.values()))
        self._count_to_prune = max(_FEW, 2 * self._count)
