"""Writes frames as mp4, GIF, PNG and contact sheets. Imports nothing of `video` but `Sound`."""
