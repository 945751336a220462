"""What is being written, as text, and whom it is for."""

import re

# The beginning of a private message, under all of its names.
_PRIVATE = re.compile(r"/(reply|r|(msg|tell|w|whisper)[^\S\n]+\S+)(?!\S)[^\S\n]*", re.IGNORECASE)


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
