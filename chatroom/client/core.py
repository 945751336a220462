"""A client without input or output: bytes in, events out; requests in, bytes out.

Whoever drives it (`network.py`, or a test) connects when `wants_connection`, tells what became of
it, hands over what was received, calls `tick` at the `deadline`, and takes output and entries
after each of these. Neither a socket nor a sleep is in here: a lost evening is a line in a test.

What is said is kept until the server's receipt has come, and is said again over the next connection
if it has not. To keep it from being said twice, every line carries a ref, and the server, which
knows us by our ticket, tells with its welcome what the last one was that it had decided. Lines go
out no faster than the server lets them through: what still waits here can be cancelled.
"""

from collections.abc import Callable

from chatroom.client.archive import Archive
from chatroom.client.decoder import ProtocolError
from chatroom.client.events import Connected, Entry, NameRequired, Reconnected
from chatroom.client.last_read import LastRead
from chatroom.client.membership import Membership
from chatroom.client.outbox import Change, Question, Talk
from chatroom.client.rooms import Rooms
from chatroom.client.session import Session, State
from chatroom.client.settings import ClientSettings
from chatroom.protocols.objects import Message, Pong
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref

_NAME_CODES = ("bad-name", "name-taken", "name-reserved", "name-held", "name-barred")
_FOR_EVER = ("kicked", "replaced")  # closings after which it would be rude to come back


class Client:
    """`clock` is monotonic, `wall` gives the time of day, `jitter` numbers from 0 to 1.

    `room` is the one to go to, empty for the server's choice. `ticket` is a secret of this
    client's: who has it is taken for us. `where` is what the server is called when it is none.
    `quiet`: the room is not told when we come and go. `last_read` knows what was read last time.
    """

    def __init__(
        self,
        settings: ClientSettings,
        ticket: str,
        clock: Callable[[], float],
        wall: Callable[[], float],
        jitter: Callable[[], float],
        room: str = "",
        where: str = "The server",
        quiet: bool = False,
        last_read: LastRead | None = None,
    ) -> None:
        self.wall = wall
        self.last_read = last_read or LastRead()
        self.archive = Archive(self._ask)
        self._where = where
        self._me = Membership(settings, clock, wall, room, self.last_read)
        self._outbox = self._me.delivery.outbox
        self._session = Session(self._me, settings, clock, jitter, where, ticket, quiet)

    # --- for whoever drives it ----------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._session.state

    @property
    def deadline(self) -> float | None:
        """When `tick` is to be called."""
        return self._session.deadline

    @property
    def name(self) -> str:
        """Ours; empty as long as there is none."""
        return self._me.name

    @property
    def rooms(self) -> Rooms:
        return self._me.rooms

    @property
    def wants_connection(self) -> bool:
        return self.state is State.CONNECTING

    @property
    def is_connected(self) -> bool:
        """Whether there should be a connection; if not, one that is there is to be closed."""
        return self._session.is_connected

    @property
    def waiting(self) -> int:
        """Lines that were said and have no receipt yet, and questions that are not asked yet."""
        return self._outbox.unconfirmed

    @property
    def unconfirmed(self) -> list[Talk]:
        """What was said and has no receipt yet, in its order."""
        return self._outbox.talk

    @property
    def pending(self) -> int:
        """Requests of all kinds that have no answer yet."""
        return len(self._outbox)

    @property
    def retry_in(self) -> float:
        """Seconds until the connection is tried again."""
        return self._session.retry_in

    @property
    def round_trip(self) -> float | None:
        """Seconds; None if that is not known."""
        return self._session.connection.heartbeat.round_trip if self.is_connected else None

    @property
    def unanswered(self) -> float:
        """Seconds for which an answer is due; 0 as long as that is nothing to speak of."""
        return self._session.connection.heartbeat.unanswered if self.is_connected else 0.0

    def take_output(self) -> bytes:
        return self._session.connection.take_output()

    def take_entries(self) -> list[Entry]:
        """What has happened since the last call."""
        return self._me.take_entries()

    def connected(self) -> None:
        """There is a connection."""
        self._session.connected()

    def failed(self, text: str) -> None:
        """No connection could be made."""
        self._session.failed(text)

    def lost(self, text: str) -> None:
        """The connection is gone."""
        self._session.lost(text)

    def tick(self) -> None:
        """Do what is due."""
        self._session.tick()

    def received(self, data: bytes) -> None:
        if not self.is_connected:
            return
        verified = self._session.connection.verified
        try:
            for message, ref in self._session.connection.messages(data):
                if not verified:
                    verified = True
                    self._tell_connected()
                if message is not None:
                    self._take(message, ref)
                if not self.is_connected:
                    break
        except ProtocolError as error:
            self._session.drop(str(error))
        self._session.proceed()

    # --- for the person -----------------------------------------------------------------------

    def start(self) -> None:
        """Connect, to see whether anybody is there; a name can be given now or later."""
        self._session.start()

    def join(self, name: str, room: str = "") -> None:
        """Take part under this name."""
        self._me.name = name
        self.rooms.choose_first(room)
        self._session.join()

    def switch(self, room: str) -> None:
        """Make a room that we are in the current one; the server is not asked."""
        self._me.switch(room)

    def switch_to(self, number: int) -> bool:
        """The same by its number, from 1; False if there is no such room."""
        rooms = list(self.rooms)
        if not 0 < number <= len(rooms):
            return False
        self._me.switch(rooms[number - 1].name)
        return True

    def request(self, command: commands.Command) -> None:
        """Say something, or ask for something. It is kept until it has been answered."""
        if self.state in (State.LEAVING, State.ENDED):
            return
        if isinstance(command, commands.Quit):
            self._session.leave()
        elif isinstance(command, commands.Cancel):
            self._me.delivery.cancel()
        else:
            delayed = self._session.been_in and self.state is not State.JOINED
            if isinstance(command, commands.More):
                self._me.request_more(delayed)
            elif isinstance(command, Talk | Change | Question):
                self._me.request(command, delayed)
        self._session.proceed()

    def mark_read(self, room: str, id: int = 0) -> None:
        """The person has read the room up to this id; 0: all that we have."""
        self._me.arrival.mark_read(room, id)

    def finish(self) -> None:
        """There will be nothing more to say: leave as soon as everything has arrived."""
        self._session.finish()

    def _ask(self, command: commands.Recall | commands.Search) -> int:
        if self.state is not State.JOINED:
            return 0
        request = self._me.past.ask(command)
        self._session.proceed()
        return request

    # --- what the server says -----------------------------------------------------------------

    def _tell_connected(self) -> None:
        if not self._session.been_in:
            self._me.emit(Connected())
        if not self.name:
            self._me.emit(NameRequired(""))

    def _take(self, message: Message, ref: Ref) -> None:
        # Before the welcome nothing is known of what was sent over an earlier connection.
        may_answer = self.state in (State.JOINED, State.LEAVING)
        answered = self._me.confirm(ref) if may_answer else None
        match message:
            case Pong():
                self._session.connection.heartbeat.ponged(ref)
            case events.Welcomed():
                self._take_welcome(message)
            case events.Refused() if self.state is State.JOINING:
                self._take_refusal(message)
            case events.Closing():
                self._take_closing(message, may_answer)
            case _:
                self._me.take(message, ref, answered)
        if not (self._outbox.under_way or self.state is State.JOINING):
            self._session.connection.heartbeat.rest()
        if self.state is State.LEAVING and not self._outbox.under_way:
            self._session.end("")

    def _take_welcome(self, welcome: events.Welcomed) -> None:
        again = self._session.been_in
        self._me.join(welcome)
        self._session.joined(welcome.limits.rate)
        self._me.emit(Reconnected(self.name, welcome.room) if again else welcome)
        self._session.connection.output += self._me.resume(welcome)

    def _take_refusal(self, refusal: events.Refused) -> None:
        """The name, or the room, cannot be had."""
        if refusal.code in _NAME_CODES:
            self._session.name_refused()
            self._me.name = ""
            self._me.emit(NameRequired(refusal.text))
        else:
            self._session.drop(f"{self._where} says: {refusal.text}")

    def _take_closing(self, closing: events.Closing, may_answer: bool) -> None:
        if closing.code == "quit":
            if may_answer:  # everything before our quit was decided
                self._me.confirm(self._me.delivery.next_ref())
            return
        self._session.connection.closing = closing
        if closing.code in _FOR_EVER:
            self._session.end(closing.text)
        else:
            self._me.emit(closing)
