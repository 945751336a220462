"""The terminal client, the window, and what they share: a core that does no input or output."""
