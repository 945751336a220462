"""By what a message is recognised when its author sends it again, after a restart as well.

A mark is a digest of the author's ticket and of their own mark on the message, so the file holds
no secret. Marks are stored in the order of ids and found through a table in memory: an index on
digests would cost a page of the disk for each message.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from chatroom.vocabulary.commands import Ref


def digest(ticket: str, ref: Ref) -> bytes:
    """Empty if one of the two is missing. The marks 1 and "1" are not the same."""
    if not ticket or ref is None:
        return b""
    kind = "s" if isinstance(ref, str) else "i"
    clear = f"{len(ticket)}{kind}{ticket}{ref}".encode(errors="surrogatepass")
    return hashlib.blake2b(clear, digest_size=16).digest()


class Marks:
    """From a digest to the id of the message; at most so many, the newest.

    A plain dict takes the longer to find its oldest entry, the more were taken from its front.
    """

    def __init__(self, limit: int, stored: Iterable[tuple[bytes, int]]) -> None:
        self._limit = limit
        self._ids: OrderedDict[bytes, int] = OrderedDict()
        for mark, id in stored:
            self.add(mark, id)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, mark: bytes, id: int) -> None:
        self._ids.pop(mark, None)  # used once more: it is the newest again
        self._ids[mark] = id
        if len(self._ids) > self._limit:
            self._drop_oldest()

    def find(self, mark: bytes) -> int:
        """The id of the message; 0 if there is none."""
        return self._ids.get(mark, 0)

    def forget(self, before: int) -> None:
        """Forget those of lower ids."""
        while self._ids and next(iter(self._ids.values())) < before:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._ids.popitem(last=False)
