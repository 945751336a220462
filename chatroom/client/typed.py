"""What a person types in our clients: talk of one or several lines, or a command.

The commands are those of everybody (`protocols/typed.py`), and those for being in several rooms at
once, which people with nc are not.
"""

import re
from dataclasses import dataclass

from chatroom.protocols import typed
from chatroom.vocabulary import commands


@dataclass(frozen=True, slots=True)
class Switch:
    """Make the room with this number the current one; the first has number 1."""

    number: int


Typed = commands.Command | Switch | str
"""A string is an answer: lines of text for whoever has typed."""

_NUMBER = re.compile(r"/([1-9][0-9]{0,2})")
_LEAVE = ("/leave", "/part")
_ENTER_USAGE = "Server: Usage: /enter ROOM\n"
_LEAVE_USAGE = "Server: Usage: /leave [ROOM]\n"

VERBS = tuple(sorted({*typed.VERBS, "/enter", "/leave"}))
"""All commands, with their slashes."""

HELP = typed.HELP + "".join(
    f"{usage:18} {purpose}\n"
    for usage, purpose in (
        ("/enter ROOM", "be in another room as well, and stay in yours"),
        ("/leave [ROOM]", "leave the room, or another one of yours"),
        ("/1 ... /9", "switch to another room of yours, by its number"),
    )
)


def read(text: str) -> list[Typed]:
    """What the text asks for; nothing if it is empty.

    Several lines are one message, privately too. If the first one is a command that takes no text,
    the others are what is typed after it.
    """
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    first, _, others = text.partition("\n")
    if not others:
        return [one for one in (_read_line(first),) if one != ""]
    whole = typed.parse(text)
    if isinstance(whole, commands.Say | commands.Act | commands.Tell):
        return [whole]
    one = _read_line(first)
    return [one] if isinstance(one, str) else [one, *read(others)]


def _read_line(line: str) -> Typed:
    verb, *rest = line.split(maxsplit=1) or [""]
    verb = verb.lower()
    if number := _NUMBER.fullmatch(line):
        return Switch(int(number.group(1)))
    if verb == "/enter":
        return commands.Enter(rest[0]) if rest and " " not in rest[0] else _ENTER_USAGE
    if verb in _LEAVE:
        room = rest[0] if rest else ""
        return _LEAVE_USAGE if " " in room else commands.Leave(room)
    command = typed.parse(line)
    return HELP if command == typed.HELP else command
