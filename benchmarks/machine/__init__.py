"""What the machine tells and shows: processes, a bar on the terminal, how a program ends."""
