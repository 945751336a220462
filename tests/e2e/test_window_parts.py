"""The parts of the window, one by one, on a real display."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import pytest

from chatroom.vocabulary import events

tkinter = pytest.importorskip("tkinter")  # before what cannot be imported without it

from chatroom.client.completion import complete  # noqa: E402
from chatroom.client.preferences import Preferences  # noqa: E402
from chatroom.client.window.chat import _counted  # noqa: E402
from chatroom.client.window.composer import Composer  # noqa: E402
from chatroom.client.window.connect_form import ConnectForm, Target  # noqa: E402
from chatroom.client.window.conversation import Conversation, Piece, answer_lines, lines_of  # noqa: E402
from chatroom.client.window.conversations import Conversations  # noqa: E402
from chatroom.client.window.input_history import InputHistory  # noqa: E402
from chatroom.client.window.links import links  # noqa: E402
from chatroom.client.window.main import Window  # noqa: E402
from chatroom.client.window.sidebar import RoomRow, Sidebar  # noqa: E402
from chatroom.client.window.theme import (  # noqa: E402
    DARK,
    LIGHT,
    Theme,
    apply,
    font_size,
    make_fonts,
    resize_fonts,
    set_font_size,
)

if TYPE_CHECKING:
    import tkinter as tk

    from tests.e2e.conftest import Desktop

KEPT = 100


@pytest.fixture
def bare(desktop: Desktop) -> Iterator[tk.Tk]:
    """A window with nothing in it."""
    root = tkinter.Tk(screenName=desktop.name)
    yield root
    root.destroy()


@pytest.fixture
def root(bare: tk.Tk) -> Iterator[tk.Tk]:
    """The same with our fonts and colours, for one part."""
    fonts = make_fonts(bare)
    apply(bare, LIGHT)
    bare.geometry("500x300")
    yield bare
    del fonts


def plain(*texts: str) -> list[list[Piece]]:
    return [[(text, ())] for text in texts]


# --- the conversation -----------------------------------------------------------------------------


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def talk(root: tk.Tk, opened: list[str]) -> Conversation:
    talk = Conversation(root, KEPT, opened.append)
    talk.apply_theme(LIGHT)
    talk.pack(fill="both", expand=True)
    root.update()
    return talk


def at_end(talk: Conversation) -> bool:
    talk.update()
    return bool(talk.text.yview()[1] == 1.0)


def test_it_scrolls_by_itself(talk: Conversation) -> None:
    for number in range(50):
        talk.add(plain(f"line {number}"))
        assert at_end(talk)
    assert not talk.new.winfo_ismapped()


def test_it_stays_where_one_reads_back_and_says_what_is_new(talk: Conversation) -> None:
    talk.add(plain(*map(str, range(50))))
    talk.text.yview_moveto(0.0)
    talk.update()
    before = talk.text.yview()[0]
    talk.add(plain("one"))
    talk.add(plain("two", "three"))
    talk.update()
    assert talk.text.yview()[0] == before
    assert talk.new.winfo_ismapped()
    assert talk.new.cget("text").startswith("3 new messages")
    talk.new.invoke()
    assert at_end(talk)
    assert not talk.new.winfo_ismapped()


def test_one_new_message_is_one(talk: Conversation) -> None:
    talk.add(plain(*map(str, range(50))))
    talk.text.yview_moveto(0.0)
    talk.update()
    talk.add(plain("x"))
    assert talk.new.cget("text").startswith("1 new message ")


def test_scrolling_to_the_end_by_hand_is_having_seen_it(talk: Conversation) -> None:
    talk.add(plain(*map(str, range(50))))
    talk.text.yview_moveto(0.0)
    talk.update()
    talk.add(plain("x"))
    talk.text.yview_moveto(1.0)
    talk.update()
    assert not talk.new.winfo_ismapped()
    talk.add(plain("y"))
    assert at_end(talk)


def test_the_oldest_lines_go(talk: Conversation) -> None:
    for start in range(0, 5000, 250):
        talk.add(plain(*map(str, range(start, start + 250))))
    assert talk.lines == KEPT
    assert talk.text.get("1.0", "2.0") == "4900\n"
    assert talk.text.get("end-1l", "end-1c") == "4999"


def test_what_is_read_stays_in_view_while_the_oldest_go(talk: Conversation) -> None:
    talk.add(plain(*map(str, range(KEPT))))
    talk.text.yview("60.0")
    talk.update()
    top = talk.text.get("@0,0 linestart", "@0,0 lineend")
    talk.add(plain(*map(str, range(10))))
    talk.update()
    assert talk.text.get("@0,0 linestart", "@0,0 lineend") == top


def test_text_cannot_be_changed_and_can_be_copied(talk: Conversation) -> None:
    talk.add(plain("hello"))
    talk.text.event_generate("<Key-x>")
    assert talk.text.get("1.0", "end-1c") == "hello"
    talk.text.tag_add("sel", "1.0", "1.5")
    talk.text.event_generate("<<Copy>>")
    assert talk.clipboard_get() == "hello"


def test_a_click_on_a_link_opens_it(talk: Conversation, opened: list[str]) -> None:
    said = events.Said(1, "tea", "bob", "see https://a.example/x.", 0.0)
    talk.add(lines_of(said, "ann", 0.0, 10))
    talk.update()
    begin = talk.text.tag_nextrange("link", "1.0")[0]  # type: ignore[misc]
    x, y, width, height = talk.text.bbox(begin)  # type: ignore[misc]
    talk.text.event_generate("<Motion>", x=x + width // 2, y=y + height // 2)
    talk.text.event_generate("<Button-1>", x=x + width // 2, y=y + height // 2)
    assert opened == ["https://a.example/x"]


def test_a_long_message_is_wrapped_below_its_text(talk: Conversation) -> None:
    talk.add(lines_of(events.Said(1, "tea", "bob", "word " * 60, 0.0), "ann", 0.0, 10))
    talk.update()
    assert talk.text.count("1.0", "1.end", "displaylines")[0] > 2  # type: ignore[index]
    assert int(float(str(talk.text.tag_cget("line", "lmargin2")))) > 20


@pytest.fixture
def talks(root: tk.Tk) -> Conversations:
    talks = Conversations(root, KEPT, lambda _: None, lambda _: None)
    talks.apply_theme(LIGHT)
    talks.pack(fill="both", expand=True)
    talks.add("", plain("connected"))
    talks.show("tea")
    root.update()
    return talks


def shown(talks: Conversations) -> str:
    talks.update()
    return talks.shown.text.get("1.0", "end-1c")


def test_each_room_has_its_own_conversation(talks: Conversations) -> None:
    talks.add("tea", plain("hello"))
    talks.add("den", plain("elsewhere"))
    talks.add("", plain("for whoever looks"))
    assert shown(talks) == "connected\nhello\nfor whoever looks"
    talks.show("den")
    assert shown(talks) == "elsewhere"
    talks.show("tea")
    assert shown(talks) == "connected\nhello\nfor whoever looks"


def test_a_conversation_that_is_shown_again_shows_its_end(talks: Conversations) -> None:
    talks.show("den")
    talks.add("tea", plain(*map(str, range(50))))
    talks.show("tea")
    assert at_end(talks.shown)
    assert not talks.shown.new.winfo_ismapped()


def test_whoever_read_back_in_another_room_is_where_they_were(talks: Conversations) -> None:
    talks.add("tea", plain(*map(str, range(50))))
    talks.shown.text.yview_moveto(0.0)
    talks.update()
    talks.show("den")
    talks.add("tea", plain("new"))
    talks.show("tea")
    talks.update()
    assert talks.shown.text.yview()[0] == 0.0
    assert talks.shown.new.cget("text").startswith("1 new message ")


def test_conversations_of_rooms_that_were_left_go_in_the_end(talks: Conversations) -> None:
    for number in range(100):
        talks.show(f"room{number}")
        talks.prune({"tea", f"room{number}"})
    assert len(talks.winfo_children()) <= 65
    talks.show("tea")
    assert shown(talks) == "connected"


# --- what an event looks like ---------------------------------------------------------------------


def tags_of(event: events.Event, me: str = "ann") -> dict[str, tuple[str, ...]]:
    (line,) = lines_of(event, me, 0.0, 10)
    return {text.strip(): tags for text, tags in line}


def test_a_name_has_its_colour_and_a_mention_is_marked() -> None:
    tags = tags_of(events.Said(1, "tea", "bob", "hi ann", 0.0))
    assert tags["bob"][0].startswith("person")
    assert tags["hi ann"] == ("mention",)
    assert tags_of(events.Said(1, "tea", "ann", "I am ann", 0.0))["I am ann"] == ()


def test_a_text_of_several_lines_is_one_message() -> None:
    said = events.Said(1, "tea", "bob", "one\n  two, ann\n\nfour", 0.0)
    first, *others = lines_of(said, "ann", 0.0, 10)
    assert [text for text, _ in first][1:] == ["bob  ", "one"]
    assert [line[0][0] for line in others] == ["  two, ann", "", "four"]
    assert all(tags == ("below", "mention") for ((_, tags),) in others)


def test_a_message_of_several_lines_is_one_new_message(talk: Conversation) -> None:
    talk.add(plain(*map(str, range(50))))
    talk.text.yview_moveto(0.0)
    talk.update()
    talk.add(lines_of(events.Told("bob", "ann", "one\ntwo", 0.0), "ann", 0.0, 10))
    assert talk.new.cget("text").startswith("1 new message ")


def test_a_link_inside_a_mention_is_both() -> None:
    tags = tags_of(events.Said(1, "tea", "bob", "ann: https://a.example", 0.0))
    assert tags["https://a.example"] == ("mention", "link")


def test_what_the_server_says_is_told_quietly() -> None:
    assert tags_of(events.Joined("tea", "bob"))["bob has joined the chat. Say hi!"] == ("notice",)


def test_tables_have_letters_of_one_width_and_their_columns_stand_below_each_other(
    talk: Conversation,
) -> None:
    rows = (events.Row("bob", 0.0, 60.0, 1.0), events.Row("wilhelmina", 0.0, 60.0, 1.0))
    talk.add(lines_of(events.Members("tea", 2, rows), "ann", 0.0, 10))
    talk.update()
    places = []
    for line in (2, 3):
        at = talk.text.search("since", f"{line}.0")
        places.append(talk.text.bbox(at)[0])  # type: ignore[index]
    assert places[0] == places[1]


@pytest.mark.parametrize(
    ("event", "rows"),
    [
        (events.RoomList(2, (events.RoomCount("tea", 1), events.RoomCount("kitchen", 12))), 2),
        (events.Members("tea", 1, (events.Row("bob", 0.0, 60.0, 1.0),)), 1),
    ],
)
def test_only_the_rows_of_a_table_are_columns(event: events.Event, rows: int) -> None:
    heading, *others = lines_of(event, "ann", 0.0, 10)
    assert all("columns" not in tags for _, tags in heading)
    assert [tags for ((_, tags),) in others] == [("notice", "columns")] * rows


def test_the_help_is_a_table_and_another_answer_is_a_line() -> None:
    heading, *rows = answer_lines("/who   who is here\n//TEXT  a slash\n", 0.0)
    assert [text for text, _ in heading][1:] == ["Commands:"]
    assert [row for ((row, _),) in rows] == ["/who   who is here", "//TEXT  a slash"]
    ((_, usage),) = answer_lines("Server: Usage: /join ROOM\n", 0.0)
    assert usage == ("Usage: /join ROOM", ("notice",))


def test_the_scrollbar_is_there_at_every_size(window: Window, bare: tk.Tk) -> None:
    window.chat.conversation.add(plain(*map(str, range(200))))
    for letters in (11, 32):
        set_font_size(bare, letters)
        window.chat.fonts_changed()
        for size in ("360x280", "679x500", "900x620"):
            bare.geometry(size)
            bare.update()
            bar = window.chat.conversation.bar
            assert bar.winfo_ismapped()
            right = bar.winfo_rootx() + bar.winfo_width()
            assert right <= bare.winfo_rootx() + bare.winfo_width()
            assert bar.winfo_width() >= bar.winfo_reqwidth()


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.example/x?y=1#z now", ["http://a.example/x?y=1#z"]),
        ("HTTPS://A.EXAMPLE, and", ["HTTPS://A.EXAMPLE"]),
        ("https://en.wikipedia.org/wiki/X_(Y)", ["https://en.wikipedia.org/wiki/X_(Y)"]),
        ("https://en.wikipedia.org/wiki/X_(Y).", ["https://en.wikipedia.org/wiki/X_(Y)"]),
        ("(https://en.wikipedia.org/wiki/X_(Y))", ["https://en.wikipedia.org/wiki/X_(Y)"]),
        ("(see https://a.example/b)", ["https://a.example/b"]),
        ("(see https://a.example/b.)", ["https://a.example/b"]),
        ("[https://a.example/[b]]", ["https://a.example/[b]"]),
        ("https://a.example/(b", ["https://a.example/(b"]),
        ("https://a.example/( b", ["https://a.example/"]),
        ('"https://a.example",<https://b.example>', ["https://a.example", "https://b.example"]),
        ("javascript:alert(1) file:///etc/passwd ftp://a.example www.a.example", []),
        ("https:// https://) https://...", []),
        ("http://a http://b", ["http://a", "http://b"]),
    ],
)
def test_a_link_keeps_its_own_brackets_and_takes_none_of_others(
    text: str, found: list[str]
) -> None:
    assert [text[begin:end] for begin, end in links(text)] == found


# --- the composer ---------------------------------------------------------------------------------

PEOPLE = ("nadia", "Nat", "bob")
ROOMS = ("lobby", "tea")


@pytest.fixture
def sent() -> list[str]:
    return []


@pytest.fixture
def composer(root: tk.Tk, sent: list[str]) -> Composer:
    composer = Composer(root, sent.append, lambda before: complete(before, PEOPLE, ROOMS))
    composer.apply_theme(LIGHT)
    composer.pack(fill="x", side="bottom")
    composer.entry.focus_force()
    root.update()
    return composer


def press(composer: Composer, *keys: str) -> None:
    for key in keys:
        composer.entry.event_generate(f"<{key}>")
        composer.update()


def write(composer: Composer, text: str) -> None:
    composer.add(text)
    composer.update()


def test_down_keeps_the_draft(composer: Composer) -> None:
    write(composer, "half a thou")
    press(composer, "Down")
    assert composer.text == "half a thou"


def test_up_and_down_come_back_to_the_draft(composer: Composer) -> None:
    write(composer, "one")
    press(composer, "Return")
    write(composer, "half a thou")
    press(composer, "Up")
    assert composer.text == "one"
    press(composer, "Up")
    assert composer.text == "one"
    press(composer, "Down")
    assert composer.text == "half a thou"


def test_a_recalled_line_keeps_what_was_changed_in_it(composer: Composer) -> None:
    write(composer, "one")
    press(composer, "Return", "Up")
    write(composer, " more")
    press(composer, "Down", "Up")
    assert composer.text == "one more"


def test_the_draft_is_there_again_when_a_recalled_line_is_sent(
    composer: Composer, sent: list[str]
) -> None:
    write(composer, "one")
    press(composer, "Return")
    write(composer, "half a thou")
    press(composer, "Up", "Return")
    assert sent == ["one", "one"]
    assert composer.text == "half a thou"


def test_a_hundred_lines_are_remembered(composer: Composer) -> None:
    history = InputHistory(100)
    for number in range(200):
        assert history.sent(str(number)) == ""
    turned = [history.turn("", -1) for _ in range(101)]
    assert turned == [*map(str, range(199, 99, -1)), None]


def test_the_keys_up_and_down_move_within_a_draft_of_several_rows(composer: Composer) -> None:
    write(composer, "sent")
    press(composer, "Return")
    write(composer, "one\ntwo")
    press(composer, "Up")
    assert composer.text == "one\ntwo"
    press(composer, "Up")
    assert composer.text == "sent"


@pytest.mark.parametrize(
    ("draft", "addressed"),
    [
        ("", "/msg bob "),
        ("half a thou", "/msg bob half a thou"),
        ("/msg cy half a thou", "/msg bob half a thou"),
        ("/msg cy", "/msg bob "),
        ("/reply half a thou", "/msg bob half a thou"),
        ("/me waves at ", "/me waves at bob "),
        ("//etc is full", "/msg bob //etc is full"),
    ],
)
def test_writing_to_somebody_keeps_the_draft(
    composer: Composer, draft: str, addressed: str
) -> None:
    write(composer, draft)
    composer.address("bob")
    assert composer.text == addressed
    write(composer, "!")
    assert composer.text == f"{addressed}!"


def test_the_cursor_stays_at_its_place_in_a_draft_that_is_addressed(composer: Composer) -> None:
    write(composer, "half thou")
    composer.entry.mark_set("insert", "1.5")
    composer.address("bob")
    write(composer, "a ")
    assert composer.text == "/msg bob half a thou"


def paste(composer: Composer, text: str) -> None:
    composer.clipboard_clear()
    composer.clipboard_append(text)
    press(composer, "<Paste>")


def test_pasted_lines_are_shown_as_lines_and_sent_as_lines(
    composer: Composer, sent: list[str]
) -> None:
    assert composer.entry.cget("height") == 1
    paste(composer, "one\r\ntwo\nthree\n")
    composer.update()
    assert composer.text == "one\ntwo\nthree"
    assert composer.entry.cget("height") == 3
    press(composer, "Return")
    assert sent == ["one\ntwo\nthree"]
    assert composer.entry.cget("height") == 1


def test_what_is_pasted_takes_the_place_of_what_is_selected(composer: Composer) -> None:
    write(composer, "half a thou")
    press(composer, "Control-a")
    paste(composer, "whole")
    assert composer.text == "whole"


def test_pasting_with_an_empty_clipboard_does_nothing(composer: Composer) -> None:
    composer.clipboard_clear()
    press(composer, "<Paste>")
    assert composer.text == ""


def test_a_draft_can_be_put_aside_for_another_one(composer: Composer) -> None:
    write(composer, "sent")
    press(composer, "Return")
    write(composer, "half a thou")
    press(composer, "Up")
    assert composer.swap("for tea") == "half a thou"
    assert composer.text == "for tea"
    assert composer.swap("half a thou") == "for tea"
    press(composer, "Up")
    assert composer.text == "sent"


@pytest.mark.parametrize("letters", [11, 32])
def test_a_long_draft_leaves_room_for_the_conversation(
    composer: Composer, root: tk.Tk, letters: int
) -> None:
    set_font_size(root, letters)
    paste(composer, "\n".join(map(str, range(100))))
    composer.update()
    assert composer.winfo_height() < root.winfo_height() // 2


@pytest.mark.parametrize(
    ("draft", "completed"),
    [
        ("na", ["nadia: ", "Nat: ", "nadia: "]),
        ("hi NA", ["hi nadia ", "hi Nat "]),
        ("hi @na", ["hi @nadia ", "hi @Nat "]),
        ("@b", ["@bob "]),
        ("/wh", ["/who "]),
        ("/join t", ["/join tea "]),
        ("/join ", ["/join lobby ", "/join tea "]),
        ("/msg b", ["/msg bob "]),
        ("/who t", ["/who tea "]),
        ("one\nb", ["one\nbob: "]),
        ("xyz", ["xyz"]),
    ],
)
def test_tab_completes_names_commands_and_rooms(
    composer: Composer, draft: str, completed: list[str]
) -> None:
    write(composer, draft)
    for text in completed:
        press(composer, "Tab")
        assert composer.text == text
    assert composer.focus_get() is composer.entry


@pytest.mark.parametrize(
    ("draft", "completed"),
    [
        ("hi na, tea?", "hi nadia, tea?"),
        ("hi na tea?", "hi nadia tea?"),
        ("hi natea?", "hi nadia tea?"),
        ("hi na\ntea?", "hi nadia \ntea?"),
    ],
)
def test_tab_completes_in_the_middle_of_a_draft(
    composer: Composer, draft: str, completed: str
) -> None:
    write(composer, draft)
    composer.entry.mark_set("insert", "1.5")
    press(composer, "Tab")
    assert composer.text == completed


def test_tab_in_an_empty_composer_moves_on(composer: Composer) -> None:
    press(composer, "Tab")
    assert composer.focus_get() is composer.button


def test_a_composer_that_is_closed_keeps_the_draft(composer: Composer, sent: list[str]) -> None:
    write(composer, "half a thou")
    composer.close("Join again", composer.open)
    press(composer, "Return", "x")
    assert (composer.text, sent) == ("half a thou", [])
    composer.button.invoke()
    press(composer, "Return")
    assert sent == ["half a thou"]


# --- the sidebar ----------------------------------------------------------------------------------


@pytest.fixture
def side(root: tk.Tk) -> Sidebar:
    side = Sidebar(root, lambda room: None, lambda name: None, lambda event: None)
    side.apply_theme(LIGHT)
    side.pack()
    root.update()
    return side


def test_people_and_rooms_are_in_order(side: Sidebar) -> None:
    side.show("ann", ["cy", "ann", "Bob"], 3, "tea", (RoomRow("tea", 3, True), RoomRow("den", 1)))
    assert side.people.get(0, "end") == (" ann (you)", " Bob", " cy")
    assert side.rooms.get(0, "end") == (" tea  3", " den  1")
    assert side.rooms.selection_includes(0)


def test_rooms_show_what_is_unread_and_where_we_are_mentioned(side: Sidebar) -> None:
    rooms = [
        RoomRow("tea", 3, True),
        RoomRow("den", 2, True, unread=5),
        RoomRow("attic", 9, True, unread=7, mentions=1),
        RoomRow("cellar", 4),
    ]
    side.show("ann", ["ann"], 1, "tea", rooms)
    assert side.rooms.get(0, "end") == (" tea  3", " den  2  +5", " attic  9  +7!", " cellar  4")
    colours = [side.rooms.itemcget(row, "foreground") for row in range(4)]
    assert colours == [LIGHT.text, LIGHT.link, LIGHT.problem, LIGHT.faint]


def test_a_mention_is_seen_where_the_rooms_are_behind_a_button() -> None:
    rooms = [RoomRow("tea", 3, True), RoomRow("den", 2, True, unread=5, mentions=1)]
    assert _counted(3, rooms, brief=False) == "3 people, 2 rooms  +5!"
    assert _counted(1, rooms[:1], brief=True) == "1 person"


def test_who_looks_through_the_people_keeps_their_place(side: Sidebar) -> None:
    names = [f"p{number:03}" for number in range(200)]
    side.show("ann", names, 200, "tea", ())
    side.people.yview(100)
    side.people.selection_set(110)
    for joined in (["aaa"], ["aaa", "zzz"], ["zzz"], ["p105", "zzz"]):
        before = top(side)
        side.show("ann", sorted({*names, *joined}), 200 + len(joined), "tea", ())
        assert top(side) == before
    assert side.people.get(side.people.curselection()) == " p110"  # type: ignore[no-untyped-call]


def top(side: Sidebar) -> str:
    side.update()
    return str(side.people.get(side.people.nearest(0)))  # type: ignore[no-untyped-call]


def test_all_people_that_are_known_are_listed_and_can_be_scrolled_to(side: Sidebar) -> None:
    names = [f"p{number:03}" for number in range(80)]
    side.show("ann", names[:5], 5, "tea", ())
    side.update()
    assert not side.people_bar.winfo_ismapped()
    side.show("ann", names, 80, "tea", ())
    side.update()
    assert side.people.get(0, "end") == tuple(f" {name}" for name in names)
    assert side.people_bar.winfo_ismapped()


def test_a_renamed_person_and_new_colours_are_shown(side: Sidebar) -> None:
    side.show("ann", ["ann", "bob"], 2, "tea", ())
    side.show("eve", ["eve", "bob"], 2, "tea", ())
    assert side.people.get(0, "end") == (" bob", " eve (you)")
    before = side.people.itemcget(0, "foreground")
    side.apply_theme(DARK)
    side.show("eve", ["eve", "bob"], 2, "tea", ())
    assert side.people.itemcget(0, "foreground") != before


def test_more_people_than_are_known_are_a_number(side: Sidebar) -> None:
    side.show("ann", ["ann", "bob"], 40, "tea", ())
    assert side.people.get("end") == " and 38 more"


def test_a_room_and_a_person_can_be_chosen(root: tk.Tk) -> None:
    chosen: list[str] = []
    side = Sidebar(root, chosen.append, chosen.append, lambda event: None)
    side.apply_theme(DARK)
    side.pack()
    side.show("ann", ["ann", "bob"], 2, "tea", (RoomRow("den", 1), RoomRow("tea", 2)))
    root.update()
    for box, index in ((side.rooms, 0), (side.people, 1)):
        x, y, width, height = box.bbox(index)  # type: ignore[misc]
        for event in ("<Button-1>", "<ButtonRelease-1>") * 2:
            box.event_generate(event, x=x + width // 2, y=y + height // 2)
    assert chosen[-1] == "bob"
    assert set(chosen[:-1]) == {"den"}


# --- the form ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port", "name", "complaint"),
    [
        ("", "1060", "ann", "Where is the chatroom?"),
        ("attic", "many", "ann", "The port is a number"),
        ("attic", "70000", "ann", "The port is a number"),
        ("attic", "1060", " ", "Choose a name."),
        ("attic", "1060", "ann", ""),
    ],
)
def test_what_is_filled_in_wrong_is_said_in_place(
    root: tk.Tk, host: str, port: str, name: str, complaint: str
) -> None:
    targets: list[Target] = []
    form = ConnectForm(root, host, 1060, name, "", targets.append)
    form.pack()
    form.port.delete(0, "end")
    form.port.insert(0, port)
    form.try_it()
    assert complaint in form.problem
    assert targets == ([] if complaint else [Target("attic", 1060, "ann", "")])


def test_while_it_is_tried_it_cannot_be_tried_again(root: tk.Tk) -> None:
    targets: list[Target] = []
    form = ConnectForm(root, "attic", 1060, "ann", "", targets.append)
    form.try_it()
    form.try_it()
    assert len(targets) == 1
    form.refuse("The name ann is taken.")
    assert form.problem == "The name ann is taken."
    form.try_it()
    assert len(targets) == 2


@pytest.mark.parametrize("size", [7, 11, 32])
def test_the_form_fits_into_the_window_with_letters_of_any_size(
    window: Window, bare: tk.Tk, size: int
) -> None:
    window.chat.pack_forget()
    set_font_size(bare, size)
    window.show_form()
    bare.update()
    assert window.form.winfo_reqwidth() <= bare.winfo_width()
    assert window.form.winfo_reqheight() <= bare.winfo_height()


# --- how it looks ---------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_everything_can_be_read(theme: Theme) -> None:
    for colour in (theme.text, theme.faint, theme.problem, theme.link, *theme.people):
        assert contrast(colour, theme.panel) >= 4.5, colour
    assert contrast(theme.faint, theme.window) >= 4.5
    assert contrast(theme.problem, theme.window) >= 4.5
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    assert contrast(theme.text, theme.mention) >= 4.5
    assert contrast(theme.text, theme.selection) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("state", [("focus",), ("!focus",)])
def test_what_is_selected_in_a_field_can_be_read(
    root: tk.Tk, theme: Theme, state: tuple[str, ...]
) -> None:
    apply(root, theme)
    style = tkinter.ttk.Style(root)
    text = style.lookup("TEntry", "selectforeground", state)
    assert contrast(text, style.lookup("TEntry", "selectbackground", state)) >= 4.5


def test_letters_grow_and_shrink_within_reason(root: tk.Tk) -> None:
    def size() -> int:
        return int(tkinter.font.nametofont("ChatText", root).actual("size"))

    begun = size()
    resize_fonts(root, 1)
    assert size() == begun + 1
    for _ in range(100):
        resize_fonts(root, 1)
    assert size() == 32
    resize_fonts(root, 0)
    assert size() == begun
    for _ in range(100):
        resize_fonts(root, -1)
    assert size() == 7


# --- the whole of it, without a server ------------------------------------------------------------


def no_client(*_: object) -> NoReturn:
    raise AssertionError("nobody is connected to here")


@pytest.fixture
def window(bare: tk.Tk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """Nobody has joined yet; the chat is shown instead of the form all the same."""
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        window = Window(bare, no_client, Target("", 1060, "", ""))
        window.form.pack_forget()
        window.chat.pack(fill="both", expand=True)
        bare.geometry("900x620")
        bare.update()
        yield window
        window._bridge.close()


def test_the_button_turns_day_into_night_and_back(window: Window) -> None:
    colours = []
    for _ in range(3):
        text, people = window.chat.conversation.text, window.chat.sidebar.people
        assert text.cget("background") == people.cget("background")
        colours.append(text.cget("background"))
        window.chat.theme_button.invoke()
    assert colours == [LIGHT.panel, DARK.panel, LIGHT.panel]


@pytest.mark.parametrize(("keys", "grown"), [("plus", 1), ("equal", 1), ("minus", -1)])
def test_the_keys_change_the_size_of_letters(
    window: Window, bare: tk.Tk, keys: str, grown: int
) -> None:
    size = tkinter.font.nametofont("ChatText", bare).actual("size")
    window.chat.composer.entry.focus_force()
    bare.update()
    window.chat.composer.entry.event_generate(f"<Control-{keys}>")
    assert tkinter.font.nametofont("ChatText", bare).actual("size") == size + grown
    window.chat.composer.entry.event_generate("<Control-0>")
    assert tkinter.font.nametofont("ChatText", bare).actual("size") == size


def test_in_a_narrow_window_the_people_are_behind_a_button(window: Window, bare: tk.Tk) -> None:
    sidebar, sidebar_button = window.chat.sidebar, window.chat.sidebar_button
    for size, narrow in (("430x500", True), ("900x620", False), ("460x370", True)):
        bare.geometry(size)
        bare.update()
        assert bool(sidebar.winfo_ismapped()) is not narrow
        assert bool(sidebar_button.winfo_ismapped()) is narrow
    sidebar_button.invoke()
    bare.update()
    assert sidebar.winfo_ismapped()
    sidebar_button.invoke()
    bare.update()
    assert not sidebar.winfo_ismapped()


def test_large_letters_do_not_leave_all_of_the_window_to_the_people(
    window: Window, bare: tk.Tk
) -> None:
    set_font_size(bare, 32)
    window.chat.fonts_changed()
    bare.update()
    assert not window.chat.sidebar.winfo_ismapped()
    assert window.chat.sidebar_button.winfo_ismapped()


def test_the_people_that_were_opened_go_when_one_is_chosen(window: Window, bare: tk.Tk) -> None:
    bare.geometry("400x400")
    bare.update()
    window.chat.composer.add("half a thou")
    window.chat.sidebar.show("ann", ["ann", "bob"], 2, "tea", ())
    window.chat.sidebar_button.invoke()
    bare.update()
    window.chat.sidebar.people.selection_set(1)
    window.chat.sidebar.people.focus_force()
    bare.update()
    window.chat.sidebar.people.event_generate("<Return>")
    bare.update()
    assert window.chat.composer.text == "/msg bob half a thou"
    assert not window.chat.sidebar.winfo_ismapped()


def test_escape_closes_the_people_that_were_opened(window: Window, bare: tk.Tk) -> None:
    bare.geometry("400x400")
    bare.update()
    window.chat.sidebar_button.invoke()
    window.chat.sidebar.people.focus_force()
    bare.update()
    window.chat.sidebar.people.event_generate("<Escape>")
    bare.update()
    assert not window.chat.sidebar.winfo_ismapped()


def test_who_types_while_reading_back_means_the_entry(window: Window, bare: tk.Tk) -> None:
    window.chat.conversation.text.focus_force()
    bare.update()
    window.chat.conversation.text.event_generate("<Key-h>")
    assert window.chat.composer.text == "h"


def test_who_types_in_a_list_means_the_entry(window: Window, bare: tk.Tk) -> None:
    for box in (window.chat.sidebar.people, window.chat.sidebar.rooms):
        box.focus_force()
        bare.update()
        box.event_generate("<Key-h>")
    assert window.chat.composer.text == "hh"
    assert bare.focus_get() is window.chat.composer.entry


def test_alt_with_a_number_is_no_text(window: Window, bare: tk.Tk) -> None:
    pressed: list[object] = []
    bare.bind("<Alt-Key-1>", pressed.append)
    chat = window.chat
    for widget in (chat.conversation.text, chat.sidebar.people, chat.sidebar.rooms):
        widget.focus_force()
        bare.update()
        widget.event_generate("<Alt-Key-1>")
    assert len(pressed) == 3
    assert window.chat.composer.text == ""


def test_the_arrow_keys_go_through_the_rooms_and_return_goes_to_one(root: tk.Tk) -> None:
    chosen: list[str] = []
    side = Sidebar(root, chosen.append, chosen.append, lambda event: None)
    side.apply_theme(LIGHT)
    side.pack()
    side.show("ann", ["ann"], 1, "tea", [RoomRow(name, 1) for name in ("tea", "den", "attic")])
    root.update()
    side.rooms.focus_force()
    root.update()
    for key in ("<Down>", "<Down>"):
        side.rooms.event_generate(key)
    assert chosen == []
    side.rooms.event_generate("<Return>")
    assert chosen == ["attic"]


def test_a_person_that_is_chosen_is_written_to(window: Window) -> None:
    window.chat.sidebar.show("ann", ["ann", "bob"], 2, "tea", ())
    window.chat.sidebar.people.selection_set(1)
    window.chat.sidebar.people.update()
    x, y, width, height = window.chat.sidebar.people.bbox(1)  # type: ignore[misc]
    for event in ("<Button-1>", "<ButtonRelease-1>") * 2:
        window.chat.sidebar.people.event_generate(event, x=x + width // 2, y=y + height // 2)
    assert window.chat.composer.text == "/msg bob "


def test_the_form_offers_what_is_remembered(bare: tk.Tk) -> None:
    saved = Preferences("attic", 2000, "ann", theme="dark", font_size=20)
    window = Window(bare, no_client, Target("", 1060, "", ""), preferences=saved)
    form = window.form
    assert [field.get() for field in (form.host, form.port, form.name)] == [
        "attic",
        "2000",
        "ann",
    ]
    assert window.chat.conversation.text.cget("background") == DARK.panel
    assert font_size(bare) == 20
    window._bridge.close()


@pytest.mark.parametrize(
    ("wish", "offered"),
    [
        (Target("", 1060, "", "tea"), Target("attic", 2000, "ann", "tea")),
        (Target("", 3000, "", ""), Target("attic", 3000, "ann", "")),
        (Target("cellar", 1060, "", ""), Target("cellar", 1060, "ann", "")),
        (Target("cellar", 3000, "bob", ""), Target("cellar", 3000, "bob", "")),
    ],
)
def test_what_was_given_comes_before_what_is_remembered(wish: Target, offered: Target) -> None:
    assert wish.or_else(Preferences("attic", 2000, "ann")) == offered
    assert wish.or_else(Preferences()) == wish


def test_colours_and_sizes_that_are_not_known_are_the_usual_ones(bare: tk.Tk) -> None:
    saved = Preferences(theme="pink", font_size=60_000)
    window = Window(bare, no_client, Target("", 1060, "", ""), preferences=saved)
    assert window.chat.conversation.text.cget("background") == LIGHT.panel
    assert font_size(bare) == 32
    window._bridge.close()


def test_colours_and_sizes_are_remembered(bare: tk.Tk) -> None:
    changes: list[dict[str, object]] = []
    window = Window(
        bare,
        no_client,
        Target("", 1060, "", ""),
        remember=lambda **changed: changes.append(changed),
    )
    window.chat.theme_button.invoke()
    bare.update()
    window.form.host.focus_force()
    window.form.host.event_generate("<Control-plus>")
    assert changes == [{"theme": "dark"}, {"font_size": 12}]
    window._bridge.close()


def test_control_a_selects_all_of_a_field(window: Window, bare: tk.Tk) -> None:
    window.form.pack()
    entry = window.form.host
    entry.insert(0, "attic")
    entry.focus_force()
    bare.update()
    entry.event_generate("<Control-a>")
    assert (entry.index("sel.first"), entry.index("sel.last")) == (0, 5)
