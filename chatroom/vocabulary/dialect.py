"""A dialect: how events are written for those who speak it.

A protocol has a dialect and the chat renders with it: each event once, whatever the number of those
who are to hear it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chatroom.vocabulary.events import Event

Arrange = Callable[[bytes, int], bytes]
"""Lays bytes out for a peer; is given how many bytes wait to be sent before them."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """`encode` is pure: its result is shared by everybody who speaks this.

    `receipts`: they are to see what they said, as the receipt for it. `arrange` is for peers who
    cannot tell events apart unless they are laid out for each of them; None: written as encoded.
    Dialects with the same key are the same.
    """

    key: str
    encode: Callable[[Event], bytes] = field(compare=False)
    receipts: bool = field(default=False, compare=False)
    arrange: Arrange | None = field(default=None, compare=False)
