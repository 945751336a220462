"""What Tab makes of the word before the cursor: a command, a room, or somebody's name."""

from collections.abc import Iterable

from chatroom.protocols.typed import VERBS

_WITH_ROOM = ("/join", "/who")


def complete(before: str, people: Iterable[str], rooms: Iterable[str]) -> list[str]:
    """What the last word of `before` can become, each with what separates it from the next word.

    Only the line that is being written counts.
    """
    words = before.rpartition("\n")[2].split(" ")
    word = words[-1].lower()
    if not word and len(words) == 1:
        return []
    return [one for one in _candidates(words, people, rooms) if one.lower().startswith(word)]


def last_word(before: str) -> str:
    """The word that a completion replaces."""
    return before.rpartition("\n")[2].rpartition(" ")[2]


def _candidates(words: list[str], people: Iterable[str], rooms: Iterable[str]) -> list[str]:
    if len(words) == 1 and words[0].startswith("/"):
        return [f"{verb} " for verb in sorted(VERBS)]
    if len(words) == 2 and words[0].lower() in _WITH_ROOM:
        return [f"{room} " for room in _in_order(rooms)]
    names = _in_order(people)
    if words[-1].startswith("@"):
        return [f"@{name} " for name in names]
    return [f"{name}: " if len(words) == 1 else f"{name} " for name in names]


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.casefold)
