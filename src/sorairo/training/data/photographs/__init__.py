"""Photographs and cut-out objects from packages, and clips made of them."""
