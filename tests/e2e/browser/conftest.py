"""Real browsers on the page that a real server serves: Debian's Chromium, driven by Playwright.

The page is opened at a host name, as on a local network: a context that is not secure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

from tests.e2e.conftest import Peer, Server

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    _POSSIBLE = False
else:
    _POSSIBLE = True
    expect.set_options(timeout=10_000)

if not _POSSIBLE and os.environ.get("CHATROOM_NO_SKIPS"):
    raise pytest.UsageError("playwright is not installed: pip install -e .[browser]")
collect_ignore_glob = [] if _POSSIBLE else ["test_*.py"]


def pytest_report_header() -> str:
    """Nothing else would tell that these tests are left out."""
    return "" if _POSSIBLE else "no tests with browsers: pip install -e .[browser]"


_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP attic 127.0.0.1, MAP evil 127.0.0.1"]
_OF_A_LOST_CONNECTION = (
    "ERR_CONNECTION_REFUSED",
    "WebSocket connection to",
    "ERR_CONNECTION_RESET",
)


class Visitor:
    """Somebody with a browser."""

    def __init__(self, page: "Page", port: int, host: str) -> None:
        self.page = page
        self.address = f"http://{host}:{port}/"
        self.problems: list[str] = []
        self._host = f"{host}:{port}"
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", lambda dialog: self.problems.append(f"a dialog: {dialog.message}"))
        page.on("request", lambda request: self._request(request.url))

    def _console(self, message: Any) -> None:
        lost = any(words in message.text for words in _OF_A_LOST_CONNECTION)
        if message.type in ("error", "warning") and not lost:
            self.problems.append(message.text)

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self.problems.append(f"a request to {url}")

    def open(self, place: str = "") -> "Visitor":
        self.page.goto(self.address + place)
        return self

    def join(self, name: str, place: str = "") -> "Visitor":
        self.open(place)
        self.page.fill("#join-name", name)
        self.page.click("#join-button")
        expect(self.page.locator("#app")).to_be_visible()
        expect(self.page.locator("#people .person", has_text=name)).to_have_count(1)
        return self

    def say(self, text: str) -> None:
        self.page.fill("#input", text)
        self.page.press("#input", "Enter")

    def row(self, text: str) -> "Locator":
        return self.page.locator("#log .row", has_text=text)

    def sees(self, text: str) -> None:
        expect(self.row(text).last).to_be_visible()

    def texts(self) -> list[str]:
        """What the rows say, without names and times."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('#log .row .text')].map((text) => text.textContent)"
        )
        return found


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """For one module: while Playwright runs, no other test may have an event loop."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def start_site(start_server: Callable[..., Server], tmp_path: Path) -> Callable[..., Server]:
    """A server that keeps its history, so that it can be killed and started again."""

    def start(*arguments: str, port: int = 0) -> Server:
        history = ("--history", str(tmp_path / "history.db"))
        arguments = ("-p", str(port), "--rate", "0", *history, *arguments)
        return start_server("0.0.0.0", *arguments).listening()

    return start


@pytest.fixture
def site(start_site: Callable[..., Server]) -> Server:
    return start_site()


@pytest.fixture
def visit(chromium: "Browser") -> "Iterator[Callable[..., Visitor]]":
    """Opens browsers of their own; nothing may have gone wrong in any of them."""
    visitors: list[Visitor] = []

    def visit(server: Server, host: str = "attic", port: int = 0, **options: Any) -> Visitor:
        context = chromium.new_context(**{"reduced_motion": "reduce", **options})
        context.set_default_timeout(10_000)
        visitors.append(Visitor(context.new_page(), port or server.port, host))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.page.context.close()
    for visitor in visitors:
        assert visitor.problems == []


@pytest.fixture
def peer() -> Iterator[Callable[[Server], Peer]]:
    """Raw clients of a server."""
    peers: list[Peer] = []

    def connect(server: Server) -> Peer:
        peers.append(Peer(server.port))
        return peers[-1]

    yield connect
    for one in peers:
        one.sock.close()


@pytest.fixture
def bot(site: Server, peer: Callable[[Server], Peer]) -> Peer:
    """A program in the lobby."""
    program = peer(site)
    program.ask(type="join", name="bot")
    program.told("welcome")
    return program
