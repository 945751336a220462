"""What is kept, what is read back, and what happens when the disk or another program interferes."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from chatroom.chat import inspection
from chatroom.chat.history import CannotOpen, Gap, History, Page, Topic
from chatroom.chat.ids import EPOCH, first_at
from chatroom.chat.marks import Marks
from chatroom.settings import Settings
from chatroom.vocabulary.events import Acted, Said

ROOT = Path(__file__).parents[3]
NOW = EPOCH + 200_000_000.0
FIRST = first_at(NOW)


class World:
    """A history with a clock that stands still. Ids are those of the clock, and rise."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.now = NOW
        self.last = 0
        self.open_ones: list[History] = []

    def open(self, **settings: Any) -> History:
        history = History(self.path, Settings(**settings), lambda: self.now)
        self.open_ones.append(history)
        return history

    def say(self, history: History, text: str = "hi", room: str = "Lobby", **mark: Any) -> Said:
        self.last = max(self.last + 1, first_at(self.now))
        event = Said(self.last, room, "ann", text, self.now)
        history.append(room.lower(), event, **mark)
        return event

    def fill(
        self, history: History, count: int, room: str = "Lobby", text: str = "hi"
    ) -> list[Said]:
        said = [self.say(history, text, room) for _ in range(count)]
        history.commit()
        return said

    def close(self) -> None:
        for history in self.open_ones:
            history.close()
        self.open_ones.clear()


@pytest.fixture(params=["memory", "file"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    made = World(None if request.param == "memory" else str(tmp_path / "history.db"))
    yield made
    made.close()


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[World]:
    made = World(str(tmp_path / "history.db"))
    yield made
    made.close()


def connection(history: History) -> sqlite3.Connection:
    return history._database.connection


def ids(page: Page) -> list[int]:
    return [event.id for event in page.events]


def count(history: History, table: str = "message") -> int:
    number: int = connection(history).execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return number


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".db-shm"}


# --- keeping and reading ----------------------------------------------------------------------


def test_what_was_said_and_done_is_read_back_as_it_was(world: World) -> None:
    history = world.open()
    said = Said(5, "Café", "ann", "line\nbreak ☕ \U0001f600", NOW + 0.25)
    acted = Acted(6, "Café", "bob", "waves", NOW + 0.5)
    history.append("café", said)
    history.append("café", acted)
    assert history.page("café").events == (said, acted)
    history.commit()
    assert history.page("café") == Page((said, acted), False, False)


def test_a_room_that_nobody_spoke_in_has_an_empty_page(world: World) -> None:
    history = world.open()
    assert history.page("lobby") == Page((), False, False)
    assert history.bounds("lobby") == (0, 0)
    assert history.topic("lobby") is None
    assert history.last == 0


def test_rooms_are_read_apart(world: World) -> None:
    history = world.open()
    one, other = world.say(history, room="Lobby"), world.say(history, room="Den")
    history.commit()
    assert ids(history.page("lobby")) == [one.id]
    assert ids(history.page("den")) == [other.id]
    assert history.bounds("den") == (other.id, other.id)


@pytest.mark.parametrize("written", [0, 3, 10])
def test_every_kind_of_page(world: World, written: int) -> None:
    history = world.open()
    said = [one.id for one in world.fill(history, written)]
    said += [world.say(history).id for _ in range(10 - written)]

    def read(**place: Any) -> tuple[list[int], bool, bool]:
        page = history.page("lobby", **place)
        return [said.index(event.id) for event in page.events], page.more_before, page.more_after

    assert read() == (list(range(10)), False, False)
    assert read(limit=4) == ([6, 7, 8, 9], True, False)
    assert read(before=said[6], limit=4) == ([2, 3, 4, 5], True, True)
    assert read(before=said[2]) == ([0, 1], False, True)
    assert read(before=said[0]) == ([], False, True)
    assert read(after=said[6]) == ([7, 8, 9], True, False)
    assert read(after=said[6], limit=2) == ([7, 8], True, True)
    assert read(after=0, limit=2) == ([0, 1], False, True)
    assert read(after=said[9]) == ([], True, False)
    assert read(around=said[5], limit=5) == ([3, 4, 5, 6, 7], True, True)
    assert read(around=said[0], limit=4) == ([0, 1, 2, 3], False, True)
    assert read(around=said[9], limit=4) == ([6, 7, 8, 9], True, False)
    assert history.bounds("lobby") == (said[0], said[9])
    assert history.last == said[9]


def test_the_first_place_that_is_given_counts(world: World) -> None:
    history = world.open()
    said = world.fill(history, 5)
    page = history.page("lobby", before=said[1].id, after=said[3].id, around=said[4].id, at=NOW)
    assert ids(page) == [said[0].id]


@pytest.mark.parametrize("id", [-(10**30), -1, 0, 2**53, 2**63, 10**30])
def test_any_integer_is_an_id(world: World, id: int) -> None:
    history = world.open()
    world.fill(history, 2)
    for page in (
        history.page("lobby", before=id),
        history.page("lobby", after=id),
        history.page("lobby", around=id),
    ):
        assert len(page.events) in (0, 2)


def test_a_time_finds_what_was_said_since(world: World) -> None:
    history = world.open()
    said = []
    for world.now in (NOW, NOW + 10, NOW + 20):
        said.append(world.say(history).id)
    history.commit()
    assert ids(history.page("lobby", at=NOW + 10)) == said[1:]
    assert ids(history.page("lobby", at=NOW + 10.5)) == said[2:]
    assert history.page("lobby", at=NOW + 10).more_before
    assert ids(history.page("lobby", at=0.0)) == said
    assert ids(history.page("lobby", at=float("inf"))) == []
    assert ids(history.page("lobby", at=float("nan"))) == said


def test_pages_lead_through_a_room_in_both_directions(world: World) -> None:
    history = world.open()
    said = [one.id for one in world.fill(history, 250)] + [world.say(history).id]
    forward: list[int] = []
    while (page := history.page("lobby", after=forward[-1] if forward else 0)).events:
        forward += ids(page)
        assert page.more_after == (forward[-1] != said[-1])
    backward: list[int] = []
    while (page := history.page("lobby", before=backward[0] if backward else None)).events:
        backward = ids(page) + backward
        assert page.more_before == (backward[0] != said[0])
    assert forward == backward == said


def test_a_page_has_a_hundred_messages_and_64_kib_at_most(world: World) -> None:
    history = world.open()
    said = [one.id for one in world.fill(history, 150)]
    assert len(history.page("lobby", limit=1000).events) == 100
    assert len(history.page("lobby", limit=0).events) == 1
    long = [one.id for one in world.fill(history, 50, text="x" * 4000)]
    newest = history.page("lobby")
    assert ids(newest) == long[-15:]
    assert newest.more_before
    oldest = history.page("lobby", after=said[-1])
    assert ids(oldest) == long[:15]
    assert oldest.more_after
    around = history.page("lobby", around=long[20])
    assert long[20] in ids(around)
    assert len(around.events) == 15
    world.fill(history, 1, text="\U0001f600" * 100_000)
    assert len(history.page("lobby").events) == 1


def test_a_topic_is_read_back_and_taken_away(world: World) -> None:
    history = world.open()
    topic = Topic("tea", "ann", NOW)
    history.set_topic("lobby", "Lobby", topic)
    assert history.topic("lobby") == topic
    history.commit()
    assert history.topic("lobby") == topic
    history.set_topic("lobby", "Lobby", Topic("", "bob", NOW))
    assert history.topic("lobby") is None
    history.commit()
    assert history.topic("lobby") is None


def test_a_room_is_called_what_it_was_called_last(world: World) -> None:
    history = world.open()
    history.append("lobby", Said(1, "Lobby", "ann", "a", NOW))
    history.append("lobby", Said(2, "LOBBY", "ann", "b", NOW))
    history.commit()
    assert {event.room for event in history.page("lobby").events} == {"LOBBY"}


def test_everything_is_there_after_a_restart(on_disk: World) -> None:
    history = on_disk.open()
    said = on_disk.fill(history, 3)
    history.set_topic("lobby", "Lobby", Topic("tea", "ann", NOW))
    epoch = history.epoch
    on_disk.close()
    history = on_disk.open()
    assert history.epoch == epoch
    assert history.last == said[-1].id
    assert history.page("lobby").events == tuple(said)
    assert history.topic("lobby") == Topic("tea", "ann", NOW)


def test_every_history_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    epochs = set()
    for path in (None, None, str(tmp_path / "a.db"), str(tmp_path / "b.db")):
        world = World(path)
        epochs.add(world.open().epoch)
        world.close()
    assert len(epochs) == 4


def test_what_was_not_committed_is_written_by_close(on_disk: World) -> None:
    said = on_disk.say(on_disk.open())
    on_disk.close()
    assert ids(on_disk.open().page("lobby")) == [said.id]


# --- recognising ------------------------------------------------------------------------------


def test_what_is_sent_again_is_recognised(world: World) -> None:
    history = world.open()
    one = world.say(history, ticket="secret", ref=1)
    other = world.say(history, ticket="secret", ref="1")
    for _ in range(2):
        assert history.recognise("secret", 1) == one
        assert history.recognise("secret", "1") == other
        assert history.recognise("secret", 2) is None
        assert history.recognise("other", 1) is None
        assert history.recognise("secret1", "") is None
        history.commit()


def test_without_a_ticket_or_a_mark_nothing_is_recognised(world: World) -> None:
    history = world.open()
    world.say(history, ref=1)
    world.say(history, ticket="secret")
    history.commit()
    assert history.recognise("", 1) is None
    assert history.recognise("secret", None) is None
    assert count(history, "mark") == 0


def test_what_is_sent_again_after_a_restart_is_recognised(on_disk: World) -> None:
    said = on_disk.say(on_disk.open(), ticket="secret", ref=10**30)
    on_disk.close()
    history = on_disk.open()
    assert history.recognise("secret", 10**30) == said
    assert on_disk.path
    assert b"secret" not in Path(on_disk.path).read_bytes()


def test_a_mark_is_forgotten_after_ten_minutes(world: World) -> None:
    history = world.open()
    said = world.say(history, ticket="secret", ref=1)
    history.commit()
    world.now += 599
    assert history.recognise("secret", 1) == said
    while history.idle():
        pass
    assert count(history, "mark") == 1
    world.now += 2
    assert history.recognise("secret", 1) is None
    while history.idle():
        pass
    assert count(history, "mark") == 0
    assert history.page("lobby").events == (said,)


def test_a_mark_that_is_used_again_is_the_later_message(world: World) -> None:
    history = world.open()
    world.say(history, ticket="secret", ref=1)
    later = world.say(history, ticket="secret", ref=1)
    assert history.recognise("secret", 1) == later
    history.commit()
    assert history.recognise("secret", 1) == later


def test_only_so_many_marks_are_known(world: World) -> None:
    history = world.open(max_marks=10)
    for ref in range(20):
        world.say(history, ticket="secret", ref=ref)
    history.commit()
    assert [ref for ref in range(20) if history.recognise("secret", ref)] == list(range(10, 20))


def test_many_marks_are_forgotten_quickly() -> None:
    marks = Marks(100_000, ((number.to_bytes(16), number) for number in range(100_000)))
    started = time.process_time()
    marks.forget(99_999)
    assert time.process_time() - started < 1
    assert len(marks) == 1


# --- what is trimmed --------------------------------------------------------------------------


def test_of_each_room_the_newest_are_kept(world: World) -> None:
    history = world.open(history_keep=50, rows_per_step=7)
    other = world.fill(history, 10, "Den")
    said = world.fill(history, 200)
    steps = 0
    while history.idle():
        steps += 1
    assert steps >= 20
    assert history.bounds("lobby") == (said[150].id, said[-1].id)
    assert history.bounds("den") == (other[0].id, other[-1].id)
    assert count(history) == 60
    assert history.last == said[-1].id


def test_a_server_that_is_never_idle_trims_all_the_same(world: World) -> None:
    history = world.open(history_keep=100, rows_per_step=20)
    for _ in range(200):
        world.fill(history, 10)
    assert count(history) < 200


def test_what_is_said_while_a_room_is_trimmed_counts_as_well(world: World) -> None:
    history = world.open(history_keep=100)
    for _ in range(3000):
        world.say(history)
    while history.waiting:
        history.commit()
    while history.idle():
        pass
    assert count(history) <= 101


def test_all_rooms_together_have_a_limit(world: World) -> None:
    limit = 400 * 1024
    history = world.open(history_bytes=limit, history_memory=limit)
    for number in range(300):
        world.fill(history, 5, f"room{number}", "x" * 1000)
    while history.idle():
        pass
    assert history._database.used_bytes() <= limit
    assert history.page("room0").events == ()
    assert len(history.page("room299").events) == 5
    assert count(history, "room") < 100


def test_of_a_room_that_was_forgotten_it_is_known_that_something_was_trimmed(world: World) -> None:
    limit = 300 * 1024
    history = world.open(history_bytes=limit, history_memory=limit)
    world.fill(history, 1, "tea")
    said = history.last
    for _ in range(40):
        world.fill(history, 100, text="x" * 1000)
        while history.idle():
            pass
    assert history.page("tea").events == ()
    assert history.trimmed("tea") >= said
    world.fill(history, 1, "tea")
    assert history.trimmed("tea") >= said


def test_topics_of_empty_rooms_have_a_limit(world: World) -> None:
    limit = 200 * 1024
    history = world.open(history_bytes=limit, history_memory=limit)
    for number in range(300):
        history.set_topic(f"room{number}", f"room{number}", Topic("x" * 4000, "ann", NOW))
        history.commit()
    while history.idle():
        pass
    assert history._database.used_bytes() <= limit


def test_the_last_id_outlives_its_message(on_disk: World) -> None:
    history = on_disk.open()
    last = on_disk.fill(history, 2)[-1].id
    connection(history).execute("DELETE FROM message")
    on_disk.close()
    assert on_disk.open().last == last


def test_a_file_that_is_trimmed_much_becomes_shorter(on_disk: World) -> None:
    history = on_disk.open(history_keep=100)
    on_disk.fill(history, 2000, text="x" * 1000)
    while history.idle():
        pass
    on_disk.close()
    assert on_disk.path
    assert os.stat(on_disk.path).st_size < 1_000_000


# --- the write-ahead log ----------------------------------------------------------------------


def test_an_idle_server_makes_checkpoints_and_a_busy_one_only_when_it_must(on_disk: World) -> None:
    history = on_disk.open(most_log_pages=300, idle_log_pages=100)
    largest = 0
    for _ in range(300):
        on_disk.fill(history, 5, text="x" * 2000)
        largest = max(largest, history.log_bytes)
    assert 300 * 4096 < largest < 330 * 4200
    assert history._database.log_pages() > 0
    on_disk.fill(history, 300, text="x" * 2000)
    while history.idle():
        pass
    assert history._database.log_pages() <= 100


def test_a_reader_of_the_file_keeps_the_log_from_being_reset_and_nothing_else(
    on_disk: World,
) -> None:
    history = on_disk.open(most_log_pages=100, idle_log_pages=20)
    on_disk.fill(history, 10)
    assert on_disk.path
    reader = sqlite3.connect(f"file:{on_disk.path}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM message").fetchone() == (10,)
    for _ in range(100):
        on_disk.fill(history, 10, text="x" * 2000)
        for _ in range(50):
            if not history.idle():
                break
        else:
            pytest.fail("idle never comes to an end")
    assert history.paused == ""
    reader.close()
    on_disk.fill(history, 100, text="x" * 2000)
    while history.idle():
        pass
    on_disk.fill(history, 1)
    assert history.log_bytes < 100 * 4096


def test_a_closed_history_is_one_file_that_only_its_owner_may_read(on_disk: World) -> None:
    assert on_disk.path
    on_disk.fill(on_disk.open(), 3)
    folder = Path(on_disk.path).parent
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    on_disk.close()
    assert [path.name for path in folder.iterdir()] == ["history.db"]


@pytest.mark.parametrize(("fsync", "level"), [("normal", 1), ("full", 2)])
def test_the_pragmas_are_as_promised(on_disk: World, fsync: str, level: int) -> None:
    run = connection(on_disk.open(fsync=fsync)).execute
    assert run("PRAGMA synchronous").fetchone() == (level,)
    assert run("PRAGMA journal_mode").fetchone() == ("wal",)
    assert run("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    assert run("PRAGMA journal_size_limit").fetchone() == (0,)
    assert run("PRAGMA mmap_size").fetchone() in ((0,), None)
    assert run("PRAGMA busy_timeout").fetchone() == (0,)
    assert run("PRAGMA auto_vacuum").fetchone() == (2,)


# --- files that are refused -------------------------------------------------------------------


def refused(world: World, **settings: Any) -> str:
    """The sentence with which the file is refused; nothing in the folder has changed."""
    assert world.path
    folder = Path(world.path).parent
    before = snapshot(folder)
    with pytest.raises(CannotOpen) as caught:
        world.open(**settings)
    assert snapshot(folder) == before
    return str(caught.value)


@pytest.mark.parametrize("content", [b"garbage", b"# notes\n" * 1000, b"SQLite format 3\x00"])
def test_a_file_that_is_no_database_is_refused(on_disk: World, content: bytes) -> None:
    assert on_disk.path
    Path(on_disk.path).write_bytes(content)
    assert "is not a history: it is not an SQLite database" in refused(on_disk)


def test_the_database_of_another_program_is_refused(on_disk: World) -> None:
    assert on_disk.path
    other = sqlite3.connect(on_disk.path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE bookmark (url)")
    other.close()
    assert "the database of another program" in refused(on_disk)


def test_the_file_of_a_newer_version_is_refused(on_disk: World) -> None:
    history = on_disk.open()
    connection(history).execute("PRAGMA user_version = 7")
    on_disk.close()
    assert "a newer version of this server (format 7; this one knows 1)" in refused(on_disk)


def unclean(world: World, folder: Path) -> Path:
    """A copy of the files as they are while the history is open."""
    folder.mkdir()
    assert world.path
    for path in Path(world.path).parent.glob("history.db*"):
        if path.is_file():
            shutil.copy(path, folder / path.name)
    return folder / "history.db"


def test_the_file_of_a_newer_version_is_refused_after_an_unclean_stop(
    on_disk: World, tmp_path: Path
) -> None:
    connection(on_disk.open()).execute("PRAGMA user_version = 7")
    copy = World(str(unclean(on_disk, tmp_path / "copy")))
    assert "a newer version" in refused(copy)


def test_a_truncated_file_is_refused(on_disk: World) -> None:
    on_disk.fill(on_disk.open(), 1000, text="x" * 1000)
    on_disk.close()
    assert on_disk.path
    os.truncate(on_disk.path, 400_000)
    assert "is damaged" in refused(on_disk)


def damaged(world: World, folder: Path) -> World:
    """A copy after an unclean stop, with zeros where messages were."""
    history = world.open()
    world.fill(history, 2000, text="x" * 1000)
    connection(history).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    path = unclean(world, folder)
    with open(path, "r+b") as file:
        file.seek(200 * 4096)
        file.write(bytes(50 * 4096))
    return World(str(path))


def test_damage_is_found_after_an_unclean_stop(on_disk: World, tmp_path: Path) -> None:
    copy = damaged(on_disk, tmp_path / "copy")
    assert "is damaged" in refused(copy)


class LargeFile:
    """A connection whose search goes on until it is interrupted."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()

    def interrupt(self) -> None:
        self.interrupted.set()

    def execute(self, _: str) -> NoReturn:
        assert self.interrupted.wait(10)
        error = sqlite3.OperationalError("interrupted")
        error.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
        raise error


def test_the_search_for_damage_ends_in_time() -> None:
    assert inspection._damage(cast(sqlite3.Connection, LargeFile()), 0.01) == ""


def test_what_cannot_be_read_neither_raises_nor_stops_the_writing(
    on_disk: World, tmp_path: Path
) -> None:
    on_disk.fill(on_disk.open(), 2000, text="x" * 1000)
    on_disk.close()
    assert on_disk.path
    with open(on_disk.path, "r+b") as file:
        file.seek(100 * 4096)
        file.write(bytes(250 * 4096))
    history = on_disk.open()
    position = 0
    for _ in range(100):
        page = history.page("lobby", after=position)
        if not page.events:
            break
        position = page.events[-1].id
    assert history.paused == ""
    said = on_disk.say(history)
    history.commit()
    assert history.paused == ""
    assert said.id in ids(history.page("lobby", limit=1))


def test_the_connection_that_reads_can_neither_write_nor_make_checkpoints(on_disk: World) -> None:
    history = on_disk.open()
    on_disk.fill(history, 10)
    reader = history._database.reader
    assert reader is not connection(history)
    before = snapshot(Path(str(on_disk.path)).parent)
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "DELETE FROM message"):
        with pytest.raises(sqlite3.OperationalError):
            reader.execute(statement).fetchall()
    assert snapshot(Path(str(on_disk.path)).parent) == before


def test_a_second_server_is_refused(on_disk: World) -> None:
    history = on_disk.open()
    with pytest.raises(CannotOpen, match="in use by another server"):
        on_disk.open()
    said = on_disk.fill(history, 1)  # and the first has kept SQLite's own locks
    assert ids(history.page("lobby")) == [said[0].id]
    on_disk.close()
    on_disk.open()


def test_a_file_that_another_program_has_locked_is_refused(on_disk: World) -> None:
    on_disk.open()
    on_disk.close()
    assert on_disk.path
    other = sqlite3.connect(on_disk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotOpen, match="another program has locked the file"):
        on_disk.open()
    other.close()
    on_disk.open()


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="No such file or directory"):
        World(str(tmp_path / "missing" / "history.db")).open()
    with pytest.raises(CannotOpen, match="Is a directory"):
        World(str(tmp_path)).open()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CannotOpen, match="it is not a file"):
        World(str(tmp_path / "pipe")).open()


def test_names_of_files_are_taken_as_they_are(tmp_path: Path) -> None:
    world = World(str(tmp_path / "a b?mode=ro#%41 é.db"))
    said = world.fill(world.open(), 1)
    world.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a b?mode=ro#%41 é.db"]
    assert ids(world.open().page("lobby")) == [said[0].id]
    world.close()


def test_an_empty_file_becomes_a_history(on_disk: World) -> None:
    assert on_disk.path
    Path(on_disk.path).touch()
    on_disk.fill(on_disk.open(), 1)


def test_what_is_left_of_a_history_that_was_being_made_is_no_obstacle(on_disk: World) -> None:
    assert on_disk.path
    for name in ("", "-new", "-new-journal", "-new-wal"):
        Path(on_disk.path + name).write_bytes(b"half a history" if name else b"")
    said = on_disk.fill(on_disk.open(), 1)
    on_disk.close()
    assert [path.name for path in Path(on_disk.path).parent.iterdir()] == ["history.db"]
    assert ids(on_disk.open().page("lobby")) == [said[0].id]


def test_the_log_of_a_deleted_file_is_not_taken_for_that_of_the_new_one(
    on_disk: World, tmp_path: Path
) -> None:
    on_disk.fill(on_disk.open(), 100)
    copy = unclean(on_disk, tmp_path / "copy")
    copy.unlink()
    assert Path(f"{copy}-wal").stat().st_size
    world = World(str(copy))
    history = world.open()
    assert count(history) == 0
    assert history.epoch != on_disk.open_ones[0].epoch
    world.close()


def test_a_link_to_a_history_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "history.db")
    world = World(str(tmp_path / "link"))
    world.fill(world.open(), 1)
    world.close()
    assert (tmp_path / "link").is_symlink()
    world.path = str(tmp_path / "history.db")
    assert count(world.open()) == 1
    world.close()


def test_the_journal_of_another_program_is_left_alone(on_disk: World) -> None:
    assert on_disk.path
    other = sqlite3.connect(on_disk.path, isolation_level=None)
    other.execute("CREATE TABLE bookmark (url)")
    other.close()
    Path(f"{on_disk.path}-journal").write_bytes(b"a journal")
    assert "the database of another program" in refused(on_disk)


def test_a_refused_file_leaves_no_descriptor_open(on_disk: World) -> None:
    assert on_disk.path
    Path(on_disk.path).write_bytes(b"garbage" * 100)
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        refused(on_disk)
    assert os.listdir("/proc/self/fd") == before


# --- failures while it runs -------------------------------------------------------------------


def fill_the_disk(history: History) -> None:
    pages = connection(history).execute("PRAGMA page_count").fetchone()[0]
    connection(history).execute(f"PRAGMA max_page_count = {pages}").fetchall()


def empty_the_disk(history: History) -> None:
    connection(history).execute("PRAGMA max_page_count = 1000000").fetchall()


def test_a_full_disk_pauses_the_history_and_not_the_chat(world: World) -> None:
    history = world.open()
    before = world.fill(history, 3)
    fill_the_disk(history)
    waiting = world.fill(history, 50, text="x" * 1000)
    assert history.paused == "the disk is full"
    assert history.retry_at == world.now + 30
    assert history.waiting == 50
    assert ids(history.page("lobby")) == [one.id for one in before + waiting]
    empty_the_disk(history)
    world.now += 29
    history.commit()
    assert not history.idle()
    assert history.paused
    world.now += 1
    history.commit()
    assert history.paused == ""
    assert history.waiting == 0
    page = history.page("lobby")
    assert ids(page) == [one.id for one in before + waiting]
    assert page.gaps == ()
    assert history.lost == 0


def test_an_idle_server_tries_again_as_well(world: World) -> None:
    history = world.open()
    fill_the_disk(history)
    world.fill(history, 50, text="x" * 1000)
    empty_the_disk(history)
    world.now += 30
    assert history.idle()
    assert (history.paused, history.waiting) == ("", 0)


def test_a_clock_that_is_set_back_does_not_make_the_pause_longer(world: World) -> None:
    history = world.open()
    fill_the_disk(history)
    world.fill(history, 50, text="x" * 1000)
    empty_the_disk(history)
    world.now -= 3600
    history.commit()
    assert history.paused == ""


def test_what_does_not_fit_into_memory_is_a_gap(world: World) -> None:
    history = world.open(waiting_lines=10)
    before = world.fill(history, 3)
    fill_the_disk(history)
    lost = world.fill(history, 40, text="x" * 1000)
    kept, lost = lost[-10:], lost[:-10]
    gap = Gap(lost[0].id, lost[-1].id, 30)
    assert history.lost == 30

    def read_it() -> None:
        page = history.page("lobby")
        assert ids(page) == [one.id for one in before + kept]
        assert page.gaps == (gap,)
        assert history.page("lobby", limit=10).gaps == ()
        assert history.page("lobby", limit=11).gaps == (gap,)
        assert history.page("lobby", before=kept[0].id).gaps == (gap,)
        assert history.page("lobby", before=before[2].id).gaps == ()
        assert history.page("lobby", after=before[2].id).gaps == (gap,)
        assert history.page("lobby", after=before[1].id, limit=1).gaps == ()
        assert history.page("lobby", after=lost[-1].id).gaps == ()
        assert history.page("lobby", after=lost[5].id).gaps == (gap,)
        assert history.page("lobby", around=kept[0].id, limit=2).gaps == (gap,)
        assert history.page("den").gaps == ()

    read_it()
    empty_the_disk(history)
    world.now += 30
    history.commit()
    read_it()


def test_a_gap_goes_with_the_messages_around_it(world: World) -> None:
    history = world.open(waiting_lines=10, history_keep=5)
    world.fill(history, 3)
    fill_the_disk(history)
    world.fill(history, 40, text="x" * 1000)
    empty_the_disk(history)
    world.now += 30
    while history.idle():
        pass
    assert count(history, "gap") == 0
    assert len(history.page("lobby").events) == 5


def test_texts_that_wait_have_a_limit_in_bytes(world: World) -> None:
    history = world.open(waiting_bytes=100_000)
    fill_the_disk(history)
    world.fill(history, 50, text="x" * 10_000)
    assert history.waiting == 9
    world.fill(history, 1, text="x" * 200_000)
    assert history.waiting == 0
    assert history.lost == 51


def test_gaps_and_topics_that_wait_have_a_limit(world: World) -> None:
    history = world.open(waiting_lines=10)
    fill_the_disk(history)
    for number in range(1200):
        name = f"room{number}"
        world.fill(history, 1, name, "x" * 5000)
        history.set_topic(name, name, Topic("x" * 5000, "ann", NOW))
    assert history.paused
    assert history.topic("room0") is None
    assert history.topic("room1199")
    empty_the_disk(history)
    world.now += 30
    history.commit()
    assert count(history, "gap") == 1000
    assert history.topic("room1199")


def test_a_line_that_is_lost_is_not_recognised(world: World) -> None:
    history = world.open(waiting_lines=10)
    fill_the_disk(history)
    for ref in range(50):
        world.say(history, "x" * 1000, ticket="secret", ref=ref)
        history.commit()
    unknown = [ref for ref in range(50) if not history.recognise("secret", ref)]
    assert len(unknown) == history.lost > 20
    assert unknown[-1] == 39


def test_a_healthy_history_loses_nothing_of_a_long_tick(world: World) -> None:
    history = world.open(waiting_lines=100, rows_per_commit=50)
    said = [world.say(history) for _ in range(1000)]
    history.commit()
    while history.idle():
        pass
    assert (history.lost, count(history)) == (0, len(said))


def test_after_a_pause_so_many_are_written_at_a_time(world: World) -> None:
    history = world.open(rows_per_commit=20)
    fill_the_disk(history)
    said = world.fill(history, 90, text="x" * 500)
    empty_the_disk(history)
    world.now += 30
    history.commit()
    assert history.waiting == 70
    assert ids(history.page("lobby")) == [one.id for one in said]
    while history.idle():
        pass
    assert history.waiting == 0
    assert ids(history.page("lobby")) == [one.id for one in said]


def test_a_locked_file_is_tried_again_for_a_second_and_then_pauses(on_disk: World) -> None:
    history = on_disk.open()
    assert on_disk.path
    other = sqlite3.connect(on_disk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    for tick in range(10):
        on_disk.fill(history, 1)
        assert (history.paused, history.waiting) == ("", tick + 1)
        on_disk.now += 0.1
    on_disk.now += 0.01
    on_disk.fill(history, 1)
    assert history.paused == "another program has locked the file"
    assert time.monotonic() - started < 0.5
    other.execute("ROLLBACK")
    other.close()
    on_disk.now += 30
    history.commit()
    assert (history.paused, history.waiting, count(history)) == ("", 0, 11)


def test_a_moment_s_lock_is_not_noticed(on_disk: World, caplog: pytest.LogCaptureFixture) -> None:
    history = on_disk.open()
    assert on_disk.path
    for _ in range(3):
        other = sqlite3.connect(on_disk.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        on_disk.fill(history, 1)
        on_disk.now += 0.5
        other.execute("ROLLBACK")
        other.close()
        on_disk.fill(history, 1)
        assert history.waiting == 0
        on_disk.now += 100
    assert caplog.records == []


def test_a_file_that_cannot_be_written_to_pauses_the_history(world: World) -> None:
    history = world.open()
    connection(history).execute("PRAGMA query_only = 1")
    world.fill(history, 1)
    assert history.paused == "the file cannot be written to"
    connection(history).execute("PRAGMA query_only = 0")
    world.now += 30
    history.commit()
    assert history.paused == ""


def test_an_idle_step_that_fails_pauses_and_recovers(world: World) -> None:
    history = world.open(history_keep=5)
    world.fill(history, 20)
    connection(history).execute("PRAGMA query_only = 1")
    assert not history.idle()
    assert history.paused
    connection(history).execute("PRAGMA query_only = 0")
    world.now += 30
    while history.idle():
        pass
    assert history.paused == ""
    assert count(history) == 5


def test_the_log_says_once_that_it_is_paused_and_once_that_it_works(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    history = world.open()
    fill_the_disk(history)
    for _ in range(10):
        world.fill(history, 10, text="x" * 1000)
        world.now += 31
    assert [record.getMessage() for record in caplog.records] == [
        "history: paused, the disk is full; tried again every 30 s"
    ]
    empty_the_disk(history)
    world.now += 31
    history.commit()
    assert len(caplog.records) == 2


def test_close_says_what_is_lost(world: World, caplog: pytest.LogCaptureFixture) -> None:
    history = world.open()
    fill_the_disk(history)
    world.fill(history, 50, text="x" * 1000)
    world.close()
    assert caplog.records[-1].getMessage() == "history: 50 messages are lost: the disk is full"


def test_a_room_that_a_failed_transaction_made_is_made_again(world: World) -> None:
    history = world.open()
    fill_the_disk(history)
    said = world.fill(history, 50, "New", "x" * 1000)
    empty_the_disk(history)
    world.now += 30
    history.commit()
    history.page("new")
    assert ids(history.page("new")) == [one.id for one in said]


def test_writing_what_was_written_already_is_harmless(world: World) -> None:
    history = world.open()
    said = world.say(history, ticket="secret", ref=1)
    history.commit()
    history.append("lobby", said, "secret", 1)
    assert ids(history.page("lobby")) == [said.id]
    assert ids(history.page("lobby", after=0)) == [said.id]
    history.commit()
    assert count(history) == 1


# --- other processes --------------------------------------------------------------------------

CHILD = """
import resource, sys, time
from chatroom.chat import inspection
from chatroom.chat.history import History
from chatroom.settings import Settings
from chatroom.vocabulary.events import Said

now = [1_777_836_800.0]
history = History(sys.argv[1], Settings(), lambda: now[0])
id = history.last or int(sys.argv[2])

def say(count, text="x" * 500):
    global id
    for _ in range(count):
        id += 1
        history.append("lobby", Said(id, "Lobby", "ann", text, now[0]), "secret", id)
    history.commit()
"""


def child(path: str, program: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD + textwrap.dedent(program), path, str(FIRST)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_an_i_o_error_pauses_the_history(tmp_path: Path) -> None:
    program = """
        say(1)
        limit = history.log_bytes + 8192
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        say(100)
        print(history.paused, history.waiting, len(history.page("lobby").events), sep="|")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        now[0] += 30
        say(1)
        print(history.paused, history.waiting, len(history.page("lobby").events), sep="|")
        history.close()
    """
    with child(str(tmp_path / "history.db"), program) as process:
        output, _ = process.communicate()
    first, second = output.strip().split("\n")
    assert first in ("the disk reports an error|100|100", "the disk is full|100|100")
    assert second == "|0|100"
    assert check(tmp_path / "history.db") == ("ok", 102)


def check(path: Path) -> tuple[str, int]:
    database = sqlite3.connect(path)
    found = database.execute("PRAGMA integrity_check").fetchone()[0]
    rows = database.execute("SELECT count(*) FROM message").fetchone()[0]
    database.close()
    return found, rows


@pytest.mark.parametrize("lines", [1, 20, 120])
def test_nothing_that_was_committed_is_lost_with_the_process(tmp_path: Path, lines: int) -> None:
    path = str(tmp_path / "history.db")
    program = """
        while True:
            say(7)
            print(id, flush=True)
            if id % 3 == 0:
                history.idle()
    """
    for _ in range(2):
        with child(path, program) as process:
            assert process.stdout
            told = [process.stdout.readline() for _ in range(lines)]
            process.send_signal(signal.SIGKILL)
            told += process.stdout.readlines()
        last = int([line for line in told if line.endswith("\n")][-1])
        world = World(path)
        history = world.open()
        assert history.last >= last
        assert count(history) == history.last - FIRST
        assert history.recognise("secret", last)
        found = connection(history).execute("PRAGMA integrity_check").fetchone()[0]
        assert found == "ok"
        world.close()


def test_a_second_process_is_refused(on_disk: World) -> None:
    on_disk.fill(on_disk.open(), 1)
    assert on_disk.path
    with child(on_disk.path, "print('opened')") as process:
        output, _ = process.communicate()
    assert (output, process.returncode) == ("", 1)
