"""Captions, and what prompts say. Imports scene only: works without a simulator installed."""
