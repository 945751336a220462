"""What a person types, wherever they type it: talk, or a command that begins with a slash.

People with nc, in the terminal client and in the window use the same commands, so they are read
here for all of them. What a command means and whether it is allowed is the hub's affair.
"""

from collections.abc import Callable

from chatroom.protocols.spelling import nearest
from chatroom.vocabulary import commands

QUIT = "QUIT"
LEAVE = (QUIT, "/quit")
"""What leaves where a name is asked for, and commands are none yet."""


def parse(line: str) -> commands.Command | str:
    """The command that a line stands for, or lines of text to answer it with.

    The answer is empty when the line was.
    """
    line = line.rstrip()
    if line == QUIT:
        return commands.Quit("quit")
    if not line.startswith("/"):
        return commands.Say(line) if line else ""
    if line.startswith("//"):
        return commands.Say(line[1:])
    verb, *rest = line.split(maxsplit=1)
    return _slash(verb.lower(), *rest)


def _slash(verb: str, rest: str = "") -> commands.Command | str:
    verb = _ALIASES.get(verb, verb)
    if verb not in _COMMANDS:
        near = nearest(verb, _SUGGESTED)
        hint = f"did you mean {near}?" if near else "/help lists the commands."
        return f"Server: There is no such command; {hint}\n"
    wanted, make, _ = _COMMANDS[verb]
    return make(rest) or f"Server: Usage: {_usage(verb, wanted)}\n"


def _usage(verb: str, wanted: str) -> str:
    return f"{verb} {wanted}".rstrip()


def _alone(answer: commands.Command) -> "_Make":
    """Of a command that takes nothing: what is given in vain is told instead of ignored."""
    return lambda rest: None if rest else answer


def _tell(rest: str) -> commands.Tell | None:
    words = rest.split(maxsplit=1)
    return commands.Tell(words[0], words[1]) if len(words) == 2 else None


def _help(rest: str) -> str | None:
    return None if rest else HELP


_Make = Callable[[str], commands.Command | str | None]

# verb: (what is given with it, what it asks for if that will do, what it is good for)
_COMMANDS: dict[str, tuple[str, _Make, str]] = {
    "/who": ("[ROOM]", commands.Who, "who is in this room or another, and for how long silent"),
    "/rooms": ("", _alone(commands.Rooms()), "the rooms and how many are in them"),
    "/join": (
        "ROOM",
        lambda rest: commands.Move(rest) if rest else None,
        "go to another room; it is made when it does not exist",
    ),
    "/msg": ("NAME TEXT", _tell, "say something to one person only"),
    "/reply": (
        "TEXT",
        lambda rest: commands.Tell(None, rest) if rest else None,
        "answer whoever said something to you only",
    ),
    "/me": (
        "TEXT",
        lambda rest: commands.Act(rest) if rest else None,
        "say what you do: * ann waves",
    ),
    "/nick": (
        "NAME",
        lambda rest: commands.Rename(rest) if rest else None,
        "take another name",
    ),
    "/ignore": (
        "[NAME]",
        commands.Ignore,
        "hear no more of somebody, or hear them again; or the list",
    ),
    "/cancel": ("", _alone(commands.Cancel()), "drop what you have sent and that waits to be said"),
    "/stats": ("", _alone(commands.Stats()), "how the server is doing"),
    "/help": ("", _help, "this list"),
    "/quit": ("", _alone(commands.Quit("quit")), "leave, and so does a line with nothing but QUIT"),
}

# What people try who come from other chats.
_ALIASES = {
    **dict.fromkeys(("/w", "/tell", "/whisper"), "/msg"),
    **dict.fromkeys(("/exit", "/leave", "/part", "/bye"), "/quit"),
    **dict.fromkeys(("/?", "/h"), "/help"),
    "/r": "/reply",
    "/names": "/who",
    "/list": "/rooms",
    "/nickname": "/nick",
}

VERBS = tuple(_COMMANDS)
"""All there are, with their slashes."""

_SUGGESTED = tuple(verb for verb in VERBS if verb != "/quit")  # nobody leaves by a suggestion

HELP = (
    "".join(
        f"{_usage(verb, wanted):18} {purpose}\n" for verb, (wanted, _, purpose) in _COMMANDS.items()
    )
    + f"{'//TEXT':18} say something that begins with a slash\n"
)
