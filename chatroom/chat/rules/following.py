"""Reading a room without being in it."""

from chatroom.chat.hub import Hub
from chatroom.chat.room import Member
from chatroom.vocabulary import commands, names


def follow(hub: Hub, member: Member, command: commands.Follow) -> None:
    if not hub.settings.public_rooms:
        hub.refuse(member, "no-name", "Choose a name first.")
        return
    member.outlet.named()
    hub.followers.add(member, names.known_key(command.room), command.after)
