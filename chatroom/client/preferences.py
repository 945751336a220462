"""What a person has chosen, remembered between two runs of a client.

One JSON file in the user's configuration directory (XDG Base Directory Specification). It is a
convenience and never a reason to fail: a file that is missing, damaged or unreadable gives the
defaults, field by field, and a directory that cannot be written to is told by `save` and by nobody
else.

    preferences = load()
    change(bell="off")
"""

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

_FILE = "preferences.json"
_LONGEST = 64 * 1024  # bytes; a longer file is none of ours


@dataclass(frozen=True, slots=True)
class Preferences:
    """An empty text and a zero mean that nothing was chosen yet."""

    host: str = ""
    port: int = 0
    name: str = ""
    theme: str = ""  # of the window: "light" or "dark"
    font_size: int = 0  # of the window, in points
    bell: str = ""  # of the terminal client: "off", "mentions" or "all"


def config_directory() -> Path:
    """$XDG_CONFIG_HOME/chatroom, where the variable holds an absolute path; else ~/.config."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):  # which the specification tells to ignore
        base = os.path.join(os.path.expanduser("~"), ".config")
    return Path(base, "chatroom")


def load(directory: Path | None = None) -> Preferences:
    """What was saved. Never raises."""
    path = (directory or config_directory()) / _FILE
    try:
        with path.open("rb") as file:
            saved = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return Preferences()
    if not isinstance(saved, dict):
        return Preferences()
    defaults = asdict(Preferences())
    known = {name: saved[name] for name in defaults if _fits(saved.get(name), defaults[name])}
    return Preferences(**known)


def save(preferences: Preferences, directory: Path | None = None) -> bool:
    """Replace what was saved, in one step; fields of other versions in the file are lost.

    False: it could not be written, and what was there before still is.
    """
    directory = directory or config_directory()
    text = json.dumps(asdict(preferences), indent=2) + "\n"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(directory / _FILE, text.encode())
    except OSError:
        return False
    return True


def change(directory: Path | None = None, **changes: Any) -> bool:
    """Change these fields only: another client may have changed others since we loaded them."""
    return save(replace(load(directory), **changes), directory)


def _fits(value: object, default: object) -> bool:
    """Whether the value has the type of its field, and can be one. A bool is no number here."""
    if isinstance(value, str):
        return isinstance(default, str) and value.isprintable()
    return type(value) is int and isinstance(default, int) and 0 <= value <= 65535


def _write(path: Path, data: bytes) -> None:
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
