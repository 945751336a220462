"""Requests that are no GET or HEAD, and those that come too late (`web/` answers the others).

A browser lets any web page POST to any port, so a body is never read as chat (cross-protocol
request forgery): such a request gets one short response, and whatever else it sends is dropped. A
GET on a connection that was greeted as a person gets a sentence.

Until there is a name, every line that can be part of a request is taken for one. No name contains a
space, so no person is affected.

Responses follow RFC 9110 and RFC 9112: a length, and `Connection: close` on each of them.
"""

import re

from chatroom.protocols import Hangup

VERBS = (
    *(b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH"),
    *(b"PRI", b"PROPFIND", b"PROPPATCH", b"MKCOL", b"COPY", b"MOVE", b"LOCK", b"UNLOCK"),
    *(b"REPORT", b"SEARCH"),
)

PROXY = b"PROXY "
"""What a load balancer puts at the start of a connection: neither a request nor chat."""

_VERSION = re.compile(rb"HTTP/[0-9]", re.IGNORECASE)
_HOST = b"host:"

_HOW_TO_JOIN = (
    b"This is a chatroom. Join it from a terminal with nc: the same host, the same port.\n"
)


def verb_of(line: bytes) -> bytes:
    """The verb of a line that belongs to a request, known or not; empty for any other line.

    The Host field is looked at as well: the line before it may have been too long to be one.
    """
    if line[: len(_HOST)].lower() == _HOST:
        return line[: len(_HOST)]
    words = line.split()
    return words[0] if len(words) > 1 and _VERSION.match(words[-1]) else b""


def respond(verb: bytes) -> Hangup:
    """The answer to a request of this verb, known or not, whatever its target."""
    if verb == b"GET":
        return Hangup("http", _response(b"200 OK", _HOW_TO_JOIN))
    return Hangup(
        "http method refused", _response(b"405 Method Not Allowed", b"", b"Allow: GET, HEAD")
    )


def _response(status: bytes, body: bytes, *headers: bytes) -> bytes:
    head = (
        b"HTTP/1.1 " + status,
        *headers,
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Length: %d" % len(body),
        b"Connection: close",
        b"",
        b"",
    )
    return b"\r\n".join(head) + body
