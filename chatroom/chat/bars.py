"""Names and addresses that a kick keeps out for a while.

A kick would be useless if one could come back at once, so it bars the name and the address. An IPv6
address is barred with its /64, which usually belongs to one customer. A loopback address is never
barred: all users of a proxy or an SSH tunnel on this machine have it, and so does the operator.
"""

from collections.abc import Callable
from ipaddress import IPv6Network, ip_address


class Bars:
    """At most `most` names and addresses at once: one more replaces the oldest."""

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
    """The address or the /64 to bar; empty when others come from there as well."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if address.is_loopback:
        return ""
    return str(IPv6Network((int(address), 64), strict=False)) if address.version == 6 else host
