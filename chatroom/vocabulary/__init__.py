"""Commands, events, names and text: the terms that all layers share. Imports nothing of ours."""
