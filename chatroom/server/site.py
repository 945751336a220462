"""What this server serves to browsers. The files of the page are read once, at the start."""

from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from ipaddress import ip_address

from chatroom.chat.hub import Hub
from chatroom.net.listener import Bound
from chatroom.protocols.rendering import lines_of
from chatroom.protocols.web.site import TYPES, File, Site, new_file
from chatroom.protocols.web.websocket import WebSocket
from chatroom.server.clients import clients_archive
from chatroom.settings import Settings
from chatroom.vocabulary import names


def new_site(settings: Settings, sockets: Bound, hub: Hub) -> Site:
    addresses = [str(sock.getsockname()[0]).partition("%")[0] for sock in sockets]
    return Site(
        settings=settings,
        files=page_files(),
        websocket=partial(WebSocket, settings),
        wall=hub.wall,
        loopback=all(ip_address(address).is_loopback for address in addresses),
        made={"/chatroom.pyz": cache(lambda: new_file("pyz", clients_archive()))},
        room=partial(room_text, hub) if settings.public_rooms else None,
    )


def room_text(hub: Hub, name: str, ago: float | None) -> str | None:
    """The last messages of a room, as people see them, or those of them that are not older.

    None: there is no such room.
    """
    room = hub.rooms.get(names.key(name))
    if room is None:
        return None
    page = hub.page(room, hub.settings.page_messages)
    since = 0.0 if ago is None else hub.wall() - ago
    recent = tuple(message for message in page.messages if message.time >= since)
    return "".join(f"{line}\n" for line in lines_of(replace(page, messages=recent)))


def page_files() -> dict[str, File]:
    """Path -> file, of all in `chatroom/web` whose ending is known."""
    found: dict[str, File] = {}
    _collect(files("chatroom").joinpath("web"), "/", found)
    return found


def _collect(folder: Traversable, path: str, found: dict[str, File]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _collect(entry, f"{path}{entry.name}/", found)
        elif (ending := entry.name.rpartition(".")[2]) in TYPES:
            found[path + entry.name] = new_file(ending, entry.read_bytes())
