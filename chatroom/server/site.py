"""What this server serves to browsers. The files of the page are read once, at the start."""

from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from ipaddress import ip_address

from chatroom.chat.hub import Hub
from chatroom.chat.ids import first_at
from chatroom.net.listener import Bound
from chatroom.protocols.web.following import encode
from chatroom.protocols.web.site import TYPES, File, Past, Site, new_file
from chatroom.protocols.web.websocket import WebSocket
from chatroom.server.clients import clients_archive
from chatroom.settings import Settings
from chatroom.vocabulary import names

_PAGES = 10


def new_site(settings: Settings, sockets: Bound, hub: Hub) -> Site:
    addresses = [str(sock.getsockname()[0]).partition("%")[0] for sock in sockets]
    return Site(
        settings=settings,
        files=page_files(),
        websocket=partial(WebSocket, settings),
        wall=hub.wall,
        loopback=all(ip_address(address).is_loopback for address in addresses),
        made={"/chatroom.pyz": cache(lambda: new_file("pyz", clients_archive()))},
        room=partial(room_past, hub) if settings.public_rooms else None,
    )


def room_past(hub: Hub, name: str, ago: float | None) -> Past | None:
    """The last messages of a room, a page of them, or those that are not older than this.

    None: there is no such room. Of a long time only the newest `_PAGES` pages are told.
    """
    key = names.known_key(name)
    pages: list[bytes] = []
    page = hub.history.page(key)
    last = page.events[-1].id if page.events else hub.history.last
    if not page.events and key not in hub.rooms:
        return None
    since = 0 if ago is None else first_at(hub.wall() - ago)
    for _ in range(1 if ago is None else _PAGES):
        recent = [event for event in page.events if event.id >= since]
        pages.append(b"".join(map(encode, recent)))
        if not page.more_before or len(recent) < len(page.events):
            break
        page = hub.history.page(key, before=page.events[0].id)
    return Past(b"".join(reversed(pages)), last)


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
