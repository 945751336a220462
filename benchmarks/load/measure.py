"""Conduct one measurement: load processes through their phases, and the server watched.

join - silence - (perform - catch up - read) - leave. Only slow readers have something to catch up
with. The phases are common to all load processes: the start is a moment on the monotonic clock,
which all processes of a machine share, so none of them begins before the others are ready, and a
time taken in one can be subtracted from a time taken in another.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from time import monotonic, sleep
from typing import Any

from load.crowd import Joined, Status
from load.figures import Counts
from load.performance import Ran
from load.plan import MICRO, Plan
from load.slow import Caught
from load.tally import Findings, fan_out
from load.target import Target, Unusable
from load.worker import work
from machine.proc import Busy

AHEAD = 0.3  # seconds between the word to begin and the beginning
LOOKS = 0.1  # seconds between two looks at how silent it is
SILENCE_WITHIN = 60.0  # seconds in which the room must fall silent
PATIENCE = 120.0  # seconds for anything else a load process is asked for

Progress = Callable[[str, float], None]  # what is going on, and how much of it is done


@dataclass
class Result:
    """Everything that was measured. Times in microseconds, memory in bytes."""

    plan: Plan
    watched: bool  # was the server one we started, and this a system that tells about it?
    address: str = ""
    joined: Joined = field(default_factory=Joined)
    found: Findings = field(default_factory=Findings)
    fan_out: Counts = field(default_factory=Counter)
    unfinished: int = 0  # messages that not every receiver got, or not provably
    unsent: int = 0
    lags: Counts = field(default_factory=Counter)
    waits: Counts = field(default_factory=Counter)
    harness: list[Busy] = field(default_factory=list)
    server: Busy | None = None
    left: int = 0
    cut: int = 0
    seconds: float = 0.0  # from the start to the last delivery
    slow: Findings = field(default_factory=Findings)  # of those who read slowly
    caught: Caught = field(default_factory=Caught)
    catching_up: float = 0.0  # seconds in which the last of them got the rest
    catching_cpu: float = 0.0  # of the server meanwhile, in seconds
    memory: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Was everything that was sent delivered, once, and in order?"""
        return self.found.verdict.sound and self.slow.verdict.sound

    @property
    def per_second(self) -> float:
        return self.found.verdict.received / self.seconds if self.seconds else 0.0

    @property
    def per_delivery(self) -> float:
        """Microseconds of the server's CPU."""
        received = self.found.verdict.received
        return self.server.cpu * MICRO / received if self.server and received else 0.0

    def per_client(self, kind: str = "VmRSS") -> float:
        """Bytes of the server's memory that one silent client costs."""
        empty, full = self.memory.get("empty", {}), self.memory.get("joined", {})
        grown = full.get(kind, 0) - empty.get(kind, 0)
        return grown / self.plan.everyone


def measure(
    plan: Plan, target: Target, progress: Progress, cores: list[int] | None = None
) -> Result:
    """Run one plan against one server. Raises Unusable when it cannot be measured at all."""
    address = f"{target.host}:{target.port}"
    result = Result(plan, bool(target.memory()), address)
    result.memory["empty"] = target.memory()
    with crew(plan, target, cores) as pipes:
        join(pipes, result, progress)
        if not plan.storm:
            wait_for_silence(pipes, plan, progress)
        result.memory["joined"] = target.memory()
        if plan.messages:
            perform(pipes, target, result, progress)
        result.memory["end"] = target.memory()
        tell(pipes, "leave")
    return result


@contextmanager
def crew(plan: Plan, target: Target, cores: list[int] | None) -> Iterator[list[Connection]]:
    """Start the load processes; returns the pipes to them."""
    jobs = [(plan, worker, target.address, cores) for worker in range(plan.workers)]
    with processes_for(work, jobs) as pipes:
        yield pipes


@contextmanager
def processes_for(
    main: Callable[..., None], jobs: Sequence[tuple[Any, ...]]
) -> Iterator[list[Connection]]:
    """A process for each job, as the pipes to them: ``main(pipe, *job)`` is what it does."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    try:
        for job in jobs:
            mine, theirs = context.Pipe()
            process = context.Process(target=main, args=(theirs, *job), daemon=True)
            process.start()
            theirs.close()
            pipes.append(mine)
            processes.append(process)
        yield pipes
    except BaseException:
        for process in processes:  # in the middle of something, and nobody wants it any more
            process.kill()
        raise
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()


def tell(pipes: list[Connection], verb: str, value: Any = None) -> None:
    for pipe in pipes:
        pipe.send((verb, value))


def hear(pipe: Connection) -> Any:
    """The next answer of one load process."""
    try:
        if pipe.poll(PATIENCE):
            return pipe.recv()
    except (EOFError, OSError):
        raise Unusable("a load process has died; what it said is above") from None
    raise Unusable(f"a load process has said nothing for {PATIENCE:.0f} s")


def join(pipes: list[Connection], result: Result, progress: Progress) -> None:
    """Wait until everybody is in, and gather how long it took them."""
    begun = monotonic()
    inside = dict.fromkeys(pipes, 0)
    missing = list(pipes)
    while missing:
        for pipe in wait(missing, PATIENCE) or missing[:1]:
            assert isinstance(pipe, Connection)
            word = hear(pipe)
            if isinstance(word, Joined):
                missing.remove(pipe)
                result.joined.add(word)
            else:
                inside[pipe] = word
        progress("coming in", sum(inside.values()) / result.plan.everyone)
    if result.joined.absent:
        everyone = result.plan.everyone
        present = everyone - result.joined.absent
        raise Unusable(
            f"only {present} of {everyone} clients were let in, in {monotonic() - begun:.1f} s"
            f" (does the server speak {result.plan.speak!r}? may it open that many files?)"
        )


def wait_for_silence(pipes: list[Connection], plan: Plan, progress: Progress) -> None:
    """Wait until every client has received the probe and nothing more arrives."""
    begun = probed = monotonic() - 1
    while monotonic() < begun + SILENCE_WITHIN:
        tell(pipes, "status")
        statuses: list[Status] = [hear(pipe) for pipe in pipes]
        silent = monotonic() - max(status.last_byte for status in statuses)
        unprobed = sum(status.unprobed for status in statuses)
        gone = sum(status.gone for status in statuses)
        if gone:
            raise Unusable(f"{gone:,} clients were disconnected before anything was said")
        if not unprobed and silent > plan.dialect.settle_seconds:
            return
        if unprobed and monotonic() > probed + 0.5:
            probed = monotonic()
            pipes[0].send(("probe", None))
        progress("waiting for silence", min(silent / plan.dialect.settle_seconds, 1.0))
        sleep(LOOKS)
    raise Unusable(f"the room did not fall silent ({unprobed} clients hear nobody)")


def perform(pipes: list[Connection], target: Target, result: Result, progress: Progress) -> None:
    plan = result.plan
    if plan.slow:
        target.forget_peak()
    start = monotonic() + AHEAD
    tell(pipes, "perform", start)
    sleep(max(start - monotonic(), 0))
    cpu, waited = target.cpu(), target.waited()
    while not pipes[0].poll(LOOKS):
        progress("measuring", min((monotonic() - start) / plan.seconds, 1.0))
    unsent: list[int] = []
    for pipe in pipes:
        gather(hear(pipe), result, unsent)
    cpu, waited = target.cpu() - cpu, target.waited() - waited
    talked = monotonic()
    if plan.slow:
        catch_up(pipes, target, result, progress)
    progress("reading what came", 1.0)
    tell(pipes, "read", unsent)
    for pipe in pipes:
        result.found.add(hear(pipe))
        result.slow.add(hear(pipe))
    result.catching_up = max(max(result.slow.latest.values(), default=0) / MICRO - talked, 0.0)
    settle(result, int(start * MICRO), len(unsent))
    if target.pid:
        result.server = Busy(cpu, waited, max(result.seconds, plan.seconds))


def catch_up(pipes: list[Connection], target: Target, result: Result, progress: Progress) -> None:
    """The others have everything. Let the slow ones read the rest as fast as they can."""
    progress("waiting for the slow", 1.0)
    cpu = target.cpu()
    tell(pipes, "catch up")
    for pipe in pipes:
        result.caught.add(hear(pipe))
    result.catching_cpu = target.cpu() - cpu


def gather(ran: Ran, result: Result, unsent: list[int]) -> None:
    unsent += ran.unsent
    result.lags.update(ran.lags)
    result.waits.update(ran.waits)
    result.harness.append(ran.busy)
    result.left += ran.left
    result.cut += ran.cut


def settle(result: Result, start: int, unsent: int) -> None:
    """What can be told only from all load processes together."""
    found = result.found
    result.unsent = unsent
    result.fan_out, behind = fan_out(result.plan, start, found)
    result.unfinished = behind - unsent
    result.seconds = (max(found.latest.values(), default=start) - start) / MICRO
