"""What Tab makes of the word before the cursor: a command, a room, or somebody's name."""

from collections.abc import Iterable, Mapping

from chatroom.client.rooms import Rooms
from chatroom.client.typed import VERBS

_WITH_ROOM = ("/join", "/enter", "/who")
_WITH_OWN_ROOM = ("/leave", "/part")


def complete(
    before: str,
    people: Iterable[str],
    rooms: Iterable[str],
    entered: Iterable[str] = (),
    options: Mapping[str, Iterable[str]] | None = None,
) -> list[str]:
    """What the last word of `before` can become, each with what separates it from the next word.

    `entered` are the rooms that we are in; `options` are more commands, with what can follow them.
    Only the line that is being written counts.
    """
    words = before.rpartition("\n")[2].split(" ")
    word = words[-1].lower()
    if not word and len(words) == 1:
        return []
    options = options or {}
    verb = words[0].lower()
    if len(words) == 1 and verb.startswith("/"):
        candidates = [f"{one} " for one in sorted({*VERBS, *options})]
    elif len(words) == 2 and verb in options:
        candidates = list(options[verb])
    elif len(words) == 2 and verb in _WITH_ROOM:
        candidates = [f"{room} " for room in _in_order({*rooms, *entered})]
    elif len(words) == 2 and verb in _WITH_OWN_ROOM:
        candidates = [f"{room} " for room in _in_order(entered)]
    else:
        candidates = _names(words, _in_order(people))
    return [one for one in candidates if one.lower().startswith(word)]


def complete_for(
    before: str, rooms: Rooms, me: str, options: Mapping[str, Iterable[str]] | None = None
) -> list[str]:
    """The same for whoever is called `me` and is in these rooms."""
    people = (name for name in rooms.current.roster.names if name != me)
    listed = (name for name, _ in rooms.listed)
    return complete(before, people, listed, (room.name for room in rooms), options)


def last_word(before: str) -> str:
    """The word that a completion replaces."""
    return before.rpartition("\n")[2].rpartition(" ")[2]


def _names(words: list[str], names: list[str]) -> list[str]:
    if words[-1].startswith("@"):
        return [f"@{name} " for name in names]
    return [f"{name}: " if len(words) == 1 else f"{name} " for name in names]


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.casefold)
