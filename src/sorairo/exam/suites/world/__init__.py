"""Suites about the world: the questions are scenes, and clips of any model can answer them."""
