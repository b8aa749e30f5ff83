"""Suites about worlds that are played: the actions are given, the pictures are asked for."""
