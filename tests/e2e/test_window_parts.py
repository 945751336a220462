"""The parts of the window, one by one, on a real display."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NoReturn

import pytest

tkinter = pytest.importorskip("tkinter")  # before what cannot be imported without it

from chatroom.client.completion import complete  # noqa: E402
from chatroom.client.preferences import Preferences  # noqa: E402
from chatroom.client.window.composer import Composer  # noqa: E402
from chatroom.client.window.connect_form import ConnectForm, Target  # noqa: E402
from chatroom.client.window.conversation import Conversation  # noqa: E402
from chatroom.client.window.input_history import InputHistory  # noqa: E402
from chatroom.client.window.items import Item, Kind  # noqa: E402
from chatroom.client.window.log import Change, Log  # noqa: E402
from chatroom.client.window.main import Window  # noqa: E402
from chatroom.client.window.month_view import MonthView  # noqa: E402
from chatroom.client.window.palette import DARK, LIGHT, Palette, contrast  # noqa: E402
from chatroom.client.window.search_panel import SearchPanel  # noqa: E402
from chatroom.client.window.sheet import Pending  # noqa: E402
from chatroom.client.window.side_list import SideList  # noqa: E402
from chatroom.client.window.side_rows import RowKind, SideRow  # noqa: E402
from chatroom.client.window.theme import Look  # noqa: E402
from chatroom.vocabulary import events  # noqa: E402

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
def look(bare: tk.Tk) -> Look:
    """Our letters and colours."""
    return Look(bare, LIGHT)


@pytest.fixture
def root(bare: tk.Tk, look: Look) -> tk.Tk:
    """A window for one part."""
    bare.geometry("500x300")
    return bare


# --- the conversation -----------------------------------------------------------------------------


class Talk:
    """A conversation, with what it has asked for."""

    def __init__(self, root: tk.Tk, look: Look) -> None:
        self.loads: list[bool] = []
        self.opened: list[str] = []
        self.view = Conversation(
            root, look, self.loads.append, lambda: self.view.show_end(), self.opened.append
        )
        self.view.pack(fill="both", expand=True)
        self.log = Log(KEPT, KEPT, has_history=False)
        self.view.show(self.log, None)
        root.update()

    @property
    def text(self) -> tk.Text:
        return self.view.text

    def add(self, *items: Item) -> None:
        reading_back = not self.view.is_at_end
        talk = sum(item.is_talk for item in items)
        self.view.changed(self.log.append(items, reading_back), talk)
        self.view.update()

    def scroll_up(self) -> None:
        self.text.yview_moveto(0.0)
        self.view.update()

    @property
    def at_end(self) -> bool:
        self.view.update()
        line = self.text.dlineinfo("end-1c")
        return line is not None and line[1] + line[3] <= self.text.winfo_height()

    def place(self, words: str) -> int:
        """How far below the upper edge a line with these words begins."""
        self.view.update()
        line = self.text.dlineinfo(self.text.search(words, "1.0"))
        assert line is not None
        return line[1]

    def top(self) -> str:
        """The line at the upper edge, and how much of it is cut off."""
        self.view.update()
        line = self.text.dlineinfo("@0,0")
        assert line is not None
        return f"{self.text.get('@0,0 linestart', '@0,0 lineend')} {line[1]}"


def said(text: str, number: int = 0, name: str = "bob", time: float = 0.0) -> Item:
    return Item(Kind.SAID, text, time, number, name)


def numbered(begin: int, end: int) -> list[Item]:
    return [said(f"line {number}", number) for number in range(begin, end)]


@pytest.fixture
def talk(root: tk.Tk, look: Look) -> Talk:
    return Talk(root, look)


def test_it_scrolls_by_itself(talk: Talk) -> None:
    for number in range(50):
        talk.add(said(f"line {number}"))
        assert talk.at_end
    assert not talk.view.new.winfo_ismapped()


def test_it_stays_where_one_reads_back_and_says_what_is_new(talk: Talk) -> None:
    talk.add(*numbered(1, 50))
    talk.scroll_up()
    before = talk.top()
    talk.add(said("one"))
    talk.add(said("two"), said("three"), Item(Kind.NOTICE, "eva has joined", 0.0))
    assert talk.top() == before
    assert talk.view.new.winfo_ismapped()
    assert talk.view.new.cget("text").startswith("3 new messages")
    talk.view.new.invoke()
    assert talk.at_end
    assert not talk.view.new.winfo_ismapped()


def test_one_new_message_is_one_however_many_lines_it_has(talk: Talk) -> None:
    talk.add(*numbered(1, 50))
    talk.scroll_up()
    talk.add(said("one\ntwo"))
    assert talk.view.new.cget("text").startswith("1 new message ")


def test_scrolling_to_the_end_by_hand_is_having_seen_it(talk: Talk) -> None:
    talk.add(*numbered(1, 50))
    talk.scroll_up()
    talk.add(said("x"))
    talk.text.yview_moveto(1.0)
    talk.view.update()
    assert not talk.view.new.winfo_ismapped()
    talk.add(said("y"))
    assert talk.at_end


def test_the_oldest_messages_go(talk: Talk) -> None:
    for start in range(1, 5000, 250):
        talk.add(*numbered(start, start + 250))
    text = talk.text.get("1.0", "end")
    assert "line 5000\n" in text
    assert "line 4500\n" not in text
    assert talk.at_end


def test_older_messages_are_put_above_without_a_jump(talk: Talk) -> None:
    talk.log = Log(KEPT, KEPT, has_history=True)
    talk.log.append(numbered(101, 150))
    talk.view.show(talk.log, None)
    talk.view.update()
    talk.scroll_up()
    assert talk.loads
    assert set(talk.loads) == {True}
    talk.text.yview_scroll(23, "pixels")
    before = talk.place("line 105")
    talk.view.changed(talk.log.show_before(numbered(51, 101), more=True))
    assert talk.place("line 105") == before
    assert "line 51\n" in talk.text.get("1.0", "end")
    assert not talk.at_end


def test_what_was_let_go_is_loaded_again_as_one_scrolls_down(talk: Talk) -> None:
    talk.log = Log(KEPT, KEPT, has_history=True)
    talk.log.show(numbered(1, 60), before=False, after=True)
    talk.view.show(talk.log, None)
    talk.scroll_up()
    talk.loads.clear()
    talk.text.yview_moveto(1.0)
    talk.view.update()
    assert set(talk.loads) == {False}
    assert talk.view.new.winfo_ismapped()
    before = talk.top()
    talk.view.changed(talk.log.show_after(numbered(60, 90), more=False))
    assert talk.top() == before


def test_a_message_that_was_looked_for_is_shown_and_marked(talk: Talk) -> None:
    talk.add(*numbered(1, 80))
    talk.view.show_item(20)
    talk.view.update()
    begin, end = map(str, talk.text.tag_ranges("found"))
    assert "line 20" in talk.text.get(begin, end)
    assert talk.text.dlineinfo(begin)


def test_whoever_read_back_elsewhere_is_where_they_were(talk: Talk) -> None:
    talk.add(*numbered(1, 80))
    talk.scroll_up()
    talk.text.yview_scroll(100, "pixels")
    before, anchor = talk.top(), talk.view.reading_at
    talk.view.show(Log(KEPT, KEPT, has_history=False), None)
    talk.view.update()
    assert talk.text.get("1.0", "end-1c") == ""
    talk.view.show(talk.log, anchor, unseen=1)
    assert talk.top() == before
    assert talk.view.new.cget("text").startswith("1 new message ")


def test_text_cannot_be_changed_and_is_copied_as_it_is_seen(talk: Talk) -> None:
    talk.add(said("hello"), said("there"))
    talk.text.event_generate("<Key-x>")
    talk.text.tag_add("sel", "2.0", "end")
    talk.text.event_generate("<<Copy>>")
    lines = talk.view.clipboard_get().strip().split("\n")
    assert [line.split()[-1] for line in lines] == ["bob", "hello", "there"]
    assert "\t" not in "".join(lines)


def test_a_click_on_a_link_opens_it(talk: Talk) -> None:
    talk.add(said("see https://a.example/x."))
    begin = str(talk.text.tag_ranges("link")[0])
    x, y, width, height = talk.text.bbox(begin)  # type: ignore[misc]
    talk.text.event_generate("<Motion>", x=x + width // 2, y=y + height // 2)
    talk.text.event_generate("<Button-1>", x=x + width // 2, y=y + height // 2)
    assert talk.opened == ["https://a.example/x"]


def columns(talk: Talk, words: str) -> list[int]:
    """Where each display line of a message begins."""
    at = talk.text.search(words, "1.0")
    found, index = [], talk.text.index(f"{at} linestart")
    while talk.text.compare(index, "<", f"{at} lineend"):
        box = talk.text.bbox(index)
        assert box
        found.append(box[0])
        index = talk.text.index(f"{index} + 1 displaylines")
    return found


@pytest.mark.parametrize("text", ["word " * 60, "w" * 300])
def test_a_long_message_is_wrapped_in_its_column(talk: Talk, text: str) -> None:
    talk.add(said(text))
    begins = columns(talk, text[:4])
    assert len(begins) > 2
    assert len(set(begins)) == 1
    assert begins[0] > 40


def test_the_colour_of_a_mention_does_not_reach_into_the_column_of_times(
    talk: Talk, look: Look
) -> None:
    talk.add(Item(Kind.SAID, "ann " * 80, 0.0, 1, "bob", mention=True))
    begin, end = map(str, talk.text.tag_ranges("mention"))
    assert talk.text.get(begin, end).strip() == ("ann " * 80).strip()
    for tag in ("row", "body"):
        assert talk.text.tag_cget(tag, "lmargincolor") == look.palette.background


def test_the_time_of_what_continues_a_group_is_shown_below_the_mouse(talk: Talk) -> None:
    talk.add(said("one"), said("two"))
    label = talk.view._reading._time
    for words, shown in (("two", True), ("one", False)):
        x, y, *_ = talk.text.bbox(talk.text.search(words, "1.0"))  # type: ignore[misc]
        talk.text.event_generate("<Motion>", x=x + 2, y=y + 4)
        talk.view.update()
        assert bool(label.winfo_ismapped()) is shown


def test_what_is_not_confirmed_stands_below_everything(talk: Talk) -> None:
    talk.view.show_pending([Pending("hello?")])
    talk.add(said("one"))
    assert talk.text.get("1.0", "end").rstrip().endswith("hello?")
    assert talk.text.tag_ranges("waiting")
    talk.view.show_pending([Pending("hello?", lost=True)])
    assert talk.text.tag_ranges("unsent")
    talk.view.show_pending([])
    assert talk.text.get("1.0", "end").rstrip().endswith("one")


def test_where_nothing_was_said_it_says_what_to_do(talk: Talk) -> None:
    talk.view.invite("Write the first message below.")
    talk.add(Item(Kind.NOTICE, "Welcome", 0.0))
    assert talk.view.empty.winfo_ismapped()
    talk.add(said("hello"))
    assert not talk.view.empty.winfo_ismapped()


def test_days_and_what_is_new_are_lines_across_it(talk: Talk) -> None:
    talk.add(said("one", 1), said("two", 2, time=86400.0 * 3))
    talk.log.mark_after(1)
    talk.view.changed(Change.REPLACED)
    talk.view.update()
    windows = [talk.text.nametowidget(name) for name in talk.text.window_names()]
    words = [option(canvas, item, "text") for canvas in windows for item in texts_of(canvas)]
    assert len(words) == 3
    assert words.count("New") == 1


def test_the_line_above_what_is_new_goes_when_one_looks_elsewhere(window: Window) -> None:
    def lines() -> int:
        return len(window.chat.conversation.text.window_names())

    window.actions.add([said("one", 1), said("two", 2)])
    window.places.current.log.mark_after(1)
    window.chat.conversation.changed(Change.REPLACED)
    assert lines() == 2  # the day, and what is new
    window._focus_changed(False)
    assert lines() == 1
    window.actions.add([said("three", 3)])
    assert lines() == 2


def test_the_scrollbar_is_there_at_every_size(window: Window, bare: tk.Tk) -> None:
    look = window._appearance.look
    window.actions.add([said(str(number)) for number in range(200)])
    for letters in (11, 32):
        look.set_font_size(letters)
        window.chat.apply_look()
        for size in ("360x320", "679x500", "900x620"):
            bare.geometry(size)
            bare.update()
            bar = window.chat.conversation.bar
            assert bar.winfo_ismapped()
            right = bar.winfo_rootx() + bar.winfo_width()
            assert right <= bare.winfo_rootx() + bare.winfo_width()
            assert bar.winfo_width() >= bar.winfo_reqwidth()


# --- the sidebar ----------------------------------------------------------------------------------


class Side:
    """A list of the sidebar, with what was chosen in it."""

    def __init__(self, root: tk.Tk, look: Look) -> None:
        self.chosen: list[str] = []
        self.menus: list[str] = []
        self.keys: list[str] = []
        self.list = SideList(
            root,
            look,
            lambda row: self.chosen.append(row.name),
            lambda row: self.chosen.append(f"+{row.name}"),
            lambda row, x, y: self.menus.append(row.name),
            lambda event: self.keys.append(event.keysym),
        )
        self.list.pack(fill="both", expand=True)
        root.update()

    def texts(self) -> list[str]:
        canvas = self.list.canvas
        canvas.update()
        return [option(canvas, item, "text") for item in texts_of(canvas)]

    def colour(self, text: str) -> str:
        canvas = self.list.canvas
        (item,) = (one for one in texts_of(canvas) if option(canvas, one, "text") == text)
        return option(canvas, item, "fill")

    def click(self, text: str, button: int = 1) -> None:
        canvas = self.list.canvas
        for item in texts_of(canvas):
            if option(canvas, item, "text") == text:
                x, y = (round(place) for place in canvas.coords(item))
                canvas.event_generate("<Motion>", x=x + 2, y=y)
                for event in (f"<Button-{button}>", f"<ButtonRelease-{button}>"):
                    canvas.event_generate(event, x=x + 2, y=y)
                return
        pytest.fail(f"there is no {text!r}")


def texts_of(canvas: tk.Canvas) -> list[int]:
    return [item for item in canvas.find_all() if str(canvas.type(item)) == "text"]


def option(canvas: tk.Canvas, item: int, name: str) -> str:
    return str(canvas.itemcget(item, name))  # type: ignore[no-untyped-call]


ROWS = [
    SideRow(RowKind.HEADING, "rooms", "Rooms", action=True),
    SideRow(RowKind.ROOM, "tea", "tea", 3, is_current=True),
    SideRow(RowKind.ROOM, "den", "den", 2, unread=5),
    SideRow(RowKind.ROOM, "attic", "attic", 9, unread=7, urgent=True),
    SideRow(RowKind.OTHER_ROOM, "cellar", "cellar", 4),
    SideRow(RowKind.HEADING, "people", "People", 2),
    SideRow(RowKind.PERSON, "ann", "ann (you)", person=1),
    SideRow(RowKind.PERSON, "bob", "bob", person=2),
    SideRow(RowKind.MORE, "", "and 38 more"),
]


@pytest.fixture
def side(root: tk.Tk, look: Look) -> Side:
    side = Side(root, look)
    side.list.show(ROWS)
    root.update()
    return side


def test_rows_show_how_many_are_there_or_what_is_unread(side: Side, look: Look) -> None:
    texts = side.texts()
    for text in ("tea", "3", "5", "@7", "cellar", "4", "People  2", "ann (you)", "and 38 more"):
        assert text in texts
    assert "2" not in texts  # where something is unread that is what one wants to know
    assert side.colour("@7") == look.palette.accent_text
    assert side.colour("5") == look.palette.text
    assert side.colour("cellar") == look.palette.muted
    assert side.colour("bob") == look.palette.people[2]


def test_a_click_chooses_a_row_and_a_heading_has_a_button(side: Side) -> None:
    for text in ("den", "bob", "and 38 more", "Rooms"):
        side.click(text)
    assert side.chosen == ["den", "bob", "+rooms"]


def test_a_right_click_opens_a_menu(side: Side) -> None:
    for text in ("den", "Rooms", "and 38 more"):
        side.click(text, button=3)
    assert side.menus == ["den"]


def test_the_arrow_keys_go_through_the_rows_and_return_goes_to_one(side: Side) -> None:
    canvas = side.list.canvas
    canvas.focus_force()
    canvas.update()
    for key in ("Down", "Down", "Down", "Down"):
        canvas.event_generate(f"<{key}>")
    assert side.chosen == []
    canvas.event_generate("<Return>")  # over the heading
    canvas.event_generate("<Menu>")
    canvas.event_generate("<Key-h>")
    assert (side.chosen, side.menus, side.keys) == (["ann"], ["ann"], ["h"])


def test_thousands_of_people_are_drawn_as_they_are_seen(side: Side) -> None:
    people = [SideRow(RowKind.PERSON, f"p{n:05}", f"p{n:05}", person=1) for n in range(10_000)]
    side.list.show(people)
    assert len(side.texts()) < 50
    assert side.list.bar.winfo_ismapped()
    side.list._bar_moved("moveto", "1.0")
    assert side.texts()[-1] == "p09999"
    side.list.show(people[:5])
    assert side.texts() == [f"p{n:05}" for n in range(5)]
    assert not side.list.bar.winfo_ismapped()


def test_long_names_end_in_an_ellipsis(side: Side, root: tk.Tk) -> None:
    side.list.show([SideRow(RowKind.ROOM, "x" * 200, "x" * 200, 1)])
    assert any(text.endswith("…") for text in side.texts())


# --- search and calendar --------------------------------------------------------------------------


class Search:
    def __init__(self, root: tk.Tk, look: Look) -> None:
        self.asked: list[tuple[str, bool, int | None]] = []
        self.chosen: list[int] = []
        self.panel = SearchPanel(
            root,
            look,
            lambda *query: self.asked.append(query),
            lambda hit: self.chosen.append(hit.id),
            lambda: self.chosen.append(-1),
        )
        self.panel.pack(fill="both", expand=True)
        root.update()

    def press(self, *keys: str) -> None:
        self.panel.entry.focus_force()
        self.panel.update()
        for key in keys:
            self.panel.entry.event_generate(f"<{key}>")


HITS = [events.Hit("tea", number, "said", "bob", f"found {number}", 0.0) for number in (9, 7, 5)]


@pytest.fixture
def search(root: tk.Tk, look: Look) -> Search:
    return Search(root, look)


def test_a_search_is_asked_for_and_its_results_can_be_chosen_by_keyboard(search: Search) -> None:
    search.panel.entry.insert(0, "kettle ")
    search.press("Return")
    assert search.asked == [("kettle", False, None)]
    search.panel.found(HITS, None, 0.0)
    assert "3 found" in search.panel.state_label.cget("text")
    search.press("Down", "Down", "Return", "Escape")
    assert search.chosen == [7, -1]


def test_a_result_that_is_clicked_on_is_chosen(search: Search) -> None:
    search.panel.entry.insert(0, "kettle")
    search.panel.found(HITS, None, 0.0)
    search.panel.update()
    at = search.panel.text.search("found 5", "1.0")
    x, y, *_ = search.panel.text.bbox(at)  # type: ignore[misc]
    search.panel.text.event_generate("<ButtonRelease-1>", x=x + 2, y=y + 4)
    assert search.chosen == [5]


def test_more_is_asked_for_behind_the_last_result(search: Search) -> None:
    search.panel.entry.insert(0, "kettle")
    search.panel.start()
    search.panel.found(HITS, 5, 0.0)
    search.panel.update()
    assert search.panel.more.winfo_ismapped()
    search.panel.more.invoke()
    assert search.asked[-1] == ("kettle", False, 5)
    search.panel.found(HITS[:1], None, 0.0)
    search.panel.update()
    assert not search.panel.more.winfo_ismapped()


def test_other_words_are_another_search(search: Search) -> None:
    search.panel.entry.insert(0, "kettle")
    search.press("Return")
    search.panel.found(HITS, None, 0.0)
    search.press("Down")
    search.panel.entry.insert("end", "s")
    search.press("Return")
    assert [words for words, *_ in search.asked] == ["kettle", "kettles"]
    assert search.chosen == []


def test_nothing_found_is_said(search: Search) -> None:
    search.panel.entry.insert(0, "kettle")
    search.panel.found([], None, 0.0)
    assert search.panel.state_label.cget("text") == "Nothing was found."


def test_a_day_is_chosen_by_keys_or_by_mouse(root: tk.Tk, look: Look) -> None:
    chosen: list[date] = []
    month = MonthView(root, look, date(2026, 11, 24), chosen.append)
    month.pack()
    month.focus_force()
    root.update()
    for key in ("Left", "Up", "Return", "Prior", "Return", "Next", "Next", "Right", "Right"):
        month.event_generate(f"<{key}>")
    month.event_generate("<Return>")
    assert chosen == [date(2026, 11, 16), date(2026, 10, 16), date(2026, 11, 24)]
    cell = month._cell
    month.event_generate("<ButtonRelease-1>", x=3 * cell + 5, y=3 * cell + 5)
    month.event_generate("<ButtonRelease-1>", x=6 * cell + 5, y=6 * cell + 5)  # is to come
    assert chosen[3:] == [date(2026, 11, 5)]


# --- the composer ---------------------------------------------------------------------------------

PEOPLE = ("nadia", "Nat", "bob")
ROOMS = ("lobby", "tea")


@pytest.fixture
def sent() -> list[str]:
    return []


@pytest.fixture
def composer(root: tk.Tk, look: Look, sent: list[str]) -> Composer:
    composer = Composer(root, look, sent.append, lambda before: complete(before, PEOPLE, ROOMS))
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
    composer: Composer, look: Look, root: tk.Tk, letters: int
) -> None:
    look.set_font_size(letters)
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
    root: tk.Tk, look: Look, host: str, port: str, name: str, complaint: str
) -> None:
    targets: list[Target] = []
    form = ConnectForm(root, look, host, 1060, name, "", targets.append)
    form.pack()
    form.port.delete(0, "end")
    form.port.insert(0, port)
    form.try_it()
    assert complaint in form.problem
    assert targets == ([] if complaint else [Target("attic", 1060, "ann", "")])


def test_while_it_is_tried_it_cannot_be_tried_again(root: tk.Tk, look: Look) -> None:
    targets: list[Target] = []
    form = ConnectForm(root, look, "attic", 1060, "ann", "", targets.append)
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
    window._appearance.look.set_font_size(size)
    window.show_form()
    bare.update()
    assert window.form.winfo_reqwidth() <= bare.winfo_width()
    assert window.form.winfo_reqheight() <= bare.winfo_height()


# --- how it looks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("state", [("focus",), ("!focus",)])
def test_what_is_selected_in_a_field_can_be_read(
    root: tk.Tk, look: Look, theme: Palette, state: tuple[str, ...]
) -> None:
    look.apply(theme)
    style = tkinter.ttk.Style(root)
    text = style.lookup("TEntry", "selectforeground", state)
    assert contrast(text, style.lookup("TEntry", "selectbackground", state)) >= 4.5


def test_letters_grow_and_shrink_within_reason(root: tk.Tk, look: Look) -> None:
    def size() -> int:
        return int(tkinter.font.nametofont("ChatText", root).actual("size"))

    begun = size()
    look.resize_fonts(1)
    assert size() == begun + 1
    for _ in range(100):
        look.resize_fonts(1)
    assert size() == 32
    look.resize_fonts(0)
    assert size() == begun
    for _ in range(100):
        look.resize_fonts(-1)
    assert size() == 7


# --- the whole of it, without a server ------------------------------------------------------------


def no_client(*_: object) -> NoReturn:
    raise AssertionError("nobody is connected to here")


def make_window(bare: tk.Tk, **options: object) -> Window:
    options.setdefault("wishes_dark", lambda: False)
    return Window(bare, no_client, Target("", 1060, "", ""), **options)  # type: ignore[arg-type]


@pytest.fixture
def window(bare: tk.Tk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """Nobody has joined yet; the chat is shown instead of the form all the same."""
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        window = make_window(bare)
        window.form.pack_forget()
        window.chat.pack(fill="both", expand=True)
        bare.geometry("900x620")
        bare.update()
        yield window
        window._bridge.close()


def ground(window: Window) -> str:
    return str(window.chat.conversation.text.cget("background"))


def test_the_colours_are_chosen_or_those_of_the_desktop(bare: tk.Tk) -> None:
    changes: list[dict[str, object]] = []
    dark = [True]
    window = make_window(
        bare, wishes_dark=lambda: dark[0], remember=lambda **changed: changes.append(changed)
    )
    assert ground(window) == DARK.background
    window._choose_theme("light")
    assert ground(window) == window.chat.composer.entry.cget("background") == LIGHT.background
    window._choose_theme("")
    assert ground(window) == DARK.background
    assert window._appearance.desktop_wishes(False)
    window._look_changed()
    assert ground(window) == LIGHT.background
    assert changes == [{"theme": "light"}, {"theme": ""}]
    window._bridge.close()


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


def test_in_a_narrow_window_the_sidebar_is_behind_a_button(window: Window, bare: tk.Tk) -> None:
    chat = window.chat
    for size, narrow in (("430x500", True), ("900x620", False), ("360x320", True)):
        bare.geometry(size)
        bare.update()
        chat.header.show("# tea", "", 3, True, chat.is_narrow)
        bare.update()
        assert bool(chat.sidebar.winfo_ismapped()) is not narrow
        assert bool(chat.header.sidebar.winfo_ismapped()) is narrow
    chat.header.sidebar.invoke()
    bare.update()
    assert chat.sidebar.winfo_ismapped()
    chat.header.sidebar.invoke()
    bare.update()
    assert not chat.sidebar.winfo_ismapped()


def test_large_letters_do_not_leave_all_of_the_window_to_the_people(
    window: Window, bare: tk.Tk
) -> None:
    window._appearance.look.set_font_size(32)
    window.chat.apply_look()
    bare.update()
    assert not window.chat.sidebar.winfo_ismapped()


def test_the_sidebar_goes_when_a_place_is_chosen_in_it(window: Window, bare: tk.Tk) -> None:
    bare.geometry("400x400")
    bare.update()
    window.chat.toggle_sidebar()
    window.chat.sidebar.show_rows([SideRow(RowKind.PERSON, "bob", "bob", person=0)])
    bare.update()
    canvas = window.chat.sidebar.list.canvas
    canvas.focus_force()
    bare.update()
    canvas.event_generate("<Down>")
    canvas.event_generate("<Return>")
    bare.update()
    assert not window.chat.sidebar.winfo_ismapped()


def opened_sidebar(window: Window) -> Callable[[], object]:
    window.chat.toggle_sidebar()
    return window.chat.sidebar.winfo_ismapped


def opened_search(window: Window) -> Callable[[], object]:
    window.chat.open_search()
    return lambda: window.chat.panel


def opened_calendar(window: Window) -> Callable[[], object]:
    window.chat.open_calendar()
    return lambda: window.chat._card and window.chat._card.is_open


def opened_switcher(window: Window) -> Callable[[], object]:
    window.chat.open_switcher(["#tea"], lambda name: None)
    return lambda: window.chat._card and window.chat._card.is_open


@pytest.mark.parametrize(
    "opened", [opened_sidebar, opened_search, opened_calendar, opened_switcher]
)
def test_escape_closes_what_is_open(
    window: Window, bare: tk.Tk, opened: Callable[[Window], Callable[[], object]]
) -> None:
    bare.geometry("420x500")
    bare.update()
    window.chat.composer.entry.focus_force()
    bare.update()
    is_open = opened(window)
    bare.update()
    assert is_open()
    focused = bare.focus_get()
    assert focused is not None
    assert focused is not window.chat.composer.entry
    focused.event_generate("<Escape>")
    bare.update()
    assert not is_open()
    assert bare.focus_get() is window.chat.composer.entry


def test_the_switcher_goes_where_the_letters_lead(window: Window, bare: tk.Tk) -> None:
    chosen: list[str] = []
    bare.focus_force()
    for letters in ("te", "new", "bo"):
        window.chat.open_switcher(["#lobby", "#tea", "@bob"], chosen.append)
        bare.update()
        entry = bare.focus_get()
        assert entry is not None
        for letter in letters:
            entry.event_generate(f"<Key-{letter}>")
            entry.event_generate(f"<KeyRelease-{letter}>")
        entry.event_generate("<Return>")
        bare.update()
    assert chosen == ["#tea", "#new", "@bob"]


def test_who_types_while_reading_back_or_in_a_list_means_the_entry(
    window: Window, bare: tk.Tk
) -> None:
    for part in (window.chat.conversation.text, window.chat.sidebar.list.canvas):
        part.focus_force()
        bare.update()
        part.event_generate("<Key-h>")
    assert window.chat.composer.text == "hh"
    assert bare.focus_get() is window.chat.composer.entry


def test_alt_with_a_number_is_no_text(window: Window, bare: tk.Tk) -> None:
    pressed: list[object] = []
    bare.bind("<Alt-Key-1>", pressed.append)
    chat = window.chat
    for widget in (chat.conversation.text, chat.sidebar.list.canvas):
        widget.focus_force()
        bare.update()
        widget.event_generate("<Alt-Key-1>")
    assert len(pressed) == 2
    assert window.chat.composer.text == ""


def test_the_form_offers_what_is_remembered(bare: tk.Tk) -> None:
    saved = Preferences("attic", 2000, "ann", theme="dark", font_size=20)
    window = make_window(bare, preferences=saved)
    form = window.form
    assert [field.get() for field in (form.host, form.port, form.name)] == ["attic", "2000", "ann"]
    assert ground(window) == DARK.background
    assert window._appearance.look.font_size == 20
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
    window = make_window(bare, preferences=Preferences(theme="pink", font_size=60_000))
    assert ground(window) == LIGHT.background
    assert window._appearance.look.font_size == 32
    window._bridge.close()


def test_the_size_of_letters_is_remembered(bare: tk.Tk) -> None:
    changes: list[dict[str, object]] = []
    window = make_window(bare, remember=lambda **changed: changes.append(changed))
    bare.update()
    window.form.host.focus_force()
    window.form.host.event_generate("<Control-plus>")
    assert changes == [{"font_size": 12}]
    window._bridge.close()


def test_control_a_selects_all_of_a_field(window: Window, bare: tk.Tk) -> None:
    window.form.pack()
    entry = window.form.host
    entry.insert(0, "attic")
    entry.focus_force()
    bare.update()
    entry.event_generate("<Control-a>")
    assert (entry.index("sel.first"), entry.index("sel.last")) == (0, 5)
