"""What the server prints at the start: where it listens, and how to join from there.

Programs read the first lines, one `Listening at ADDRESS:PORT` for each socket.
"""

from collections.abc import Sequence
from ipaddress import ip_address

from chatroom.net.address import printable
from chatroom.net.interfaces import own_addresses
from chatroom.server.qr import as_lines, qr_code

_EVERYWHERE = ("0.0.0.0", "::")


def invitation(wanted: str, places: Sequence[tuple[str, int]], program: str) -> list[str]:
    """The lines, for the host that was asked for and the addresses and port that came of it."""
    hosts = [host for host, _ in places]
    port = places[0][1]
    lines = [f"Listening at {printable(*place)}" for place in places]
    if any(host in _EVERYWHERE for host in hosts):
        lines.append(f"Join with: nc localhost {port} here, and from other machines with:")
        lines += (f"  nc {address} {port}" for address in own_addresses("::" in hosts))
        return [*lines, *_for_browsers(wanted, places)]
    if all(ip_address(host).is_loopback for host in hosts):
        lines.append(f"Only this machine can reach it. For others: {program} 0.0.0.0")
    return [*lines, f"Join with: nc {wanted} {port}", *_for_browsers(wanted, places)]


def _for_browsers(wanted: str, places: Sequence[tuple[str, int]]) -> list[str]:
    """Browsers know no address with a zone, as those of one link have."""
    address = _page(wanted, places)
    return [] if "%" in address else [f"Or open {address} in a browser."]


def _page(wanted: str, places: Sequence[tuple[str, int]]) -> str:
    """The address of the page, for others on the same network if they can reach it."""
    host, port = places[0]
    if host in _EVERYWHERE:
        host = next(iter(own_addresses(False)), "localhost")
    elif wanted:
        host = wanted
    return f"http://{printable(host, port)}/"


def picture(wanted: str, places: Sequence[tuple[str, int]]) -> list[str]:
    """The address of the page as a QR code for a phone on the same network, and as text."""
    address = _page(wanted, places)
    matrix = qr_code(address)
    return [*(as_lines(matrix) if matrix else []), address]
