"""Measures the quality of networks on held-out clips, compared with the truth and simple
filters."""
