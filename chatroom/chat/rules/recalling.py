"""What was said before, for those who ask."""

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.chat.rules.rooms import seat_of
from chatroom.vocabulary import commands

MOST = 100
"""Messages of one page."""


def recall(hub: Hub, member: Member, command: commands.Recall) -> None:
    seat = seat_of(hub, member, command.room)
    if seat is None:
        return
    since = command.at if command.ago is None else hub.wall() - command.ago
    limit = command.limit or (hub.settings.recent_lines if since is None else MOST)
    page = hub.page(
        seat.room,
        min(limit, MOST),
        before=command.before,
        after=command.after,
        around=command.around,
        at=since,
    )
    hub.answer(member, page)
