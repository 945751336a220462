"""The window: python -m chatroom.client HOST --gui."""

import sys
import tkinter

from chatroom.client.preferences import change, load
from chatroom.client.window.connect_form import Target
from chatroom.client.window.main import Window
from chatroom.client.window.session import NewClient

__all__ = ["run"]


def run(
    new_client: NewClient, host: str, port: int, name: str, room: str, *, echo: bool = False
) -> int:
    """Until the window is closed; the exit code. Without host or name it asks for them."""
    try:
        root = tkinter.Tk(className="Chatroom")
    except tkinter.TclError:
        print(
            "There is no display to open a window on (is DISPLAY set?). Leave out --gui and talk in"
            " the terminal.",
            file=sys.stderr,
        )
        return 1
    target = Target(host, port, name, room)
    Window(root, new_client, target, preferences=load(), remember=change, echo=echo).run()
    return 0
