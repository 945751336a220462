"""Pages of the past, as rows that every client shows in its own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chatroom.client.events import Recent
from chatroom.client.text import below
from chatroom.vocabulary import events

Page = Recent | events.Page | events.Found


@dataclass(frozen=True, slots=True)
class Row:
    """A message, and its head: when it was said and, if that is not the current room, where."""

    head: str
    message: events.Kept | events.Hit


@dataclass(frozen=True, slots=True)
class Mark:
    """A line between the messages."""

    text: str


def rows(page: Page, room: str = "") -> Iterator[Row | Mark | str]:
    """`room` is the current one. A string is a sentence."""
    match page:
        case Recent():
            yield from _recent(page)
        case events.Page(name, ()):
            yield f"Server: There is nothing to show from the history of room {name}."
        case events.Page(_, messages, time=now):
            yield from (Row(moment(one.time, now), one) for one in messages)
        case events.Found((), more):
            yield "Server: Nothing was found" + (" so far." if more else ".")
        case events.Found(hits):
            for hit in reversed(hits):  # the newest comes last, as in a page
                place = "" if hit.room == room else f" #{hit.room}"
                yield Row(_date(hit.time) + place, hit)


def _recent(recent: Recent) -> Iterator[Row | Mark]:
    """With a mark before the first message that was not read."""
    marked = not recent.read
    for index, message in enumerate(recent.messages):
        if message.id > recent.read and not marked:
            marked = True
            not_all = index == 0 and recent.more.before
            yield Mark(new_mark(recent.since, recent.time, "; /more shows earlier ones" * not_all))
        yield Row(moment(message.time, recent.time), message)


def page_lines(page: Page) -> list[str]:
    """As lines of text."""
    lines: list[str] = []
    for row in rows(page):
        match row:
            case Row(head, message):
                when, _, place = head.partition(" #")
                start = f"[{when}] " + (f"#{place} " if place else "")
                lines += below(start + before_text(message), message.text)
            case Mark(text):
                lines.append(text)
            case str():
                lines.append(row)
    return lines


def before_text(message: events.Kept | events.Hit) -> str:
    """What stands before the text of a message."""
    match message.kind:
        case "acted":
            return f"* {message.name} "
        case "topic" if message.text:
            return f"{message.name} has set the topic: "
        case "topic":
            return f"{message.name} has taken away the topic."
        case "gap":
            return "Server: "
    return f"{message.name}: "


def new_mark(since: float, now: float, more: str = "") -> str:
    return f"--- new since {moment(since, now)}{more} ---"


def moment(time: float, now: float) -> str:
    """Hours and minutes in the zone where we are; with the date where it was another day."""
    at = datetime.fromtimestamp(time)
    same_day = at.date() == datetime.fromtimestamp(now).date()
    return f"{at:%H:%M}" if same_day else _date(time)


def _date(time: float) -> str:
    return f"{datetime.fromtimestamp(time):%Y-%m-%d %H:%M}"
