"""Small JSON files of ours: read with suspicion, replaced in one step."""

import contextlib
import json
import os
import tempfile
from pathlib import Path


def directory(variable: str, default: str) -> Path:
    """`chatroom` in the directory that the variable names, if it is an absolute path; else in the
    default below the home directory (XDG Base Directory Specification)."""
    base = os.environ.get(variable, "")
    if not os.path.isabs(base):  # which the specification tells to ignore
        base = os.path.join(os.path.expanduser("~"), default)
    return Path(base, "chatroom")


def load(path: Path, longest: int) -> dict[str, object]:
    """The JSON object in a file of so many bytes at most; empty if there is none. Never raises."""
    try:
        with path.open("rb") as file:
            saved = json.loads(file.read(longest))
    except (OSError, ValueError, RecursionError):
        return {}
    return saved if isinstance(saved, dict) else {}


def save(path: Path, content: object) -> bool:
    """Replace the file, readable for us alone.

    False: it could not be written, and what was there before still is.
    """
    text = json.dumps(content, indent=2) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, text.encode())
    except OSError:
        return False
    return True


def _replace(path: Path, data: bytes) -> None:
    """Into a file beside it which then takes its place: a reader sees the old or the new one."""
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
