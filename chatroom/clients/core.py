"""A client without input or output: bytes in, happenings out; wishes in, bytes out.

Whoever drives it (`network.py`, or a test) connects when `wants_connection`, tells what became of
it, hands over what was received, calls `tick` at the `deadline`, and takes output and happenings
after each of these. Neither a socket nor a sleep is in here: a lost evening is a line in a test.

    APART ──join()──> CONNECTING ──connected()──> CONNECTED ──join()──> JOINING ──welcome──> JOINED
      ^                    ^  └──failed()──> APART, or WAITING if we have been in                │
      │                    └────────────time───────────── WAITING <──────────lost()──────────────┘
      └── lost() before there was a name                     any ──quit, kicked──> ENDED

What is said is kept until the server's receipt has come, and is said again over the next connection
if it has not. To keep it from being said twice, every line carries a number, and the server, which
knows us by our ticket, tells with its welcome what the last one was that had arrived.
"""

import enum
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from chatroom.chat import events
from chatroom.chat.events import Ref
from chatroom.clients import wire
from chatroom.clients.settings import ClientSettings
from chatroom.protocols.framing import Lines

Talk = events.Say | events.Act | events.Tell

_FULL = b"The chatroom is full"  # said to everybody alike, before anything is known of them
_NAME_CODES = ("bad-name", "name-taken", "name-reserved", "name-held")
_FOR_EVER = ("kicked", "replaced")  # closings after which it would be rude to come back


class State(enum.Enum):
    APART = enum.auto()  # no connection, and no use for one before there is a name
    CONNECTING = enum.auto()
    CONNECTED = enum.auto()  # and not a member yet
    JOINING = enum.auto()
    JOINED = enum.auto()
    WAITING = enum.auto()  # until it is time to try again
    ENDED = enum.auto()


# --- what happens, besides the chat's own events ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connected:
    """The server has answered: it is a chatroom."""


@dataclass(frozen=True, slots=True)
class NameWanted:
    """A name is to be chosen; the text says why the last one was refused, if there was one."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """We did not get in. Nothing is tried again by itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Lost:
    """We were in, and the connection is lost. It is tried again."""

    text: str


@dataclass(frozen=True, slots=True)
class Back:
    """We are in again, as before."""

    name: str
    room: str


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over. The text is empty if it was meant to be; `unsent` lines were not delivered."""

    text: str
    unsent: int


Happening = events.Event | Connected | NameWanted | Failed | Lost | Back | Ended


@dataclass(slots=True)
class _Said:
    """Something said, for which there is no receipt yet."""

    ref: int
    command: Talk


class Client:
    """`clock` is monotonic, `wall` gives the time of day, `chance` numbers from 0 to 1.

    `room` is the one to go to, empty for the server's choice. `ticket` is a secret of this
    client's: who has it is taken for us.
    """

    def __init__(
        self,
        settings: ClientSettings,
        ticket: str,
        clock: Callable[[], float],
        wall: Callable[[], float],
        chance: Callable[[], float],
        room: str = "",
    ) -> None:
        self.state = State.APART
        self.name = ""
        self.room = room
        self.people: dict[str, None] = {}  # in our room, as far as the server has told
        self.count = 0  # how many they are
        self.rooms: tuple[tuple[str, int], ...] = ()
        self.round_trip: float | None = None  # seconds
        self.deadline: float | None = None  # when `tick` is to be called
        self._settings = settings
        self._ticket = ticket
        self._clock = clock
        self.wall = wall
        self._chance = chance
        self._been_in = False
        self._lines = Lines(settings.max_message)
        self._spoken_to = False  # whether the server has shown that it is a chatroom
        self._outbox: deque[_Said] = deque()
        self._ref = 0
        self._asked_by_us: set[int] = set()  # for our own use: nobody is to be shown the answers
        self._pinged: tuple[int, float] | None = None  # the mark, and when
        self._ping_at = 0.0
        self._answer_by: float | None = None
        self._people_at: float | None = None
        self._retry_at = 0.0
        self._attempts = 0
        self._joined_at = 0.0
        self._closing: events.Closing | None = None
        self._finishing_until: float | None = None
        self._output = bytearray()
        self._happenings: list[Happening] = []

    # --- for whoever drives it ----------------------------------------------------------------

    @property
    def wants_connection(self) -> bool:
        return self.state is State.CONNECTING

    @property
    def is_connected(self) -> bool:
        """Whether there should be a connection; if not, one that is there is to be closed."""
        return self.state in (State.CONNECTED, State.JOINING, State.JOINED)

    @property
    def waiting(self) -> int:
        """Lines that were said and have no receipt yet."""
        return len(self._outbox)

    @property
    def retry_in(self) -> float:
        """Seconds until the connection is tried again."""
        return max(0.0, self._retry_at - self._clock()) if self.state is State.WAITING else 0.0

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def take_happenings(self) -> list[Happening]:
        happenings, self._happenings = self._happenings, []
        return happenings

    def connected(self) -> None:
        """There is a connection."""
        self._lines = Lines(self._settings.max_message)
        self._spoken_to = False
        self._closing = None
        self._asked_by_us.clear()
        self._pinged = None
        self.state = State.CONNECTED
        self._expect_answer()
        if self.name:
            self._send_join()
        else:
            self._ping()  # the server must not take us for a person who waits to be greeted
        self._set_deadline()

    def failed(self, text: str) -> None:
        """No connection could be made."""
        self._gone(text)

    def lost(self, text: str) -> None:
        """The connection is gone."""
        if self.is_connected:
            self._gone(text)

    def received(self, data: bytes) -> None:
        if self._answer_by is not None:
            self._expect_answer()  # whoever sends something is alive
        for line in self._lines.split(data):
            if not self.is_connected:
                return
            self._read(line)
        self._set_deadline()

    def tick(self) -> None:
        """Do what is due."""
        now = self._clock()
        if self._finishing_until is not None and now >= self._finishing_until:
            self._end("The server did not answer in time.")
        elif self.state is State.WAITING and now >= self._retry_at:
            self.state = State.CONNECTING
        elif self.is_connected and self._answer_by is not None and now >= self._answer_by:
            self._gone(
                f"The server has not answered for {self._settings.answer_seconds:.0f} s."
                if self._spoken_to
                else "It does not answer like a chatroom."
            )
        elif self.state is State.JOINED:
            if now >= self._ping_at:
                self._look_around()
            if self._people_at is not None and now >= self._people_at:
                self._people_at = None
                self._ask("who")
        self._set_deadline()

    # --- for the person -----------------------------------------------------------------------

    def start(self) -> None:
        """Connect, to see whether anybody is there; a name can be given now or later."""
        if self.state is State.APART:
            self.state = State.CONNECTING

    def join(self, name: str, room: str = "") -> None:
        """Take part under this name."""
        self.name, self.room = name, room or self.room
        if self.state is State.CONNECTED:
            self._expect_answer()
            self._send_join()
        self.start()
        self._set_deadline()

    def request(self, command: events.Command) -> None:
        """Say something, or ask for something. What is said is kept until it has arrived."""
        if self.state is State.ENDED:
            return
        if isinstance(command, events.Quit):
            self._leave()
        elif isinstance(command, Talk):
            self._say(command)
        elif self.state is State.JOINED:
            self._output += wire.request(command)
        else:
            self._refuse("not-connected", "You are not connected; that has to wait.")
        self._set_deadline()

    def finish(self) -> None:
        """There will be nothing more to say: leave as soon as everything has arrived."""
        if self.state is not State.ENDED:
            self._finishing_until = self._clock() + self._settings.finish_seconds
            self._leave_if_finished()
        self._set_deadline()

    # --- saying -------------------------------------------------------------------------------

    def _say(self, command: Talk) -> None:
        if len(self._outbox) >= self._settings.most_waiting:
            text = f"{len(self._outbox)} lines are waiting to be sent; this one was not kept."
            self._refuse("too-many", text)
            return
        said = _Said(self._next_ref(), command)
        self._outbox.append(said)
        if self.state is State.JOINED:
            self._output += wire.request(said.command, said.ref)

    def _refuse(self, code: str, text: str) -> None:
        self._happenings.append(events.Refused(code, text))

    def _receipt(self, ref: Ref) -> None:
        self._outbox = deque(said for said in self._outbox if said.ref != ref)
        self._leave_if_finished()

    def _arrived_before(self, last: Ref) -> None:
        """What was said up to this mark has arrived, and its receipts were lost: they are shown."""
        if all(said.ref != last for said in self._outbox):
            return
        while self._outbox:
            said = self._outbox.popleft()
            self._happenings.append(self._as_event(said.command))
            if said.ref == last:
                return

    def _as_event(self, command: Talk) -> events.Event:
        match command:
            case events.Say(text):
                return events.Said(0, self.room, self.name, text, self.wall())
            case events.Act(text):
                return events.Acted(0, self.room, self.name, text, self.wall())
            case events.Tell(name, text):
                return events.Told(self.name, name, text, self.wall())

    def _next_ref(self) -> int:
        self._ref += 1
        return self._ref

    # --- asking for our own use ---------------------------------------------------------------

    def _ask(self, kind: str) -> None:
        ref = self._next_ref()
        self._asked_by_us.add(ref)
        self._output += wire.write(kind, ref)

    def _ping(self) -> None:
        ref = self._next_ref()
        self._pinged = (ref, self._clock())
        self._output += wire.write("ping", ref)
        if self._answer_by is None:
            self._expect_answer()

    def _look_around(self) -> None:
        self._ping_at = self._clock() + self._settings.ping_interval
        self._ping()
        self._ask("rooms")

    def _expect_answer(self) -> None:
        self._answer_by = self._clock() + self._settings.answer_seconds

    def _send_join(self) -> None:
        self.state = State.JOINING
        self._output += wire.write("join", name=self.name, room=self.room, ticket=self._ticket)

    # --- coming and going ---------------------------------------------------------------------

    def _gone(self, text: str) -> None:
        """There is no connection, or we want it no more."""
        self._output.clear()
        self._answer_by = None
        self.round_trip = None
        if self._closing is not None:
            text = self._closing.text
        if self._closing is not None and self._closing.code == "no-name":
            self.state = State.APART  # we come back when there is a name
        elif self._been_in:
            self._wait(text)
        else:
            self.state = State.APART
            self._happenings.append(Failed(text))
        self._set_deadline()

    def _wait(self, text: str) -> None:
        """Come back in a moment, and in a longer one each time."""
        settings = self._settings
        if self.state is State.JOINED:
            if self._clock() - self._joined_at > settings.longest_wait:
                self._attempts = 0
            self._happenings.append(Lost(text))
        wait = min(settings.longest_wait, settings.first_wait * 2**self._attempts)
        self._attempts = min(self._attempts + 1, 30)
        self._retry_at = self._clock() + wait * (1 + self._chance()) / 2
        self.state = State.WAITING

    def _leave(self) -> None:
        if self.is_connected:
            self._output += wire.write("quit")
        self._end("")

    def _leave_if_finished(self) -> None:
        """And not before we were in: whoever waits for us wants to know whether that works."""
        if self._finishing_until is not None and not self._outbox and self.state is State.JOINED:
            self._leave()

    def _end(self, text: str) -> None:
        if self.state is not State.ENDED:
            self.state = State.ENDED
            self._happenings.append(Ended(text, len(self._outbox)))

    def _set_deadline(self) -> None:
        due: list[float | None] = [self._finishing_until]
        if self.state is State.WAITING:
            due.append(self._retry_at)
        if self.is_connected:
            due.append(self._answer_by)
        if self.state is State.JOINED:
            due += [self._ping_at, self._people_at]
        known = [time for time in due if time is not None]
        self.deadline = min(known) if known and self.state is not State.ENDED else None

    # --- what the server says -----------------------------------------------------------------

    def _read(self, line: bytes | None) -> None:
        try:
            if line is None:
                raise wire.NotAChatroom
            message, ref = wire.read(line)
        except wire.NotAChatroom:
            self._strange(line or b"")
            return
        if not self._spoken_to:
            self._spoken_to = True
            if not self._been_in:
                self._happenings.append(Connected())
                if not self.name:
                    self._happenings.append(NameWanted(""))
        if message is not None:
            self._take(message, ref)

    def _strange(self, line: bytes) -> None:
        """Something that no chatroom says; once it has shown that it is one, it is ignored."""
        if self._spoken_to:
            return
        if line.startswith(_FULL):
            self._gone("The chatroom is full. Please try again later.")
        else:
            self._gone("What answers there is not a chatroom.")

    def _take(self, message: wire.Message, ref: Ref) -> None:
        match message:
            case wire.Pong():
                self._take_pong(ref)
            case events.Welcomed():
                self._take_welcome(message)
            case events.Refused() if self.state is State.JOINING:
                self._take_refusal(message)
            case events.Members():
                self._take_members(message, ref)
            case events.RoomList():
                self.rooms = message.rows
                self._show_unless_ours(message, ref)
            case events.Closing(code):
                self._closing = message
                if code in _FOR_EVER:
                    self._end(message.text)
                else:
                    self._happenings.append(message)
            case _:
                self._happenings.append(self._note(message))
                if ref is not None:
                    self._receipt(ref)

    def _take_pong(self, ref: Ref) -> None:
        if self._pinged is not None and self._pinged[0] == ref:
            self.round_trip = self._clock() - self._pinged[1]
            self._pinged = None
        if self._pinged is None and self.state is not State.JOINING:
            self._answer_by = None

    def _take_welcome(self, welcome: events.Welcomed) -> None:
        self.state = State.JOINED
        self.name, self.room = welcome.name, welcome.room
        self._enter(welcome.people)
        self._joined_at = self._ping_at = self._clock()
        self._answer_by = None
        if self._been_in:
            self._happenings.append(Back(self.name, self.room))
        else:
            self._been_in = True
            self._happenings.append(welcome)
        if welcome.resumed:
            self._arrived_before(welcome.last)
        for said in self._outbox:
            self._output += wire.request(said.command, said.ref)
        self._leave_if_finished()

    def _take_refusal(self, refusal: events.Refused) -> None:
        """The name, or the room, cannot be had."""
        self.state = State.CONNECTED
        self._answer_by = None
        self.name = ""
        if refusal.code in _NAME_CODES:
            self._happenings.append(NameWanted(refusal.text))
        else:
            self._gone(refusal.text)

    def _take_members(self, members: events.Members, ref: Ref) -> None:
        if members.room == self.room:
            self.people = dict.fromkeys(row.name for row in members.rows)
            self.count = members.count
        self._show_unless_ours(members, ref)

    def _show_unless_ours(self, message: events.Event, ref: Ref) -> None:
        if isinstance(ref, int) and ref in self._asked_by_us:
            self._asked_by_us.discard(ref)
        else:
            self._happenings.append(message)

    def _note(self, event: events.Event) -> events.Event:
        """Keep up with who is here, and who we are. Returns the event as we see it."""
        match event:
            case events.Joined(room, name) if room == self.room and name not in self.people:
                self.people[name] = None
                self.count += 1
            case events.Left(room, name) if room == self.room and name in self.people:
                del self.people[name]
                self.count -= 1
            case events.Renamed(_, old, name):
                self.people = {name if who == old else who: None for who in self.people}
                if old == self.name:
                    self.name = name
                    return events.NowKnownAs(event.room, old, name)
            case events.Presence(room, _, _, count) if room == self.room:
                self.count = count
                if self._people_at is None:
                    self._people_at = self._clock() + self._settings.people_interval
            case events.Moved(_, room, people):
                self.room = room
                self._enter(people)
        return event

    def _enter(self, people: events.People) -> None:
        self.people = dict.fromkeys(people.names)
        self.count = people.count
        self._people_at = self._clock() if people.count > len(people.names) else None
