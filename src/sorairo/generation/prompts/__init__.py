"""Prompts: their style, their expansion, and the names of characters in them. May import the worlds'
registry; no request, no torch."""
