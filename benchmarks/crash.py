"""Kill a server that is talked to with SIGKILL, again and again, and see whether anything is lost.

    python benchmarks/crash.py                  100 kills at random moments, about two minutes
    python benchmarks/crash.py --kills 20 --seed 7

Some programs talk as fast as they get receipts. At a random moment their server is killed; it is
started again with the same file, and they come back with their tickets and with what they have, and
say once more what they have no receipt for. After each kill a copy of the file must be whole and
hold every line that anybody has received, under its id. At the end every line must be there once,
and every program must have all lines of the others and its own, in order.
"""

from __future__ import annotations

import json
import random
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, Any

from load.target import ORDINARY, ROOT, Unusable, kill, listening
from machine.leaving import leave_with
from machine.progress import Bar
from options import Parser

PROGRAMS = 8
PIPELINED = 20  # lines of one program without a receipt
LONGEST = 0.4  # seconds of talk between two kills
PATIENCE = 20.0  # seconds for anything else
MOST_KILLS = 10_000
FLAGS = ["--rate", "0", "--keep", "0", "--history"]


class Wrong(Exception):
    """What a kill has damaged."""


class Program:
    """A program that resumes, and says again what it has no receipt for."""

    def __init__(self, number: int) -> None:
        self.name = f"p{number}"
        self.said = 0
        self.unconfirmed: dict[int, str] = {}
        self.received: dict[int, tuple[str, str]] = {}  # by the id: who said it, and the text
        self.epoch = ""
        self.resent = 0

    def connect(self, address: tuple[str, int]) -> None:
        self.buffer = b""
        self.is_inside = False
        join = {"type": "join", "name": self.name, "ticket": self.name}
        while True:
            self.sock = socket.create_connection(address, PATIENCE)
            self.ask(**join, after=self.last, epoch=self.epoch)
            if self.sock.recv(1, socket.MSG_PEEK) == b"{":
                break
            self.sock.close()  # a machine so busy that a person was greeted before the join came
        for ref, text in self.unconfirmed.items():
            self.ask(type="say", text=text, ref=ref)
        self.resent += len(self.unconfirmed)

    @property
    def last(self) -> int:
        return next(reversed(self.received), 0)

    def ask(self, **request: Any) -> None:
        self.sock.sendall(json.dumps(request).encode() + b"\n")

    def talk(self) -> None:
        while self.is_inside and len(self.unconfirmed) < PIPELINED:
            self.said += 1
            self.unconfirmed[self.said] = text = f"{self.name} says {self.said}"
            self.ask(type="say", text=text, ref=self.said)

    def read(self) -> bool:
        """Whether the connection is still there."""
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            return False
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            self.hear(json.loads(line))
        return bool(data)

    def hear(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "welcome":
            if message["reset"]:
                raise Wrong(f"{self.name} was told that {self.last} is not of this history")
            self.epoch, self.is_inside = message["epoch"], True
        elif kind == "said":
            if message["id"] <= self.last and message.get("ref") not in self.unconfirmed:
                raise Wrong(f"{self.name} was told {message['id']} after {self.last}")
            if message["id"] > self.last:
                self.received[message["id"]] = message["name"], message["text"]
            self.unconfirmed.pop(message.get("ref", 0), None)
        elif kind in ("error", "closing") or message.get("lines"):
            raise Wrong(f"{self.name} was told: {message}")


@contextmanager
def serving(path: Path, programs: Iterable[Program]) -> Any:
    """A server with this file, and everybody in it."""
    with tempfile.TemporaryFile() as log:
        process = start(path, log)
        try:
            address = listening(process, log)
            for program in programs:
                program.connect(address)
            yield process
        finally:
            kill(process)
            for program in programs:
                program.sock.close()


def start(path: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [*ORDINARY, *FLAGS, str(path)]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
    )


def talk(programs: list[Program], seconds: float) -> None:
    """Talk for so long once everybody is in."""
    begun, end = monotonic(), 0.0
    while not end or monotonic() < end:
        if monotonic() > begun + PATIENCE:
            raise Wrong("not everybody was let in again")
        if not end and all(program.is_inside for program in programs):
            end = monotonic() + seconds
        for program in programs:
            program.talk()
        listen(programs, 0.005)


def listen(programs: list[Program], wait: float) -> list[Program]:
    """Read what is there; returns those whose connection is still there."""
    ready = select.select([program.sock for program in programs], [], [], wait)[0]
    return [one for one in programs if one.sock not in ready or one.read()]


def hear_the_rest(programs: list[Program]) -> None:
    left = programs
    while left:
        left = listen(left, PATIENCE)


def settle(programs: list[Program]) -> None:
    """Wait until everybody has a receipt for everything, and all that was said."""
    begun = monotonic()
    while any(one.unconfirmed or one.last != programs[0].last for one in programs):
        if monotonic() > begun + PATIENCE:
            raise Wrong("not everybody was given everything")
        listen(programs, 0.05)


def stored(path: Path) -> dict[int, tuple[str, str]]:
    """The lines of a file by their ids; it must be whole."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "copy.db"
        for end in ("", "-wal"):
            if Path(f"{path}{end}").exists():
                shutil.copyfile(f"{path}{end}", f"{copied}{end}")
        with closing(sqlite3.connect(copied)) as database:
            if (found := database.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                raise Wrong(f"integrity_check says {found}")
            rows = database.execute("SELECT id, name, text FROM message ORDER BY id")
            return {id: (name, text) for id, name, text in rows}


def check(path: Path, programs: list[Program]) -> dict[int, tuple[str, str]]:
    """Everything that anybody has received is in the file, and no line is there twice."""
    lines = stored(path)
    for program in programs:
        if lost := program.received.items() - lines.items():
            raise Wrong(f"{program.name} has received {sorted(lost)[:3]}, which is not in the file")
    if len({*lines.values()}) != len(lines):
        raise Wrong("a line is in the file twice")
    return lines


def crash(path: Path, kills: int, seed: int, bar: Bar) -> str:
    """Raises Wrong. Returns what was tried."""
    chance = random.Random(seed)
    programs = [Program(number) for number in range(PROGRAMS)]
    for number in range(kills):
        bar(f"kill {number + 1}", number / kills)
        with serving(path, programs) as process:
            talk(programs, chance.uniform(0.0, LONGEST))
            process.kill()
            hear_the_rest(programs)
        check(path, programs)
    with serving(path, programs):
        settle(programs)
        lines = check(path, programs)
    said, resent = sum(one.said for one in programs), sum(one.resent for one in programs)
    if len(lines) != said:
        raise Wrong(f"{said} lines were said, and {len(lines)} are in the file")
    for program in programs:
        if [*program.received] != [*lines]:
            raise Wrong(f"{program.name} has {len(program.received)} of {len(lines)} lines")
    return f"{kills} kills, {said:,} lines, {resent:,} said again: nothing lost, nothing twice"


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(prog="crash", description="Kill a server again and again: is anything lost?")
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="how often (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (1)")
    given = parser.parse_args(arguments)
    if not 1 <= given.kills <= MOST_KILLS:
        parser.error(f"--kills must be 1 to {MOST_KILLS}")
    bar = Bar()
    with tempfile.TemporaryDirectory() as folder:
        try:
            tried = crash(Path(folder) / "history.db", given.kills, given.seed, bar)
        except (Wrong, Unusable) as error:
            bar.clear()
            print(f"crash: {error}", file=sys.stderr)
            return 1
    bar.clear()
    print(tried)
    return 0


if __name__ == "__main__":
    leave_with(main)
