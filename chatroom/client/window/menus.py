"""The menus: of a room, of a person, of a conversation, and of the window itself."""

import tkinter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatroom.client.window.side_rows import RowKind, SideRow


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu. `is_on`: it has a mark; None: it never has one. No label: a line."""

    label: str
    do: Callable[[], object] = lambda: None
    is_on: bool | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class MenuCalls:
    """What the menus can do, each with the name of a room or a person."""

    go_to_room: Callable[[str], object]
    leave: Callable[[str], object]
    mute: Callable[[str], object]
    copy: Callable[[str], object]
    set_topic: Callable[[str], object]
    write_to: Callable[[str], object]
    mention: Callable[[str], object]
    ignore: Callable[[str], object]
    close: Callable[[str], object]


def row_menu(row: SideRow, calls: MenuCalls, me: str, rooms: int) -> list[Choice]:
    """The menu of a row of the sidebar. Of our `rooms` the last one cannot be left."""
    name = row.name
    match row.kind:
        case RowKind.ROOM:
            choices = [
                Choice("Mute", lambda: calls.mute(name), row.is_muted),
                Choice("Set topic...", lambda: calls.set_topic(name)),
                Choice("Copy name", lambda: calls.copy(name)),
            ]
            if rooms > 1:
                choices += [Choice(""), Choice("Leave", lambda: calls.leave(name))]
            return choices
        case RowKind.OTHER_ROOM:
            return [
                Choice("Enter", lambda: calls.go_to_room(name)),
                Choice("Copy name", lambda: calls.copy(name)),
            ]
        case RowKind.PRIVATE:
            return [
                *_of_person(name, calls),
                Choice(""),
                Choice("Close", lambda: calls.close(name)),
            ]
        case RowKind.PERSON if name != me:
            return [
                Choice("Write privately", lambda: calls.write_to(name)),
                *_of_person(name, calls),
            ]
        case RowKind.PERSON:
            return [Choice("Copy name", lambda: calls.copy(name))]
    return []


def _of_person(name: str, calls: MenuCalls) -> list[Choice]:
    return [
        Choice("Mention", lambda: calls.mention(name)),
        Choice("Ignore or hear again", lambda: calls.ignore(name)),
        Choice("Copy name", lambda: calls.copy(name)),
    ]


def popup(
    master: tkinter.Misc, choices: Sequence[Choice], x: int, y: int, above: bool = False
) -> tkinter.Menu:
    """Open a menu at this place of the screen, or above it."""
    menu = tkinter.Menu(master, tearoff=False)
    for choice in choices:
        if not choice.label:
            menu.add_separator()
        elif choice.is_on is None:
            menu.add_command(label=choice.label, command=choice.do, accelerator=choice.key)
        else:
            mark = "\N{CHECK MARK} " if choice.is_on else ""
            menu.add_command(
                label=f"{mark}{choice.label}", command=choice.do, accelerator=choice.key
            )
    menu.update_idletasks()
    menu.tk_popup(x, y - menu.winfo_reqheight() if above else y)
    return menu
