"""What is being written, as text: whom it is for, and the lines that are sent."""

import re

# The beginning of a private message, under all of its names.
_PRIVATE = re.compile(r"/(reply|r|(msg|tell|w|whisper)[^\S\n]+\S+)(?!\S)[^\S\n]*", re.IGNORECASE)


def split(draft: str) -> list[str]:
    """The lines to send. All lines of a private message are private, not only the first."""
    lines = draft.split("\n")
    private = _PRIVATE.match(draft)
    if private is None:
        return lines
    prefix = f"{private.group().strip()} "
    return [lines[0], *(prefix + line for line in lines[1:] if line.strip())]


def addressed(draft: str, cursor: int, name: str) -> tuple[str, int]:
    """The draft as a private message to this person, and where the cursor is then.

    Nothing of it is lost: another addressee is replaced, and a draft that is another command is
    given the name where the cursor is.
    """
    prefix = f"/msg {name} "
    private = _PRIVATE.match(draft)
    if private is not None:
        rest = draft[private.end() :]
        return prefix + rest, len(prefix) + max(0, cursor - private.end())
    if draft.startswith("/") and not draft.startswith("//"):
        return f"{draft[:cursor]}{name} {draft[cursor:]}", cursor + len(name) + 1
    return prefix + draft, len(prefix) + cursor
