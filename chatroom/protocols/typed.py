"""What a person types, wherever they type it: talk, or a command that begins with a slash.

People with nc, in the terminal client and in the window use the same commands, so they are read
here for all of them. What a command means and whether it is allowed is the hub's affair.
"""

from collections.abc import Callable
from difflib import get_close_matches

from chatroom.chat import events

QUIT = "QUIT"

HELP = """\
/who               who is in this room, since when, and for how long silent
/rooms             the rooms and how many are in them
/join ROOM         go to another room; it is made when it does not exist
/msg NAME TEXT     say something to one person only
/me TEXT           say what you do: * ann waves
/nick NAME         take another name
/ignore NAME       hear no more of somebody, or hear them again; without NAME: the list
/stats             how the server is doing
/quit, QUIT        leave
//TEXT             say something that begins with a slash
"""

_USAGE = {
    "/join": "/join ROOM",
    "/me": "/me TEXT",
    "/msg": "/msg NAME TEXT",
    "/nick": "/nick NAME",
}


def parse(line: str) -> events.Command | str:
    """The command that a line stands for, or lines of text to answer it with.

    The answer is empty when the line was.
    """
    line = line.rstrip()
    if line == QUIT:
        return events.Quit("quit")
    if not line.startswith("/"):
        return events.Say(line) if line else ""
    if line.startswith("//"):
        return events.Say(line[1:])
    verb, *rest = line.split(maxsplit=1)
    return _slash(verb.lower(), *rest)


def _slash(verb: str, rest: str = "") -> events.Command | str:
    make = _VERBS.get(verb)
    if verb == "/help":
        return HELP
    if make is None:
        near = get_close_matches(verb, VERBS, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else "/help lists the commands."
        return f"Server: There is no such command; {hint}\n"
    return make(rest) or f"Server: Usage: {_USAGE[verb]}\n"


def _tell(rest: str) -> events.Tell | None:
    words = rest.split(maxsplit=1)
    return events.Tell(words[0], words[1]) if len(words) == 2 else None


_VERBS: dict[str, Callable[[str], events.Command | None]] = {
    "/who": lambda _: events.Who(),
    "/rooms": lambda _: events.Rooms(),
    "/join": lambda rest: events.Move(rest) if rest else None,
    "/msg": _tell,
    "/me": lambda rest: events.Act(rest) if rest else None,
    "/nick": lambda rest: events.Rename(rest) if rest else None,
    "/ignore": events.Ignore,
    "/stats": lambda _: events.Stats(),
    "/quit": lambda _: events.Quit("quit"),
}

VERBS = (*_VERBS, "/help")
"""All there are, with their slashes."""
