"""One connection to the server: what was received and sent over it, and whether it is alive.

A new connection is a new one of these, so nothing of an old one (half a line, an answer that was
due, the reason of its end) can be taken for something of the new one.
"""

from collections.abc import Callable, Iterator

from chatroom.client.decoder import HINT, Decoder
from chatroom.client.heartbeat import Heartbeat
from chatroom.client.settings import ClientSettings
from chatroom.protocols.objects import Message, Ping, encode
from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref


class Connection:
    """`where` is what the server is called in a complaint; `clock` is monotonic."""

    def __init__(self, where: str, settings: ClientSettings, clock: Callable[[], float]) -> None:
        self.heartbeat = Heartbeat(settings, clock)
        self.closing: events.Closing | None = None  # what the server has said of its end
        self.output = bytearray()
        self._where = where
        self._settings = settings
        self._clock = clock
        self._decoder = Decoder(where, settings.max_message)

    @property
    def verified(self) -> bool:
        """Whether the other end has shown that it is a chatroom."""
        return self._decoder.verified

    def messages(self, data: bytes) -> Iterator[tuple[Message | None, Ref]]:
        """What was received; see `Decoder.messages`."""
        self.heartbeat.heard()
        return self._decoder.messages(data)

    def take_output(self) -> bytes:
        """What is to be sent."""
        output = bytes(self.output)
        self.output.clear()
        return output

    def ping(self, ref: int) -> None:
        self.output += encode(Ping(), ref)
        self.heartbeat.pinged(ref)

    def join(self, command: commands.Join) -> None:
        self.heartbeat.expect()
        self.heartbeat.heard()  # the join has all the time that there is
        self.output += encode(command)

    def joined(self, rate: float) -> None:
        """From now on the server takes so many requests a second; 0 is unlimited."""
        self.heartbeat = Heartbeat(self._settings, self._clock, 1 / rate if rate else 0.0)

    def why_lost(self, text: str) -> str:
        """What to say of its end, with the reason of the system's."""
        if self.closing is not None:
            return self.closing.text
        return text if self.verified else f"{self._where} closes the connection. {HINT}"

    def why_silent(self) -> str:
        """What to say when an answer has not come in time."""
        if self.verified:
            return f"{self._where} has not answered for {self._settings.answer_timeout:.0f} s."
        return f"{self._where} does not answer like a chatroom. {HINT}"
