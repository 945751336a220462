"""The limits on descriptors and the memory of this process."""

import os
import resource

# Descriptors that are not clients: listeners, the console, the selector, files, a few to spare.
_OWN = 64


def allow_descriptors() -> int:
    """Raise the limit on descriptors as far as it goes; returns how many clients that allows.

    Where there are very few, we keep a quarter instead of 64.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    except (OSError, ValueError):
        pass  # macOS reports more than it gives
    if soft == resource.RLIM_INFINITY:
        soft = 1 << 20
    return soft - min(_OWN, soft // 4)


def memory_in_use() -> int:
    """Resident bytes now, or at the peak where the system tells no more than that."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
