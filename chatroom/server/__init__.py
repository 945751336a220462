"""Joins the bytes, the protocols and the chat: python -m chatroom.server."""
