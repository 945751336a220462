"""The head of an HTTP request, read strictly (RFC 9110 and RFC 9112).

Whatever two parsers may understand differently is refused, not repaired: line feeds without a
carriage return, folded lines, repeated fields that must be single, anything that announces a body.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chatroom.settings import Settings

END = b"\r\n\r\n"
_CRLF = b"\r\n"
_BAD = re.compile(rb"(?<!\r)\n|\0")
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/([0-9])\.([0-9])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
_LENGTH = "content-length"
_SINGLE = ("host", "origin", "upgrade", "connection", _LENGTH, "sec-websocket-")
"""The beginnings of the names of fields that may come only once."""


class Refused(Exception):
    """A request that is answered with this status and sentence."""

    def __init__(self, status: int, text: str, *headers: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Head:
    """`version` is the minor number of HTTP/1; the names of `fields` are in lower case."""

    method: str
    path: str
    query: str
    version: int
    fields: Mapping[str, str]

    def lists(self, name: str) -> list[str]:
        """The elements of a field that is a list, in lower case."""
        return [word.strip().lower() for word in self.fields.get(name, "").split(",")]


class HeadReader:
    """Collects a head. Each byte is looked at once, however they are cut."""

    __slots__ = ("_data", "_looked", "_settings")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._data = bytearray()
        self._looked = 0

    def receive(self, data: bytes) -> tuple[Head, bytes] | None:
        """The head and what came behind it; None: it is not complete. Raises Refused.

        What is decided follows from the first byte that makes it so, and not from the cut.
        """
        self._data += data if self._data else data.lstrip(_CRLF)
        most, longest = self._settings.max_head, self._settings.max_request_line
        before, self._looked = self._looked, len(self._data)
        bad = _BAD.search(self._data, before, most)
        stop = bad.start() if bad else most
        end = self._data.find(END, max(0, before - len(END) + 1), stop)
        if end >= 0:
            stop = end
        if stop > longest and before <= longest < self._looked and not self._has_first_line():
            raise Refused(414, "The request line is too long.")
        if end >= 0:
            head, rest = bytes(self._data[:end]), bytes(self._data[end + len(END) :])
            return _parse(head, self._settings.max_fields), rest
        if bad:
            raise Refused(400, "A line of the request does not end in CR LF.")
        if self._looked >= most:
            raise Refused(431, "The head of the request is too long.")
        return None

    def _has_first_line(self) -> bool:
        return self._data.find(_CRLF, 0, self._settings.max_request_line) >= 0


def _parse(head: bytes, max_fields: int) -> Head:
    first, *lines = head.split(_CRLF)
    found = _LINE.fullmatch(first)
    if found is None:
        raise Refused(400, "The first line is no HTTP request.")
    method, target, major, minor = (part.decode() for part in found.groups())
    if major != "1":
        raise Refused(505, "This server speaks HTTP/1.1.")
    if method not in ("GET", "HEAD"):
        raise Refused(405, "Only GET and HEAD are allowed.", "Allow: GET, HEAD")
    if len(lines) > max_fields:
        raise Refused(431, "The request has too many fields.")
    if not target.startswith("/") or "#" in target:
        raise Refused(400, "The target of the request is no path.")
    fields = _fields(lines)
    if "transfer-encoding" in fields or fields.get(_LENGTH, "0") != "0":
        raise Refused(400, "A request of this server has no body.")
    if minor != "0" and "host" not in fields:
        raise Refused(400, "The request does not say which Host it is for.")
    path, _, query = target.partition("?")
    return Head(method, path, query, int(minor), fields)


def _fields(lines: list[bytes]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found is None:
            raise Refused(400, "A field of the request is malformed.")
        name, value = found[1].decode().lower(), found[2].strip().decode("latin-1")
        if name not in fields:
            fields[name] = value
        elif name.startswith(_SINGLE):
            raise Refused(400, "A field of the request that must be single is repeated.")
        else:
            fields[name] += f", {value}"
    return fields
