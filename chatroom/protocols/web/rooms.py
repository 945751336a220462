"""A room as text, for whoever asks with curl: `/room/NAME.txt?since=2h`, and `&follow` to go on.

Only where the operator has opened the rooms to readers without a name.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from chatroom.protocols.web.head import Head, Refused
from chatroom.protocols.web.site import Past, Site

_PATH = re.compile(r"/room/([^/]+)\.txt")
_SINCE = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RoomText:
    def __init__(self, site: Site) -> None:
        self._site = site

    def of(self, request: Head) -> "Asked | None":
        """The room that is asked for; None: there is no such room. Raises Refused."""
        found = _PATH.fullmatch(request.path)
        if found is None or self._site.room is None:
            return None
        try:
            name = unquote(found[1], errors="strict")
        except UnicodeDecodeError:
            raise Refused(400, "The name of the room is not UTF-8.") from None
        query = _query(request.query)
        past = self._site.room(name, _since(query))
        return Asked(name, past, "follow" in query) if past else None


@dataclass(frozen=True, slots=True)
class Asked:
    """`follow`: what is said from now on is wanted as well."""

    room: str
    past: Past
    follow: bool


def _query(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=4, errors="strict"))
    except ValueError:
        raise Refused(400, "The question behind the address is malformed.") from None


def _since(asked: dict[str, str]) -> float | None:
    """The seconds to go back; None: as far as one page goes."""
    if "since" not in asked:
        return None
    found = _SINCE.fullmatch(asked["since"])
    if found is None:
        raise Refused(400, "since is a number and one of s, m, h, d: since=2h.")
    return float(int(found[1]) * _SECONDS[found[2]])
