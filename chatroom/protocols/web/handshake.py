"""The opening handshake of a WebSocket (RFC 6455, section 4.2)."""

import base64
import binascii
import hashlib

from chatroom.protocols.web.head import Head, Refused

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_VERSION = "13"
_NONCE = 16  # bytes


def accept(head: Head) -> bytes:
    """The response that opens the WebSocket which was asked for. Raises Refused.

    Neither extensions nor subprotocols are agreed to.
    """
    wanted = "websocket" in head.lists("upgrade") and "upgrade" in head.lists("connection")
    if head.method != "GET" or not wanted:
        raise Refused(426, "This is the place of a WebSocket.", "Upgrade: websocket")
    if head.version < 1:
        raise Refused(505, "A WebSocket needs HTTP/1.1.")
    if head.fields.get("sec-websocket-version") != _VERSION:
        raise Refused(
            426,
            "This server speaks version 13 of the WebSocket protocol.",
            "Upgrade: websocket",
            f"Sec-WebSocket-Version: {_VERSION}",
        )
    key = head.fields.get("sec-websocket-key", "")
    try:
        nonce = base64.b64decode(key.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        nonce = b""
    if len(nonce) != _NONCE:
        raise Refused(400, "The key of the WebSocket is malformed.")
    lines = (
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + answer_to(key),
    )
    return b"".join(line + b"\r\n" for line in (*lines, b""))


def answer_to(key: str) -> bytes:
    digest = hashlib.sha1(key.encode("ascii") + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest)
