"""The parts of the window, one by one, on a real display."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import pytest

from chatroom.chat import events

tkinter = pytest.importorskip("tkinter")  # before what cannot be imported without it

from chatroom.clients.window.conversation import Conversation, Piece, lines_of  # noqa: E402
from chatroom.clients.window.entrance import Entrance, Wish  # noqa: E402
from chatroom.clients.window.main import Window  # noqa: E402
from chatroom.clients.window.sidebar import Sidebar  # noqa: E402
from chatroom.clients.window.theme import (  # noqa: E402
    DARK,
    LIGHT,
    Theme,
    apply,
    make_fonts,
    resize_fonts,
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
    talk.colour(LIGHT)
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


# --- what a happening looks like ------------------------------------------------------------------


def tags_of(event: events.Event, me: str = "ann") -> dict[str, tuple[str, ...]]:
    (line,) = lines_of(event, me, 0.0, 10)
    return {text.strip(): tags for text, tags in line}


def test_a_name_has_its_colour_and_a_mention_is_marked() -> None:
    tags = tags_of(events.Said(1, "tea", "bob", "hi ann", 0.0))
    assert tags["bob"][0].startswith("person")
    assert tags["hi ann"] == ("mention",)
    assert tags_of(events.Said(1, "tea", "ann", "I am ann", 0.0))["I am ann"] == ()


def test_a_link_inside_a_mention_is_both() -> None:
    tags = tags_of(events.Said(1, "tea", "bob", "ann: https://a.example", 0.0))
    assert tags["https://a.example"] == ("mention", "link")


def test_what_the_server_says_is_told_quietly() -> None:
    assert tags_of(events.Joined("tea", "bob"))["bob has joined the chat. Say hi!"] == ("notice",)


# --- the sidebar ----------------------------------------------------------------------------------


@pytest.fixture
def side(root: tk.Tk) -> Sidebar:
    side = Sidebar(root, lambda room: None, lambda name: None)
    side.colour(LIGHT)
    side.pack()
    root.update()
    return side


def test_people_and_rooms_are_in_order(side: Sidebar) -> None:
    side.show("ann", ["cy", "ann", "Bob"], 3, "tea", (("tea", 3), ("den", 1)))
    assert side.people.get(0, "end") == (" ann (you)", " Bob", " cy")
    assert side.rooms.get(0, "end") == (" den  1", " tea  3")
    assert side.rooms.selection_includes(1)


def test_more_people_than_are_known_are_a_number(side: Sidebar) -> None:
    side.show("ann", ["ann", "bob"], 40, "tea", ())
    assert side.people.get("end") == " and 38 more"


def test_a_room_and_a_person_can_be_chosen(root: tk.Tk) -> None:
    chosen: list[str] = []
    side = Sidebar(root, chosen.append, chosen.append)
    side.colour(DARK)
    side.pack()
    side.show("ann", ["ann", "bob"], 2, "tea", (("den", 1), ("tea", 2)))
    root.update()
    for box, index in ((side.rooms, 0), (side.people, 1)):
        x, y, width, height = box.bbox(index)  # type: ignore[misc]
        for event in ("<Button-1>", "<ButtonRelease-1>") * 2:
            box.event_generate(event, x=x + width // 2, y=y + height // 2)
    assert chosen == ["den", "bob"]


# --- the entrance ---------------------------------------------------------------------------------


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
    wishes: list[Wish] = []
    entrance = Entrance(root, host, 1060, name, "", wishes.append)
    entrance.pack()
    entrance.port.delete(0, "end")
    entrance.port.insert(0, port)
    entrance.try_it()
    assert complaint in entrance.problem
    assert wishes == ([] if complaint else [Wish("attic", 1060, "ann", "")])


def test_while_it_is_tried_it_cannot_be_tried_again(root: tk.Tk) -> None:
    wishes: list[Wish] = []
    entrance = Entrance(root, "attic", 1060, "ann", "", wishes.append)
    entrance.try_it()
    entrance.try_it()
    assert len(wishes) == 1
    entrance.refuse("The name ann is taken.")
    assert entrance.problem == "The name ann is taken."
    entrance.try_it()
    assert len(wishes) == 2


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
    """Nobody has joined yet; the chat is shown behind the form all the same."""
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        window = Window(bare, no_client, Wish("", 1060, "", ""))
        window.chat.pack(fill="both", expand=True)
        bare.geometry("900x620")
        bare.update()
        yield window
        window._beside.close()
        window._turns.close()


def test_the_button_turns_day_into_night_and_back(window: Window) -> None:
    colours = []
    for _ in range(3):
        text, people = window.conversation.text, window.sidebar.people
        assert text.cget("background") == people.cget("background")
        colours.append(text.cget("background"))
        window.night.invoke()
    assert colours == [LIGHT.panel, DARK.panel, LIGHT.panel]


@pytest.mark.parametrize(("keys", "grown"), [("plus", 1), ("equal", 1), ("minus", -1)])
def test_the_keys_change_the_size_of_letters(
    window: Window, bare: tk.Tk, keys: str, grown: int
) -> None:
    size = tkinter.font.nametofont("ChatText", bare).actual("size")
    window.composer.entry.focus_force()
    bare.update()
    window.composer.entry.event_generate(f"<Control-{keys}>")
    assert tkinter.font.nametofont("ChatText", bare).actual("size") == size + grown
    window.composer.entry.event_generate("<Control-0>")
    assert tkinter.font.nametofont("ChatText", bare).actual("size") == size


def test_in_a_narrow_window_the_people_give_way(window: Window, bare: tk.Tk) -> None:
    assert window.sidebar.winfo_ismapped()
    for size, shown in (("430x500", 0), ("900x620", 1)):
        bare.geometry(size)
        bare.update()
        assert window.sidebar.winfo_ismapped() == shown


def test_who_types_while_reading_back_means_the_entry(window: Window, bare: tk.Tk) -> None:
    window.conversation.text.focus_force()
    bare.update()
    window.conversation.text.event_generate("<Key-h>")
    assert window.composer.entry.get() == "h"


def test_a_person_that_is_chosen_is_written_to(window: Window) -> None:
    window.sidebar.show("ann", ["ann", "bob"], 2, "tea", ())
    window.sidebar.people.selection_set(1)
    window.sidebar.people.update()
    x, y, width, height = window.sidebar.people.bbox(1)  # type: ignore[misc]
    for event in ("<Button-1>", "<ButtonRelease-1>") * 2:
        window.sidebar.people.event_generate(event, x=x + width // 2, y=y + height // 2)
    assert window.composer.entry.get() == "/msg bob "


def test_control_a_selects_all_of_a_field(window: Window, bare: tk.Tk) -> None:
    entry = window.entrance.host
    entry.insert(0, "attic")
    entry.focus_force()
    bare.update()
    entry.event_generate("<Control-a>")
    assert (entry.index("sel.first"), entry.index("sel.last")) == (0, 5)
