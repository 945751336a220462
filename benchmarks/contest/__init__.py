"""A comparison: who does what in which order, and the page and the drawing of it."""
