"""Responses that any HTTP client understands."""

import io
from http.client import parse_headers

import pytest

from chatroom.protocols.http import VERBS, respond


def response(verb: bytes) -> tuple[str, dict[str, str], bytes, str]:
    """The status line, the headers and the body as a client reads them, and the reason."""
    hangup = respond(verb)
    stream = io.BytesIO(hangup.farewell)
    status = stream.readline()
    assert status.endswith(b"\r\n")
    headers = parse_headers(stream)
    return status.decode().strip(), dict(headers.items()), stream.read(), hangup.reason


def test_a_get_is_told_how_to_take_part() -> None:
    status, headers, body, reason = response(b"GET")
    assert status == "HTTP/1.1 200 OK"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"nc" in body
    assert reason == "http"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != b"GET"], ids=bytes.decode)
def test_any_other_verb_is_refused(verb: bytes) -> None:
    status, headers, body, reason = response(verb)
    assert status == "HTTP/1.1 405 Method Not Allowed"
    assert headers["Allow"] == "GET, HEAD"
    assert body == b""
    assert reason == "http method refused"


@pytest.mark.parametrize("verb", VERBS, ids=bytes.decode)
def test_every_response_has_its_length_and_closes(verb: bytes) -> None:
    _, headers, body, _ = response(verb)
    assert headers["Content-Length"] == str(len(body))
    assert headers["Connection"] == "close"


@pytest.mark.parametrize("verb", VERBS, ids=bytes.decode)
def test_every_line_of_a_head_ends_in_crlf(verb: bytes) -> None:
    hangup = respond(verb)
    head, _, _ = hangup.farewell.partition(b"\r\n\r\n")
    assert head.count(b"\n") == head.count(b"\r\n")
    assert hangup.farewell.count(b"\r\n\r\n") == 1
