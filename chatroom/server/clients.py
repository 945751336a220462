"""The clients of this very version as one file that Python runs: `python3 chatroom.pyz HOST`.

It holds what the clients need, and nothing of the server.
"""

import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

_PARTS = ("__init__.py", "settings.py", "metrics.py", "vocabulary", "protocols", "net", "client")
_SHEBANG = b"#!/usr/bin/env python3\n"
_START = """\
import sys

if sys.version_info < (3, 11):
    sys.exit("chatroom.pyz needs Python 3.11 or newer.")

from chatroom.client.__main__ import main

try:
    sys.exit(main(program="python3 chatroom.pyz"))
except KeyboardInterrupt:
    sys.exit(130)
"""


def clients_archive() -> bytes:
    """The archive; the same for the same sources."""
    archive = io.BytesIO()
    archive.write(_SHEBANG)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(zipfile.ZipInfo("__main__.py"), _START, zipfile.ZIP_DEFLATED)
        package = files("chatroom")
        for part in _PARTS:
            for path, source in _sources(package.joinpath(part), f"chatroom/{part}"):
                parts.writestr(zipfile.ZipInfo(path), source.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _sources(entry: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    if entry.is_file():
        if path.endswith(".py"):
            yield path, entry
        return
    for inner in sorted(entry.iterdir(), key=lambda one: one.name):
        yield from _sources(inner, f"{path}/{inner.name}")
