"""Our part in the chat: our name, the rooms that we are in, and what we have asked for.

One for the life of a client; a new connection is a `join`. Every request goes to the room that is
the current one when it is made, so that a change of rooms in between, or a lost connection, never
carries it into another one.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from chatroom.client.arrival import Arrival
from chatroom.client.delivery import Delivery
from chatroom.client.events import ClientEvent, Entry, Hint, Switched, TopicTold
from chatroom.client.last_read import LastRead
from chatroom.client.outbox import Change, PendingRequest, Question, Talk
from chatroom.client.pager import Pager
from chatroom.client.past import Past
from chatroom.client.record import Spoken
from chatroom.client.rooms import Room, Rooms
from chatroom.client.settings import ClientSettings
from chatroom.protocols.objects import encode
from chatroom.vocabulary import commands, events, names
from chatroom.vocabulary.commands import Ref

_OF_THE_CURRENT_ROOM = (
    commands.Say | commands.Act | commands.Who | commands.Recall | commands.SetTopic
)


_DONE = ("same-name", "same-room", "same-topic", "not-in-room")


class Membership:
    """`clock` is monotonic, `wall` gives the time of day. `room` is the one to join first, empty
    for the server's choice."""

    def __init__(
        self,
        settings: ClientSettings,
        clock: Callable[[], float],
        wall: Callable[[], float],
        room: str,
        last_read: LastRead,
    ) -> None:
        self.name = ""
        self.rooms = Rooms(room, settings, clock)
        self.delivery = Delivery(settings, clock, self.emit)
        self._pager = Pager(settings)
        self.past = Past(self.rooms, self.delivery, settings, last_read, self._pager, self._show)
        self.arrival = Arrival(self.rooms, self.past, last_read, wall, self.emit)
        self._reentered: frozenset[int] = frozenset()  # refs of the last connection's returns
        self._entries: list[Entry] = []
        self._replaced: dict[str, str] = {}  # rooms to leave once we are in those with these keys
        self.reset()

    def reset(self) -> None:
        """Forget what is known of one connection only."""
        self._asked: set[int] = set()  # for our own use: nobody is to be shown the answers
        self._restored: dict[int, str] = {}  # the rooms that we have asked to be let in again

    def take_entries(self) -> list[Entry]:
        """What has happened since the last call."""
        entries, self._entries = self._entries, []
        return entries

    def emit(self, event: ClientEvent) -> None:
        """Tell it to the person."""
        self._tell(event, self.rooms.places(event))

    def _tell(self, event: ClientEvent, places: tuple[str, ...] = ()) -> None:
        entry = Entry(event, places)
        if not self.past.hold(entry):
            self._show([entry])

    def _show(self, entries: Iterable[Entry]) -> None:
        self._entries += entries

    # --- what the person does -----------------------------------------------------------------

    def request(self, command: Talk | Change | Question, delayed: bool) -> None:
        """Keep it until the server has answered it. `delayed`: there is no connection."""
        match command:
            case commands.Enter(room) if self.rooms.find(room):
                self.switch(room)
                return
            case commands.Move(room) if len(self.rooms) > 1:
                self._move(room, delayed)
                return
            case commands.Enter(room) | commands.Move(room):
                self.rooms.request(room)
            case commands.Leave(room):
                command = replace(command, room=room or self.rooms.target)
                self.rooms.request_leave(command.room)
            case commands.Recall() | commands.Search():
                command = self._pager.within_limit(command)
        if isinstance(command, _OF_THE_CURRENT_ROOM) and not command.room:
            command = replace(command, room=self.rooms.target)
        self.delivery.keep(command, delayed)

    def request_more(self, delayed: bool) -> None:
        """The next page of what was asked for last."""
        if (command := self._pager.next()) is not None:
            self.delivery.keep(command, delayed)
        else:
            self.delivery.refuse("no-more", "There is no more of what you last asked for.")

    def switch(self, name: str) -> None:
        """Make a room that we are in the current one."""
        if (room := self.rooms.find(name)) is not None:
            before = self.rooms.current
            self.rooms.switch(room)
            self._tell_if_switched(before)

    def _move(self, name: str, delayed: bool) -> None:
        """From the current one of several rooms, which need not be the server's default.

        It is left when the other one has been entered, and not if that is refused.
        """
        left = self.rooms.target
        if self.rooms.find(name):
            self.switch(name)
        else:
            self._replaced[names.key(name)] = left
            self.request(commands.Enter(name), delayed)

    # --- asking for our own use ---------------------------------------------------------------

    def ask_rooms(self) -> bytes:
        """Which rooms there are, and how many people are in each."""
        return encode(commands.Rooms(), self._next_own_ref())

    def ask_who(self, now: float) -> bytes:
        """Who is in the rooms where that is not known."""
        due = self.rooms.take_due(now)
        return b"".join(encode(commands.Who(room), self._next_own_ref()) for room in due)

    def _next_own_ref(self) -> int:
        ref = self.delivery.next_ref()
        self._asked.add(ref)
        return ref

    # --- what the server says -----------------------------------------------------------------

    def join(self, welcome: events.Welcomed) -> None:
        """We are in, over a new connection."""
        before = self.rooms.current
        self.name = welcome.name
        self.arrival.welcomed(welcome.epoch)
        self.rooms.join(welcome.room, welcome.members)
        self._tell_if_switched(before)

    def resume(self, welcome: events.Welcomed) -> bytes:
        """Go on where the last connection ended: returns the requests for the other rooms.

        What had no answer is sent again, unless the server knows that it has decided it.
        """
        decided, reentered = welcome.decided, self._reentered
        knows = welcome.resumed and isinstance(decided, int) and decided not in reentered
        last = decided if knows and isinstance(decided, int) else None
        for kept in self.delivery.begin(welcome.limits, last):
            self._tell_what_is_unknown(kept.command)
        self.arrival.arrive(welcome, again=True)
        requests = bytearray()
        for room in self.rooms:
            if room is not self.rooms.current:
                ref = self.delivery.next_ref()
                self._restored[ref] = room.name
                record = room.record
                again = commands.Enter(room.name, record.after, record.epoch)
                requests += encode(again, ref)
                self.delivery.spend()
        self._reentered = frozenset(self._restored)
        return bytes(requests)

    def confirm(self, ref: Ref) -> PendingRequest | None:
        """The server has decided the request with this ref, and so all before it."""
        answered, unheard = self.delivery.confirm(ref)
        for kept in unheard:
            self._tell_what_is_unknown(kept.command)
        return answered

    def take(self, message: events.Event, ref: Ref, answered: PendingRequest | None) -> None:
        """Anything but what is about the connection. `answered` is our request, if it is one."""
        if self.past.take(message, ref):
            return
        if isinstance(message, events.Refused):
            self._take_refusal(message, ref, answered)
            return
        if isinstance(message, Spoken) and not self._admit(message, answered):
            return
        places = self.rooms.places(message)
        before = self.rooms.current
        self._change_rooms(message)
        self.rooms.note(message, self.name)
        self._tell_if_switched(before)
        restored = self._is_own(ref)
        match message:
            case events.Renamed(old, name) if old == self.name:
                self.name = name
                message, places = events.NowKnownAs(old, name), ()
            case events.Left(name=name) if name == self.name:
                places = ()  # we are elsewhere now, and are to see it there
            case events.Moved() | events.Entered():
                places = self.rooms.places(message)
        if isinstance(message, events.TopicSet) and _is_question(answered):
            self._tell(TopicTold(message))
        elif not restored:
            self._tell(message, places)
        if isinstance(message, events.Moved | events.Entered):
            self.arrival.arrive(message, again=restored)
        if answered and (hint := self._pager.note(answered.command, message)):
            self._tell(Hint(hint))

    def _is_own(self, ref: Ref) -> bool:
        """Whether that is the ref of a request of ours whose answer nobody is to be shown."""
        if not isinstance(ref, int) or not (ref in self._asked or ref in self._restored):
            return False
        self._asked.discard(ref)
        self._restored.pop(ref, None)
        return True

    def _admit(self, message: Spoken, answered: PendingRequest | None) -> bool:
        return _is_question(answered) or self.arrival.admit(
            message, self.name, is_receipt=answered is not None
        )

    def _change_rooms(self, message: events.Event) -> None:
        match message:
            case events.Moved(_, room, people):
                self.rooms.move(room, people)
            case events.Entered(room, people):
                self.rooms.enter(room, people)
                if left := self._replaced.pop(names.key(room), ""):
                    self.delivery.keep(commands.Leave(left), delayed=False)
            case events.Left(room, name) if name == self.name:
                self.rooms.leave(room)

    def _take_refusal(
        self, refusal: events.Refused, ref: Ref, answered: PendingRequest | None
    ) -> None:
        command = answered.command if answered else None
        before = self.rooms.current
        if isinstance(ref, int) and ref in self._restored:
            command = commands.Enter(self._restored.pop(ref))
            if refusal.code != "same-room":
                self.rooms.leave(command.room)
        if isinstance(command, commands.Enter) and refusal.code == "same-room":
            self.rooms.enter(command.room, None)  # the server has known us all the time
        elif not (answered and answered.repeated and _is_done(command, refusal.code)):
            self.emit(refusal)
        if isinstance(command, commands.Enter | commands.Move):
            self.rooms.refuse(command.room)
            self._replaced.pop(names.key(command.room), None)
        self._tell_if_switched(before)

    def _tell_if_switched(self, before: Room) -> None:
        if self.rooms.current is not before:
            self._tell(Switched(self.rooms.current.name))

    def _tell_what_is_unknown(self, command: Talk | Change | Question) -> None:
        """It was decided, and what became of it we have not heard.

        What was said in a room is heard yet: it comes with what was missed.
        """
        match command:
            case commands.Tell(name):
                whom = name or "whoever told you"
                text = f"Whether {whom} got your private message is not known."
                self.delivery.refuse("unknown", text)
            case commands.Ignore(name) if name:
                text = f"Whether you ignore {name} now is not known; /ignore lists whom you ignore."
                self.delivery.refuse("unknown", text)


def _is_question(answered: PendingRequest | None) -> bool:
    """Whether a topic is the answer to a question: that is nothing new."""
    match answered:
        case PendingRequest(command=commands.SetTopic(text=None)):
            return True
    return False


def _is_done(command: object, code: str) -> bool:
    """Whether a change that was asked for again is refused since it had been made before."""
    return isinstance(command, Change) and code in _DONE
