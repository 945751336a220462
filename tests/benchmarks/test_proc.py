import os
import sys
import time

import pytest

from machine import proc
from machine.proc import Busy

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")


@linux
def test_the_cpu_clock_of_a_process_counts_what_it_works() -> None:
    before, own = proc.cpu_seconds(os.getpid()), time.process_time()
    while time.process_time() < own + 0.02:
        pass
    assert proc.cpu_seconds(os.getpid()) - before >= 0.02


@linux
def test_memory_is_in_bytes() -> None:
    found = proc.memory(os.getpid())
    assert found["VmHWM"] >= found["VmRSS"] > 1_000_000


def test_nobody_has_no_figures() -> None:
    nobody = 2**22 + 1  # more than there can be
    assert proc.memory(nobody) == {}
    assert proc.cpu_seconds(nobody) == 0
    assert proc.waited_seconds(nobody) == 0


def test_waiting_for_a_core_is_being_busy() -> None:
    assert Busy(cpu=0.5, waited=0.4, wall=1.0).share == pytest.approx(0.9)
    assert Busy(cpu=0.0, waited=0.0, wall=0.0).share == 0
