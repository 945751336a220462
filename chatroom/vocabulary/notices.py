"""Sentences that both sides must know, said as plain text before a protocol is decided."""

FULL = "The chatroom is full. Please try again later."
