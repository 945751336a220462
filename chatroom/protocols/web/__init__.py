"""Browsers: HTTP for the page and its files, and a WebSocket that carries the JSON of programs.

Both codecs are our own, for the server's side only and without extensions, so a browser takes part
straight from a clone. They are protocols like all others: sans-I/O, total, one command at a time.
"""
