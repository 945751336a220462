"""The life of a load process: join, fall silent, send and receive, evaluate, report.

It takes its commands from one pipe and ends when the pipe closes, so that no load process outlives
the measurement it belongs to.
"""

from __future__ import annotations

import gc
from multiprocessing.connection import Connection

from load.crowd import Crowd
from load.performance import Performance
from load.plan import Plan
from load.tally import Tally
from machine.proc import pin, raise_file_limit


def work(
    pipe: Connection, plan: Plan, worker: int, address: tuple[str, int], cores: list[int] | None
) -> None:
    """The main function of a load process."""
    pin(cores)
    raise_file_limit()
    # A collection in the middle of a measurement would stop it for as long as it takes.
    gc.disable()
    crowd = Crowd(plan, worker, address)
    try:
        pipe.send(crowd.join(tell=pipe.send))
        obey(pipe, crowd)
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # whoever wanted the figures is gone, and told so
    finally:
        crowd.close()


def obey(pipe: Connection, crowd: Crowd) -> None:
    performance: Performance | None = None
    for verb, value in crowd.commands(pipe):
        if verb == "probe":
            crowd.probe()
        elif verb == "status":
            pipe.send(crowd.status())
        elif verb == "perform":
            performance = Performance(crowd, value)
            pipe.send(performance.run())
        elif verb == "catch up" and performance is not None:
            pipe.send(performance.catch_up())
        elif verb == "read" and performance is not None:
            tally = Tally(crowd.plan, performance.start, unsent=value)
            for slow in (False, True):
                pipe.send(tally.findings(performance.records(slow)))
        elif verb == "leave":
            return
