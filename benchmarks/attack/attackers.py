"""The process of the hostile clients: hundreds of them on one loop, for a bounded time.

The process runs at the lowest priority, so it takes only what the measured clients leave of their
core. What the measured clients notice is then caused by the server and not by an overloaded
harness. The server has a core of its own where there are two.

Every visit ends with a reset at the latest when the attack ends, and no client connects more often
than its kind allows, so an attack leaves neither connections nor ports behind.
"""

from __future__ import annotations

import gc
import re
import socket
import struct
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import Connection
from time import monotonic, sleep

from attack.attacks import KINDS, VICTIM, VICTIM_READS, Kind, Leaves, Visit
from load.poller import IN, OUT, new_poller
from load.visitor import CHUNK, STALLED_BUFFER, STALLED_SEGMENT
from machine.proc import pin, prefer, raise_file_limit

LOWEST = 19
SEND_BUFFER = 64 * 1024  # bytes; megabytes that only wait in our own kernel attack nobody
ASSEMBLY = 0.3  # of the time of an attack, in which those who send together come in
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close at once, which the peer sees as a reset
STEP = 0.05  # seconds between two reads of those who read slowly
BURST = 64  # connects between two looks at the sockets
LET_IN = (b"All set, ", b'"welcome"')
MARK = re.compile(rb": ~(\d{8}) \d{16} ")
READY = 10.0  # seconds until the victim must have been let in
LATE = 6.0  # seconds after the end in which a victim reads what still waits for them


@dataclass
class Report:
    """What the hostile clients can say: ``ended`` are the visits that the server ended.

    ``heard`` is how many lines of the others the victim read, None if there was none.
    """

    visits: int = 0
    let_in: int = 0
    ended: int = 0
    sent: int = 0
    received: int = 0
    heard: int | None = None


class Attacker:
    """One visit: a socket, and what is still to be sent."""

    def __init__(self, visit: Visit, waits: bool = False, keep: bool = False) -> None:
        self.visit = visit
        self.waits = waits
        self.let_in = False
        self.over = False
        self.answered = not visit.asks
        self.rest = memoryview(visit.hello)
        self.kept = bytearray() if keep else None
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if visit.reads < inf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STALLED_BUFFER)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, STALLED_SEGMENT)

    @property
    def mask(self) -> int:
        """What to wait for; a slow reader is read by the clock instead."""
        return (IN if self.visit.reads == inf else 0) | (OUT if self.wants_to_send else 0)

    @property
    def wants_to_send(self) -> bool:
        return bool(self.rest or (self.visit.packet and self.answered and not self.waits))

    def send(self) -> int:
        """Send once. Returns the number of bytes that the kernel took."""
        self.rest = self.rest or memoryview(self.visit.packet)
        try:
            sent = self.sock.send(self.rest)
        except BlockingIOError:
            return 0
        except OSError:
            self.over = True
            return 0
        self.rest = self.rest[sent:]
        return sent

    def receive(self, most: int) -> int:
        """Read once. Returns the number of bytes."""
        try:
            data = self.sock.recv(most)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        self.over = not data
        self.answered = True
        self.let_in = self.let_in or any(words in data for words in LET_IN)
        if self.kept is not None:
            self.kept += data
        return len(data)

    @property
    def leaves(self) -> bool:
        """Whether the visit ends by itself now."""
        if self.visit.leaves is Leaves.WHEN_SENT:
            return not self.rest
        return self.visit.leaves is Leaves.WHEN_LET_IN and self.let_in

    def close(self) -> None:
        """End the visit: with its last word, or with a reset."""
        if self.visit.bye and not self.over:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
            with suppress(OSError):
                self.sock.send(self.visit.bye)
        self.sock.close()


class Attackers:
    def __init__(self, kind: Kind, clients: int, address: tuple[str, int]) -> None:
        self.kind = kind
        self.address = address
        self.clients = clients * kind.times
        self.waiting = deque(range(self.clients * kind.visits))
        self.attackers: dict[int, Attacker] = {}  # by descriptor
        self.poller = new_poller()
        self.report = Report()
        self.read_at = 0.0
        self.victim = self.invite() if kind.victim else None

    def invite(self) -> Attacker:
        """Let the victim join before the attackers; it only reads."""
        victim = Attacker(Visit(VICTIM + b"\n", reads=VICTIM_READS), keep=True)
        self.enter(victim)
        end = monotonic() + READY
        while not victim.let_in and not victim.over and monotonic() < end:
            self.poll_once(STEP)
            self.read_slowly()
        self.report = Report()  # the victim is none of the hostile
        return victim

    def attack(self, start: float, end: float) -> Report:
        sleep(max(start - monotonic(), 0))
        if self.kind.together:
            self.go_on(start + (end - start) * ASSEMBLY, waits=True)
            self.release()
        self.go_on(end)
        self.disperse()
        return self.report

    def go_on(self, end: float, waits: bool = False) -> None:
        while monotonic() < end:
            present = len(self.attackers) - bool(self.victim)
            for _ in range(min(self.clients - present, len(self.waiting), BURST)):
                self.enter(Attacker(self.kind.visit(self.waiting.popleft()), waits))
                self.report.visits += 1
            self.poll_once(STEP)
            self.read_slowly()

    def release(self) -> None:
        """Let the attackers that wait for each other go on."""
        for attacker in self.attackers.values():
            attacker.waits = False
            self.poller.rewatch(attacker.sock, attacker.mask)

    def enter(self, attacker: Attacker) -> None:
        attacker.sock.connect_ex(self.address)
        self.attackers[attacker.sock.fileno()] = attacker
        self.poller.watch(attacker.sock, attacker.mask)

    def poll_once(self, wait: float) -> None:
        for descriptor, mask in self.poller.ready(wait):
            attacker = self.attackers[descriptor]
            if mask & OUT:
                self.report.sent += attacker.send()
                if not attacker.wants_to_send:
                    self.poller.rewatch(attacker.sock, attacker.mask)
            if mask & ~OUT:
                self.receive(attacker, CHUNK)
            if attacker.over or attacker.leaves:
                self.leave(descriptor, attacker)

    def receive(self, attacker: Attacker, most: int) -> None:
        before, mask = attacker.let_in, attacker.mask
        self.report.received += attacker.receive(most)
        self.report.let_in += attacker.let_in and not before
        if attacker.mask != mask:
            self.poller.rewatch(attacker.sock, attacker.mask)

    def read_slowly(self) -> None:
        if monotonic() < self.read_at:
            return
        self.read_at = monotonic() + STEP
        for descriptor, attacker in list(self.attackers.items()):
            if 0 < attacker.visit.reads < inf:
                self.receive(attacker, int(attacker.visit.reads * STEP))
                if attacker.over:
                    self.leave(descriptor, attacker)

    def leave(self, descriptor: int, attacker: Attacker) -> None:
        self.report.ended += attacker.over
        self.poller.unwatch(attacker.sock)
        attacker.close()
        del self.attackers[descriptor]

    def disperse(self) -> None:
        """Close all visits; the victim first reads what waits for it."""
        for descriptor, attacker in list(self.attackers.items()):
            if attacker is not self.victim:
                self.leave(descriptor, attacker)
        if self.victim is None:
            return
        end = monotonic() + LATE
        before = -1
        while not self.victim.over and monotonic() < end and before < self.report.received:
            before = self.report.received
            sleep(STEP)
            self.read_slowly()
        self.victim.close()
        self.report.heard = len(set(MARK.findall(self.victim.kept or b"")))


def work(
    pipe: Connection, kind: str, clients: int, address: tuple[str, int], cores: list[int] | None
) -> None:
    """The main function of the process: one attack when told, and its report."""
    pin(cores)
    prefer(LOWEST)
    raise_file_limit()
    gc.disable()
    with suppress(BrokenPipeError, EOFError, KeyboardInterrupt):
        pipe.send(None)
        start, end = pipe.recv()
        pipe.send(Attackers(KINDS[kind], clients, address).attack(start, end))
