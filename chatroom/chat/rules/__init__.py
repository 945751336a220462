"""The rules: who may give which command, and what it does.

One file for each family of commands. The table says for every command which rule decides it,
whether somebody without a name may give it, and whether somebody with a name may. A rule is given
the hub, the member and the command. It never waits: a rule that needs time returns a `Pending`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chatroom.chat.hub import Hub
from chatroom.chat.pending import Pending
from chatroom.chat.room import Member
from chatroom.chat.rules import (
    asking,
    coming,
    following,
    ignoring,
    recalling,
    rooms,
    talking,
    topics,
)
from chatroom.vocabulary import commands


@dataclass(frozen=True, slots=True)
class Rule:
    decide: Callable[[Hub, Member, Any], Pending | None]
    nameless: bool = False
    named: bool = True


RULES: dict[type, Rule] = {
    commands.Greet: Rule(coming.greet, nameless=True),
    commands.Join: Rule(coming.join, nameless=True, named=False),
    commands.Follow: Rule(following.follow, nameless=True, named=False),
    commands.Rename: Rule(coming.rename),
    commands.Quit: Rule(coming.quit, nameless=True),
    commands.Say: Rule(talking.speak),
    commands.Act: Rule(talking.speak),
    commands.Tell: Rule(talking.tell),
    commands.Move: Rule(rooms.move),
    commands.Enter: Rule(rooms.enter),
    commands.Leave: Rule(rooms.leave),
    commands.Ignore: Rule(ignoring.ignore),
    commands.Who: Rule(asking.who),
    commands.SetTopic: Rule(topics.set_topic),
    commands.Recall: Rule(recalling.recall),
    commands.Search: Rule(recalling.search),
    commands.More: Rule(recalling.more),
    commands.Rooms: Rule(asking.list_rooms),
    commands.Stats: Rule(asking.stats),
    commands.Cancel: Rule(asking.cancel),
}


def decide(hub: Hub, member: Member, command: commands.Command) -> Pending | None:
    """Decide one command, or refuse it to those who may not give it."""
    rule = RULES[type(command)]
    if not member.name and not rule.nameless:
        hub.refuse(member, "no-name", "Choose a name first.")
        return None
    if member.name and not rule.named:
        hub.refuse(member, "has-name", f"You are {member.name} already.")
        return None
    return rule.decide(hub, member, command)
