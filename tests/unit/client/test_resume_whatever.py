"""Whatever a connection does, what is shown is what was said, in its order and once."""

from client_world import World
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.session import State
from chatroom.vocabulary import commands, events


class Server:
    """A room with a history, and a connection that may lose what is on its way."""

    def __init__(self) -> None:
        self.world = World()
        self.log: list[tuple[int, str, str]] = []
        self.shown: list[str] = []
        self._refs: dict[object, int] = {}  # of the lines in the log that ann has said
        self._decided: object = None
        self._sent_to = 0  # the last id that ann was sent
        self._texts = 0

    def text(self) -> str:
        self._texts += 1
        return f"text {self._texts}"

    def bob_says(self) -> None:
        self._append("bob", self.text())
        if self.world.client.state is State.JOINED:
            self._catch_up()

    def ann_says(self) -> None:
        self.world.client.request(commands.Say(self.text()))

    def works(self) -> None:
        """All that ann has asked for arrives, and so do the answers."""
        for request in self.world.sent():
            self._decide(request)
        self._look()

    def hears_and_is_not_heard(self) -> None:
        """What ann has asked for arrives; the connection is lost before the answers."""
        for request in self.world.sent():
            if request["type"] == "say":
                self._say(request)
        self.loses()

    def loses(self) -> None:
        """What is on its way arrives nowhere."""
        self.world.client.take_output()
        self.world.client.lost("closed")
        self._look()

    def forgets(self) -> None:
        """It is restarted, with its history."""
        self.loses()
        self._decided = None

    def returns(self) -> None:
        self.world.passes(self.world.client.retry_in)
        if self.world.client.wants_connection:
            self.world.client.connected()
            self.works()

    def _append(self, name: str, text: str) -> int:
        id = self.log[-1][0] + 3 if self.log else 5
        self.log.append((id, name, text))
        return id

    def _say(self, request: dict[str, object]) -> int:
        ref = self._decided = request["ref"]
        if ref not in self._refs:
            self._refs[ref] = self._append("ann", str(request["text"]))
        return self._refs[ref]

    def _decide(self, request: dict[str, object]) -> None:
        match request["type"]:
            case "join":
                assert request.get("epoch", "e1") == "e1"
                last = self.log[-1][0] if self.log else 0
                known = self._decided is not None
                fields = {"epoch": "e1", "first": 1, "last": last}
                self._sent_to = int(str(request.get("after", last)))
                self.world.welcome(**fields, resumed=known, decided=self._decided)  # type: ignore[arg-type]
                self._catch_up()
                for one in self.world.sent():
                    self._decide(one)
            case "say":
                id = self._say(request)
                if id > self._sent_to:
                    self._catch_up(request["ref"])
                else:  # it was recognised
                    name, text = "ann", str(request["text"])
                    self.world.says_in("lobby", id, text, name, ref=request["ref"])
            case "ping":
                self.world.says("pong", ref=request["ref"])

    def _catch_up(self, ref: object = None) -> None:
        for id, name, text in self.log:
            if id > self._sent_to:
                own = {"ref": ref} if ref is not None and self._refs.get(ref) == id else {}
                self.world.says_in("lobby", id, text, name, **own)
                self._sent_to = id

    def _look(self) -> None:
        for event in self.world.sees():
            if isinstance(event, events.Said):
                self.shown.append(event.text)


STEPS = ("bob_says", "ann_says", "works", "hears_and_is_not_heard", "loses", "forgets", "returns")


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_what_is_shown_is_what_was_said(steps: list[str]) -> None:
    server = Server()
    server.world.client.connected()
    server.works()
    for step in steps:
        getattr(server, step)()
    server.returns()
    server.works()
    said = [text for _, _, text in server.log]
    assert server.shown == said
    assert len(said) == len(set(said)) == server._texts
    assert server.world.client.waiting == 0
