"""How a program of this folder ends: with its exit code, and quietly when nobody listens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

INTERRUPTED = 130  # as a shell calls what SIGINT has ended
UNHEARD = 141  # and SIGPIPE


def leave_with(main: Callable[[], int]) -> NoReturn:
    """Run ``main`` and exit. ``| head`` has seen enough when it closes: there is no more to say."""
    try:
        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and must not complain of it then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = UNHEARD
    sys.exit(code)
