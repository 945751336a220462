"""Addresses as people write them."""


def printable(host: str, port: int) -> str:
    """HOST:PORT, with the brackets that an IPv6 address needs (RFC 3986, 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
