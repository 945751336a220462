"""Which known word did somebody mean?"""

from collections.abc import Iterable

_MOST = 2  # slips


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that one or two slips of the finger turn into `word`; empty if there is none.

    A slip is a letter too many, too few, wrong, or swapped with its neighbour. In a short word only
    one is believed: two would turn any word into any other.
    """
    near = [(_slips(word, one), one) for one in known if _may_be_near(word, one)]
    slips, one = min(near, default=(len(word), ""))
    return one if slips <= min(_MOST, len(one) // 3) else ""


def _may_be_near(word: str, known: str) -> bool:
    """A look that is quicker than the distance: a slip adds one strange letter at most."""
    if abs(len(word) - len(known)) > _MOST:
        return False
    return sum(letter not in known for letter in word) <= _MOST


def _slips(word: str, known: str) -> int:
    """The distance of the two (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(word, 1):
        before, above, row = row, before, [i]
        for j, other in enumerate(known, 1):
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and word[i - 2] == other:
                slips = min(slips, above[j - 2] + 1)
            row.append(slips)
    return row[-1]
