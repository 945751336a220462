"""What a person asks for, on its way to the server: kept, sent as fast as it may go, confirmed.

One for the life of a client; a new connection is a `begin`. The refusals are our own words for what
the server would refuse, or would not get.
"""

from collections.abc import Callable
from dataclasses import replace

from chatroom.client.bucket import TokenBucket
from chatroom.client.outbox import Change, Outbox, PendingRequest, Question, Talk
from chatroom.client.settings import ClientSettings
from chatroom.client.text import divide
from chatroom.protocols.objects import encode
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.counts import counted

_LONG = 2.0  # seconds that lines wait to be sent, from which on people are told about it


class Delivery:
    """`tell` is called with what the person is to know. `clock` is monotonic."""

    def __init__(
        self,
        settings: ClientSettings,
        clock: Callable[[], float],
        tell: Callable[[events.Event], None],
    ) -> None:
        self.outbox = Outbox(settings.max_queued)
        self._clock = clock
        self._tell = tell
        self._bucket = TokenBucket(0.0, 0.0, clock)  # until the welcome
        self._limits: events.Limits | None = None
        self._settings = settings
        self._told_what_waits = False
        self._not_kept = 0  # requests, since the outbox is full
        self._ref = 0
        self._before: dict[
            int, int
        ] = {}  # by refs of requests that are not kept: the last kept one

    @property
    def unsent(self) -> int:
        """Lines that were not delivered."""
        return self.outbox.unsent_lines + self._not_kept

    @property
    def next_at(self) -> float | None:
        """When the next request may be sent; None: nothing waits, or an answer must come first."""
        if not self.outbox.waiting:
            return None
        return self._bucket.next_at(self.outbox.under_way)

    def next_ref(self) -> int:
        """For a request that is not kept; its answer tells about those that were sent before it."""
        self._ref += 1
        self._before[self._ref] = self.outbox.last_ref
        return self._ref

    def spend(self) -> None:
        """A request that is not kept was sent; it counts against the rate as well."""
        self._bucket.sent()

    def begin(self, limits: events.Limits, last: int | None) -> list[PendingRequest]:
        """Over a new connection; see `Outbox.begin_again` for what is returned."""
        self._limits = limits
        self._before.clear()
        self._bucket = TokenBucket(limits.rate, limits.burst, self._clock)
        return self.outbox.begin_again(last)

    def keep(self, command: Talk | Change | Question, delayed: bool) -> None:
        """It is sent in its turn; a long text in several messages."""
        if not isinstance(command, Talk):
            self._keep(command, delayed)
            return
        size = self._limits.text if self._limits else self._settings.max_text
        for part in divide(command.text, self._settings.max_lines, size):
            self._keep(replace(command, text=part), delayed)

    def _keep(self, command: Talk | Change | Question, delayed: bool) -> None:
        if not self.outbox.is_full:
            self.outbox.add(command, delayed)
            return
        self._not_kept += 1
        if self._not_kept == 1:  # of a long paste one word is enough
            waiting = counted(len(self.outbox), "line is", "lines are")
            text = f"{waiting} waiting; until some have gone, no more are kept."
            self.refuse("too-many", text)

    def cancel(self) -> None:
        """Drop what waits."""
        if dropped := self.outbox.cancel():
            self._tell(events.Cancelled(dropped))
        else:
            self.refuse("nothing-waits", "Nothing is waiting to be said.")

    def send(self) -> bytes:
        """What may be sent now."""
        output = bytearray()
        while self._bucket.may_send(self.outbox.under_way) and (kept := self.outbox.next()):
            output += self._request(kept)
        if not self.outbox.waiting:
            self._told_what_waits = False
        self._tell_what_was_not_kept()
        return bytes(output)

    def tell_what_waits(self) -> None:
        """Once, when somebody has pasted what takes long to be said."""
        waiting, rate = self.outbox.waiting, self._bucket.rate
        if not self._told_what_waits and waiting > rate * _LONG:
            self._told_what_waits = True
            self._tell(events.Waiting(waiting, rate))

    def confirm(self, ref: Ref) -> tuple[PendingRequest | None, list[PendingRequest]]:
        """What the server answers with this ref, and what it has decided before unheard by us."""
        if not isinstance(ref, int):
            return None, []
        if (last := self._before.pop(ref, None)) is not None:
            return None, self.outbox.take_before(last + 1)
        unheard = self.outbox.take_before(ref) if self.outbox.is_sent(ref) else []
        return self.outbox.take(ref), unheard

    def refuse(self, code: str, text: str) -> None:
        self._tell(events.Refused(code, text))

    def _request(self, kept: PendingRequest) -> bytes:
        """It as a line, unless the server would not take that: one too long gets no receipt."""
        limits, ref = self._limits, kept.ref or self._ref + 1
        self._ref = max(self._ref, ref)
        command = kept.command
        if isinstance(command, commands.Tell) and kept.delayed:  # they may be on the way back
            command = replace(command, wait=True)
        data = encode(command, ref)
        text = kept.command.text if isinstance(kept.command, Talk) else ""
        if limits and len(text.encode("utf-8", "replace")) > limits.text:
            self.refuse("too-long", f"That has more than {limits.text} bytes; it was not sent.")
            return b""
        if limits and len(data) > limits.line:
            self.refuse("too-long", "That is too long for the server; it was not sent.")
            return b""
        self.outbox.sent(ref, kept)
        self._bucket.sent(text.count("\n"))
        return data

    def _tell_what_was_not_kept(self) -> None:
        """When there is room again."""
        if self._not_kept and not self.outbox.is_full:
            lines = counted(self._not_kept, "line was", "lines were")
            self.refuse("too-many", f"{lines} not kept.")
            self._not_kept = 0
