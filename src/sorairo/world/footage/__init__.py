"""Clips of a user's own films and pictures, with captions: a world that is read, not simulated."""
