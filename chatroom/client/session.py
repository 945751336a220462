"""The life of a client: connecting, joining, coming back after a lost connection, leaving.

    DISCONNECTED ─join()─> CONNECTING ─connected()─> CONNECTED ─join()─> JOINING ─welcome─> JOINED
      ^                      ^  └──failed()──> DISCONNECTED, or WAITING if we have been in     │
      │                      └────────────time───────────── WAITING <──────────lost()──────────┘
      └── lost() before there was a name                     any ──quit, kicked──> ENDED

    JOINED ──quit, with receipts due──> LEAVING ──the last receipt, lost(), time──> ENDED

Nothing here knows what is said in the chat, nor how it is shown.
"""

import enum
import math
from collections.abc import Callable

from chatroom.client.backoff import Backoff
from chatroom.client.connection import Connection
from chatroom.client.events import ConnectFailed, ConnectionLost, Ended
from chatroom.client.membership import Membership
from chatroom.client.settings import ClientSettings
from chatroom.client.shutdown import Shutdown
from chatroom.protocols.objects import encode
from chatroom.vocabulary import commands


class State(enum.Enum):
    DISCONNECTED = enum.auto()  # no connection, and no use for one before there is a name
    CONNECTING = enum.auto()
    CONNECTED = enum.auto()  # and not a member yet
    JOINING = enum.auto()
    JOINED = enum.auto()
    LEAVING = enum.auto()  # nothing more is said, and the last receipts are on their way
    WAITING = enum.auto()  # until it is time to try again
    ENDED = enum.auto()


class Session:
    """`where` is what the server is called in a complaint; `clock` is monotonic, `jitter` gives
    numbers from 0 to 1. `ticket` and `quiet` are those of the join request."""

    def __init__(
        self,
        me: Membership,
        settings: ClientSettings,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        where: str,
        ticket: str,
        quiet: bool,
    ) -> None:
        self.state = State.DISCONNECTED
        self.been_in = False
        self.connection = Connection(where, settings, clock)
        self.deadline: float | None = None  # when `tick` is to be called
        self._me = me
        self._settings = settings
        self._clock = clock
        self._where = where
        self._ticket = ticket
        self._quiet = quiet
        self._backoff = Backoff(settings, clock, jitter)
        self._shutdown = Shutdown(settings, clock)

    @property
    def is_connected(self) -> bool:
        return self.state in (State.CONNECTED, State.JOINING, State.JOINED, State.LEAVING)

    @property
    def retry_in(self) -> float:
        """Seconds until the connection is tried again."""
        return self._backoff.retry_in if self.state is State.WAITING else 0.0

    # --- the connection -----------------------------------------------------------------------

    def start(self) -> None:
        """A connection is wanted."""
        if self.state is State.DISCONNECTED:
            self.state = State.CONNECTING

    def connected(self) -> None:
        """There is a connection."""
        if self.state is not State.CONNECTING:
            return  # it comes too late: nobody wants it any more
        self.connection = Connection(self._where, self._settings, self._clock)
        self._me.reset()
        self.state = State.CONNECTED
        self.connection.heartbeat.expect()
        if self._me.name:
            self._send_join()
        else:  # the server must not take us for a person who waits to be greeted
            self.connection.ping(self._me.delivery.next_ref())
        self._set_deadline()

    def failed(self, text: str) -> None:
        """No connection could be made."""
        if self.state is State.CONNECTING:
            self.drop(text)

    def lost(self, text: str) -> None:
        """The connection is gone."""
        if self.is_connected:
            self.drop(self.connection.why_lost(text))

    def tick(self) -> None:
        """Do what is due."""
        now = self._clock()
        heartbeat = self.connection.heartbeat
        if self._gives_up_at is not None and now >= self._gives_up_at:
            self.end("The server did not answer in time.")
        elif self.state is State.LEAVING and now >= self._shutdown.leave_by:
            self.end("")
        elif self.state is State.WAITING and now >= self._backoff.retry_at:
            self.state = State.CONNECTING
        elif self.is_connected and now >= (heartbeat.answer_by or math.inf):
            self.drop(self.connection.why_silent())
        elif self.state is State.JOINED:
            if now >= heartbeat.ping_at:
                self.connection.ping(self._me.delivery.next_ref())
                self.connection.output += self._me.ask_rooms()
            self.connection.output += self._me.ask_who(now)
        self.proceed()
        if self.state is State.JOINED:
            self._me.delivery.tell_what_waits()

    # --- joining ------------------------------------------------------------------------------

    def join(self) -> None:
        """There is a name to join with."""
        if self.state is State.CONNECTED:
            self._send_join()
        self.start()
        self._set_deadline()

    def _send_join(self) -> None:
        self.state = State.JOINING
        room = self._me.rooms.current
        self.connection.join(
            commands.Join(
                *(self._me.name, room.name, self._ticket, self._quiet),
                after=room.record.after,
                epoch=room.record.epoch,
            )
        )

    def joined(self, rate: float) -> None:
        """The server has welcomed us; it takes so many requests a second."""
        self.state = State.JOINED
        self.been_in = True
        self._backoff.joined()
        self.connection.joined(rate)

    def name_refused(self) -> None:
        """We are connected, and another name is to be chosen."""
        self.state = State.CONNECTED

    def proceed(self) -> None:
        """Whatever has happened, do what can be done now."""
        if pages := self._me.past.take_output():
            self.connection.output += pages
            self.connection.heartbeat.expect()
        if self.state is State.JOINED and (requests := self._me.delivery.send()):
            self.connection.output += requests
            self.connection.heartbeat.expect()
        self._leave_if_finished()
        self._set_deadline()

    # --- coming and going ---------------------------------------------------------------------

    def drop(self, text: str) -> None:
        """There is no connection, or we want it no more."""
        self.connection.output.clear()
        closing = self.connection.closing
        if self.state is State.LEAVING:
            self.end("")
        elif closing is not None and closing.code == "no-name" and self.is_connected:
            self.state = State.DISCONNECTED  # we come back when there is a name
        elif self.been_in:
            self._wait(text)
        else:
            self.state = State.DISCONNECTED
            self._me.emit(ConnectFailed(text))
        self._set_deadline()

    def _wait(self, text: str) -> None:
        """Come back in a moment."""
        if self.state is State.JOINED:
            self._backoff.lost()
            self._shutdown.disconnected()
            self._me.arrival.lost()
            self._me.emit(ConnectionLost(text))
        self._backoff.schedule()
        self.state = State.WAITING

    def leave(self) -> None:
        """Now, without what waits; but what was sent may have its receipts."""
        if self.is_connected:
            self.connection.output += encode(commands.Quit("quit"))
        if self.state is State.JOINED and self._me.delivery.outbox.under_way:
            self.state = State.LEAVING
            self._shutdown.leave()
        else:
            self.end("")

    def _leave_if_finished(self) -> None:
        """And not before we were in: whoever waits for us wants to know whether that works."""
        if self._shutdown.finishing and not self._me.delivery.outbox and self.state is State.JOINED:
            self.leave()

    def end(self, text: str) -> None:
        if self.state is not State.ENDED:
            self.state = State.ENDED
            self._me.past.lost()
            uncertain = self._me.delivery.outbox.uncertain_lines
            self._me.emit(Ended(text, self._me.delivery.unsent, uncertain))

    @property
    def _gives_up_at(self) -> float | None:
        is_in = self.state in (State.JOINED, State.LEAVING)
        return None if is_in else self._shutdown.give_up_at

    def finish(self) -> None:
        """Leave as soon as everything has arrived."""
        self._shutdown.finish()
        self.proceed()

    def _set_deadline(self) -> None:
        due = [self._gives_up_at]
        if self.state is State.LEAVING:
            due.append(self._shutdown.leave_by)
        if self.state is State.WAITING:
            due.append(self._backoff.retry_at)
        if self.is_connected:
            due.append(self.connection.heartbeat.answer_by)
        if self.state is State.JOINED:
            due.append(self.connection.heartbeat.ping_at)
            due += [self._me.rooms.ask_at, self._me.delivery.next_at]
        known = [time for time in due if time is not None]
        self.deadline = min(known) if known and self.state is not State.ENDED else None
