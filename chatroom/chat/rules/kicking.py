"""The operator's kick, and who is barred by it."""

import math
from dataclasses import dataclass

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.chat.roster import Unavailable
from chatroom.vocabulary import events, names
from chatroom.vocabulary.durations import duration
from chatroom.vocabulary.text import clean


@dataclass(frozen=True, slots=True)
class Kick:
    """The result of a kick: who was kicked, and what is barred for how many seconds."""

    name: str
    host: str
    """The address that is barred; empty when it is not."""
    seconds: float


def kick(hub: Hub, name: str, reason: str, seconds: float | None = None) -> Kick | None:
    """Close somebody's connection, tell everybody why, and bar them for so many seconds.

    None when nobody is called so. The default is `Settings.bar_seconds`, 0 bars nothing, and
    nothing is barred for longer than `Settings.longest_bar`.
    """
    member = hub.roster.find(name)
    if member is None:
        return None
    if seconds is None:
        seconds = hub.settings.bar_seconds
    seconds = min(seconds, hub.settings.longest_bar)
    barred = seconds > 0 and hub.bars.add(member.key, member.host, seconds)
    why = f": {clean(reason)}" if clean(reason) else ""
    done = Kick(member.name, member.host if barred else "", seconds)
    hub.depart(member, f"kicked{why}", hold=False)
    farewell = events.Closing("kicked", f"You were kicked{why or '.'}")
    member.outlet.close("kicked", hub.last_words(member, farewell), brief=True)
    return done


def refuse_barred(hub: Hub, member: Member, name: str) -> None:
    """Raises Unavailable if the name, or the address of the member, is barred."""
    if left := hub.bars.on_host(member.host):
        text = f"Somebody at your address was kicked; try again in {_wait(left)}."
        raise Unavailable("barred", text)
    refuse_barred_name(hub, name)


def refuse_barred_name(hub: Hub, name: str) -> None:
    """Raises Unavailable if the name is barred."""
    if left := hub.bars.on_name(names.known_key(name)):
        text = f"Somebody of that name was kicked; it is free again in {_wait(left)}."
        raise Unavailable("name-barred", text)


def _wait(seconds: float) -> str:
    """Rounded up in the unit that is shown: whoever waits that long must not be refused again."""
    unit = 60 if seconds > 60 else 1
    return duration(math.ceil(seconds / unit) * unit)
