"""Topics, and messages of the past, as lines of text for people."""

from datetime import date, datetime

from chatroom.protocols.lines import minute, of_server, spoken, wrapped
from chatroom.vocabulary import events


def topic(room: str, text: str) -> list[str]:
    """Of a room that somebody has come into."""
    return of_server(f"The topic of {room} is: {text}") if text else []


def topic_set(event: events.TopicSet) -> list[str]:
    if not event.id:  # nothing has happened; a program has asked
        return about(events.About(event.room, event.name, event.text, event.time))
    return of_server(news_of_topic(event.name, event.room, event.text))


def news_of_topic(name: str, room: str, text: str) -> str:
    """What somebody has done to the topic of a room, as a sentence."""
    if not text:
        return f"{name} has taken away the topic of {room}."
    return f"{name} has set the topic of {room}: {text}"


def about(event: events.About) -> list[str]:
    if event.text:
        lines = topic(event.room, event.text)
        lines.append(f"  {event.name} set it at {minute(event.time, True)}.")
    else:
        lines = of_server(f"Room {event.room} has no topic; /topic TEXT sets one.")
    if event.made_by:
        lines.append(f"  {event.made_by} made the room at {minute(event.made, True)}.")
    return lines


def dated(event: events.Message) -> list[str]:
    """A message with its date, for a text that is kept."""
    start = f"[{minute(event.time, True)}]"
    if isinstance(event, events.TopicSet):
        return [f"{start} Server: {news_of_topic(event.name, event.room, event.text)}"]
    author = f"* {event.name}" if isinstance(event, events.Acted) else f"{event.name}:"
    return spoken(f"{start} {author}", event.text)


def page(event: events.Page) -> list[str]:
    """Each line with its time where the server is, and with the date when it is another day."""
    if not event.messages:
        return of_server(f"There is nothing to show from the history of room {event.room}.")
    today = _day(event.time)
    lines: list[str] = []
    for message in event.messages:
        time = minute(message.time, _day(message.time) != today)
        lines += _past(f"[{time}]", message, event.room)
    return lines


def _past(start: str, message: events.Kept | events.Hit, room: str) -> list[str]:
    """The lines of a message of the past, each behind its time and its author."""
    if message.kind == "topic":
        return wrapped(f"{start} Server: {news_of_topic(message.name, room, message.text)}")
    if message.kind == "gap":
        return [f"{start} Server: {message.text}"]
    author = f"* {message.name}" if message.kind == "acted" else f"{message.name}:"
    return spoken(f"{start} {author}", message.text)


def found(event: events.Found) -> list[str]:
    """The newest comes last, as in a page: what is shown last is what people see."""
    lines: list[str] = []
    for hit in reversed(event.messages):
        lines += _past(f"[{minute(hit.time, True)}] #{hit.room}", hit, hit.room)
    if event.more:
        sofar = "" if lines else "Nothing was found yet. "
        return [*lines, f"Server: {sofar}/more shows older ones."]
    return lines or ["Server: Nothing was found."]


def continues(event: events.Continues) -> list[str]:
    return [f"Server: /more shows {'older' if event.older else 'newer'} ones."]


def _day(time: float) -> date:
    return datetime.fromtimestamp(time).date()
