"""Texts of several lines: how they are shown, and how a long one is divided into messages."""

INDENT = "  "  # of all lines but the first


def below(head: str, text: str) -> list[str]:
    """A text behind its head, and its other lines below it, indented.

    No name begins with a space, so none of them can be taken for what somebody else says.
    """
    first, *others = text.split("\n")
    return [head + first, *(INDENT + line for line in others)]


def divide(text: str, lines: int, size: int) -> list[str]:
    """The text in as few messages as needed, each of so many lines and bytes at most.

    A single line is never divided.
    """
    if "\n" not in text:
        return [text]
    parts: list[list[str]] = [[]]
    length = 0
    for line in text.split("\n"):
        weight = len(line.encode("utf-8", "replace")) + 1
        if parts[-1] and (len(parts[-1]) == lines or length + weight > size + 1):
            parts.append([])
            length = 0
        parts[-1].append(line)
        length += weight
    return [part for part in map("\n".join, parts) if part.strip()]
