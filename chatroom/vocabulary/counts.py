"""Numbers with their nouns, for people: 1 message, 2 messages."""


def counted(number: int, one: str, many: str = "") -> str:
    """The number and the noun; the plural is `many`, or else `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
