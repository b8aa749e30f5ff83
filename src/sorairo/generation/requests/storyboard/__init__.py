"""Storyboards: the request, the times of its cards, and the TOML file that it is read from. May
import what `requests` may, and `video` for the clips that its cards show; no torch."""
