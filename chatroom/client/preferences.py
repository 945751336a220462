"""What a person has chosen, remembered between two runs of a client.

One JSON file in the user's configuration directory (XDG Base Directory Specification). It is a
convenience and never a reason to fail: a file that is missing, damaged or unreadable gives the
defaults, field by field, and a directory that cannot be written to is told by `save` and by nobody
else.

    preferences = load()
    change(bell="off")
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from chatroom.client import files

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
    return files.directory("XDG_CONFIG_HOME", ".config")


def load(directory: Path | None = None) -> Preferences:
    """What was saved. Never raises."""
    saved = files.load((directory or config_directory()) / _FILE, _LONGEST)
    defaults = asdict(Preferences())
    known: dict[str, Any] = {
        name: saved[name] for name in defaults if _fits(saved.get(name), defaults[name])
    }
    return Preferences(**known)


def save(preferences: Preferences, directory: Path | None = None) -> bool:
    """Replace what was saved, in one step; fields of other versions in the file are lost.

    False: it could not be written, and what was there before still is.
    """
    return files.save((directory or config_directory()) / _FILE, asdict(preferences))


def change(directory: Path | None = None, **changes: Any) -> bool:
    """Change these fields only: another client may have changed others since we loaded them."""
    return save(replace(load(directory), **changes), directory)


def _fits(value: object, default: object) -> bool:
    """Whether the value has the type of its field, and can be one. A bool is no number here."""
    if isinstance(value, str):
        return isinstance(default, str) and value.isprintable()
    return type(value) is int and isinstance(default, int) and 0 <= value <= 65535
