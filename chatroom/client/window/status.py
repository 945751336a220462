"""How the connection is, in a few words."""

import math
from dataclasses import dataclass

from chatroom.client.core import Client
from chatroom.client.presentation import milliseconds
from chatroom.client.session import State
from chatroom.vocabulary.counts import counted


@dataclass(frozen=True, slots=True)
class Status:
    """`line` stands below our name, `banner` where one writes: only what one should know."""

    line: str
    banner: str
    is_well: bool


def status(client: Client, where: str) -> Status:
    trouble = _trouble(client)
    waiting = client.waiting
    if waiting and trouble:
        lines = counted(waiting, "line waits", "lines wait")
        trouble += f" {lines} to be sent."
    if trouble:
        return Status("not connected", trouble, is_well=False)
    trip = "" if client.round_trip is None else f" · {milliseconds(client.round_trip)}"
    return Status(f"{where}{trip}", "", is_well=True)


def _trouble(client: Client) -> str:
    match client.state:
        case State.JOINED if client.unanswered:
            return f"No answer for {client.unanswered:.0f} s."
        case State.JOINED:
            return ""
        case State.ENDED:
            return "You are not in the chatroom any more."
        case State.WAITING:
            return f"The connection is lost. Reconnecting in {math.ceil(client.retry_in)} s."
    return "Reconnecting..."
