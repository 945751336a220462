"""`chatroom export`: what was said, as text, as JSON or as a page. A server may run meanwhile."""

import argparse
import html
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime

from chatroom.chat.archive import Archive, KeptMessage, KeptRoom
from chatroom.chat.ids import first_at
from chatroom.chat.inspection import CannotOpen
from chatroom.protocols.past import news_of_topic
from chatroom.server.moments import moment
from chatroom.vocabulary.names import known_key

FORMAT = 1  # of the JSON lines
_ALL = 2**62
_STEP = 500  # messages between two drawings of the bar
_WIDTH = 30  # characters of it

_HEAD = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>chatroom</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
time { opacity: .6; font-variant-numeric: tabular-nums }
</style>
"""


def parser(program: str) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=program,
        description="Write what a history holds to standard output. A server may be running.",
    )
    result.add_argument("file", metavar="FILE", help="the history: what --history names")
    result.add_argument("--room", metavar="ROOM", help="of this room alone")
    when = "30min, 2h or 3d ago, or from a date or a time on: 2026-11-24, 2026-11-24T14:02"
    result.add_argument("--since", type=moment, metavar="WHEN", help=f"what was said since: {when}")
    result.add_argument("--until", type=moment, metavar="WHEN", help="what was said before that")
    result.add_argument(
        "--format",
        choices=("text", "json", "html"),
        default="text",
        help="json: lines that import reads; html: a page of its own (default: %(default)s)",
    )
    return result


def _chosen(archive: Archive, name: str | None) -> list[KeptRoom]:
    rooms = archive.rooms()
    if name is None:
        return rooms
    chosen = [room for room in rooms if room.key == known_key(name)]
    if not chosen:
        raise CannotOpen(f"There is no room {name!r} in the history.")
    return chosen


class _Export:
    """What is written, piece by piece; `first` and `end` are ids."""

    def __init__(self, archive: Archive, rooms: list[KeptRoom], first: int, end: int) -> None:
        self._archive = archive
        self._rooms = rooms
        self._first = first
        self._end = end
        self._done = 0
        self._all = 0

    def text(self) -> Iterator[str]:
        for room in self._rooms:
            messages = self._messages(room)
            if first := next(messages, None):
                yield f"# {room.name}" + (f": {room.topic.text}" if room.topic else "") + "\n"
                yield _as_text(first)
                yield from map(_as_text, messages)
                yield "\n"

    def json(self) -> Iterator[str]:
        yield _line(type="chatroom", format=FORMAT, epoch=self._archive.epoch)
        for room in self._rooms:
            yield _line(type="room", **asdict(room))
            for message in self._messages(room):
                yield _line(type="message", **asdict(message))

    def html(self) -> Iterator[str]:
        yield _HEAD
        for room in self._rooms:
            yield f"<h1>{html.escape(room.name)}</h1>\n"
            if room.topic:
                yield f"<p><i>{html.escape(room.topic.text)}</i></p>\n"
            yield from map(_as_html, self._messages(room))
        yield "</html>\n"

    def _messages(self, room: KeptRoom) -> Iterator[KeptMessage]:
        """With a bar on standard error if that is a terminal."""
        shows = sys.stderr.isatty()
        if shows and not self._all:
            keys = [one.key for one in self._rooms]
            self._all = sum(self._archive.count(key, self._first, self._end) for key in keys)
        for message in self._archive.messages(room.key, self._first, self._end):
            yield message
            self._done += 1
            if shows and (self._done % _STEP == 0 or self._done >= self._all):
                full = min(self._done * _WIDTH // self._all, _WIDTH)
                end = "\n" if self._done == self._all else ""
                bar = "#" * full + "." * (_WIDTH - full)
                print(f"\r[{bar}] {self._done} messages", end=end, file=sys.stderr, flush=True)


_FORMATS: dict[str, Callable[[_Export], Iterator[str]]] = {
    "text": _Export.text,
    "json": _Export.json,
    "html": _Export.html,
}


def _line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _day(message: KeptMessage) -> str:
    return datetime.fromtimestamp(message.time).strftime("%Y-%m-%d %H:%M")


def _as_text(message: KeptMessage) -> str:
    """Each line of a text stands behind its author, so that none can be forged."""
    if message.kind == "topic":
        news = news_of_topic(message.name, message.room, message.text)
        return f"[{_day(message)}] Server: {news}\n"
    author = f"* {message.name} " if message.kind == "acted" else f"{message.name}: "
    start = f"[{_day(message)}] {author}"
    return "".join(f"{start}{line}\n" for line in message.text.split("\n"))


def _as_html(message: KeptMessage) -> str:
    name, text = html.escape(message.name), html.escape(message.text)
    said = f"* <b>{name}</b> {text}" if message.kind == "acted" else f"<b>{name}</b>: {text}"
    if message.kind == "topic":
        said = html.escape(news_of_topic(message.name, message.room, message.text))
    return f'<p id="m{message.id}"><time>{_day(message)}</time> {said}</p>\n'


def main(arguments: Sequence[str] | None = None, program: str = "chatroom export") -> int:
    """The exit code: 0, 1 if the history cannot be read, 141 if the output was closed."""
    options = parser(program).parse_args(arguments)
    try:
        with closing(Archive(options.file)) as archive:
            rooms = _chosen(archive, options.room)
            first = 0 if options.since is None else first_at(options.since)
            end = _ALL if options.until is None else first_at(options.until)
            export = _Export(archive, rooms, first, end)
            output = _FORMATS[options.format](export)
            for piece in output:
                sys.stdout.buffer.write(piece.encode(errors="replace"))
            sys.stdout.buffer.flush()
    except CannotOpen as problem:
        print(f"chatroom: {problem}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0
