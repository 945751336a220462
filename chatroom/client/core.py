"""A client without input or output: bytes in, events out; wishes in, bytes out.

Whoever drives it (`network.py`, or a test) connects when `wants_connection`, tells what became of
it, hands over what was received, calls `tick` at the `deadline`, and takes output and events
after each of these. Neither a socket nor a sleep is in here: a lost evening is a line in a test.

    APART ──join()──> CONNECTING ──connected()──> CONNECTED ──join()──> JOINING ──welcome──> JOINED
      ^                    ^  └──failed()──> APART, or WAITING if we have been in                │
      │                    └────────────time───────────── WAITING <──────────lost()──────────────┘
      └── lost() before there was a name                     any ──quit, kicked──> ENDED

    JOINED ──quit, with receipts due──> LEAVING ──the last receipt, lost(), time──> ENDED

What is said is kept until the server's receipt has come, and is said again over the next connection
if it has not. To keep it from being said twice, every line carries a mark, and the server, which
knows us by our ticket, tells with its welcome what the last one was that it had decided. Lines go
out no faster than the server lets them through: what still waits here can be cancelled.
"""

import enum
import math
from collections.abc import Callable

from chatroom.client.backoff import Backoff
from chatroom.client.delivery import Delivery
from chatroom.client.events import (
    Back,
    ClientEvent,
    Connected,
    Ended,
    Failed,
    Lost,
    NameWanted,
)
from chatroom.client.heartbeat import Heartbeat
from chatroom.client.outbox import Change, Kept, Question, Talk
from chatroom.client.roster import Roster
from chatroom.client.settings import ClientSettings
from chatroom.protocols.framing import Lines
from chatroom.protocols.objects import Message, Ping, Pong, encode, read_message
from chatroom.protocols.rendering import PROMPT
from chatroom.protocols.shapes import Wrong
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.notices import FULL

_NAME_CODES = ("bad-name", "name-taken", "name-reserved", "name-held", "name-barred")
_NO_CHANGE = ("same-name", "same-room")
_FOR_EVER = ("kicked", "replaced")  # closings after which it would be rude to come back
_HINT = "Is that the port of a chatroom?"

# What a server says to a person, and to a program that was slow to speak: a line, perhaps in parts
# whose rest is indented, and a question without an end.
_GREETING = b"Welcome to the chatroom"
_INDENT = b"  "
_QUESTION = PROMPT.encode()


class State(enum.Enum):
    APART = enum.auto()  # no connection, and no use for one before there is a name
    CONNECTING = enum.auto()
    CONNECTED = enum.auto()  # and not a member yet
    JOINING = enum.auto()
    JOINED = enum.auto()
    LEAVING = enum.auto()  # nothing more is said, and the last receipts are on their way
    WAITING = enum.auto()  # until it is time to try again
    ENDED = enum.auto()


class Client:
    """`clock` is monotonic, `wall` gives the time of day, `chance` numbers from 0 to 1.

    `room` is the one to go to, empty for the server's choice. `ticket` is a secret of this
    client's: who has it is taken for us. `where` is what the server is called when it is none.
    `quiet`: the room is not told when we come and go.
    """

    def __init__(
        self,
        settings: ClientSettings,
        ticket: str,
        clock: Callable[[], float],
        wall: Callable[[], float],
        chance: Callable[[], float],
        room: str = "",
        where: str = "The server",
        quiet: bool = False,
    ) -> None:
        self.state = State.APART
        self.name = ""
        self.roster = Roster(room, settings.most_people, settings.people_interval, clock)
        self.deadline: float | None = None  # when `tick` is to be called
        self.wall = wall
        self._where = where
        self._quiet = quiet
        self._settings = settings
        self._ticket = ticket
        self._clock = clock
        self._been_in = False
        self._delivery = Delivery(settings, clock, self._tell)
        self._outbox = self._delivery.outbox
        self._backoff = Backoff(settings, clock, chance)
        self._retry_at = 0.0
        self._leave_by = 0.0
        self._finishing = False
        self._finish_by = 0.0  # while there is no connection
        self._output = bytearray()
        self._events: list[ClientEvent] = []
        self._forget_connection()

    def _forget_connection(self) -> None:
        """What is known of one connection only."""
        self._lines = Lines(self._settings.max_message)
        self._spoken_to = False  # whether the server has shown that it is a chatroom
        self._greeted = False  # as a person is
        self._closing: events.Closing | None = None
        self._asked_by_us: set[int] = set()  # for our own use: nobody is to be shown the answers
        self._heartbeat = Heartbeat(self._settings, self._clock)

    # --- for whoever drives it ----------------------------------------------------------------

    @property
    def wants_connection(self) -> bool:
        return self.state is State.CONNECTING

    @property
    def is_connected(self) -> bool:
        """Whether there should be a connection; if not, one that is there is to be closed."""
        return self.state in (State.CONNECTED, State.JOINING, State.JOINED, State.LEAVING)

    @property
    def waiting(self) -> int:
        """Lines that were said and have no receipt yet, and questions that are not asked yet."""
        return self._outbox.unconfirmed

    @property
    def pending(self) -> int:
        """Requests of all kinds that have no answer yet."""
        return len(self._outbox)

    @property
    def retry_in(self) -> float:
        """Seconds until the connection is tried again."""
        return max(0.0, self._retry_at - self._clock()) if self.state is State.WAITING else 0.0

    @property
    def round_trip(self) -> float | None:
        """Seconds; None if that is not known."""
        return self._heartbeat.round_trip if self.is_connected else None

    @property
    def unanswered(self) -> float:
        """Seconds for which an answer is due; 0 as long as that is nothing to speak of."""
        return self._heartbeat.unanswered if self.is_connected else 0.0

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def take_events(self) -> list[ClientEvent]:
        happened, self._events = self._events, []
        return happened

    def connected(self) -> None:
        """There is a connection."""
        if self.state is not State.CONNECTING:
            return  # it comes too late: nobody wants it any more
        self._forget_connection()
        self.state = State.CONNECTED
        self._heartbeat.expect()
        if self.name:
            self._send_join()
        else:
            self._ping()  # the server must not take us for a person who waits to be greeted
        self._set_deadline()

    def failed(self, text: str) -> None:
        """No connection could be made."""
        if self.state is State.CONNECTING:
            self._gone(text)

    def lost(self, text: str) -> None:
        """The connection is gone."""
        if self.is_connected:
            self._gone(text if self._spoken_to else f"{self._where} closes the door. {_HINT}")

    def received(self, data: bytes) -> None:
        self._heartbeat.heard()
        for line in self._lines.split(data):
            if not self.is_connected:
                return
            self._read(line)
        self._proceed()

    def tick(self) -> None:
        """Do what is due."""
        now = self._clock()
        if self._waits_to_finish and now >= self._finish_by:
            self._end("The server did not answer in time.")
        elif self.state is State.LEAVING and now >= self._leave_by:
            self._end("")
        elif self.state is State.WAITING and now >= self._retry_at:
            self.state = State.CONNECTING
        elif self.is_connected and now >= (self._heartbeat.answer_by or math.inf):
            self._gone(
                f"{self._where} has not answered for {self._settings.answer_seconds:.0f} s."
                if self._spoken_to
                else f"{self._where} does not answer like a chatroom. {_HINT}"
            )
        elif self.state is State.JOINED:
            if now >= self._heartbeat.ping_at:
                self._ping()
                self._ask(commands.Rooms())
            if self.roster.ask_at is not None and now >= self.roster.ask_at:
                self.roster.ask_at = None
                self._ask(commands.Who())
        self._proceed()
        if self.state is State.JOINED:
            self._delivery.tell_what_waits()

    # --- for the person -----------------------------------------------------------------------

    def start(self) -> None:
        """Connect, to see whether anybody is there; a name can be given now or later."""
        if self.state is State.APART:
            self.state = State.CONNECTING

    def join(self, name: str, room: str = "") -> None:
        """Take part under this name."""
        self.name, self.roster.room = name, room or self.roster.room
        if self.state is State.CONNECTED:
            self._send_join()
        self.start()
        self._set_deadline()

    def request(self, command: commands.Command) -> None:
        """Say something, or ask for something. It is kept until it has been answered."""
        if self.state in (State.LEAVING, State.ENDED):
            return
        if isinstance(command, commands.Quit):
            self._leave()
        elif isinstance(command, commands.Cancel):
            self._delivery.cancel()
        elif isinstance(command, Talk | Change | Question):
            delayed = self._been_in and self.state is not State.JOINED
            self._delivery.keep(command, delayed)
        self._proceed()

    def finish(self) -> None:
        """There will be nothing more to say: leave as soon as everything has arrived."""
        self._finishing = True
        self._finish_by = self._clock() + self._settings.finish_seconds
        self._proceed()

    # --- saying -------------------------------------------------------------------------------

    def _proceed(self) -> None:
        """Whatever has happened, do what can be done now."""
        if self.state is State.JOINED and (requests := self._delivery.send()):
            self._output += requests
            self._heartbeat.expect()
        self._leave_if_finished()
        self._set_deadline()

    def _tell(self, event: events.Event) -> None:
        self._events.append(event)

    def _confirm(self, ref: Ref) -> Kept | None:
        """The server has decided the request with this mark, and so all before it.

        Before the welcome nothing is known of what was sent over an earlier connection.
        """
        if self.state not in (State.JOINED, State.LEAVING):
            return None
        answered, unheard = self._delivery.confirm(ref)
        for kept in unheard:
            self._show_without_receipt(kept.command)
        return answered

    def _show_without_receipt(self, command: Talk | Change | Question) -> None:
        """It was decided, and what became of it we have not heard."""
        match command:
            case commands.Say(text) | commands.Act(text):
                kind = events.Said if isinstance(command, commands.Say) else events.Acted
                said = kind(0, self.roster.room, self.name, text, self.wall())
                self._events.append(said)
            case commands.Tell(name):
                text = (
                    f"Whether {name or 'whoever told you'} got your private message is not known."
                )
                self._delivery.refuse("unknown", text)
            case commands.Ignore(name) if name:
                text = f"Whether you ignore {name} now is not known; /ignore lists whom you ignore."
                self._delivery.refuse("unknown", text)

    # --- asking for our own use ---------------------------------------------------------------

    def _ask(self, question: commands.Rooms | commands.Who) -> None:
        mark = self._delivery.next_mark()
        self._asked_by_us.add(mark)
        self._output += encode(question, mark)

    def _ping(self) -> None:
        mark = self._delivery.next_mark()
        self._output += encode(Ping(), mark)
        self._heartbeat.pinged(mark)

    def _send_join(self) -> None:
        self.state = State.JOINING
        self._heartbeat.expect()
        self._heartbeat.heard()  # the join has all the time that there is
        join = commands.Join(self.name, self.roster.room, self._ticket, self._quiet)
        self._output += encode(join)

    # --- coming and going ---------------------------------------------------------------------

    def _gone(self, text: str) -> None:
        """There is no connection, or we want it no more."""
        self._output.clear()
        closing, self._closing = self._closing, None
        if closing is not None:
            text = closing.text
        if self.state is State.LEAVING:
            self._end("")
        elif closing is not None and closing.code == "no-name":
            self.state = State.APART  # we come back when there is a name
        elif self._been_in:
            self._wait(text)
        else:
            self.state = State.APART
            self._events.append(Failed(text))
        self._set_deadline()

    def _wait(self, text: str) -> None:
        """Come back in a moment."""
        now = self._clock()
        if self.state is State.JOINED:
            self._backoff.lost()
            self._finish_by = now + self._settings.finish_seconds
            self._events.append(Lost(text))
        self._retry_at = now + self._backoff.wait()
        self.state = State.WAITING

    def _leave(self) -> None:
        """Now, without what waits; but what was sent may have its receipts."""
        if self.is_connected:
            self._output += encode(commands.Quit("quit"))
        if self.state is State.JOINED and self._outbox.under_way:
            self.state = State.LEAVING
            self._leave_by = self._clock() + self._settings.leave_seconds
        else:
            self._end("")

    def _leave_if_finished(self) -> None:
        """And not before we were in: whoever waits for us wants to know whether that works."""
        if self._finishing and not self._outbox and self.state is State.JOINED:
            self._leave()

    def _end(self, text: str) -> None:
        if self.state is not State.ENDED:
            self.state = State.ENDED
            uncertain = self._outbox.uncertain_lines
            self._events.append(Ended(text, self._delivery.unsent, uncertain))

    @property
    def _waits_to_finish(self) -> bool:
        return self._finishing and self.state not in (State.JOINED, State.LEAVING)

    def _set_deadline(self) -> None:
        due: list[float | None] = []
        if self._waits_to_finish:
            due.append(self._finish_by)
        if self.state is State.LEAVING:
            due.append(self._leave_by)
        if self.state is State.WAITING:
            due.append(self._retry_at)
        if self.is_connected:
            due.append(self._heartbeat.answer_by)
        if self.state is State.JOINED:
            due += [self._heartbeat.ping_at, self.roster.ask_at, self._delivery.next_at]
        known = [time for time in due if time is not None]
        self.deadline = min(known) if known and self.state is not State.ENDED else None

    # --- what the server says -----------------------------------------------------------------

    def _read(self, line: bytes | None) -> None:
        if line is not None and not self._spoken_to:
            line = self._without_greeting(line)
            if not line:
                return
        try:
            message, ref = read_message(line or b"")  # None is too long to be anything
        except Wrong:
            self._strange(line or b"")
            return
        if not self._spoken_to:
            self._spoken_to = True
            if not self._been_in:
                self._events.append(Connected())
            if not self.name:
                self._events.append(NameWanted(""))
        if message is not None:
            self._take(message, ref)

    def _without_greeting(self, line: bytes) -> bytes:
        """Our first word was late, and the server took us for a person: that is no message."""
        if line.startswith(_GREETING):
            self._greeted = True
            return b""
        if not self._greeted:
            return line
        return b"" if line.startswith(_INDENT) else line.removeprefix(_QUESTION)

    def _strange(self, line: bytes) -> None:
        """Something that no chatroom says; once it has shown that it is one, it is ignored."""
        if self._spoken_to:
            return
        if line.startswith(FULL.encode()):
            self._gone(FULL)
        else:
            self._gone(f"What answers at {self._where} is not a chatroom. {_HINT}")

    def _take(self, message: Message, ref: Ref) -> None:
        kept = self._confirm(ref)
        match message:
            case Pong():
                self._heartbeat.ponged(ref)
            case events.Welcomed():
                self._take_welcome(message)
            case events.Refused() if self.state is State.JOINING:
                self._take_refusal(message)
            case events.Refused(code) if kept and kept.repeated and code in _NO_CHANGE:
                pass  # the change had been made before the connection was lost
            case events.Members() | events.RoomList():
                self.roster.note(message)
                self._show_unless_ours(message, ref)
            case events.Closing("quit"):  # everything before our quit was decided
                self._confirm(self._delivery.next_mark())
            case events.Closing(code):
                self._closing = message
                if code in _FOR_EVER:
                    self._end(message.text)
                else:
                    self._events.append(message)
            case events.Renamed(old, name) if old == self.name:
                self.roster.note(message)
                self.name = name
                self._events.append(events.NowKnownAs(old, name))
            case _:
                self.roster.note(message)
                self._events.append(message)
        if not (self._outbox.under_way or self.state is State.JOINING):
            self._heartbeat.rest()
        if self.state is State.LEAVING and not self._outbox.under_way:
            self._end("")

    def _take_welcome(self, welcome: events.Welcomed) -> None:
        self.state = State.JOINED
        self.name = welcome.name
        self.roster.enter(welcome.room, welcome.members)
        self._backoff.joined()
        rate = welcome.limits.rate
        self._heartbeat = Heartbeat(self._settings, self._clock, 1 / rate if rate else 0.0)
        self._events.append(Back(self.name, welcome.room) if self._been_in else welcome)
        self._been_in = True
        last = welcome.last if welcome.resumed and isinstance(welcome.last, int) else None
        for kept in self._delivery.begin(welcome.limits, last):
            self._show_without_receipt(kept.command)

    def _take_refusal(self, refusal: events.Refused) -> None:
        """The name, or the room, cannot be had."""
        if refusal.code in _NAME_CODES:
            self.state = State.CONNECTED
            self.name = ""
            self._events.append(NameWanted(refusal.text))
        else:
            self._gone(f"{self._where} says: {refusal.text}")

    def _show_unless_ours(self, message: events.Event, ref: Ref) -> None:
        if isinstance(ref, int) and ref in self._asked_by_us:
            self._asked_by_us.discard(ref)
        else:
            self._events.append(message)
