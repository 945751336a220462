"""Our part in the chat: our name, the rooms that we are in, and what we have asked for.

One for the life of a client; a new connection is a `join`. Every request goes to the room that is
the current one when it is made, so that a change of rooms in between, or a lost connection, never
carries it into another one.
"""

from collections.abc import Callable
from dataclasses import replace

from chatroom.client.delivery import Delivery
from chatroom.client.events import ClientEvent, Entry, Switched
from chatroom.client.outbox import Change, PendingRequest, Question, Talk
from chatroom.client.rooms import Room, Rooms
from chatroom.client.settings import ClientSettings
from chatroom.protocols.objects import encode
from chatroom.vocabulary import commands, events, names
from chatroom.vocabulary.commands import Ref


class Membership:
    """`clock` is monotonic, `wall` gives the time of day. `room` is the one to join first, empty
    for the server's choice."""

    def __init__(
        self,
        settings: ClientSettings,
        clock: Callable[[], float],
        wall: Callable[[], float],
        room: str,
    ) -> None:
        self.name = ""
        self.rooms = Rooms(room, settings, clock)
        self.delivery = Delivery(settings, clock, self.emit)
        self._wall = wall
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
        self._entries.append(Entry(event, self.rooms.places(event)))

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
            case (
                commands.Say(room="")
                | commands.Act(room="")
                | commands.Who(room="")
                | commands.Recall(room="")
            ):
                command = replace(command, room=self.rooms.target)
        self.delivery.keep(command, delayed)

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
        self.rooms.join(welcome.room, welcome.members)
        self._tell_if_switched(before)

    def resume(self, welcome: events.Welcomed) -> bytes:
        """Go on where the last connection ended: returns the requests for the other rooms.

        What had no answer is sent again, unless the server knows that it has decided it.
        """
        last = welcome.decided if welcome.resumed and isinstance(welcome.decided, int) else None
        for kept in self.delivery.begin(welcome.limits, last):
            self._show_without_receipt(kept.command)
        requests = bytearray()
        for room in self.rooms:
            if room is not self.rooms.current:
                ref = self.delivery.next_ref()
                self._restored[ref] = room.name
                requests += encode(commands.Enter(room.name), ref)
                self.delivery.spend()
        return bytes(requests)

    def confirm(self, ref: Ref) -> PendingRequest | None:
        """The server has decided the request with this ref, and so all before it."""
        answered, unheard = self.delivery.confirm(ref)
        for kept in unheard:
            self._show_without_receipt(kept.command)
        return answered

    def take(self, message: events.Event, ref: Ref, answered: PendingRequest | None) -> None:
        """Anything but what is about the connection. `answered` is our request, if it is one."""
        own = isinstance(ref, int) and (ref in self._asked or ref in self._restored)
        if isinstance(message, events.Refused):
            self._take_refusal(message, ref, answered)
            return
        places = self.rooms.places(message)
        before = self.rooms.current
        self._change_rooms(message)
        self.rooms.note(message, self.name)
        self._tell_if_switched(before)
        match message:
            case events.Renamed(old, name) if old == self.name:
                self.name = name
                message, places = events.NowKnownAs(old, name), ()
            case events.Left(name=name) if name == self.name:
                places = ()  # we are elsewhere now, and are to see it there
            case events.Moved() | events.Entered():
                places = self.rooms.places(message)
        if not own:
            self._entries.append(Entry(message, places))
        elif isinstance(ref, int):
            self._asked.discard(ref)
            self._restored.pop(ref, None)

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
            self._entries.append(Entry(Switched(self.rooms.current.name)))

    def _show_without_receipt(self, command: Talk | Change | Question) -> None:
        """It was decided, and what became of it we have not heard."""
        match command:
            case commands.Say(text, room=room) | commands.Act(text, room=room):
                kind = events.Said if isinstance(command, commands.Say) else events.Acted
                room = room or self.rooms.current.name
                self.emit(kind(0, room, self.name, text, self._wall()))
            case commands.Tell(name):
                whom = name or "whoever told you"
                text = f"Whether {whom} got your private message is not known."
                self.delivery.refuse("unknown", text)
            case commands.Ignore(name) if name:
                text = f"Whether you ignore {name} now is not known; /ignore lists whom you ignore."
                self.delivery.refuse("unknown", text)


def _is_done(command: object, code: str) -> bool:
    """Whether a change that was asked for again is refused since it had been made before."""
    return isinstance(command, Change) and code in ("same-name", "same-room", "not-in-room")
