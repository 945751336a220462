"""Events as lines of text for people.

Every function here turns one kind of event into its lines, without endings. Whatever a person says
comes after their name and a colon, or after `* ` or `[private] `, with which no name begins. A name
contains neither a colon nor a space, and `Server` is reserved, so nobody can forge a line of the
server. Each line of a text begins like the first, so nobody can forge a line of somebody else.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chatroom.protocols import past
from chatroom.protocols.lines import WIDTH as WIDTH
from chatroom.protocols.lines import minute, of_server, spoken
from chatroom.protocols.lines import wrapped as wrapped
from chatroom.protocols.recent import Recent
from chatroom.vocabulary import events
from chatroom.vocabulary.counts import counted
from chatroom.vocabulary.durations import duration

PROMPT = "Your name: "
_LONG_AGO = timedelta(hours=20).total_seconds()


def render(event: events.Event, ending: str) -> bytes:
    """The event in UTF-8; only a question for a name has no line ending at its end."""
    return _recent(event, ending)


def _render(event: events.Event, ending: str) -> bytes:
    lines = lines_of(event)
    if not lines:
        return b""
    last = PROMPT if isinstance(event, _ASKS_FOR_A_NAME) else ""
    return f"{ending.join(lines)}{ending}{last}".encode()


_recent = Recent(_render)


def lines_of(event: events.Event) -> list[str]:
    """The event as lines of text, without endings; none of what people need not know.

    Raises ValueError when a value other than a text contains a line break: it would forge a line
    of somebody else.
    """
    lines = _RENDERERS[type(event)](event)
    for line in lines:
        if "\n" in line or "\r" in line or "\0" in line:
            raise ValueError(f"a line break or NUL inside a line: {line!r}")
    return lines


_ASKS_FOR_A_NAME = (events.Greeting, events.NameRefused)


def _people(people: events.People) -> str:
    if not people.count:
        return "Nobody else is here yet."
    names = ", ".join(people.names)
    more = people.count - len(people.names)
    are = counted(people.count, "person is", "people are")
    return f"{are} here: {names}" + (f" and {more} more" if more else "")


def _moved(event: events.Moved) -> list[str]:
    others = tuple(name for name in event.members.names if name != event.name)
    there = _people(events.People(event.members.count - 1, others))
    return [
        *of_server(f"You are in room {event.room} now. {there}"),
        *past.topic(event.room, event.topic),
    ]


def _entered(event: events.Entered) -> list[str]:
    return [
        *of_server(f"You are in room {event.room} as well. {_people(event.members)}"),
        *past.topic(event.room, event.topic),
    ]


def _welcomed(event: events.Welcomed) -> list[str]:
    welcome = f"All set, {event.name}! Leave anytime by typing QUIT; /help lists the commands."
    return [*wrapped(welcome), *past.topic(event.room, event.topic)]


def _told(event: events.Told) -> list[str]:
    if event.waits is None:
        return spoken(f"[private] {event.name}:", event.text)
    left = max(1, round(event.waits))
    return [f"Server: {event.to} is not here; your message waits {left} s for them."]


def _joined(event: events.Joined) -> list[str]:
    if event.origin is None:
        return [f"Server: {event.name} has joined the chat. Say hi!"]
    return [f"Server: {event.name} has joined room {event.room}."]


def _left(event: events.Left) -> list[str]:
    return [f"Server: {event.name} has left room {event.room}."]


def _gone(event: events.Gone) -> list[str]:
    if event.kicked:
        return [f"Server: {event.name} was {event.reason}" + "." * (event.reason == "kicked")]
    return [f"Server: {event.name} has left the chat."]


def _presence(event: events.Presence) -> list[str]:
    told = ((event.joined, "joined"), (event.left, "left"))
    return [
        f"Server: {counted(count, 'person has', 'people have')} {verb} the chat."
        for count, verb in told
        if count
    ]


def _members(event: events.Members) -> list[str]:
    width = max((len(row.name) for row in event.members), default=0)
    lines = [f"Server: {counted(event.count, 'person', 'people')} in room {event.room}:"]
    lines += (
        f"  {row.name:{width}}  since {_clock_time(row)} ({duration(row.stayed)}),"
        f" idle {duration(row.idle)}"
        for row in event.members
    )
    return [*lines, *_and_more(event.count - len(event.members))]


def _room_list(event: events.RoomList) -> list[str]:
    width = max((len(row.room) for row in event.rooms), default=0)
    lines = [f"Server: {counted(event.count, 'room')}:"]
    lines += (
        f"  {row.room:{width}}  {counted(row.count, 'person', 'people')}" for row in event.rooms
    )
    return [*lines, *_and_more(event.count - len(event.rooms))]


def _and_more(count: int) -> list[str]:
    return [f"  and {count} more"] if count else []


def _ignoring(event: events.Ignoring) -> list[str]:
    if event.ignored:
        return of_server(f"You ignore {event.name} now; /ignore {event.name} again ends it.")
    return of_server(f"You no longer ignore {event.name}.")


def _ignore_list(event: events.IgnoreList) -> list[str]:
    return of_server(f"You ignore {', '.join(event.names) or 'nobody'}.")


def _skipped(event: events.Skipped) -> list[str]:
    """People are told of lines alone; who joined and left meanwhile they can ask."""
    if not event.lines:
        return []
    lines = counted(event.lines, "line was", "lines were")
    return [f"Server: {lines} skipped while you were not reading."]


def _waiting(event: events.Waiting) -> list[str]:
    lines = counted(event.lines, "line is", "lines are")
    return [
        f"Server: {lines} waiting; they go out {event.rate:g} a second.",
        "Server: /cancel drops them.",
    ]


def _cancelled(event: events.Cancelled) -> list[str]:
    return [f"Server: {counted(event.lines, 'line was', 'lines were')} dropped."]


def _closing(event: events.Closing) -> list[str]:
    if event.code == "quit":  # Debian's nc notices the end of a connection when it sends something
        return [f"{event.text} Press Enter if nc does not end by itself."]
    return [f"Server: {event.text}"]


def _stats(event: events.Stats) -> list[str]:
    endings = ", ".join(f"{count} {reason}" for reason, count in event.endings.items()) or "none"
    lines = (
        f"Server: up {duration(event.uptime)}, {event.cpu:.1f} s of CPU,"
        f" {event.memory / 1e6:.1f} MB of memory",
        f"  {counted(event.clients, 'client')} in {counted(event.rooms, 'room')};"
        f" {counted(event.messages, 'message')},"
        f" {counted(event.deliveries, 'delivery', 'deliveries')},"
        f" {counted(event.skipped, 'line')} skipped",
        f"  fan-out: p50 {_ms(event.fanout_p50)}, p99 {_ms(event.fanout_p99)},"
        f" max {_ms(event.fanout_max)}",
        f"  loop lag: p99 {_ms(event.lag_p99)}, max {_ms(event.lag_max)}",
        f"  queues: {counted(event.slow_readers, 'slow reader')},"
        f" {counted(event.queued, 'byte')} waiting",
        f"  history: {event.history_size / 1e6:.1f} MB, log {event.history_log / 1e6:.1f} MB,"
        f" {counted(event.history_waiting, 'message')} waiting, {event.history_lost} lost",
        f"  commits: p50 {_ms(event.commit_p50)}, p99 {_ms(event.commit_p99)},"
        f" max {_ms(event.commit_max)}; checkpoints: max {_ms(event.checkpoint_max)}",
        *((f"  history paused: {event.history_paused}",) if event.history_paused else ()),
        f"  errors: {event.errors}; log lines lost: {event.log_dropped}",
        f"  {counted(event.accepted, 'connection')} so far; ended: {endings}",
    )
    return [part for line in lines for part in wrapped(line)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _clock_time(row: events.Row) -> str:
    """In the server's time zone; with the date once it may be another day."""
    return minute(row.since, row.stayed >= _LONG_AGO)


_RENDERERS: dict[type, Callable[[Any], list[str]]] = {
    events.Said: lambda event: spoken(f"{event.name}:", event.text),
    events.Acted: lambda event: spoken(f"* {event.name}", event.text),
    events.Told: _told,
    events.Joined: _joined,
    events.Left: _left,
    events.Gone: _gone,
    events.Presence: _presence,
    events.Greeting: lambda event: wrapped(f"Welcome to the chatroom. {_people(event.people)}"),
    events.NameRefused: lambda event: wrapped(event.text),
    events.Welcomed: _welcomed,
    events.Renamed: lambda event: [f"Server: {event.old} is now called {event.name}."],
    events.NowKnownAs: lambda event: [f"Server: You are now called {event.name}."],
    events.Moved: _moved,
    events.Entered: _entered,
    events.Members: _members,
    events.TopicSet: past.topic_set,
    events.About: past.about,
    events.Page: past.page,
    events.Found: past.found,
    events.Continues: past.continues,
    events.RoomList: _room_list,
    events.Ignoring: _ignoring,
    events.IgnoreList: _ignore_list,
    events.Skipped: _skipped,
    events.Waiting: _waiting,
    events.Cancelled: _cancelled,
    events.Refused: lambda event: of_server(event.text),
    events.Notice: lambda event: [f"Server: {event.text}"],
    events.Closing: _closing,
    events.Stats: _stats,
}
