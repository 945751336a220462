"""Heads of requests: what is read, what is refused and with which status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.web.head import Head, HeadReader, Refused
from chatroom.settings import Settings
from tests.browsers import asking

LONG = Settings().max_request_line
LARGE = Settings().max_head


def read(*pieces: bytes) -> tuple[Head, bytes] | int | None:
    """What was read, the status that it was refused with, or None when more has to come."""
    reader = HeadReader(Settings())
    for piece in pieces:
        try:
            found = reader.receive(piece)
        except Refused as refused:
            return refused.status
        if found:
            return found
    return None


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


def test_a_request_of_a_browser_is_read() -> None:
    found = read(asking("/a/b?c=d", Accept=["x", "y"], Empty=""))
    assert isinstance(found, tuple)
    head, rest = found
    assert (head.method, head.path, head.query, head.version) == ("GET", "/a/b", "c=d", 1)
    assert head.fields == {"host": "localhost:1060", "accept": "x, y", "empty": ""}
    assert rest == b""


def test_what_comes_behind_the_head_is_kept() -> None:
    found = read(asking() + b"more\n\0")
    assert isinstance(found, tuple)
    assert found[1] == b"more\n\0"


def test_the_elements_of_a_list_are_separate_and_small() -> None:
    found = read(asking(Connection="Keep-Alive ,Upgrade"))
    assert isinstance(found, tuple)
    assert found[0].lists("connection") == ["keep-alive", "upgrade"]
    assert found[0].lists("upgrade") == [""]


REFUSED: dict[str, tuple[bytes, int]] = {
    "no version": (b"GET /\r\n\r\n", 400),
    "two spaces": (b"GET  / HTTP/1.1\r\n\r\n", 400),
    "a tab": (b"GET\t/ HTTP/1.1\r\n\r\n", 400),
    "a space in the target": (b"GET /a b HTTP/1.1\r\n\r\n", 400),
    "a space behind the version": (b"GET / HTTP/1.1 \r\n\r\n", 400),
    "a small version": (b"GET / http/1.1\r\n\r\n", 400),
    "a letter outside ASCII": ("GET /ü HTTP/1.1\r\n\r\n".encode(), 400),
    "another form of target": (asking("http://localhost/"), 400),
    "an asterisk": (asking("*"), 400),
    "a fragment": (asking("/#a"), 400),
    "HTTP/2": (asking(version="2.0"), 505),
    "HTTP/0.9": (asking(version="0.9"), 505),
    "another verb": (asking(method="BREW"), 405),
    "a post": (asking(method="POST"), 405),
    "a small verb": (asking(method="get"), 405),
    "no host": (asking(Host=None), 400),
    "two hosts": (asking(Host=["localhost", "localhost"]), 400),
    "two hosts in different case": (asking(host="localhost"), 400),
    "two origins": (asking(Origin=["http://a", "http://b"]), 400),
    "two upgrades": (asking(Upgrade=["websocket", "h2c"]), 400),
    "two connections": (asking(Connection=["close", "upgrade"]), 400),
    "two keys": (asking(fields={"Sec-WebSocket-Key": ["a", "b"]}), 400),
    "two versions": (asking(fields={"Sec-WebSocket-Version": ["13", "13"]}), 400),
    "two lengths": (asking(fields={"Content-Length": ["0", "0"]}), 400),
    "a body": (asking(fields={"Content-Length": "1"}), 400),
    "a length that is no number": (asking(fields={"Content-Length": "+0"}), 400),
    "chunks": (asking(fields={"Transfer-Encoding": "chunked"}), 400),
    "a transfer encoding of nothing": (asking(fields={"Transfer-Encoding": "identity"}), 400),
    "a folded line": (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
    "a folded first field": (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "no colon": (b"GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
    "no name": (b"GET / HTTP/1.1\r\n: a\r\n\r\n", 400),
    "a control character": (b"GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400),
    "a bare CR": (b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
    "a bare LF": (b"GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
    "a bare LF and nothing else": (b"GET / HTTP/1.1\n", 400),
    "a bare LF at the end": (b"GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
    "a NUL": (b"GET / HTTP/1.1\r\nHost: a\0", 400),
    "too many fields": (asking(**{f"X{n}": "y" for n in range(100)}), 431),
    "a long line": (b"GET /" + b"x" * LONG, 414),
    "a long line with an end": (asking("/" + "x" * LONG), 414),
    "a long head": (b"GET / HTTP/1.1\r\nX: " + b"x" * LARGE, 431),
    "a long head with an end": (asking(X="x" * LARGE), 431),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_its_status_however_it_was_cut(data: bytes, status: int) -> None:
    assert read(data) == status
    assert read(*bytewise(data)) == status


READ = {
    "the longest line": asking("/" + "x" * (LONG - len("GET / HTTP/1.1\r\n"))),
    "the longest head": asking(X="x" * (LARGE - len(asking(X="")))),
    "the most fields": asking(**{f"X{n}": "y" for n in range(99)}),
    "HTTP/1.0 without a host": asking(version="1.0", Host=None),
    "a body of nothing": asking(fields={"Content-Length": "0"}),
    "line ends before it": b"\r\n\r\n" + asking(),
    "letters of Latin-1": asking(X="ü"),
}


@pytest.mark.parametrize("data", READ.values(), ids=READ.keys())
def test_it_is_read_however_it_was_cut(data: bytes) -> None:
    assert isinstance(read(data), tuple)
    assert read(*bytewise(data)) == read(data)


@pytest.mark.parametrize("data", READ.values(), ids=READ.keys())
def test_it_is_waited_for_until_its_last_byte(data: bytes) -> None:
    assert read(data[:-1]) is None


PIECES = st.lists(
    st.one_of(
        st.sampled_from((b"GET / HTTP/1.1", b"\r\n", b"\n", b"\r", b"Host: a", b"X: y", b"\0")),
        st.binary(max_size=4),
    ),
    max_size=12,
)


@given(pieces=PIECES)
def test_how_a_head_is_cut_makes_no_difference(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    results = [read(data), read(*filter(None, pieces)), read(*bytewise(data))]
    heads = {str(found[0] if isinstance(found, tuple) else found) for found in results}
    assert len(heads) == 1
