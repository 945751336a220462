"""What a history of a million messages costs: opening it, searching it, reading its newest page.

    PYTHONPATH=. python benchmarks/million.py                     about two minutes
    PYTHONPATH=. python benchmarks/million.py --messages 50000    a first impression

The file is made in a temporary folder: ten rooms, ten words a message, some words frequent and most
of them rare. The other benchmarks know nothing but the wire; this one measures what is inside, and
so needs the package. Each figure is the median of some runs, with the longest in brackets.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, time

from chatroom.chat.database import Database
from chatroom.chat.history import History
from chatroom.chat.ids import first_at
from chatroom.settings import Settings
from machine.leaving import leave_with
from machine.progress import Bar
from options import Parser

MILLION = 1_000_000
SMALL = 2000
ROOMS = 10
WORDS = 20_000
RUNS = 5
SPACING = 20_000  # between two ids: a message each 20 ms
DAY = 86_400
QUESTIONS = {
    "a common word": "often",
    "a rare word": "zebra",
    "a word that nobody said": "unheard",
    "two words that never meet": "often seldom ",
    "a prefix of one letter": "w",
    "a prefix of three letters": "w12",
    "two characters of Chinese": "京都",
}
KEEP_ALL = Settings(history_keep=0)


def rows(count: int) -> Iterator[tuple[int, int, str, str, str, float]]:
    chance = random.Random(1)
    words = [f"w{int(10_000 * chance.random() ** 3):x}" for _ in range(WORDS)]
    first = first_at(time() - 300 * DAY)
    for n in range(count):
        text = " ".join(chance.choices(words, k=9)) + (" often" if n % 2 else " seldom")
        if n == count // 2:
            text += " zebra"
        if n % 5000 == 0:
            text += " 東京都に住む"
        yield first + n * SPACING, n % ROOMS + 1, "said", f"user{n % 97}", text, time()


def make(path: str, count: int, bar: Bar) -> None:
    """Write the file, and let an idle history index it."""
    bar("writing", 0.0)
    fill(path, count)
    history = open_history(path)
    steps = 0
    while history.idle():
        steps += 1
        bar("indexing", steps * KEEP_ALL.rows_per_step / count)
    history.close()
    bar.clear()


def open_history(path: str) -> History:
    return History(path, KEEP_ALL, time)


def timed(what: Callable[[], object], runs: int = RUNS) -> str:
    taken = []
    for _ in range(runs):
        began = perf_counter()
        what()
        taken.append((perf_counter() - began) * 1000)
    return f"{median(taken):9.2f} ({max(taken):.2f})"


def fill(path: str, count: int) -> None:
    open_history(path).close()
    database = Database(path, full=False, check_seconds=1.0)
    run = database.connection
    with database.transaction():
        names = [(f"room{n}", f"Room{n}") for n in range(ROOMS)]
        run.executemany("INSERT INTO room (key, name) VALUES (?, ?)", names)
        run.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)", rows(count))
    database.checkpoint()
    database.close()


def opening(path: str) -> Iterator[tuple[str, str]]:
    yield "opening", timed(lambda: open_history(path).close())
    crashed = f"{path}-crashed"
    history = open_history(path)
    for end in ("", "-wal"):
        shutil.copyfile(path + end, crashed + end)  # as an unclean stop leaves it
    history.close()
    began = perf_counter()
    again = open_history(crashed)
    yield "opening after an unclean stop", f"{(perf_counter() - began) * 1000:9.2f}"
    again.close()


def asking(path: str) -> Iterator[tuple[str, str]]:
    small, full = open_history(f"{path}-small"), open_history(path)
    yield "newest page of a room, of 2,000 messages", timed(lambda: small.page("room1"))
    yield "newest page of a room", timed(lambda: full.page("room1"))
    for what, words in QUESTIONS.items():
        ask = partial(full.search, words)
        yield f"{what} ({len(ask().events)} found)", timed(ask)
    small.close()
    full.close()


def main() -> int:
    parser = Parser(prog="million", description="What a history of a million messages costs.")
    parser.add_argument("--messages", type=int, default=MILLION, help=f"in the file ({MILLION})")
    count = max(1, parser.parse_args().messages)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "history.db")
        make(path, count, Bar())
        fill(f"{path}-small", SMALL)
        size = Path(path).stat().st_size
        print(f"{count} messages, {size / 1e6:.1f} MB, {size / count:.0f} bytes each")
        print(f"{'milliseconds':45} {'median':>9} (longest)")
        for part in (opening, asking):
            for what, taken in part(path):
                print(f"{what:45} {taken}", flush=True)
    return 0


if __name__ == "__main__":
    leave_with(main)
