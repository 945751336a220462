"""What hostile clients do, the process that does it, and how much of it others may notice."""
