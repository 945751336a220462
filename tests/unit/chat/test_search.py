"""Search: what is a word, what is found, in which order, and how little is looked at for it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.chat import index
from chatroom.chat.history import History, Result
from chatroom.chat.ids import EPOCH, first_at
from chatroom.chat.search import Wanted
from chatroom.chat.words import question, spaced
from chatroom.settings import Settings
from chatroom.vocabulary.events import Acted, Said

NOW = EPOCH + 200_000_000.0
START = first_at(NOW)


class World:
    """A history in a file, opened as often as wanted."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.last = START
        self.history: History = self.open()

    def open(self, **settings: Any) -> History:
        if hasattr(self, "history"):
            self.history.close()
        self.history = History(self.path, Settings(**settings), lambda: NOW)
        return self.history

    def say(self, *texts: str, room: str = "Lobby", name: str = "ann") -> list[int]:
        ids = []
        for text in texts:
            self.last += 1
            self.history.append(room.lower(), Said(self.last, room, name, text, NOW))
            ids.append(self.last)
        return ids

    def settle(self) -> None:
        self.history.commit()
        while self.history.idle():
            pass

    def found(self, words: str, **how: Any) -> list[str]:
        return [event.text for event in self.history.search(words, **how).events]

    def value(self, statement: str) -> Any:
        return self.history._database.connection.execute(statement).fetchone()[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(str(tmp_path / "history.db"))
    yield made
    made.history.close()


@pytest.fixture
def without_fts5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "has_fts5", lambda: False)


needs_fts5 = pytest.mark.skipif(not index.has_fts5(), reason="this SQLite has no FTS5")

FOUND = [
    ("hello", "well, Hello there"),
    ("hel", "Hello"),
    ("hello the", "hello there"),
    ("there hello", "there, hello"),
    ("cafe", "the Café"),
    ("CAFÉ", "the cafe"),
    ("straße", "STRASSE"),
    ("snake_case", "a snake_case name"),
    ("e", "e e e"),
    ("東", "私は東京都に住む"),
    ("京都", "私は東京都に住む"),
    ("東京都に", "私は東京都に住む"),
    ("ラーメン", "今日はラーメンを食べた"),
    ("ラーメン", "ﾗｰﾒﾝ"),
    ("안녕", "안녕하세요"),
    ("हिन्दी", "यह हिन्दी है"),
    ("\U0001f600", "so\U0001f600happy"),
    ("42", "room 42, please"),
    ('"hello" AND', "hello and goodbye"),
    ("hello*", "hello"),
]
MISSED = [
    ("ello", "hello"),
    ("hel there", "hello there"),
    ("hello bob", "hello ann"),
    ("都京", "東京都"),
    ("snake_case", "case snake"),
    ("हिन्दी", "हनद"),
    ("", "hello"),
    ("*", "hello"),
    ("!?", "hello!?"),
]


def put_aside(world: World, state: str) -> None:
    """The messages wait to be written, or are stored, or are indexed."""
    if state == "stored":
        world.history.commit()
    if state == "indexed":
        world.settle()
        world.say(*["filler"] * 1100)  # so many are looked through before the index is asked
        world.settle()


@pytest.mark.parametrize("state", ["waiting", "stored", "indexed"])
def test_words_are_found_and_others_are_not(world: World, state: str) -> None:
    world.say(*[text for _, text in FOUND + MISSED])
    put_aside(world, state)
    for asked, text in FOUND:
        assert text in world.found(asked, limit=100), asked
    for asked, text in MISSED:
        assert text not in world.found(asked, limit=100), asked


@pytest.mark.usefixtures("without_fts5")
def test_without_fts5_the_same_is_found(tmp_path: Path) -> None:
    world = World(str(tmp_path / "history.db"))
    test_words_are_found_and_others_are_not(world, "indexed")
    world.history.close()


def test_the_newest_come_first_and_pages_go_on(world: World) -> None:
    ids = world.say(*[f"tea {n}" for n in range(2500)], *["coffee"] * 1200)[:2500]
    put_aside(world, "indexed")
    world.say("tea at last")
    seen: list[int] = []
    result = Result((), True, 2**62)
    while result.more:
        result = world.history.search("tea", before=result.before, limit=100)
        seen += [event.id for event in result.events]
    assert seen == [world.last, *reversed(ids)]


def test_what_a_person_does_is_found_as_well(world: World) -> None:
    event = Acted(START, "Lobby", "ann", "drinks tea", NOW)
    world.history.append("lobby", event)
    assert world.history.search("tea") == Result((event,), False)


@pytest.mark.parametrize("state", ["waiting", "stored", "indexed"])
def test_a_room_and_a_person_are_looked_for_alone(world: World, state: str) -> None:
    world.say("tea of ann")
    world.say("tea of Zoë", name="Zoë")
    world.say("tea in the den", room="Den", name="Bob")
    put_aside(world, state)
    assert world.found("tea", room="lobby") == ["tea of Zoë", "tea of ann"]
    assert world.found("tea", room="den") == ["tea in the den"]
    assert world.found("tea", room="nowhere") == []
    assert world.found("tea", name="bob") == ["tea in the den"]
    assert world.found("tea", name="ZOË") == ["tea of Zoë"]
    assert world.found("", name="Bob") == ["tea in the den"]
    assert world.found("tea", name="not\x00valid") == []
    assert world.found("tea", room="lobby", name="bob") == []


def test_the_work_of_a_search_is_bounded_and_the_next_page_goes_on(
    world: World, without_fts5: None
) -> None:
    world.say("needle", *["hay"] * 3000)
    world.settle()
    world.open(search_work=20_000)
    before, pages = None, 0
    while True:
        result = world.history.search("need le", before=before)
        assert not result.events
        pages += 1
        if not result.more:
            break
        assert before is None or result.before < before
        before = result.before
    assert pages > 2


LONG = {
    "ASCII": ("x " * 2048).strip(),
    "Hangul": "\uac01" * 1365,
    "a ligature of eighteen letters": "\ufdfa" * 1365,
    "Han": "\u4e2d" * 1365,
}
MANY_WORDS = {
    "one": "qq",
    "two thousand times the same": "x " * 2000 + "qq",
    "all in the text, but for the last": " ".join("abcdefghijklmnopqrstuvwxyz") + " qq",
    "a long one without a space": "\u4e2d" * 1364 + "\u4e8c",
}


@pytest.mark.parametrize("asked", MANY_WORDS)
@pytest.mark.parametrize("said", LONG)
def test_a_search_looks_at_few_of_the_texts_that_take_long(
    world: World, said: str, asked: str
) -> None:
    ids = world.say(*[LONG[said]] * 60)
    world.open(search_work=150_000)  # a tenth of what is usual
    result = world.history.search(MANY_WORDS[asked])
    looked_at = [id for id in ids if id >= result.before]
    assert result.more
    assert 1 <= len(looked_at) <= 150_000 // len(LONG[said])
    cost = 12 if not LONG[said].isascii() else 1
    characters = max(len(LONG[said]), len(spaced(LONG[said])))
    assert cost * characters * (len(looked_at) - 1) <= 150_000


def test_many_words_are_work_as_well(world: World) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    ids = world.say(*[" ".join(letters)] * 300)
    world.open(search_work=100_000)
    few = world.history.search("a qq").before
    many = world.history.search(" ".join(letters) + " qq").before
    assert many > few > ids[0]


def test_a_word_that_is_asked_for_again_is_looked_for_once() -> None:
    assert question("tea " * 1000 + "Tea te").phrases == ("tea", "te")


@needs_fts5
def test_long_texts_do_not_keep_a_search_from_the_index(world: World) -> None:
    world.say("needle", *[LONG["Hangul"]] * 100)
    world.settle()
    world.open(search_work=300_000)
    assert world.found("needle") == ["needle"]


@given(text=st.text(), before=st.none() | st.integers(), limit=st.integers())
def test_any_question_is_answered(text: str, before: int | None, limit: int) -> None:
    history = History(None, Settings(), lambda: NOW)
    for n, said in enumerate((text.encode("utf-8", "ignore").decode(), "hello", "東京")):
        history.append("lobby", Said(START + n, "Lobby", "ann", said, NOW))
    history.commit()
    while history.idle():
        pass
    history.search(text, before=before, limit=limit)
    history.search(text, room=text, name=text, before=before, limit=limit)
    history.close()


@given(st.text())
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    assert Wanted(question(text), None, None).look_at("ann", text)[0]
    assert spaced(spaced(text)) == spaced(text)


def all_found(world: World, words: str, **how: Any) -> tuple[list[str], int]:
    """What the pages of an answer have together, and how many there are."""
    texts: list[str] = []
    before, pages = None, 0
    while True:
        result = world.history.search(words, before=before, **how)
        texts += [event.text for event in result.events]
        pages += 1
        if not result.more:
            return texts, pages
        assert before is None or result.before < before
        before = result.before


@needs_fts5
@pytest.mark.parametrize("words", ["odd even", "odd eve", "meet odd", "odd me", "meet", "meetin"])
@pytest.mark.parametrize("room", [None, "lobby"])
def test_an_index_that_is_interrupted_finds_the_same(
    world: World, words: str, room: str | None
) -> None:
    for n in range(1500):
        world.say(f"{n} odd" if n % 2 else f"{n} even")
        world.say(f"{n} other", room="Den")
        if n % 500 == 50:
            world.say(f"{n} odd meetings meet even", f"{n} odd meet")
    world.settle()
    whole, _ = all_found(world, words, room=room)
    world.open(index_steps=100)  # a search has no other answer for less than this
    assert all_found(world, words, room=room)[0] == whole
    world.open(index_steps=0, search_work=20_000)
    assert all_found(world, words, room=room)[0] == whole


# --- the index --------------------------------------------------------------------------------


@needs_fts5
def test_what_is_trimmed_leaves_the_index(world: World) -> None:
    world.open(history_keep=100)
    for part in range(3):
        world.say(*[f"old word{n}" for n in range(part * 500, part * 500 + 500)])
        world.settle()
    count = "SELECT count(*) FROM words WHERE words MATCH 'old'"
    assert world.value(count) == world.value("SELECT count(*) FROM message") <= 101
    assert world.found("word1 old") == []
    run = world.history._database.connection.execute
    run("INSERT INTO words (words) VALUES ('integrity-check')")


@needs_fts5
def test_a_busy_server_indexes_while_it_writes(world: World) -> None:
    world.open(most_unindexed=500)
    for _ in range(30):
        world.say(*["busy"] * 100)
        world.history.commit()
    unindexed = world.value(
        "SELECT count(*) FROM message WHERE id > (SELECT value FROM meta WHERE key = 'indexed_to')"
    )
    assert 0 < unindexed <= 700


@needs_fts5
def test_a_step_indexes_few_long_texts(world: World) -> None:
    world.open(bytes_per_step=10_000)
    world.say(*["x" * 4000] * 10, *["short"] * 30)
    world.history.commit()
    indexed = [0]
    while world.history.idle():
        indexed.append(
            world.value(
                "SELECT count(*) FROM message"
                " WHERE id <= (SELECT value FROM meta WHERE key = 'indexed_to')"
            )
        )
    assert indexed[:6] == [0, 2, 4, 6, 8, 40]


@needs_fts5
def test_indexing_goes_on_after_a_restart(world: World) -> None:
    world.say("one")
    world.settle()
    world.say("two")
    world.open()
    world.settle()
    assert world.value("SELECT count(*) FROM words WHERE words MATCH 'one OR two'") == 2


@needs_fts5
def test_a_file_goes_to_a_server_without_fts5_and_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.say("tea one", "tea two")
    world.settle()
    with monkeypatch.context() as without:
        without.setattr(index, "has_fts5", lambda: False)
        world.open(history_keep=1)
        world.settle()
        assert world.found("tea") == ["tea two"]
    world.open()
    world.settle()
    assert world.found("tea") == ["tea two"]
    assert world.value("SELECT count(*) FROM words WHERE words MATCH 'tea'") == 1


@needs_fts5
def test_an_index_that_is_gone_is_made_anew(world: World) -> None:
    world.say("tea")
    world.settle()
    world.history.close()
    other = sqlite3.connect(world.path)
    other.execute("DROP TABLE words")
    other.close()
    world.open()
    world.settle()
    assert not world.history.paused
    assert world.value("SELECT count(*) FROM words WHERE words MATCH 'tea'") == 1


@needs_fts5
def test_other_programs_can_delete_from_the_file(world: World) -> None:
    world.say("tea")
    world.settle()
    world.history.close()
    other = sqlite3.connect(world.path, isolation_level=None)
    other.execute("DELETE FROM message")
    other.close()
    world.open()
    assert world.history.search("tea") == Result((), False)


# --- what waits to be written -----------------------------------------------------------------


def test_pages_go_on_within_what_waits(world: World) -> None:
    ids = world.say("tea one", "tea two", "tea three")
    first = world.history.search("tea", limit=2)
    assert first.more
    rest = world.history.search("tea", before=first.before)
    assert [event.id for event in (*first.events, *rest.events)] == ids[::-1]


def test_what_waits_although_it_is_stored_is_found_once(world: World) -> None:
    world.say("tea one", "tea two")
    waiting = list(world.history._backlog._entries)
    world.history.commit()
    for entry in waiting:  # as after a commit that happened and was told as failed
        world.history._backlog.add(entry)
    assert world.found("tea") == ["tea two", "tea one"]
