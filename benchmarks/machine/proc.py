"""What the operating system knows about a process: CPU, memory, and the queue for a core.

Nearly all of it comes from ``/proc`` and so from Linux; elsewhere the answers are zero and
the report leaves the lines out.
"""

from __future__ import annotations

import os
import resource
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SCHEDULED = 2  # the kind of CPU clock that counts nanoseconds on a core
TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024
NANO = 1_000_000_000
MOST_PROCESSES = 8  # one core each; far more than one server keeps busy
UNLIMITED_FILES = 65_536  # asked for where the hard limit is none


@dataclass(frozen=True)
class Busy:
    """Seconds on a core, seconds ready and waiting for one, and seconds that passed."""

    cpu: float
    waited: float
    wall: float

    @property
    def share(self) -> float:
        """How much of the time there was work to do: 1.0 is a saturated core."""
        return (self.cpu + self.waited) / self.wall if self.wall else 0.0


def raise_file_limit() -> int:
    """Allow this process, and those it starts, as many open files as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = UNLIMITED_FILES if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads, those that have ended too."""
    try:
        # The kernel makes the clock of any process out of its number, as CPU clocks of
        # clock_getcpuclockid(3) are: precise, where /proc counts ticks of 10 ms.
        return time.clock_gettime((~pid << 3) | SCHEDULED)
    except OSError:
        pass
    # The second field is the command in brackets, and may itself hold brackets and spaces.
    fields = read(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def waited_seconds(pid: int) -> float:
    """How long the main thread was ready to run and had to wait for a core."""
    fields = read(pid, "schedstat").split()
    return int(fields[1]) / NANO if len(fields) > 1 else 0.0


def memory(pid: int) -> dict[str, int]:
    """``VmRSS``, ``VmHWM`` (its highest so far) and ``Pss``, in bytes."""
    found = {}
    for line in (read(pid, "status") + read(pid, "smaps_rollup")).splitlines():
        name, _, rest = line.partition(":")
        if name in ("VmRSS", "VmHWM", "Pss"):
            found[name] = int(rest.split()[0]) * KIB
    return found


def forget_peak(pid: int) -> None:
    """Let ``VmHWM`` begin anew at what it is now."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def cores() -> list[int]:
    """The cores this process may use; one nameless core where that cannot be asked."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return [0]


def load_processes() -> int:
    """How many load processes to start: one core is the server's."""
    return max(1, min(len(cores()) - 1, MOST_PROCESSES))


def pin(to: list[int] | None) -> None:
    """Keep this process, and those it starts from now on, on these cores."""
    if to and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, to)


def prefer(niceness: int) -> None:
    """Let this process, and those it starts from now on, run before others, as far as it may."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)


def congestion_control() -> str:
    """How TCP decides here when a connection may send, for the record of a measurement."""
    try:
        return Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
    except OSError:
        return ""


def processor() -> str:
    """The name of the processor, for the record of a measurement."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
