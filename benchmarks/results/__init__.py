"""What was measured: in words, as JSON, as a drawing, and how far it can be trusted."""
