"""One HTTP request of a browser, curl or the like: answered, and the connection is closed.

The one request that goes on is that for a WebSocket. The body of a large file is the same bytes
object for everybody who asks for it; only the heads differ.
"""

from collections.abc import Iterator

from chatroom.protocols import Become, Hangup, Reply, Request
from chatroom.protocols.web.answers import TEXT, head
from chatroom.protocols.web.following import Following
from chatroom.protocols.web.handshake import accept
from chatroom.protocols.web.head import Head, HeadReader, Refused
from chatroom.protocols.web.rooms import Asked, RoomText
from chatroom.protocols.web.site import File, Site
from chatroom.vocabulary import commands
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Event

_REASON = "http"
_NO_EVENTS = Dialect(_REASON, lambda event: b"")


class Http:
    """One request."""

    __slots__ = ("_reader", "_silences", "_site")

    dialect = _NO_EVENTS

    def __init__(self, site: Site) -> None:
        self._site = site
        self._reader = HeadReader(site.settings)
        self._silences = 0

    def named(self) -> None:
        """Nobody gets a name by a request."""

    def answer(self, event: Event, _: Ref) -> bytes:
        return self.dialect.encode(event)

    def has_more(self) -> bool:
        return False

    def count_waiting(self, ahead: bytes) -> int:
        return 0

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """A request is no talk."""
        return None

    def silence(self) -> Iterator[Request]:
        """The rest of a head is waited for through one silence and not another."""
        self._silences += 1
        if self._silences > 1:
            yield from self._refuse(Refused(408, "The request was not complete in time."))

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield commands.Quit("end of input")
            return
        try:
            found = self._reader.receive(data)
        except Refused as refused:
            yield from self._refuse(refused)
        else:
            if found:
                yield from self._respond(*found)

    def _respond(self, request: Head, rest: bytes) -> Iterator[Request]:
        host = ""
        try:
            host = self._site.host_of(request)
            if request.path == "/ws":
                yield from self._open(request, rest, host)
            else:
                yield from self._give(request, host)
        except Refused as refused:
            yield from self._refuse(refused, host, body=request.method == "GET")

    def _open(self, request: Head, rest: bytes, host: str) -> Iterator[Request]:
        response = accept(request)
        self._site.check_origin(request, host)
        if rest:
            raise Refused(400, "Frames came before the WebSocket was open.")
        yield Reply(response)
        yield Become(self._site.websocket())

    def _give(self, request: Head, host: str) -> Iterator[Request]:
        if request.path == "/healthz":
            yield from self._send(request, host, TEXT, b"ok\n")
        elif (file := self._site.find(request.path)) is not None:
            yield from self._send_file(request, host, file)
        elif (asked := RoomText(self._site).of(request)) is not None:
            yield from self._send_room(request, host, asked)
        else:
            raise Refused(404, "There is nothing at this address.")

    def _send_room(self, request: Head, host: str, asked: Asked) -> Iterator[Request]:
        if not asked.follow or request.method != "GET":
            yield from self._send(request, host, TEXT, asked.past.text)
            return
        about = (f"Content-Type: {TEXT}", "Cache-Control: no-store", "X-Accel-Buffering: no")
        yield Reply(head(200, self._site.wall(), host, *about) + asked.past.text)
        yield Become(Following())
        yield commands.Follow(asked.room, asked.past.last)

    def _send_file(self, request: Head, host: str, file: File) -> Iterator[Request]:
        data, etag, fields = file.data, f'"{file.etag}"', ["Vary: Accept-Encoding"]
        if file.zipped is not None and _accepts_gzip(request):
            data, etag = file.zipped, f'"{file.etag}-gzip"'
            fields.append("Content-Encoding: gzip")
        fields.append(f"ETag: {etag}")
        if _knows(request, etag):
            fields.append("Cache-Control: no-cache")
            yield Hangup(_REASON, head(304, self._site.wall(), host, *fields))
        else:
            yield from self._send(request, host, file.kind, data, "no-cache", *fields)

    def _send(
        self,
        request: Head,
        host: str,
        kind: str,
        body: bytes,
        cache: str = "no-store",
        *fields: str,
    ) -> Iterator[Request]:
        length, now = f"Content-Length: {len(body)}", self._site.wall()
        about = (f"Content-Type: {kind}", length, f"Cache-Control: {cache}", *fields)
        yield Reply(head(200, now, host, *about))
        yield Hangup(_REASON, body if request.method == "GET" else b"")

    def _refuse(self, refused: Refused, host: str = "", body: bool = True) -> Iterator[Request]:
        text = f"{refused.text}\n".encode()
        about = (f"Content-Type: {TEXT}", f"Content-Length: {len(text)}", "Cache-Control: no-store")
        start = head(refused.status, self._site.wall(), host, *about, *refused.headers)
        yield Hangup(f"http {refused.status}", start + text if body else start)


def _knows(request: Head, etag: str) -> bool:
    """Whether the peer has this version already."""
    known = request.fields.get("if-none-match", "").strip()
    return known == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


def _accepts_gzip(request: Head) -> bool:
    """Whether gzip is named without a weight of zero."""
    for element in request.lists("accept-encoding"):
        coding, _, weight = element.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0") not in ("q=", "q=0.")
    return False
