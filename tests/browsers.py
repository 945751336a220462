"""A small site for the tests of what browsers are served, and requests to it."""

from functools import partial
from typing import Any

from chatroom.protocols.web.http import Http
from chatroom.protocols.web.site import Site, new_file
from chatroom.protocols.web.websocket import WebSocket
from chatroom.settings import Settings

PAGE = b"<!doctype html><title>chatroom</title>" + b"<p>hello</p>" * 50
PICTURE = bytes(range(256))
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # the example of RFC 6455
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


def site(settings: Settings | None = None, **changes: Any) -> Site:
    settings = settings or Settings()
    files = {
        "/index.html": new_file("html", PAGE),
        "/big.html": new_file("html", b"x" * 300_000),
        "/icons/dot.png": new_file("png", PICTURE),
    }
    websocket = partial(WebSocket, settings)
    return Site(settings, files, websocket, **{"wall": lambda: 0.0, **changes})


def browser() -> Http:
    return Http(site())


def asking(target: str = "/", method: str = "GET", version: str = "1.1", **fields: Any) -> bytes:
    """A request; a field of None is left out, and one that is a list comes several times."""
    named = {"Host": "localhost:1060", **fields.pop("fields", {}), **fields}
    lines = [f"{method} {target} HTTP/{version}"]
    for name, value in named.items():
        values = value if isinstance(value, list) else [value]
        lines += (f"{name}: {one}" for one in values if one is not None)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def masked(
    opcode: int, payload: bytes = b"", first: int | None = None, key: bytes = b"mask"
) -> bytes:
    """A frame as a browser sends it."""
    first = 0x80 | opcode if first is None else first
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((first, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + key + bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
