"""Requests and their answers: every status with its cause, and what keeps a page safe."""

import gzip
import io
from dataclasses import replace
from http.client import parse_headers
from typing import Any

import pytest

from chatroom.protocols import Become, Hangup, Reply, Request
from chatroom.protocols.web.following import Following
from chatroom.protocols.web.handshake import answer_to
from chatroom.protocols.web.http import Http
from chatroom.protocols.web.site import Past, new_file
from chatroom.protocols.web.websocket import WebSocket
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from tests.browsers import KEY, PAGE, PICTURE, UPGRADE, asking, masked, site


class Answer:
    """What a client makes of the bytes that came back, and how the connection ended."""

    def __init__(self, requests: list[Request]) -> None:
        data = b"".join(one.data for one in requests if isinstance(one, Reply))
        self.reason = ""
        self.opened = [one.protocol for one in requests if isinstance(one, Become)]
        if isinstance(end := requests[-1], Hangup):
            self.reason = end.reason
            data += end.farewell
        stream = io.BytesIO(data)
        version, status, self.phrase = stream.readline().decode().rstrip("\r\n").split(" ", 2)
        assert version == "HTTP/1.1"
        self.status = int(status)
        self.headers = parse_headers(stream)
        self.body = stream.read()


def get(target: str = "/", place: dict[str, Any] | None = None, **fields: Any) -> Answer:
    return answer(asking(target, **fields), **(place or {}))


def answer(data: bytes, **place: Any) -> Answer:
    return Answer(list(Http(site(**place)).receive(data)))


def upgrade(place: dict[str, Any] | None = None, **changes: Any) -> Answer:
    names = {"key": "Sec-WebSocket-Key", "ws": "Sec-WebSocket-Version"}
    changed = {names.get(name, name): value for name, value in changes.items()}
    return get("/ws", place, fields={**UPGRADE, **changed})


def open_to(*origins: str) -> dict[str, Any]:
    return {"settings": replace(Settings(), allow_origins=origins)}


def a_room(name: str, ago: float | None) -> Past | None:
    return Past(f"{name} {ago}\n".encode(), 7) if name == "löbby" else None


ROOMS: dict[str, Any] = {"room": a_room}
ROOM = "/room/l%C3%B6bby.txt"


# --- files --------------------------------------------------------------------------------------


def test_the_page_is_at_the_top_and_under_its_name() -> None:
    page = get()
    assert (page.status, page.phrase, page.body, page.reason) == (200, "OK", PAGE, "http")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert get("/index.html").body == PAGE
    assert get("/?a=b").body == PAGE


def test_a_file_in_a_folder_has_its_own_type() -> None:
    picture = get("/icons/dot.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.body == PICTURE


def test_a_head_has_all_but_the_body() -> None:
    head, page = answer(asking(method="HEAD")), get()
    assert head.headers.items() == page.headers.items()
    assert head.body == b""


@pytest.mark.parametrize("accepted", ["gzip", "GZIP, br", "br;q=1, gzip;q=0.5", "gzip ; q=1"])
def test_a_page_is_zipped_for_those_who_accept_it(accepted: str) -> None:
    page = get(fields={"Accept-Encoding": accepted})
    assert page.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(page.body) == PAGE
    assert page.headers["Content-Length"] == str(len(page.body))


@pytest.mark.parametrize("accepted", [None, "", "br", "gzip;q=0", "gzip; q=0.00", "x-gzip"])
def test_a_page_is_not_zipped_for_others(accepted: str | None) -> None:
    page = get(fields={"Accept-Encoding": accepted})
    assert page.headers["Content-Encoding"] is None
    assert page.headers["Vary"] == "Accept-Encoding"
    assert page.body == PAGE


@pytest.mark.parametrize("data", [b"tiny", PICTURE])
def test_what_does_not_get_shorter_is_never_zipped(data: bytes) -> None:
    assert new_file("html", data).zipped is None


def test_all_who_ask_for_a_file_are_given_the_same_bytes_object() -> None:
    place = site()
    ends = [list(Http(place).receive(asking()))[-1] for _ in range(2)]
    bodies = [end.farewell for end in ends if isinstance(end, Hangup)]
    assert bodies[0] is bodies[1] is place.files["/index.html"].data


@pytest.mark.parametrize("encoding", [None, "gzip"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_browser_has_already_is_not_sent_again(encoding: str | None, form: str) -> None:
    fields = {"Accept-Encoding": encoding}
    etag = get(fields=fields).headers["ETag"]
    known = get(fields={**fields, "If-None-Match": form.format(etag)})
    assert (known.status, known.body) == (304, b"")
    assert known.headers["ETag"] == etag
    assert known.headers["Content-Length"] is None


def test_another_version_is_sent() -> None:
    zipped = get(fields={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert get(fields={"If-None-Match": zipped}).status == 200
    assert get(fields={"If-None-Match": '"old"'}).status == 200


def test_a_file_is_asked_for_again_and_an_answer_is_not_kept() -> None:
    assert get().headers["Cache-Control"] == "no-cache"
    assert get("/healthz").headers["Cache-Control"] == "no-store"
    assert get("/nothing").headers["Cache-Control"] == "no-store"


def test_a_file_that_has_to_be_made_is_made_when_somebody_asks() -> None:
    made = {"made": {"/clients.pyz": lambda: new_file("pyz", b"PK")}}
    assert get("/clients.pyz", made).body == b"PK"


def test_health_is_two_letters() -> None:
    assert get("/healthz").body == b"ok\n"


# --- headers ------------------------------------------------------------------------------------

ANSWERS = {
    "page": asking(),
    "picture": asking("/icons/dot.png"),
    "health": asking("/healthz"),
    "nothing": asking("/nothing"),
    "bad": b"GET / HTTP/1.1\n",
    "foreign": asking(Host="evil.example"),
}


@pytest.mark.parametrize("data", ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_closes_and_has_what_keeps_a_page_safe(data: bytes) -> None:
    headers = answer(data).headers
    assert headers["Connection"] == "close"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Access-Control-Allow-Origin"] is None
    assert headers["Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    for rule in (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'none'"),
        *("base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"),
    ):
        assert rule in policy


@pytest.mark.parametrize("data", ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_has_the_length_of_its_body_and_lines_that_end_in_crlf(data: bytes) -> None:
    found = answer(data)
    assert found.headers["Content-Length"] == str(len(found.body))
    start = Http(site()).receive(data)
    first = next(start)
    assert isinstance(first, Reply | Hangup)
    head, _, _ = (first.data if isinstance(first, Reply) else first.farewell).partition(b"\r\n\r\n")
    assert head.count(b"\n") == head.count(b"\r\n")


def test_the_policy_allows_the_socket_of_the_host_that_was_asked_for() -> None:
    policy = get(Host="LocalHost:1060").headers["Content-Security-Policy"]
    assert "connect-src 'self' ws://localhost:1060 wss://localhost:1060;" in policy
    unknown = answer(asking(version="1.0", Host=None)).headers["Content-Security-Policy"]
    assert "connect-src 'self';" in unknown


# --- refusals -----------------------------------------------------------------------------------

FOREIGN = ("evil.example", "evil.example:1060", "127.0.0.1.evil.example", "192.0.2.1")
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "a body": (asking(fields={"Content-Length": "5"}), 400, "Bad Request"),
    "an odd host": (asking(Host="local host"), 400, "Bad Request"),
    "a host with a rule": (asking(Host="a;script-src"), 400, "Bad Request"),
    "an empty host": (asking(Host=""), 400, "Bad Request"),
    **{host: (asking(Host=host), 403, "Forbidden") for host in FOREIGN},
    "nothing": (asking("/nothing"), 404, "Not Found"),
    "dots": (asking("/../settings.py"), 404, "Not Found"),
    "encoded dots": (asking("/%2e%2e/settings.py"), 404, "Not Found"),
    "a folder": (asking("/icons/"), 404, "Not Found"),
    "a room": (asking(ROOM), 404, "Not Found"),
    "a verb": (asking(method="BREW"), 405, "Method Not Allowed"),
    "a long line": (asking("/" + "x" * 5000), 414, "URI Too Long"),
    "a long head": (asking(X="x" * 17000), 431, "Request Header Fields Too Large"),
    "a version": (asking(version="2.0"), 505, "HTTP Version Not Supported"),
}


@pytest.mark.parametrize(("data", "status", "phrase"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_a_status_and_a_sentence(data: bytes, status: int, phrase: str) -> None:
    found = answer(data)
    assert (found.status, found.phrase, found.reason) == (status, phrase, f"http {status}")
    assert found.body.endswith(b".\n") or b"--allow" in found.body
    assert found.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_verb_is_refused_with_those_that_are_allowed() -> None:
    assert answer(asking(method="BREW")).headers["Allow"] == "GET, HEAD"


def test_a_refused_head_has_no_body() -> None:
    found = answer(asking("/nothing", method="HEAD"))
    assert (found.status, found.body) == (404, b"")


def test_half_a_request_is_waited_for_through_one_silence() -> None:
    http = Http(site())
    assert list(http.receive(asking()[:-1])) == []
    assert list(http.silence()) == []
    found = Answer(list(http.silence()))
    assert (found.status, found.phrase) == (408, "Request Timeout")


def test_half_a_request_and_the_end_of_input_is_nobody() -> None:
    http = Http(site())
    list(http.receive(b"GET /"))
    assert list(http.receive(b"")) == [commands.Quit("end of input")]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1060", "[::1]:1060", "LOCALHOST:80"])
def test_a_server_for_its_own_machine_answers_to_the_names_of_that(host: str) -> None:
    assert get(Host=host).status == 200


def test_a_server_for_its_own_machine_answers_to_names_that_were_given_to_it() -> None:
    place = {"settings": replace(Settings(), host="attic", allow_origins=("https://chat.example",))}
    assert get(place=place, Host="attic:1060").status == 200
    assert get(place=place, Host="chat.example").status == 200
    assert get(place=place, Host="other.example").status == 403


@pytest.mark.parametrize("host", FOREIGN)
def test_a_server_for_the_network_answers_to_any_name(host: str) -> None:
    assert get(place={"loopback": False}, Host=host).status == 200


def test_nobody_is_told_anything_over_http() -> None:
    http = Http(site())
    assert http.dialect.encode(events.Notice("hello")) == b""
    assert http.answer(events.Notice("hello"), None) == b""


# --- rooms --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "ago"),
    [("", None), ("?since=2h", 7200.0), ("?since=90s", 90.0), ("?since=1d&x=y", 86400.0)],
)
def test_an_open_room_is_text(query: str, ago: float | None) -> None:
    found = get(ROOM + query, ROOMS)
    assert found.body.decode() == f"löbby {ago}\n"
    assert found.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert found.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", ["?since=", "?since=2", "?since=2w", "?since=-2h", "?a&b&c&d&e"])
def test_a_time_that_is_none_is_refused(query: str) -> None:
    assert get(ROOM + query, ROOMS).status == 400


def test_a_room_is_followed_from_where_its_past_ends() -> None:
    rooms = site(**ROOMS)
    requests = list(Http(rooms).receive(asking(f"{ROOM}?since=2h&follow")))
    start, become, follow = requests
    assert isinstance(start, Reply)
    assert start.data.endswith("\r\n\r\nlöbby 7200.0\n".encode())
    assert b"Content-Length" not in start.data
    assert isinstance(become, Become)
    assert isinstance(become.protocol, Following)
    assert follow == commands.Follow("löbby", 7)


def test_nobody_follows_with_a_head_request() -> None:
    rooms = site(**ROOMS)
    request = asking(f"{ROOM}?follow").replace(b"GET", b"HEAD")
    *_, last = Http(rooms).receive(request)
    assert isinstance(last, Hangup)


def test_a_room_that_there_is_not_is_not_found() -> None:
    assert get("/room/attic.txt", ROOMS).status == 404
    assert get("/room/a/b.txt", ROOMS).status == 404
    assert get("/room/%ff.txt", ROOMS).status == 400


# --- the handshake of a WebSocket ---------------------------------------------------------------


def test_the_key_of_the_standard_is_answered_as_the_standard_says() -> None:
    assert answer_to(KEY) == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_handshake_opens_a_websocket() -> None:
    found = upgrade()
    assert found.status == 101
    assert found.headers["Upgrade"] == "websocket"
    assert found.headers["Connection"] == "Upgrade"
    assert found.headers["Sec-WebSocket-Accept"] == answer_to(KEY).decode()
    assert found.body == b""
    (opened,) = found.opened
    assert isinstance(opened, WebSocket)


def test_neither_extensions_nor_subprotocols_are_agreed_to() -> None:
    offered = {"Sec-WebSocket-Extensions": "permessage-deflate", "Sec-WebSocket-Protocol": "chat"}
    found = get("/ws", fields={**UPGRADE, **offered})
    assert found.status == 101
    assert found.headers["Sec-WebSocket-Extensions"] is None
    assert found.headers["Sec-WebSocket-Protocol"] is None


@pytest.mark.parametrize("changes", [{"Upgrade": "WebSocket"}, {"Connection": "UPGRADE"}])
def test_the_case_of_a_token_does_not_matter(changes: dict[str, Any]) -> None:
    assert upgrade(**changes).status == 101


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Upgrade": None}, 426),
        ({"Upgrade": "h2c"}, 426),
        ({"Connection": None}, 426),
        ({"Connection": "keep-alive"}, 426),
        ({"ws": None}, 426),
        ({"ws": "8"}, 426),
        ({"key": None}, 400),
        ({"key": "c2hvcnQ="}, 400),
        ({"key": "!" * 24}, 400),
        ({"key": "ü" * 24}, 400),
    ],
)
def test_half_a_handshake_is_refused(changes: dict[str, Any], status: int) -> None:
    found = upgrade(**changes)
    assert found.status == status
    assert found.opened == []
    if status == 426:
        assert found.headers["Upgrade"] == "websocket"
    if "ws" in changes:
        assert found.headers["Sec-WebSocket-Version"] == "13"


def test_a_handshake_in_old_http_or_by_head_is_refused() -> None:
    assert answer(asking("/ws", version="1.0", fields=UPGRADE)).status == 505
    assert answer(asking("/ws", method="HEAD", fields=UPGRADE)).status == 426


def test_frames_before_the_websocket_is_open_are_refused() -> None:
    found = answer(asking("/ws", fields=UPGRADE) + masked(1, b"{}"))
    assert found.status == 400
    assert found.opened == []


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "null", "http://localhost:1061", "https://localhost:1060", "*"),
        *("http://localhost", "http://localhost:1060.evil.example", "", "file://"),
    ],
)
def test_a_page_of_another_site_opens_no_websocket(origin: str) -> None:
    found = upgrade(Origin=origin)
    assert found.status == 403
    assert b"--allow-origin" in found.body
    assert found.opened == []


@pytest.mark.parametrize("origin", [None, "http://localhost:1060", "HTTP://LOCALHOST:1060"])
def test_our_own_page_and_programs_open_one(origin: str | None) -> None:
    assert upgrade(Origin=origin).status == 101


def test_the_usual_port_may_be_left_out_on_either_side() -> None:
    for host, origin in (
        ("localhost", "http://localhost:80"),
        ("localhost:80", "http://localhost"),
    ):
        assert upgrade(Host=host, Origin=origin).status == 101


def test_the_usual_port_of_one_scheme_is_another_port_of_the_other() -> None:
    place = open_to("https://chat.example")
    assert upgrade(place, Origin="https://chat.example:80").status == 403
    assert upgrade(place, Origin="https://chat.example:443").status == 101


def test_an_allowed_page_opens_one() -> None:
    place = open_to("https://chat.example")
    assert upgrade(place, Origin="https://chat.example").status == 101
    assert upgrade(place, Origin="http://chat.example").status == 403


def test_a_foreign_name_of_this_machine_opens_no_websocket() -> None:
    assert upgrade(Host="evil.example:1060", Origin="http://evil.example:1060").status == 403
