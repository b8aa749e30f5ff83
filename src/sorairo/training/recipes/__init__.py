"""Recipes: functions that return frozen configurations, by name in `registry`."""
