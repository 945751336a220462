"""How a program of this folder ends: with its exit code, and quietly when its output is closed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

INTERRUPTED = 130  # as a shell calls what SIGINT has ended
UNHEARD = 141  # and SIGPIPE
FAILED = 2


def leave_with(main: Callable[[], int]) -> NoReturn:
    """Run ``main`` and exit. A closed output (``| head``) ends the program without an error.

    On SIGTERM the program cleans up before it exits: the servers that were started must not stay.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and must not complain of it then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = UNHEARD
    except OSError as error:  # a full disk, a file that may not be written
        about = f"{error.filename}: " if error.filename else ""
        print(f"{about}{error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    sys.exit(code)


def leave(number: int, _: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # once is enough
    raise SystemExit(128 + number)
