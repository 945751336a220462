"""Which names a few letters can mean."""

from collections.abc import Iterable


def matches(letters: str, names: Iterable[str]) -> list[str]:
    """Names that begin with the letters come first, then those that hold them, then those that hold
    them with others between them; among themselves they keep their order."""
    wanted = letters.strip().casefold().lstrip("#@")
    ranked = [
        (rank, name) for name in names if (rank := _rank(wanted, name.casefold())) is not None
    ]
    return [name for _, name in sorted(ranked, key=lambda pair: pair[0])]


def _rank(wanted: str, name: str) -> int | None:
    name = name.lstrip("#@")
    if name.startswith(wanted):
        return 0
    if wanted in name:
        return 1
    rest = iter(name)
    return 2 if all(letter in rest for letter in wanted) else None
