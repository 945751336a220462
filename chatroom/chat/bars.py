"""Names and addresses that a kick keeps out for a while.

A kick that can be answered by coming back at once is useless, so it bars the name and the address.
The address of an IPv6 host is its /64, all of which one customer has. Loopback is never barred as
an address: whoever comes from there came through this machine (a proxy, an SSH tunnel, the
operator), and everybody else who comes that way would be shut out as well.
"""

from collections.abc import Callable
from ipaddress import IPv6Network, ip_address


class Bars:
    """At most `most` of them at once: one more replaces the oldest."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._until: dict[tuple[str, str], float] = {}  # by kind and value, oldest first

    def add(self, key: str, host: str, seconds: float) -> bool:
        """Bar the name of this key, and the host; False when the host is not one to bar."""
        until = self._clock() + seconds
        self._put(("name", key), until)
        network = _network(host)
        if network:
            self._put(("network", network), until)
        return bool(network)

    def on_name(self, key: str) -> float:
        """Seconds for which the name is still barred; 0 when it is not."""
        return self._left(("name", key))

    def on_host(self, host: str) -> float:
        return self._left(("network", _network(host))) if self._until else 0.0

    def _put(self, what: tuple[str, str], until: float) -> None:
        self._until.pop(what, None)
        self._until[what] = until
        while len(self._until) > self._most:
            del self._until[next(iter(self._until))]

    def _left(self, what: tuple[str, str]) -> float:
        left = self._until.get(what, 0.0) - self._clock()
        if left <= 0:
            self._until.pop(what, None)
        return max(0.0, left)


def _network(host: str) -> str:
    """What one visitor can come from; empty when it is not theirs alone."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if address.is_loopback:
        return ""
    return str(IPv6Network((int(address), 64), strict=False)) if address.version == 6 else host
