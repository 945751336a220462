"""Plain text that is sent before a protocol is decided, and that our clients recognise."""

FULL = "The chatroom is full. Please try again later."
