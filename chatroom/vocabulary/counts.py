"""Numbers of things as people read them: one message, two messages."""


def counted(number: int, one: str, many: str = "") -> str:
    """The number and the word for so many; without `many` it is the word for one and an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
