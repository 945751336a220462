"""What the server has to give to browsers, and who may ask for it."""

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chatroom.protocols import Protocol
from chatroom.protocols.web.head import Head, Refused
from chatroom.settings import Settings

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "txt": "text/plain; charset=utf-8",
    "pyz": "application/zip",
}
"""The kinds of files that are served, by their endings; no others are."""

_COMPRESSED = ("png", "ico", "woff2", "mp3", "ogg", "pyz")
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
_USUAL_PORT = ":80"


@dataclass(frozen=True, slots=True)
class File:
    """A file in memory. `zipped` is made once, and only where it is shorter."""

    kind: str
    data: bytes
    zipped: bytes | None
    etag: str


@dataclass(frozen=True, slots=True)
class Past:
    """What was said in a room, as text, and the id up to which it goes."""

    text: bytes
    last: int


def new_file(ending: str, data: bytes) -> File:
    zipped = None if ending in _COMPRESSED else gzip.compress(data, mtime=0)
    if zipped is not None and len(zipped) >= len(data):
        zipped = None
    return File(TYPES[ending], data, zipped, hashlib.sha256(data).hexdigest()[:16])


def plain_origin(text: str) -> str:
    """An origin in lower case, without the port that its scheme implies."""
    text = text.lower()
    return text.removesuffix(":443" if text.startswith("https:") else _USUAL_PORT)


@dataclass(frozen=True, slots=True)
class Site:
    """`made` holds the files that are made when somebody asks for them, and kept from then on.

    `loopback`: the server listens for this machine alone. `room` gives the past of a room, given
    its name and the seconds to go back; None: rooms are not open to readers without a name.
    """

    settings: Settings
    files: Mapping[str, File]
    websocket: Callable[[], Protocol]
    wall: Callable[[], float]
    loopback: bool = True
    made: Mapping[str, Callable[[], File]] = field(default_factory=dict)
    room: Callable[[str, float | None], Past | None] | None = None

    def find(self, path: str) -> File | None:
        """The file at this path, which is compared as it is."""
        if path in self.made:
            return self.made[path]()
        return self.files.get("/index.html" if path == "/" else path)

    def host_of(self, head: Head) -> str:
        """The host and port that the peer has asked for; empty: they did not say. Raises Refused.

        A page of another site may let its own name point to this machine (DNS rebinding). Its
        requests carry that name.
        """
        host = head.fields.get("host", "").lower()
        if not host and head.version == 0:
            return ""
        found = _HOST.fullmatch(host)
        if found is None:
            raise Refused(400, "The Host of the request is malformed.")
        if self.loopback and found[1] not in self._own_names():
            raise Refused(403, "This server is for its own machine, by the name of localhost.")
        return host.removesuffix(_USUAL_PORT)

    def _own_names(self) -> tuple[str, ...]:
        """By which names a server that listens for its own machine may be asked for."""
        others = (origin.partition("://")[2] for origin in self.settings.allow_origins)
        named = (found[1] for other in others if (found := _HOST.fullmatch(other)))
        return *_OF_THIS_MACHINE, self.settings.host.lower(), *named

    def check_origin(self, head: Head, host: str) -> None:
        """Only pages of this server, or of an allowed one, may open a WebSocket. Raises Refused.

        Whoever sends no Origin is not a browser.
        """
        origin = head.fields.get("origin")
        if origin is None:
            return
        ours = (f"http://{host}", *self.settings.allow_origins)
        if plain_origin(origin) not in ours:
            raise Refused(403, "Pages of another site may not talk here (see --allow-origin).")
