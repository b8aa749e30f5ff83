"""Prompts: their style, their expansion, and the names of characters in them. May import the
registry of worlds; no request, no torch."""
