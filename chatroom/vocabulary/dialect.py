"""A dialect: how events are encoded for the members who speak one protocol.

A protocol has a dialect, and the chat renders with it: each event once, for any number of
receivers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chatroom.vocabulary.events import Event

Arrange = Callable[[bytes, int], bytes]
"""Lays bytes out for a peer; is given how many bytes wait to be sent before them."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """`encode` is pure: its result is shared by everybody who speaks this.

    `receipts`: members get what they said themselves, as its receipt. `arrange` is for peers that
    cannot separate events unless the bytes are laid out for each of them; None: written as encoded.
    `recent`: whoever enters a room is shown its last messages. Dialects with the same key are
    equal.

    A dialect that `carries` another one wraps the lines of that: they are rendered once for both,
    and `frame` puts any number of them, joined, into a frame. `end` gives the bytes that follow the
    last words of a connection, for the reason why it ends. `ping` is what a silent peer is sent;
    with one, a peer that stays silent is taken for dead.
    """

    key: str
    encode: Callable[[Event], bytes] = field(compare=False)
    receipts: bool = field(default=False, compare=False)
    arrange: Arrange | None = field(default=None, compare=False)
    recent: bool = field(default=False, compare=False)
    carries: "Dialect | None" = field(default=None, compare=False)
    frame: Callable[[bytes], bytes] | None = field(default=None, compare=False)
    end: Callable[[str], bytes] | None = field(default=None, compare=False)
    ping: bytes = field(default=b"", compare=False)
