"""What one measurement asks of a server: how many people, who of them talks, and when.

The schedule is open-loop: message ``n`` is due at ``n / rate`` seconds after the start,
whatever became of the messages before it, and its latency counts from that moment. A
harness that waits for answers before it goes on sends less while the server is slow, and
so measures least where it matters most ("coordinated omission").

Everything here follows from the numbers asked for, so that every load process, and the
one that reads their results, work it out alike and need not tell each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from load.wire import DIALECTS, Dialect

MICRO = 1_000_000
MIXED = "mixed"
BY_TURNS = ("line", "json", "websocket")  # those who listen in a mixed room; talkers have the first


@dataclass(frozen=True)
class Plan:
    clients: int = 500  # talkers, listeners, slow and stalled together
    senders: int = 50
    idle: int = 0  # listeners on top of ``clients``
    stalled: int = 0  # of ``clients``: connected, named, and never reading
    slow: int = 0  # of ``clients``: reading 1 KB/s, and everything else when all has been said
    rate: float = 1000.0  # messages a second, of all senders together
    seconds: float = 10.0
    size: int = 64  # bytes a message, with its line feed, as it is sent
    workers: int = 1
    speak: str = "line"
    tag: str = "f"  # begins every name, so that two runs do not ask for the same ones
    storm: bool = False
    noisy: bool = False  # others talk as well: no length tells that everything has come
    concurrent_joins: int = 0  # clients that join at a time; 0: the dialect's own
    grace: float = 15.0  # seconds after the last message after which nobody waits any more

    @property
    def dialect(self) -> Dialect:
        """Of those who talk, and of all others unless the room is mixed."""
        return DIALECTS[BY_TURNS[0] if self.speak == MIXED else self.speak]

    def dialect_of(self, client: int) -> Dialect:
        if self.speak == MIXED and not self.speaks(client):
            return DIALECTS[BY_TURNS[client % len(BY_TURNS)]]
        return self.dialect

    @property
    def everyone(self) -> int:
        return self.clients + self.idle

    @property
    def messages(self) -> int:
        return int(self.rate * self.seconds) if self.senders else 0

    @property
    def readers(self) -> int:
        """Those who read all the time."""
        return self.everyone - self.stalled - self.slow

    def due(self, number: int) -> int:
        """Microseconds after the start."""
        return int(number * MICRO / self.rate)

    def author(self, number: int) -> int:
        return number % self.senders

    def speaks(self, client: int) -> bool:
        return client < self.senders

    def reads(self, client: int) -> bool:
        """The stalled are the last of ``clients``: never talkers while there are others."""
        return not self.clients - self.stalled <= client < self.clients

    def is_slow(self, client: int) -> bool:
        """The slow are the last before the stalled."""
        return 0 < self.clients - self.stalled - client <= self.slow

    def name(self, client: int) -> bytes:
        return b"%s%05d" % (self.tag.encode(), client)

    def members(self, worker: int) -> range:
        """The clients of one load process: talkers and listeners are dealt out evenly."""
        return range(worker, self.everyone, self.workers)

    def heard(self, client: int) -> int:
        """How many messages a client receives when everything is sent: all except its own."""
        own = range(client, self.messages, self.senders) if self.speaks(client) else ()
        return self.messages - len(own)

    def script(self, worker: int) -> list[int]:
        """The numbers that this load process has to send, in the order they are due."""
        return [n for n in range(self.messages) if self.author(n) % self.workers == worker]
