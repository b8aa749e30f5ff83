"""Measures of clips: tracks, laws of motion, camera paths, seams. Imports no question or suite."""
