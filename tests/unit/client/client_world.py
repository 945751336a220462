"""A client's core, and the server that it talks to: a server is a list of lines, time a number."""

import json
from itertools import count

from chatroom.client.core import Client
from chatroom.client.events import ClientEvent, Entry, Switched
from chatroom.client.last_read import LastRead
from chatroom.client.settings import ClientSettings

SETTINGS = ClientSettings()
SILENCE = SETTINGS.answer_timeout + 1
LIMITS = {"text": 4096, "name": 32, "line": 16384, "rate": 5, "burst": 20}


class World:
    """A client, and the server that it talks to: us."""

    def __init__(
        self,
        name: str = "ann",
        room: str = "",
        quiet: bool = False,
        last_read: LastRead | None = None,
        settings: ClientSettings = SETTINGS,
    ) -> None:
        self.now = 1000.0
        self.jitter = 1.0
        self.time = 5e8  # of day
        self.client = Client(
            settings,
            "t1cket",
            lambda: self.now,
            lambda: self.time,
            lambda: self.jitter,
            room,
            "attic:1060",
            quiet,
            last_read,
        )
        self.ids = count(1)
        if name:
            self.client.join(name)
        else:
            self.client.start()

    def sees(self) -> list[ClientEvent]:
        entries = self.client.take_entries()
        return [entry.event for entry in entries if not isinstance(entry.event, Switched)]

    def entries(self) -> list[Entry]:
        """What has happened since we looked last, and where."""
        return self.client.take_entries()

    def sent(self) -> list[dict[str, object]]:
        """What the client has sent since we looked last."""
        return [json.loads(line) for line in self.client.take_output().splitlines()]

    def says(self, kind: str, **fields: object) -> None:
        """The server says something."""
        self.client.received(json.dumps({"type": kind, **fields}).encode() + b"\n")

    def welcome(self, room: str = "lobby", **fields: object) -> None:
        message = {
            "name": self.client.name,
            "room": room,
            "members": {"count": 1, "names": [self.client.name]},
            "limits": LIMITS,
            "version": "1",
            "topic": "",
            "epoch": "",
            "first": 0,
            "last": 0,
            "reset": False,
            "resumed": False,
            "decided": None,
            **fields,
        }
        self.says("welcome", **message)

    def said(self, name: str, text: str, **fields: object) -> None:
        room = self.client.rooms.current.name
        self.says("said", id=next(self.ids), room=room, name=name, text=text, time=0, **fields)

    def says_in(self, room: str, id: int, text: str, name: str = "bob", **fields: object) -> None:
        """Somebody says something with this id; it is the time as well."""
        self.says("said", id=id, room=room, name=name, text=text, time=id, **fields)

    def answers(self, request: dict[str, object], *messages: object, **more: bool) -> None:
        """A page: each message is its id, or all of it."""
        kept = [
            {"id": one, "kind": "said", "name": "bob", "text": f"line {one}", "time": one}
            if isinstance(one, int)
            else one
            for one in messages
        ]
        more = {"before": False, "after": False, **more}
        room, ref = request["room"], request["ref"]
        self.says("page", room=room, messages=kept, more=more, time=self.time, ref=ref)

    def enter(self, **fields: object) -> "World":
        """Connect and be let in; nothing of it is left over."""
        assert self.client.wants_connection
        self.client.connected()
        self.welcome(**fields)  # type: ignore[arg-type]
        self.sent()
        self.sees()
        return self

    def passes(self, seconds: float) -> None:
        """Time passes, and whatever was due in it happens in its order."""
        end = self.now + seconds
        while self.client.deadline is not None and self.client.deadline <= end:
            self.now = max(self.now, self.client.deadline)
            self.client.tick()
        self.now = end

    def answers_pings(self) -> None:
        for message in self.sent():
            if message["type"] == "ping":
                self.says("pong", ref=message["ref"])

    def comes_back(self, **fields: object) -> list[dict[str, object]]:
        """Over a new connection; returns what is sent, but for what is the client's own."""
        self.passes(self.client.retry_in)
        self.client.connected()
        self.welcome(**fields)  # type: ignore[arg-type]
        return [one for one in self.sent() if one["type"] not in ("ping", "rooms")]
