"""While a job of the history runs: what is held, what is read, and what a failure does."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatroom.chat.history import History
from chatroom.chat.ids import EPOCH, first_at
from chatroom.settings import Settings
from chatroom.vocabulary.events import Said

NOW = EPOCH + 200_000_000.0


class Worker:
    """A thread that runs a job when it is told to, and hands the result over when it is told to."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
        self.results: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], Any], done: Callable[[Any], None]) -> bool:
        self.jobs.append((job, done))
        return True

    def run(self) -> None:
        job, done = self.jobs.pop(0)
        result = job()
        self.results.append(lambda: done(result))

    def finish(self) -> None:
        """Run and hand over all there are."""
        while self.jobs or self.results:
            if self.jobs:
                self.run()
            self.results.pop(0)()


class World:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = NOW
        self.worker = Worker()
        self.opened: list[History] = []

    def open(self, **settings: Any) -> History:
        history = History(
            str(self.path),
            Settings(idle_log_pages=0, **settings),
            lambda: self.now,
            self.worker.submit,
        )
        self.opened.append(history)
        return history

    def say(self, history: History, text: str = "hi") -> int:
        id = max(history.last + 1, first_at(self.now))
        history.append("lobby", Said(id, "Lobby", "ann", text, self.now))
        return id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "history.db")
    yield made
    made.worker.finish()
    for history in made.opened:
        history.close()
        made.worker.finish()


def busy(world: World, **settings: Any) -> tuple[History, int]:
    """A history with one message, of which a job is making a checkpoint."""
    history = world.open(**settings)
    id = world.say(history)
    assert history.commit(wait=True)
    assert history.idle()
    assert len(world.worker.jobs) == 1
    return history, id


def stored(history: History) -> list[int]:
    rows = history._database.reader.execute("SELECT id FROM message ORDER BY id").fetchall()
    return [id for (id,) in rows]


def ids(history: History) -> list[int]:
    return [event.id for event in history.page("lobby").events]


def test_what_is_said_during_a_job_is_held_and_read_and_then_written(world: World) -> None:
    history, first = busy(world)
    second = world.say(history)
    assert history.commit() is False
    assert stored(history) == [first]
    assert ids(history) == [first, second]
    assert history.bounds("lobby") == (first, second)
    assert history.count("lobby", 0, 10) == 2
    world.worker.run()
    assert history.commit() is False, "the loop was not told yet"
    world.worker.finish()
    assert history.commit() is True
    assert stored(history) == [first, second]


def test_nothing_is_held_during_a_job_when_nothing_was_said(world: World) -> None:
    history, _ = busy(world)
    assert history.commit() is True
    assert history.idle() is True
    assert len(world.worker.jobs) == 1


def test_idle_comes_to_an_end(world: World) -> None:
    history, _ = busy(world)
    for _ in range(10):
        world.worker.finish()
        if not history.idle():
            break
    else:
        pytest.fail("it goes on for ever")
    assert not world.worker.jobs


def test_a_checkpoint_also_begins_the_log_anew_within_the_job(world: World) -> None:
    history, _ = busy(world)
    for _ in range(50):
        world.say(history, "x" * 4000)
    assert not history.commit()
    world.worker.finish()
    assert history.commit()
    assert history.idle()
    before = history.log_bytes
    world.worker.finish()
    assert history.log_bytes < before / 4


def test_one_who_must_not_wait_long_waits_for_the_job_alone(world: World) -> None:
    history, first = busy(world)
    second = world.say(history)
    thread = threading.Thread(target=world.worker.run)
    thread.start()
    assert history.commit(wait=True)
    thread.join()
    assert stored(history) == [first, second]
    world.worker.finish()
    assert history.commit()


def test_a_job_that_fails_pauses_and_holds_nothing(world: World) -> None:
    history, first = busy(world)
    second = world.say(history)
    history._database.connection.execute("PRAGMA query_only = 1")
    assert not history.commit()
    world.worker.finish()
    assert history.paused == "the file cannot be written to"
    assert history.commit() is True
    assert ids(history) == [first, second]
    history._database.connection.execute("PRAGMA query_only = 0")
    world.now += 30
    assert history.commit()
    assert (history.paused, stored(history)) == ("", [first, second])


def test_a_disk_that_does_not_answer_pauses_until_it_does(world: World) -> None:
    history, first = busy(world)
    second = world.say(history)
    assert not history.commit()
    world.now += 6
    assert history.commit() is True
    assert history.paused == "the disk does not answer"
    assert history.commit(wait=True) is True
    world.now += 60
    assert history.commit() is True
    assert history.idle()
    world.worker.finish()
    assert history.paused == ""
    assert history.commit()
    assert stored(history) == [first, second]


def test_a_busy_server_makes_its_checkpoints_in_a_job(world: World) -> None:
    history = world.open(most_log_pages=10)
    for _ in range(20):
        world.say(history, "x" * 4000)
    assert history.commit()
    assert len(world.worker.jobs) == 1
    world.say(history)
    assert not history.commit()
    world.worker.finish()
    assert history.commit()
    assert history.figures().slowest_checkpoint > 0


def test_a_stop_during_a_job_loses_nothing(world: World) -> None:
    history, _ = busy(world)
    world.say(history)
    thread = threading.Thread(target=world.worker.run)
    thread.start()
    history.close()
    thread.join()
    world.opened.clear()
    database = sqlite3.connect(world.path)
    assert database.execute("SELECT count(*) FROM message").fetchone() == (2,)
    assert database.execute("SELECT * FROM meta WHERE key = 'open'").fetchall() == []
    database.close()


def test_with_full_each_commit_is_a_job(world: World) -> None:
    history = world.open(fsync="full")
    first = world.say(history)
    assert not history.commit()
    second = world.say(history)
    assert not history.commit()
    assert ids(history) == [first, second]
    world.worker.finish()
    assert stored(history) == [first]
    assert history.commit(), "what came meanwhile does not hold the first for ever"
    assert stored(history) == [first, second]
    world.say(history)
    assert not history.commit()
    world.worker.finish()
    assert history.commit()
    assert len(stored(history)) == 3


def test_a_file_that_is_deleted_pauses_and_one_that_is_put_back_goes_on(world: World) -> None:
    history = world.open()
    world.say(history)
    assert history.commit()
    told: list[str] = []
    history.tell(told.append)
    aside = world.path.with_suffix(".aside")
    os.rename(world.path, aside)
    world.now += 6
    world.say(history)
    assert history.commit()
    assert "deleted or replaced" in history.paused
    world.path.write_bytes(b"another one")
    world.now += 31
    assert history.commit()
    assert history.paused
    assert history.waiting == 1
    os.replace(aside, world.path)
    world.now += 31
    assert history.commit()
    assert (history.paused, len(stored(history))) == ("", 2)
    assert [line.split(":")[0] for line in told] == [
        "The history is paused",
        "The history works again.",
    ]


def test_who_made_a_room_is_who_made_it_first(world: World) -> None:
    history = world.open()
    event = Said(first_at(NOW), "Lobby", "ann", "hi", NOW)
    assert history.made("lobby") is None
    history.append("lobby", event, made=("ann", NOW))
    assert history.made("lobby") == ("ann", NOW)
    history.commit()
    later = Said(event.id + 1, "Lobby", "bob", "hi", NOW)
    history.append("lobby", later, made=("bob", NOW + 9))
    history.commit()
    assert history.made("lobby") == ("ann", NOW)


def test_the_highest_id_that_was_trimmed_is_known(world: World) -> None:
    history = world.open(history_keep=5)
    said = [world.say(history) for _ in range(20)]
    assert history.commit()
    assert history.trimmed("lobby") == 0
    while history.idle():
        world.worker.finish()
    assert history.trimmed("lobby") == said[14]
    assert ids(history) == said[15:]
    assert history.count("lobby", said[16], 10) == 3
    assert history.count("lobby", 0, 4) == 4
