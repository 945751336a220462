"""The addresses of this machine at which others may find it.

Nothing here asks a resolver or sends a packet, which could take seconds without a network: the
kernel is asked what it has. Connecting a datagram socket sends nothing; it only chooses the route,
and with it the address that the machine has on the way out. Linux lists the other interfaces too.
"""

import contextlib
import fcntl
import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import islice
from pathlib import Path

_MOST = 8  # a longer list helps nobody to find the right one
_IPV6_TABLE = Path("/proc/net/if_inet6")
_SIOCGIFFLAGS, _SIOCGIFADDR = 0x8913, 0x8915  # Linux: netdevice(7)
_UP_AND_RUNNING = 0x1 | 0x40
_UNUSABLE = 0x08 | 0x20 | 0x40  # Linux: of an IPv6 address: taken by another, deprecated, untested
_DOCUMENTATION = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # RFC 5737, 3849


def own_addresses(ipv6: bool) -> list[str]:
    """The most likely first, IPv4 before IPv6; without a network it is the host's name alone."""
    found = [*_route_out(socket.AF_INET), *_ipv4()]
    if ipv6:
        found += [*_ipv6(), *_route_out(socket.AF_INET6)]
    addresses = dict.fromkeys(filter(_is_reachable, found))
    return list(islice(addresses, _MOST)) or [socket.gethostname()]


def _is_reachable(address: str) -> bool:
    """Whether others can reach us there without knowing the name of an interface of their own."""
    ip = ip_address(address)
    return not (ip.is_loopback or ip.is_unspecified or (ip.version == 6 and ip.is_link_local))


def _route_out(family: socket.AddressFamily) -> Iterator[str]:
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((_DOCUMENTATION[family], 9))
        yield str(sock.getsockname()[0])


def _ipv4() -> Iterator[str]:
    """The first address of every interface that is up and running."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            request = struct.pack("16s24x", name.encode())
            with contextlib.suppress(OSError):  # it has none, or has just gone
                (flags,) = struct.unpack_from("H", fcntl.ioctl(sock, _SIOCGIFFLAGS, request), 16)
                address = fcntl.ioctl(sock, _SIOCGIFADDR, request)[20:24]
                if flags & _UP_AND_RUNNING == _UP_AND_RUNNING:
                    yield socket.inet_ntoa(address)


def _ipv6() -> Iterator[str]:
    """What Linux lists as global; those that change for privacy come last."""
    rows: list[tuple[int, str]] = []
    with contextlib.suppress(OSError):
        for row in filter(None, _IPV6_TABLE.read_text().split("\n")):
            digits, _, _, scope, flags, _ = row.split()
            if int(scope, 16) == 0 and not int(flags, 16) & _UNUSABLE:
                address = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))
                rows.append((int(flags, 16) & 0x01, address))
    yield from (address for _, address in sorted(rows, key=lambda row: row[0]))
