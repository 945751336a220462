"""The nearest known word to a misspelt one."""

from collections.abc import Iterable

_MOST = 2  # typing errors


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is at most two typing errors away from `word`; empty if there is none.

    An error is a letter too many, too few, wrong, or swapped with its neighbour. In a short word
    only one is accepted: two would turn any word into any other.
    """
    near = [(_distance(word, one), one) for one in known if _may_be_near(word, one)]
    distance, one = min(near, default=(len(word), ""))
    return one if distance <= min(_MOST, len(one) // 3) else ""


def _may_be_near(word: str, known: str) -> bool:
    """A check that is faster than the distance: an error adds at most one foreign letter."""
    if abs(len(word) - len(known)) > _MOST:
        return False
    return sum(letter not in known for letter in word) <= _MOST


def _distance(word: str, known: str) -> int:
    """The edit distance of the two (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(word, 1):
        before, above, row = row, before, [i]
        for j, other in enumerate(known, 1):
            distance = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and word[i - 2] == other:
                distance = min(distance, above[j - 2] + 1)
            row.append(distance)
    return row[-1]
