"""Corrections where generated frames meet given ones. `correct` is the entry point; the other
modules are its parts, and import only one another from the package."""
