"""What is said in a room, as lines for `curl -N`: the response to a request that goes on."""

from collections.abc import Iterator

from chatroom.protocols import Request
from chatroom.protocols.past import dated
from chatroom.vocabulary import commands
from chatroom.vocabulary.commands import Ref
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Acted, Event, Said, TopicSet


def encode(event: Event) -> bytes:
    """With date and time, where the server is. Nothing else is told."""
    if not isinstance(event, Said | Acted | TopicSet):
        return b""
    return "".join(f"{line}\n" for line in dated(event)).encode()


class Following:
    """Whatever the peer still sends is ignored."""

    __slots__ = ()

    dialect = Dialect("following", encode)

    def named(self) -> None:
        """They read, and are not asked for a name."""

    def answer(self, event: Event, _: Ref) -> bytes:
        return self.dialect.encode(event)

    def has_more(self) -> bool:
        return False

    def count_waiting(self, ahead: bytes) -> int:
        return 0

    def cancel(self, ahead: bytes) -> tuple[int, int] | None:
        """Nothing is said here."""
        return None

    def silence(self) -> Iterator[Request]:
        yield from ()

    def receive(self, data: bytes) -> Iterator[Request]:
        if not data:
            yield commands.Quit("end of input")
