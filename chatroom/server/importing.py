"""`chatroom import`: put what was exported as JSON into a history that no server has open."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chatroom.chat.archive import KeptMessage, KeptRoom
from chatroom.chat.inspection import CannotOpen
from chatroom.chat.restoring import restore
from chatroom.chat.store import EVENTS, Topic
from chatroom.server.exporting import FORMAT
from chatroom.vocabulary.names import known_key
from chatroom.vocabulary.text import clean_lines

_LONGEST = 1 << 20  # characters of a line: far more than a message can be
_LAST = 2**53  # ids are below it


class Malformed(Exception):
    """The message says which line it is, and what is wrong."""


def parser(program: str) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=program,
        description="Put an export into a history. What is there already stays as it is.",
    )
    result.add_argument("file", metavar="FILE", help="the history; it is made if there is none")
    result.add_argument("export", metavar="EXPORT", help="what export --format json has written")
    return result


def main(arguments: Sequence[str] | None = None, program: str = "chatroom import") -> int:
    """The exit code: 0, or 1 if something is wrong; then nothing was changed."""
    options = parser(program).parse_args(arguments)
    try:
        for _ in _items(options.export):  # a new history is not made for a file that is malformed
            pass
        added = restore(options.file, _epoch(options.export), _items(options.export))
    except (CannotOpen, Malformed) as problem:
        print(f"chatroom: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"chatroom: {options.export}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{added} messages imported")
    return 0


def _lines(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with open(path, "rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LONGEST), b""), 1):
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                raise Malformed(f"{path}, line {number}: it is not JSON") from None
            if not isinstance(found, dict):
                raise Malformed(f"{path}, line {number}: it is not an object")
            yield number, found


def _epoch(path: str) -> str:
    """That of the first line, which says what the file is."""
    for _, first in _lines(path):
        if first.get("type") == "chatroom" and isinstance(first.get("epoch"), str):
            if first.get("format") != FORMAT:
                raise Malformed(f"{path}, line 1: this version reads format {FORMAT} alone")
            return str(first["epoch"])
        break
    raise Malformed(f"{path}, line 1: this is not an export of chatroom")


def _items(path: str) -> Iterator[KeptRoom | KeptMessage]:
    _epoch(path)
    rooms: set[str] = set()
    for number, found in _lines(path):
        if number == 1:
            continue
        try:
            item = _READ[found["type"]](found)
            if isinstance(item, KeptRoom):
                rooms.add(item.key)
            elif item.room not in rooms:
                raise ValueError("its room was not told before")
        except KeyError as error:
            raise Malformed(f"{path}, line {number}: {error} is missing or unknown") from None
        except (TypeError, ValueError) as error:
            raise Malformed(f"{path}, line {number}: {error}") from None
        yield item


def _room(found: dict[str, Any]) -> KeptRoom:
    name, topic = _name(found["name"]), found["topic"]
    if found["key"] != known_key(name):
        raise ValueError("the key is not that of the name")
    if topic is None:
        return KeptRoom(found["key"], name, None)
    author = _name(topic["name"])
    return KeptRoom(found["key"], name, Topic(_text(topic["text"]), author, _time(topic["time"])))


def _message(found: dict[str, Any]) -> KeptMessage:
    id, kind = found["id"], found["kind"]
    if type(id) is not int or not 0 < id < _LAST:
        raise ValueError("the id is not one")
    if kind not in EVENTS:
        raise ValueError(f"the kind is none of {', '.join(EVENTS)}")
    room = found["room"]
    if not isinstance(room, str):
        raise ValueError("the room is not a string")
    return KeptMessage(
        id, room, kind, _name(found["name"]), _text(found["text"]), _time(found["time"])
    )


_READ: dict[str, Callable[[dict[str, Any]], KeptRoom | KeptMessage]] = {
    "room": _room,
    "message": _message,
}


def _name(value: object) -> str:
    if not isinstance(value, str) or not known_key(value):
        raise ValueError("the name is not valid")
    return value


def _text(value: object) -> str:
    """Nothing comes in that nobody could have said, terminal escapes for example."""
    if not isinstance(value, str) or clean_lines(value) != value:
        raise ValueError("the text is not valid")
    return value


def _time(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= float(str(value)) < 2**33:
        raise ValueError("the time is not valid")
    return float(str(value))
