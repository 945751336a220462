"""In processes of their own: it is about how a process ends."""

import os
import subprocess
import sys

from peers import HERE

TALKER = """
from leaving import leave_with
def main():
    {statement}
    return 3
leave_with(main)
"""


def ended(statement: str, stdout: int) -> tuple[int, str]:
    command = [sys.executable, "-c", TALKER.format(statement=statement)]
    done = subprocess.run(
        command, cwd=HERE.parent, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stderr


def closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def test_a_program_ends_with_its_exit_code() -> None:
    assert ended("print(1)", subprocess.DEVNULL) == (3, "")


def test_who_stops_listening_is_not_shouted_at() -> None:
    writer = closed_pipe()
    assert ended("print(1)", writer) == (141, "")
    assert ended("print(1, flush=True)", writer) == (141, "")
    os.close(writer)


def test_an_interruption_is_no_error_to_tell_about() -> None:
    assert ended("raise KeyboardInterrupt", subprocess.DEVNULL) == (130, "")
