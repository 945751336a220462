"""The chat itself: who is here, in which room, and who hears what. No sockets, no parsing."""
