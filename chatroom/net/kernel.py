"""What the kernel knows of a connected socket: the bytes that wait on each side, and errors."""

import fcntl
import os
import socket
import struct
import termios

_INT = struct.Struct("i")


def unread(sock: socket.socket) -> int:
    """Bytes that have arrived and have not been read."""
    try:
        return _ask(sock, termios.FIONREAD)
    except OSError:
        return 0


def unacknowledged(sock: socket.socket) -> int | None:
    """Bytes that the peer has yet to acknowledge; None if this system does not tell."""
    try:
        return _ask(sock, termios.TIOCOUTQ)
    except OSError:
        return None


def peek(sock: socket.socket, most: int) -> bytes:
    """What has arrived and has not been read, as far as the kernel's buffer goes."""
    try:
        return sock.recv(min(unread(sock), most), socket.MSG_PEEK)
    except OSError:
        return b""


def discard(sock: socket.socket, size: int) -> None:
    """Drop bytes that have been peeked at."""
    while size > 0:
        size -= len(sock.recv(size)) or size


def pending_error(sock: socket.socket) -> str:
    """What has gone wrong with the connection, if anything."""
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return describe(OSError(error, "")) if error else ""


def describe(error: OSError) -> str:
    """A short reason, the same for the same kind of error: reasons are counted."""
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__


def _ask(sock: socket.socket, question: int) -> int:
    return int(_INT.unpack(fcntl.ioctl(sock, question, _INT.pack(0)))[0])
