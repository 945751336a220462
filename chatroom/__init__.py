"""A chatroom for everybody on the network: one port, one thread, one event loop."""

__version__ = "0.1.0"
