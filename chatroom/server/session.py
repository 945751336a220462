"""One visitor: joins a connection, the protocol it speaks and the chat.

The session is the middle of the path of a message. Bytes come in from the connection, the protocol
makes commands of them, and the session consumes those one at a time: it carries out what the
protocol has to say by itself and hands the rest to the hub. The hub's answers take the way back
through `Outlet`, which the session is.

A client that sends too fast is throttled here. The commands of what was received are an iterator.
The session stops consuming it, and stops reading, when the client has no tokens left or has had its
turn in this tick (`throttle.py`, `net/turns.py`). Nothing is lost: TCP holds the rest back.

A visitor who pasted a long text is told how many lines wait, and `/cancel` drops them. It comes
behind the paste, so it is searched for in what is not decided yet and in the kernel's buffer.
"""

import logging
from collections.abc import Iterator

from chatroom.chat.hub import Hub
from chatroom.chat.pending import Pending
from chatroom.chat.room import Member
from chatroom.net.connection import Connection
from chatroom.net.loop import Loop, Timer
from chatroom.protocols import Become, Hangup, Protocol, Reply, Request
from chatroom.server.deadlines import Deadlines
from chatroom.server.heartbeat import Heartbeat
from chatroom.server.throttle import UNTHROTTLED, new_throttle
from chatroom.server.visitors import Visitors
from chatroom.settings import Settings
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.durations import duration

# They come with a line, or with silence, and are not what it asks for.
_FREE = (Become, commands.Greet)

log = logging.getLogger(__name__)


class Session:
    """`protocol` is what the connection is taken to speak before anything is known."""

    __slots__ = (
        "_connection",
        "_deadlines",
        "_heartbeat",
        "_hub",
        "_look_at",
        "_looked",
        "_loop",
        "_member",
        "_pause_timer",
        "_pending",
        "_protocol",
        "_settings",
        "_throttle",
        "_told",
        "_turns",
        "_visitors",
    )

    def __init__(
        self,
        connection: Connection,
        protocol: Protocol,
        hub: Hub,
        loop: Loop,
        settings: Settings,
        host: str,
        visitors: Visitors,
    ) -> None:
        self._connection = connection
        self._protocol = protocol
        self._hub = hub
        self._loop = loop
        self._settings = settings
        self._member = Member(self, connection, protocol.dialect, host, connection.address)
        self._pending: Iterator[Request] | None = None
        self._told = False  # that many lines are waiting
        self._look_at = 0.0  # when to look for /cancel next, at the earliest
        self._looked = 0  # unread bytes that were looked through; below 0: some that are read since
        self._turns = connection.turns
        self._visitors = visitors
        self._throttle = new_throttle(settings, loop.woke)
        self._deadlines: Deadlines | None = Deadlines(
            connection, loop, settings, self._hear_silence, self._nameless, visitors.is_browser
        )
        self._pause_timer: Timer | None = None
        self._heartbeat: Heartbeat | None = None

    # --- what the connection calls ------------------------------------------------------------

    def received(self, data: bytes) -> None:
        self._visitors.reads += 1
        self._throttle.received(len(data))
        self._looked -= len(data)
        self._pending = self._protocol.receive(data)
        self._consume()

    def drained(self) -> None:
        self._hub.drained(self._member)

    def lost(self, reason: str) -> None:
        self._visitors.lost(self._connection, reason)
        self._cancel_deadlines()
        if self._pause_timer is not None:
            self._pause_timer.cancel()
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._pending = None
        if not self._member.name:
            log.info("%s closed: %s", self._connection.address, reason)
        member = self._member
        del self._member  # the two hold each other
        self._hub.leave(member, reason)

    # --- the chat's Outlet --------------------------------------------------------------------

    def answer(self, event: events.Event, ref: Ref) -> bytes:
        data = self._protocol.answer(event, ref)
        self._throttle.answered(len(data))
        return data

    def named(self) -> None:
        self._cancel_deadlines()
        self._protocol.named()
        self._hub.speak(self._member, self._protocol.dialect)

    def close(self, reason: str, farewell: bytes = b"", brief: bool = False) -> None:
        end = self._protocol.dialect.end
        self._pending = None  # what they had yet to say is not wanted any more
        self._connection.close(reason, farewell + end(reason) if end else farewell, brief)

    # --- what a stopping server calls ---------------------------------------------------------

    def hurry(self) -> None:
        """Handle what has been received, and what the kernel has, without the rate."""
        self._throttle = UNTHROTTLED
        if self._pause_timer is not None and self._pause_timer.live:
            self._pause_timer.cancel()
            self._wait_for_turn()

    def say_goodbye(self, text: str) -> int:
        """Close with these last words; returns how many of the visitor's lines were not taken."""
        if self._connection.closing:
            return 0  # what they sent after they had left was not wanted
        untaken = self._count_waiting()
        if untaken:
            text = f"{text} Lines of yours that were not taken: {untaken}."
        last = events.Closing("shutdown", text)
        self.close("shutdown", self._hub.last_words(self._member, last))
        return untaken

    # --- consuming commands -------------------------------------------------------------------

    def _consume(self) -> None:
        """Carry out what is pending, until it is done or has to wait."""
        handled = 0
        for request in self._pending or ():
            pending = self._handle(request)
            if self._connection.closing:
                return
            if pending is not None:
                self._wait_for(pending)
                return
            if isinstance(request, _FREE):
                continue
            handled += 1
            if wait := self._throttle.pay_for_command(self._loop.woke):
                self._pause(wait)
                return
            if self._has_had_a_turn(handled) and self._protocol.has_more():
                self._wait_for_turn()
                return
        self._pending = None
        if wait := self._throttle.pay_for_bytes(self._loop.woke):
            self._pause(wait)
            return
        self._connection.resume_reading()
        self._told = self._told and self._count_waiting() > 0

    def _has_had_a_turn(self, handled: int) -> bool:
        """Whether others come first now. Without a rate limit it takes the time to be used up:
        throughput counts there, and what one client has sent is cheaper to handle in one go."""
        others = self._turns.contended if self._throttle is not UNTHROTTLED else self._turns.over
        return others or handled == self._settings.lines_per_tick

    def _pause(self, seconds: float) -> None:
        """Out of tokens: nothing is read or handled until there is one again."""
        self._connection.pause_reading()
        self._pause_timer = self._loop.call_later(seconds, self._go_on_in_turn, self._connection)
        if not self._told and self._member.name:
            waiting = self._count_waiting()
            if waiting > self._settings.burst:
                self._told = True
                self._hub.tell(self._member, events.Waiting(waiting, self._settings.rate))

    def _wait_for_turn(self) -> None:
        """There is more, which is for the next tick."""
        self._connection.pause_reading()
        self._turns.wait(self._go_on, self._connection, again=True)

    def _wait_for(self, pending: Pending) -> None:
        """The next command must not be decided before this one is."""
        self._connection.pause_reading()
        pending.then(self._decided)

    def _decided(self) -> None:
        """What took time has been decided, and is paid for like everything else."""
        if wait := self._throttle.pay_for_command(self._loop.woke):
            self._pause(wait)
        else:
            self._go_on_in_turn()

    def _go_on_in_turn(self) -> None:
        if self._turns.contended:
            self._turns.wait(self._go_on, self._connection, again=True)
        else:
            self._go_on()

    def _go_on(self) -> None:
        if not self._connection.is_broken():
            self._look_for_cancel()
            self._consume()

    def _count_waiting(self) -> int:
        """Lines that have arrived and are not handled yet."""
        return self._protocol.count_waiting(self._connection.peek())

    def _look_for_cancel(self) -> None:
        """If the visitor has asked for it, drop all that they have said before that.

        Looked for only when something has arrived since the last look, and not too often.
        """
        too_soon = not self._member.name or self._loop.woke < self._look_at
        if too_soon or self._connection.unread <= self._looked:
            return
        self._look_at = self._loop.woke + self._settings.look_seconds
        ahead = self._connection.peek()
        self._looked = len(ahead)
        if found := self._protocol.cancel(ahead):
            lines, size = found
            self._connection.discard(size)
            self._looked = -1  # there may be another one
            self._hub.tell(self._member, events.Cancelled(lines))

    def _handle(self, request: Request) -> Pending | None:
        """Carry it out; what is returned has to be waited for."""
        match request:
            case Reply(data):
                if data:
                    self._hub.reply(self._member, data)
            case Become(protocol):
                self._become(protocol)
            case Hangup(reason, farewell):
                self._pending = None
                self._connection.close(reason, farewell)
            case commands.Say() | commands.Act() | commands.Tell():
                self._throttle.said(request.text)
                load = self._hub.load
                pending = self._hub.handle(self._member, request)
                self._turns.charge((self._hub.load - load) / self._settings.bytes_per_second)
                return pending
            case _:
                return self._hub.handle(self._member, request)
        return None

    def _become(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._hub.speak(self._member, protocol.dialect)
        if ping := protocol.dialect.ping:
            self._heartbeat = Heartbeat(self._connection, ping, self._loop, self._settings)

    # --- deadlines before there is a name -----------------------------------------------------

    def _hear_silence(self) -> None:
        if self._pending is None:
            for request in self._protocol.silence():
                self._handle(request)

    def _cancel_deadlines(self) -> None:
        if self._deadlines is not None:
            self._deadlines.cancel()
            self._deadlines = None

    def _nameless(self) -> None:
        text = f"No name was given within {duration(self._settings.name_seconds)}."
        last = events.Closing("no-name", text)
        self.close("gave no name", self._hub.last_words(self._member, last))
