"""What was said before, for those who ask."""

from dataclasses import replace

from chatroom.chat.hub import Hub
from chatroom.chat.kept import heard_by, hit
from chatroom.chat.room import Member
from chatroom.chat.rules.rooms import seat_of
from chatroom.vocabulary import commands, events, names
from chatroom.vocabulary.text import clean


def recall(hub: Hub, member: Member, command: commands.Recall) -> None:
    seat = seat_of(hub, member, command.room)
    if seat is None:
        return
    since = command.at if command.ago is None else hub.wall() - command.ago
    most = hub.settings.page_messages
    limit = min(command.limit or (hub.settings.page_lines if since is None else most), most)
    page = hub.page(
        seat.room,
        limit,
        before=command.before,
        after=command.after,
        around=command.around,
        at=since,
        name=_name(command.name),
    )
    shown = tuple(filter(heard_by(member), page.messages))
    hub.answer(member, replace(page, messages=shown))
    # programs ask for the next page themselves
    if not member.dialect.receipts:
        member.asked = _next_page(command, page, limit)
        if member.asked:
            hub.answer(member, events.Continues(member.asked.before is not None))


def _is_forward(command: commands.Recall) -> bool:
    """Whether the next page is a newer one: of what was said since a time."""
    if command.before is not None:
        return False
    return (command.after, command.ago, command.at) != (None, None, None)


def _next_page(command: commands.Recall, page: events.Page, limit: int) -> commands.Recall | None:
    """In the room of this page, wherever the member is by then."""
    forward = _is_forward(command)
    if not page.messages or not (page.more.after if forward else page.more.before):
        return None
    return commands.Recall(
        page.room,
        before=None if forward else page.messages[0].id,
        after=page.messages[-1].id if forward else None,
        name=command.name,
        limit=limit,
    )


def search(hub: Hub, member: Member, command: commands.Search) -> None:
    words = clean(command.text).strip()
    if not words:
        hub.refuse(member, "empty", "A search needs words.")
        return
    result = hub.history.search(
        words,
        room=names.known_key(command.room.removeprefix("#")) if command.room else None,
        name=_name(command.name),
        before=command.before,
        limit=min(command.limit or hub.settings.page_lines, hub.settings.page_messages),
    )
    hits = tuple(filter(heard_by(member), map(hit, result.events)))
    hub.answer(member, events.Found(hits, result.more, result.before, hub.wall()))
    if not member.dialect.receipts:
        member.asked = replace(command, before=result.before) if result.more else None


def more(hub: Hub, member: Member, _: commands.More) -> None:
    """The next page of what a person has recalled or searched for."""
    match member.asked:
        case commands.Recall() as command:
            recall(hub, member, command)
        case commands.Search() as command:
            search(hub, member, command)
        case None:
            text = "There is no more to show. Begin with /history or /search."
            hub.refuse(member, "no-more", text)


def _name(name: str) -> str | None:
    return clean(name)[: names.MAX_LENGTH] or None
