"""Limits of what a session of play takes."""

MAX_SEED = 2**31 - 1
MAX_PROMPT = 300  # characters
