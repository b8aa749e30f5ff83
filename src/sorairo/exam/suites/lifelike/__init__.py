"""Suites about the lifelike world. Clips of any model can answer their questions."""
