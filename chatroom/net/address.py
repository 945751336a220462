"""Addresses as people write them."""

import argparse
import re

_HOST = r"(?:\[(?P<bracketed>[^\[\]]*)\]|(?P<plain>[^:\[\]]*))"
_PLACE = re.compile(_HOST + r"(?::(?P<port>[^:\[\]]*))?")


def split(text: str) -> tuple[str, str]:
    """The host and the port of HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT; empty if not there.

    An IPv6 address without brackets is all host. Raises ValueError.
    """
    if text.count(":") > 1 and not set("[]") & set(text):
        return text, ""
    found = _PLACE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is neither HOST, HOST:PORT nor [ADDRESS]:PORT")
    return found["bracketed"] or found["plain"] or "", found["port"] or ""


def printable(host: str, port: int) -> str:
    """HOST:PORT, with the brackets that an IPv6 address needs (RFC 3986, 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port(text: str) -> int:
    """A TCP port, as the type of an argument on a command line."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; choose one from 0 to 65535")
    return int(text)
