"""In processes of their own: it is about how a process ends."""

import os
import signal as signals
import subprocess
import sys

import pytest

from peers import HERE

TALKER = """
from machine.leaving import leave_with
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


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGHUP"])
def test_who_is_told_to_go_cleans_up_and_goes(signal: str) -> None:
    waits = (
        "import os, signal, sys\n"
        f"    try: os.kill(os.getpid(), signal.{signal}); signal.pause()\n"
        "    finally: print('cleaned up', file=sys.stderr)"
    )
    code, said = ended(waits, subprocess.DEVNULL)
    assert code == 128 + getattr(signals, signal)
    assert said == "cleaned up\n"


def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        assert ended("print(1)", full.fileno()) == (2, "No space left on device\n")


def test_an_interruption_is_no_error_to_tell_about() -> None:
    assert ended("raise KeyboardInterrupt", subprocess.DEVNULL) == (130, "")
