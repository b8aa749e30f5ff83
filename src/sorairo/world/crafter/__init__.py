"""Crafter, a grid world with a player (Hafner, arXiv 2109.06780; PyPI `crafter`, MIT).

`simulator` plays it, `state` says what is true at a step, `drawing` turns that into pixels.
"""
