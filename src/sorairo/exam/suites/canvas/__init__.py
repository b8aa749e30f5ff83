"""Suites about the capabilities of a model: the questions call its methods."""
