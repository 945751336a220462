"""What this server serves to browsers. The files of the page are read once, at the start."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from ipaddress import ip_address

from chatroom.net.listener import Bound
from chatroom.protocols.web.site import TYPES, File, Site, new_file
from chatroom.protocols.web.websocket import WebSocket
from chatroom.settings import Settings


def new_site(settings: Settings, sockets: Bound, wall: Callable[[], float]) -> Site:
    addresses = [str(sock.getsockname()[0]).partition("%")[0] for sock in sockets]
    return Site(
        settings=settings,
        files=page_files(),
        websocket=partial(WebSocket, settings),
        wall=wall,
        loopback=all(ip_address(address).is_loopback for address in addresses),
    )


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
