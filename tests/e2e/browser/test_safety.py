"""What others say never becomes anything but text, and other sites get nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.browser.conftest import Visitor
    from tests.e2e.conftest import Peer, Server

    Visit = Callable[..., Visitor]

CORPUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)",
    'https://example.org/"onmouseover="alert(1)',
    "https://example.org/'><img src=x onerror=alert(1)>",
    "http://javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "```\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    "**<b onclick=alert(1)>x</b>**",
    "> <img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "<form action=//evil><input name=x></form>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{constructor.constructor('alert(1)')()}}",
    "\u2028<script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "__proto__ constructor :constructor: :__proto__:",
)
ALLOWED = {"DIV", "SPAN", "STRONG", "TIME", "P", "CODE", "PRE", "BUTTON", "A", "MARK", "BLOCKQUOTE"}


def test_no_text_becomes_an_element_or_a_program(site: Server, visit: Visit, bot: Peer) -> None:
    ann = visit(site).join("ann")
    for text in CORPUS:
        bot.ask(type="say", text=text)
        bot.ask(type="me", text=text)
        bot.ask(type="topic", text=text.replace("\n", " "))
    bot.ask(type="tell", name="ann", text=CORPUS[1])
    bot.ask(type="say", text="the end")
    ann.sees("the end")
    ann.page.click("#open-search")
    ann.page.fill("#search-text", "alert")
    ann.page.press("#search-text", "Enter")
    expect(ann.page.locator("#hits .hit").first).to_be_visible()
    found = ann.page.evaluate(
        "[...new Set([...document.querySelectorAll('#log *')].map((e) => e.tagName))]"
    )
    assert set(found) <= ALLOWED
    links = ann.page.evaluate(
        "[...document.querySelectorAll('#app a')].map((link) => link.protocol)"
    )
    assert set(links) <= {"http:", "https:"}
    shown = "\n".join(ann.texts())
    assert "<script>alert(1)</script>" in shown
    assert "<img src=x onerror=alert(1)>" in shown


def test_the_address_cannot_carry_anything_but_a_name(site: Server, visit: Visit) -> None:
    ann = visit(site).open("#<img src=x onerror=alert(1)>/m1e9")
    ann.page.fill("#join-name", "ann")
    ann.page.click("#join-button")
    expect(ann.page.locator("#join-problem")).not_to_be_empty()
    ann.page.fill("#join-room", "")
    ann.page.click("#join-button")
    expect(ann.page.locator("#room-name")).to_have_text("#lobby")


PAGE = """<!doctype html><title>evil</title><script>
const target = "http://attic:PORT";
const done = {};
const settle = (name, value) => { done[name] = value; };
fetch(target + "/", {method: "POST", mode: "no-cors", body: "mallory\\nhello\\n"})
  .then(() => settle("post", "sent"), () => settle("post", "refused"));
fetch(target + "/").then((answer) => answer.text())
  .then(() => settle("get", "read"), () => settle("get", "refused"));
const socket = new WebSocket("ws://attic:PORT/ws");
socket.onopen = () => settle("socket", "open");
socket.onerror = () => settle("socket", "refused");
for (const [kind, path] of [["script", "/main.js"], ["img", "/icon.svg"]]) {
  const made = document.createElement(kind);
  made.onload = () => settle(kind, "loaded");
  made.onerror = () => settle(kind, "refused");
  made.src = target + path;
  document.documentElement.append(made);
}
const frame = document.createElement("iframe");
frame.onload = () => settle("frame", frame.contentDocument ? "read" : "refused");
frame.src = target + "/";
document.documentElement.append(frame);
window.done = done;
</script>"""


@pytest.fixture
def evil(site: Server) -> Iterator[int]:
    """Another site, at another host and port; its page tries to use ours."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.replace("PORT", str(site.port)).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_foreign_page_gets_nothing(
    site: Server, visit: Visit, bot: Peer, evil: int, chromium: object
) -> None:
    victim = visit(site)
    victim.page.goto(f"http://evil:{evil}/")
    victim.page.wait_for_function("Object.keys(window.done).length >= 6")
    done = victim.page.evaluate("window.done")
    victim.problems.clear()  # they are what the browser says of the attempts
    assert done["get"] == done["socket"] == done["script"] == done["img"] == "refused"
    assert done["frame"] == "refused"
    bot.ask(type="who")
    names = [row["name"] for row in bot.told("members")["members"]]
    assert names == ["bot"]
