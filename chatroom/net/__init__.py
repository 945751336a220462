"""Bytes and sockets; knows nothing of chat."""
