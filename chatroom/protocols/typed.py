"""What a person types, wherever they type it: talk, or a command that begins with a slash.

People with nc, in the terminal client and in the window use the same commands, so they are read
here for all of them. What a command means and whether it is allowed is the hub's affair.
"""

import re
from collections.abc import Callable
from datetime import datetime

from chatroom.protocols.spelling import nearest
from chatroom.vocabulary import commands

_DIGITS = 6  # of a number that means anything
_AGO = re.compile(r"(\d+) ?([smhd])", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?", re.ASCII)
_NO_TOPIC = "-"
_FROM, _ROOM = "from:", "room:"  # no name has a colon
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

QUIT = "QUIT"
LEAVE = (QUIT, "/quit")
"""The lines that leave at the prompt for a name, where no other command works."""


def parse(line: str) -> commands.Command | str:
    """The command in a line, or lines of text to answer it with.

    The answer to an empty line is empty.
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
    if command := make(rest):
        return command
    example = f", for example {_EXAMPLES[verb]}" if verb in _EXAMPLES else ""
    return f"Server: Usage: {_usage(verb, wanted)}{example}\n"


def _usage(verb: str, wanted: str) -> str:
    return f"{verb} {wanted}".rstrip()


def _without_arguments(answer: commands.Command) -> "_Maker":
    """For a command without arguments: an unexpected argument is refused, not ignored."""
    return lambda rest: None if rest else answer


def _tell(rest: str) -> commands.Tell | None:
    words = rest.split(maxsplit=1)
    return commands.Tell(words[0], words[1]) if len(words) == 2 else None


def _recall(rest: str) -> commands.Recall | None:
    """How many lines, how long ago, since which day where whoever reads it is, or of whom."""
    if not rest:
        return commands.Recall()
    if rest.isascii() and rest.isdigit():
        return commands.Recall(limit=int(rest)) if _means_anything(rest) else None
    if (found := _AGO.fullmatch(rest.lower())) is not None:
        if len(found[1]) > _DIGITS:
            return None
        return commands.Recall(ago=float(found[1]) * _UNITS[found[2]])
    if _DAY.fullmatch(rest):
        return _since_day(rest)
    name = rest[len(_FROM) :] if rest.lower().startswith(_FROM) else rest
    return commands.Recall(name=name) if name and not (" " in name or ":" in name) else None


def _means_anything(digits: str) -> bool:
    return len(digits) <= _DIGITS and int(digits) > 0


def _since_day(day: str) -> commands.Recall | None:
    try:
        return commands.Recall(at=max(0.0, datetime.strptime(day, "%Y-%m-%d").timestamp()))
    except (ValueError, OverflowError):
        return None


def _search(rest: str) -> commands.Search | None:
    """Words; those that begin with `from:` and `room:` say whose and where."""
    words: list[str] = []
    found = {_FROM: "", _ROOM: ""}
    for word in rest.split():
        key, value = word[: len(_FROM)].lower(), word[len(_FROM) :]
        if key not in found:
            words.append(word)
        elif value and not found[key]:
            found[key] = value
        else:
            return None
    if not words:
        return None
    return commands.Search(" ".join(words), found[_ROOM], found[_FROM])


def _topic(rest: str) -> commands.SetTopic:
    if not rest:
        return commands.SetTopic()
    return commands.SetTopic("" if rest == _NO_TOPIC else rest)


def _help(rest: str) -> str | None:
    return None if rest else HELP


_Maker = Callable[[str], commands.Command | str | None]

# verb: (its arguments, the command that they make or None if they are wrong, its help text)
_COMMANDS: dict[str, tuple[str, _Maker, str]] = {
    "/who": ("[ROOM]", commands.Who, "who is in this room or another, and for how long silent"),
    "/rooms": ("", _without_arguments(commands.Rooms()), "the rooms and how many are in them"),
    "/join": (
        "ROOM",
        lambda rest: commands.Move(rest) if rest else None,
        "go to another room; it is made when it does not exist",
    ),
    "/topic": ("[TEXT | -]", _topic, "what this room is about; set it; or take it away with -"),
    "/history": (
        "[WHICH]",
        _recall,
        "what was said: the last 20 lines, 50, 2h, 2026-11-24, ann",
    ),
    "/search": (
        "WORDS",
        _search,
        "find what was said, in all rooms; also from:ann, room:tea",
    ),
    "/more": (
        "",
        _without_arguments(commands.More()),
        "the next page of the last /history or /search",
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
    "/cancel": (
        "",
        _without_arguments(commands.Cancel()),
        "drop what you have sent and that waits to be said",
    ),
    "/stats": ("", _without_arguments(commands.Stats()), "how the server is doing"),
    "/help": ("", _help, "this list"),
    "/quit": (
        "",
        _without_arguments(commands.Quit("quit")),
        "leave, and so does a line with nothing but QUIT",
    ),
}

# What is shown beside the usage, of commands whose arguments are not plain from that.
_EXAMPLES = {
    "/history": "/history 50, /history 2h or /history ann",
    "/search": "/search tea time from:ann",
}

# The names that these commands have in other chats.
_ALIASES = {
    **dict.fromkeys(("/w", "/tell", "/whisper"), "/msg"),
    **dict.fromkeys(("/exit", "/leave", "/part", "/bye"), "/quit"),
    **dict.fromkeys(("/?", "/h"), "/help"),
    "/r": "/reply",
    "/last": "/history",
    "/find": "/search",
    "/names": "/who",
    "/list": "/rooms",
    "/nickname": "/nick",
}

VERBS = tuple(_COMMANDS)
"""All verbs, with their slashes."""

_SUGGESTED = tuple(
    verb for verb in VERBS if verb != "/quit"
)  # a suggestion must not make anybody leave

HELP = (
    "".join(
        f"{_usage(verb, wanted):18} {purpose}\n" for verb, (wanted, _, purpose) in _COMMANDS.items()
    )
    + f"{'//TEXT':18} say something that begins with a slash\n"
)
