"""What a person writes into the search: words, and `from:NAME` or `room:ROOM`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    name: str = ""
    room: str = ""


def parse(written: str) -> Query:
    """The last `from:` and the last `room:` count."""
    words, name, room = [], "", ""
    for word in written.split():
        key, colon, value = word.partition(":")
        if colon and value and key.lower() == "from":
            name = value
        elif colon and value and key.lower() == "room":
            room = value.removeprefix("#")
        else:
            words.append(word)
    return Query(" ".join(words), name, room)


def written(text: str, name: str, room: str) -> str:
    """The same as it is written."""
    parts = (text, name and f"from:{name}", room and f"room:{room}")
    return " ".join(part for part in parts if part)
