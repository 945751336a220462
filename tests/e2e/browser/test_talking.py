"""People with browsers, with nc and with programs in the same rooms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.browser.conftest import Visitor
    from tests.e2e.conftest import Peer, Server

    Visit = Callable[..., Visitor]


def test_two_browsers_a_person_with_nc_and_a_program_talk(
    site: Server, visit: Visit, bot: Peer, peer: Callable[[Server], Peer]
) -> None:
    person = peer(site).join("cy")
    ann, ben = visit(site).join("ann"), visit(site).join("ben")
    ann.say("hello from a browser")
    for other in (ann, ben):
        other.sees("hello from a browser")
    person.sees("ann: hello from a browser")
    person.send(b"hello from nc\n")
    bot.ask(type="say", text="hello from a program")
    for other in (ann, ben):
        other.sees("hello from nc")
        other.sees("hello from a program")
    assert ann.texts() == ben.texts()
    expect(ann.page.locator("#status")).to_contain_text("4 people here")


def test_a_name_that_is_taken_or_bad_is_said_in_place(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).open()
    ann.page.fill("#join-name", "bot")
    ann.page.click("#join-button")
    problem = ann.page.locator("#join-problem")
    expect(problem).to_contain_text("taken")
    ann.page.fill("#join-name", "ann b")
    ann.page.click("#join-button")
    expect(problem).to_contain_text("spaces")
    ann.page.fill("#join-name", "ann")
    ann.page.click("#join-button")
    expect(ann.page.locator("#room-name")).to_have_text("#lobby")


def test_the_address_names_the_room(site: Server, visit: Visit) -> None:
    ann = visit(site).join("ann", "#tea")
    expect(ann.page.locator("#room-name")).to_have_text("#tea")
    assert ann.page.url.endswith("/#tea")


def test_several_lines_are_one_message_and_its_marks_are_drawn(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).join("ann")
    ann.page.focus("#input")
    ann.page.keyboard.type("see **this**")
    ann.page.keyboard.press("Shift+Enter")
    ann.page.keyboard.type("`x = 1`, https://example.org/a_(b).")
    ann.page.keyboard.press("Enter")
    said = bot.told("said")
    assert said["text"] == "see **this**\n`x = 1`, https://example.org/a_(b)."
    text = ann.row("see").locator(".text")
    expect(text.locator("strong")).to_have_text("this")
    expect(text.locator("code")).to_have_text("x = 1")
    link = text.locator("a")
    expect(link).to_have_attribute("href", "https://example.org/a_(b)")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_rooms_count_what_is_unread_and_mark_mentions(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).join("ann")
    ann.say("/join tea")
    expect(ann.page.locator("#room-name")).to_have_text("#tea")
    bot.ask(type="say", text="one")
    bot.ask(type="say", text="two for ann")
    lobby = ann.page.locator("#rooms .place", has_text="lobby")
    expect(lobby).to_contain_text("2 unread messages, you are mentioned once")
    expect(ann.page).to_have_title(re.compile(r"^\(1\) "))
    ann.page.keyboard.press("Alt+a")
    expect(ann.page.locator("#room-name")).to_have_text("#lobby")
    expect(ann.row("two for ann")).to_have_class(re.compile("mentioned"))
    expect(lobby).not_to_contain_text("unread")
    expect(ann.page.locator("#log .unread")).to_be_visible()


def test_a_private_conversation_is_a_place_of_its_own(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).join("ann")
    bot.ask(type="tell", name="ann", text="a word in private")
    ann.page.click("#private .place")
    ann.sees("a word in private")
    ann.say("gladly")
    assert bot.told("told")["text"] == "a word in private"  # its own receipt
    assert bot.told("told")["text"] == "gladly"
    ann.sees("gladly")
    expect(ann.page.locator("#log .sending")).to_have_count(0)


def test_an_input_method_that_picks_a_word_does_not_send(
    site: Server, visit: Visit, bot: Peer
) -> None:
    ann = visit(site).join("ann")
    ann.page.fill("#input", "half")
    for init in ("{key: 'Enter', isComposing: true}", "{key: 'Enter', keyCode: 229}"):
        ann.page.evaluate(
            "document.getElementById('input').dispatchEvent(new KeyboardEvent('keydown',"
            f" {{bubbles: true, cancelable: true, ...{init}}}))"
        )
    expect(ann.page.locator("#input")).to_have_value("half")
    ann.page.press("#input", "Enter")
    assert bot.told("said")["text"] == "half"


def test_names_and_emoji_are_completed(site: Server, visit: Visit, bot: Peer) -> None:
    ann = visit(site).join("ann")
    ann.page.focus("#input")
    ann.page.keyboard.type("bo")
    ann.page.keyboard.press("Tab")
    expect(ann.page.locator("#input")).to_have_value("bot: ")
    ann.page.keyboard.type("well done :tad")
    expect(ann.page.locator("#completions li").first).to_contain_text("🎉")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Enter")
    assert bot.told("said")["text"] == "bot: well done 🎉"


def test_a_draft_outlives_another_room_and_a_reload(site: Server, visit: Visit) -> None:
    ann = visit(site).join("ann")
    ann.say("/join tea")
    expect(ann.page.locator("#room-name")).to_have_text("#tea")
    ann.page.fill("#input", "half a thought")
    ann.page.keyboard.press("Alt+ArrowUp")
    expect(ann.page.locator("#input")).to_have_value("")
    ann.page.keyboard.press("Alt+ArrowDown")
    expect(ann.page.locator("#input")).to_have_value("half a thought")
    ann.page.reload()
    expect(ann.page.locator("#room-name")).to_have_text("#tea")
    expect(ann.page.locator("#input")).to_have_value("half a thought")


def test_a_reply_is_a_quote_that_reads_well_with_nc(
    site: Server, visit: Visit, bot: Peer, peer: Callable[[Server], Peer]
) -> None:
    person = peer(site).join("cy")
    ann = visit(site).join("ann")
    bot.ask(type="say", text="shall we begin?")
    ann.row("shall we begin?").hover()
    ann.page.click("#tool-reply")
    ann.page.keyboard.type("yes")
    ann.page.keyboard.press("Enter")
    person.sees("ann: > bot: shall we begin?")
    person.sees("ann: yes")
    expect(ann.row("yes").locator("blockquote")).to_have_text("bot: shall we begin?")


def test_what_is_refused_stays_and_can_be_discarded(site: Server, visit: Visit) -> None:
    ann = visit(site).join("ann")
    ann.say("/msg nobody are you there?")
    expect(ann.page.locator("#log .failed")).to_contain_text("Not sent.")
    ann.page.click("text=Discard")
    expect(ann.page.locator("#log .failed")).to_have_count(0)


def test_on_a_phone_the_lists_open_over_the_text_and_enter_is_a_new_line(
    site: Server, visit: Visit, bot: Peer
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    ann = visit(site, **phone).open()
    ann.page.fill("#join-name", "ann")
    ann.page.tap("#join-button")
    expect(ann.page.locator("#room-name")).to_have_text("#lobby")
    expect(ann.page.locator("#sidebar")).not_to_be_visible()
    ann.page.tap("#open-sidebar")
    expect(ann.page.locator("#people .person", has_text="bot")).to_be_visible()
    ann.page.tap("#close-sidebar")
    ann.page.fill("#input", "one")
    ann.page.press("#input", "Enter")
    ann.page.keyboard.type("two")
    ann.page.tap("#send")
    assert bot.told("said")["text"] == "one\ntwo"


def test_the_invitation_is_the_address_of_the_room(site: Server, visit: Visit) -> None:
    ann = visit(site).join("ann")
    ann.page.click("#open-invite")
    expect(ann.page.locator("#invite-address")).to_have_text(f"{ann.address}#lobby")
    expect(ann.page.locator("#invite-code")).to_be_visible()
    ann.page.click("#invite .primary")
    expect(ann.page.locator("#invite")).not_to_be_visible()


def test_notifications_are_offered_where_the_browser_has_them(site: Server, visit: Visit) -> None:
    insecure = visit(site).join("ann")
    insecure.page.click("#me")
    expect(insecure.page.locator("#settings-notify-note")).to_contain_text("only at https")
    expect(insecure.page.locator("#settings-notify")).not_to_be_visible()
    local = visit(site, host="127.0.0.1", permissions=["notifications"]).join("ben")
    local.page.click("#me")
    local.page.click("#settings-notify")
    expect(local.page.locator("#settings-notify-note")).to_contain_text("are on")
