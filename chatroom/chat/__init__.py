"""The chat itself: who is here, in which rooms, and who is told what. No sockets, no parsing."""
