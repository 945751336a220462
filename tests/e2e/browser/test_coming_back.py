"""Lost connections, killed servers, reloads: nothing is missed and nothing is said twice."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.browser.wire import Wire

if TYPE_CHECKING:
    from tests.e2e.browser.conftest import Visitor
    from tests.e2e.conftest import Peer, Server

    Visit = Callable[..., Visitor]


def test_a_server_that_is_killed_and_started_again_costs_nothing(
    start_site: Callable[..., Server], visit: Visit, peer: Callable[[Server], Peer]
) -> None:
    site = start_site()
    ann, ben = visit(site).join("ann"), visit(site).join("ben")
    ann.say("before")
    ben.sees("before")
    site.signal(signal.SIGKILL)
    site.wait()
    expect(ann.page.locator("#banner")).to_be_visible()
    for line in ("first", "second", "second"):
        ann.say(line)
    expect(ann.page.locator("#log .queued")).to_have_count(3)

    again = start_site(port=site.port)
    bot = peer(again)
    bot.ask(type="join", name="bot")
    bot.ask(type="say", text="said while some were away")
    for visitor in (ann, ben):
        expect(visitor.page.locator("#banner")).not_to_be_visible(timeout=40_000)
        visitor.sees("said while some were away")
        expect(visitor.row("second")).to_have_count(2)
        expect(visitor.page.locator("#log .queued, #log .sending")).to_have_count(0)
    assert sorted(ann.texts()) == sorted(
        ["before", "first", "second", "second", "said while some were away"]
    )
    assert ann.texts() == ben.texts()


def test_what_was_said_while_the_network_was_away_comes_once(
    site: Server, visit: Visit, bot: Peer
) -> None:
    wire = Wire(site.port)
    ann = visit(site, port=wire.port).join("ann")
    ann.say("/join tea")
    expect(ann.page.locator("#room-name")).to_have_text("#tea")
    bot.ask(type="say", text="one")
    expect(ann.page.locator("#rooms .place", has_text="lobby")).to_contain_text("1 unread")
    wire.cut()
    expect(ann.page.locator("#banner")).to_be_visible()
    bot.ask(type="enter", room="tea")
    bot.ask(type="say", room="tea", text="two")
    bot.ask(type="say", room="lobby", text="three")
    wire.mend()
    ann.sees("two")
    expect(ann.page.locator("#rooms .place", has_text="lobby")).to_contain_text("2 unread")
    ann.page.keyboard.press("Alt+ArrowUp")
    ann.sees("three")
    assert ann.texts() == ["one", "three"]
    wire.cut()


def test_a_reload_is_the_same_person_in_the_same_rooms(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).join("ann")
    ann.say("/join tea")
    expect(ann.page.locator("#room-name")).to_have_text("#tea")
    ann.say("here I am")
    ann.page.reload()
    ann.sees("here I am")
    expect(ann.page.locator("#rooms .place")).to_have_count(2)
    expect(ann.page.locator("#me")).to_contain_text("ann")


def test_a_second_tab_asks_for_another_name_and_the_first_stays(site: Server, visit: Visit) -> None:
    ann = visit(site).join("ann")
    other = ann.page.context.new_page()
    other.goto(ann.address)
    expect(other.locator("#join-name")).to_have_value("ann")
    other.click("#join-button")
    expect(other.locator("#join-problem")).to_contain_text("taken")
    ann.say("still here")
    expect(ann.page.locator("#log .sending")).to_have_count(0)
    ann.sees("still here")


def test_a_kick_is_not_followed_by_coming_back(site: Server, visit: Visit) -> None:
    ann = visit(site).join("ann")
    site.type("kick ann too loud\n")
    expect(ann.page.locator("#join-problem")).to_contain_text("too loud")
    expect(ann.page.locator("#app")).not_to_be_visible()


def test_the_past_is_loaded_while_scrolling_both_ways_and_the_page_stays_small(
    site: Server, visit: Visit, bot: Peer
) -> None:
    for number in range(700):
        bot.ask(type="say", text=f"line {number}")
    for _ in range(700):
        bot.told("said")
    ann = visit(site).join("ann")
    ann.sees("line 699")
    log = ann.page.locator("#log")
    most = 0
    while (
        not ann.page.locator("#log .row", has_text="line 0").count() or "line 0" not in ann.texts()
    ):
        log.evaluate("(log) => { log.scrollTop = 0; }")
        ann.page.wait_for_timeout(30)
        most = max(most, log.evaluate("(log) => log.childElementCount"))
    assert most <= 400
    assert ann.texts()[:3] == ["line 0", "line 1", "line 2"]
    while "line 699" not in ann.texts():
        log.evaluate("(log) => { log.scrollTop = log.scrollHeight; }")
        ann.page.wait_for_timeout(30)
        most = max(most, log.evaluate("(log) => log.childElementCount"))
    assert most <= 400
    numbers = [int(text.removeprefix("line ")) for text in ann.texts()]
    assert numbers == list(range(numbers[0], 700))
    bot.ask(type="say", text="and now")
    ann.sees("and now")


def test_what_one_reads_stays_where_it_is_while_others_talk(
    site: Server, visit: Visit, bot: Peer
) -> None:
    for number in range(60):
        bot.ask(type="say", text=f"line {number}")
    ann = visit(site).join("ann")
    ann.sees("line 59")
    ann.row("line 30").evaluate("(row) => row.scrollIntoView({block: 'start'})")
    ann.page.wait_for_timeout(100)
    before = ann.row("line 30").bounding_box()
    for number in range(20):
        bot.ask(type="say", text=f"news {number}")
    expect(ann.page.locator("#newer")).to_contain_text("new message")
    assert ann.row("line 30").bounding_box() == before
    ann.page.click("#newer")
    ann.sees("news 19")
    expect(ann.page.locator("#newer")).not_to_be_visible()


def test_the_page_stays_small_while_one_reads_back_and_others_talk(
    site: Server, visit: Visit, bot: Peer
) -> None:
    for number in range(60):
        bot.ask(type="say", text=f"line {number}")
    ann = visit(site).join("ann")
    ann.sees("line 59")
    ann.row("line 30").evaluate("(row) => row.scrollIntoView({block: 'start'})")
    ann.page.wait_for_timeout(100)
    for number in range(1000):
        bot.ask(type="say", text=f"news {number}")
    for _ in range(1060):
        bot.told("said")
    expect(ann.page.locator("#newer")).to_contain_text("1,000 new messages")
    assert ann.page.evaluate("document.getElementById('log').childElementCount") <= 410
    ann.page.click("#newer")
    ann.sees("news 999")


def test_a_kicked_person_can_join_again_under_another_name(
    start_site: Callable[..., Server], visit: Visit
) -> None:
    site = start_site()
    ann = visit(site).join("ann")
    site.type("kick ann\n")
    expect(ann.page.locator("#join")).to_be_visible()
    ann.page.fill("#join-name", "anna")
    ann.page.click("#join-button")
    expect(ann.page.locator("#app")).to_be_visible()
    ann.say("back again")
    ann.sees("back again")


def test_a_search_leads_to_the_message_in_its_context(
    site: Server, visit: Visit, bot: Peer
) -> None:
    bot.ask(type="say", text="the kettle is broken")
    for number in range(300):
        bot.ask(type="say", text=f"line {number}")
    for _ in range(301):
        bot.told("said")
    ann = visit(site).join("ann")
    ann.page.click("#open-search")
    ann.page.fill("#search-text", "kettle")
    ann.page.press("#search-text", "Enter")
    hit = ann.page.locator("#hits .hit")
    expect(hit.locator("mark")).to_have_text("kettle")
    hit.click()
    expect(ann.row("the kettle is broken")).to_have_class(re.compile("found"))
    ann.sees("line 0")
    link = ann.page.url
    ann.page.click("#newer")
    ann.sees("line 299")
    ben = visit(site).join("ben", link.removeprefix(ann.address))
    ben.sees("the kettle is broken")


def test_a_day_and_the_mentions_can_be_looked_up(site: Server, visit: Visit, bot: Peer) -> None:
    bot.ask(type="say", text="ann, are you coming?")
    bot.ask(type="say", text="annoying weather")
    ann = visit(site).join("ann")
    ann.sees("annoying weather")
    ann.page.click("#open-mentions")
    expect(ann.page.locator("#hits .hit")).to_have_count(1)
    expect(ann.page.locator("#hits .hit")).to_contain_text("are you coming?")
    ann.page.click("#close-panel")
    ann.page.click("#open-date")
    ann.page.click("#date .primary")
    expect(ann.row("are you coming?")).to_have_class(re.compile("found"))


def test_after_a_long_absence_the_way_leads_to_the_first_unread_message(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).join("ann")
    bot.ask(type="say", text="the last one read")
    ann.sees("the last one read")
    ann.page.wait_for_timeout(1500)  # it is remembered a second later
    ann.page.goto("about:blank")
    for number in range(200):
        bot.ask(type="say", text=f"line {number}")
    for _ in range(201):
        bot.told("said")
    ann.open()
    ann.sees("line 199")
    ann.page.click("#unread-pill")
    ann.sees("the last one read")
    expect(ann.page.locator("#log .unread + .row")).to_contain_text("line 0")
    ann.row("line 0").first.hover()
    ann.page.click("#tool-link")
    expect(ann.page.locator("#flash")).to_be_visible()
