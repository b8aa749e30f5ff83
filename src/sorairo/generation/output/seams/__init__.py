"""Corrections where generated frames meet given ones. `correct` is the entry; the other modules are
its parts, and import nothing of the package but one another."""
