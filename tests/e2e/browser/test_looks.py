"""The page is usable by everybody: with a screen reader, a keyboard, large text, a small screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from chatroom.client.presentation import colour_number
from chatroom.protocols.typed import VERBS
from chatroom.server.qr import qr_code
from chatroom.vocabulary import names

if TYPE_CHECKING:
    from tests.e2e.browser.conftest import Visitor
    from tests.e2e.conftest import Peer, Server

    Visit = Callable[..., Visitor]

NAMES = (
    "ann",
    "Ann",
    "ANN",
    "bob_2",
    "x" * 32,
    "S\u00f8ren",
    "\u0141ukasz",
    "Strau\u00df",
    "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
    "\u674e\u96f7",
    "\u3072\u3089\u304c\u306a",
    "\ud55c\uad6d",
    "\u0418\u0432\u0430\u043d",
    "\u0440\u0430\u0443\u0440\u0430",
    "ZO\u00cb",
    "\u00e9",
    "e\u0301",
    "na\u00efve",
    "\u0131i",
    "\uff37\uff49\uff44\uff45",
    "\u05e2\u05d1\u05e8\u05d9\u05ea",
    "\u0645\u0631\u064a\u0645",
    "\u10ef\u10dd\u10dc\u10d8",
    "\u0531",
    "\u01c5",
    "\ufb01n",
    "\U0001f642smile",
    "a-b.c",
    "\u1f48\u03b4\u03c5\u03c3\u03c3\u03b5\u03cd\u03c2",
    "\u0149a",
)


# What a screen reader makes of each addition to the list: nothing, or it reads it.
WATCH_ADDITIONS = """(log) => {
  window.added = [];
  const note = () => window.added.push(log.getAttribute("aria-live"));
  new MutationObserver(note).observe(log, {childList: true});
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    if find_spec("axe_playwright_python") is None:
        pytest.skip("axe-playwright-python is not installed")
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()


def serious(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def fill(bot: Peer) -> None:
    bot.ask(type="topic", text="what this is about: https://example.org")
    bot.ask(type="say", text="**bold** `code` https://example.org ann!")
    bot.ask(type="say", text="```\nseveral\n" + "lines " * 60 + "\n```")
    bot.ask(type="say", text="> ann: before\nan answer")
    bot.ask(type="me", text="waves")
    bot.ask(type="say", text="unbroken" * 100)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_state(
    site: Server, visit: Visit, bot: Peer, axe: str, scheme: str
) -> None:
    ann = visit(site, color_scheme=scheme).open()
    assert serious(ann.page, axe) == []
    ann.join("ann")
    assert serious(ann.page, axe) == []
    fill(bot)
    ann.say("/msg nobody lost")
    ann.page.keyboard.press("Alt+ArrowUp")
    ann.sees("an answer")
    ann.row("an answer").hover()
    assert serious(ann.page, axe) == []
    ann.page.click("#open-search")
    ann.page.fill("#search-text", "code")
    ann.page.press("#search-text", "Enter")
    expect(ann.page.locator("#hits .hit")).to_have_count(1)
    assert serious(ann.page, axe) == []
    ann.page.click("#close-panel")
    for button in ("#me", "#open-invite", "#open-help", "#open-date", "#room-menu", "#add-room"):
        ann.page.click(button)
        expect(ann.page.locator("dialog[open]")).to_be_visible()
        assert serious(ann.page, axe) == [], button
        ann.page.keyboard.press("Escape")
        expect(ann.page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("zoom", ["100%", "200%"])
def test_a_narrow_screen_needs_no_sideways_scrolling(
    site: Server, visit: Visit, bot: Peer, zoom: str
) -> None:
    ann = visit(site, viewport={"width": 320, "height": 640}).join("ann")
    fill(bot)
    ann.page.evaluate(
        "(size) => document.documentElement.style.setProperty('font-size', size)", zoom
    )
    ann.sees("unbroken")
    for opened in ("", "#open-search", "#close-panel", "#open-sidebar"):
        if opened:
            ann.page.click(opened)
        wide = ann.page.evaluate(
            "[document.body, ...document.querySelectorAll('#app, #room, #log, #sidebar, #panel')]"
            ".filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth).map((e) => e.id)"
        )
        assert wide == []


def test_only_news_is_read_aloud(site: Server, visit: Visit, bot: Peer) -> None:
    for number in range(100):
        bot.ask(type="say", text=f"line {number}")
    ann = visit(site).join("ann")
    ann.sees("line 99")
    log = ann.page.locator("#log")
    expect(log).to_have_attribute("aria-live", "polite")
    log.evaluate(WATCH_ADDITIONS)
    log.evaluate("(log) => { log.scrollTop = 0; }")
    expect(log.locator(".row")).to_have_count(100)
    assert set(ann.page.evaluate("window.added")) == {"off"}
    expect(log).to_have_attribute("aria-live", "polite")
    ann.page.keyboard.press("Escape")
    ann.page.evaluate("window.added.length = 0")
    bot.ask(type="say", text="news")
    ann.sees("news")
    assert ann.page.evaluate("window.added") == ["polite"]
    for number in range(20):
        bot.ask(type="say", text=f"burst {number}")
    expect(ann.page.locator("#announcer")).to_contain_text("new messages")


def test_messages_are_reached_with_the_keyboard(site: Server, visit: Visit, bot: Peer) -> None:
    bot.ask(type="say", text="one")
    bot.ask(type="say", text="two")
    ann = visit(site).join("ann")
    ann.sees("two")
    ann.page.focus("#log")
    ann.page.keyboard.press("ArrowUp")
    ann.page.keyboard.press("ArrowUp")
    expect(ann.row("one")).to_be_focused()
    ann.page.keyboard.press("r")
    expect(ann.page.locator("#input")).to_have_value("> bot: one\n")


def test_names_have_the_same_colours_as_in_the_other_clients(site: Server, visit: Visit) -> None:
    ann = visit(site).open()
    found = ann.page.evaluate(
        "async (names) => { const { colourOf, keyOf, COLOURS } = await import('/names.js');"
        " return names.map((name) => [keyOf(name), colourOf(name), COLOURS]); }",
        list(NAMES),
    )
    for name, (key, colour, colours) in zip(NAMES, found, strict=True):
        assert key == names.key(name), name
        assert colour == colour_number(name, colours), name


def test_the_two_encoders_of_qr_codes_agree(site: Server, visit: Visit) -> None:
    texts = ["http://attic:1060/#lobby", "x", "y" * 60, "z" * 120, "a" * 213, "b" * 214]
    ann = visit(site).open()
    found = ann.page.evaluate(
        "async (texts) => { const { qrCode } = await import('/qr.js'); return texts.map(qrCode); }",
        texts,
    )
    assert json.dumps(found) == json.dumps([qr_code(text) for text in texts])


def test_the_page_knows_the_commands_of_the_other_clients(site: Server, visit: Visit) -> None:
    ann = visit(site).open()
    known = ann.page.evaluate(
        "import('/commands.js').then(({ COMMANDS }) => Object.keys(COMMANDS))"
    )
    ours = {"/cancel", "/more"}  # of people who read and write lines
    assert set(VERBS) - ours <= set(known)
