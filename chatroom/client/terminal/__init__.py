"""The client for a terminal; it needs prompt_toolkit (extra `client`)."""

from chatroom.client.terminal.main import Terminal

__all__ = ["Terminal"]
