"""A playable model as files for a browser. This package loads torch."""
