"""The clock of the database: by it, and not by their own, machines compare leases."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

Clock = Callable[[], float]
"""Seconds since 1970."""

# SQLite runs within this process: its clock is that of the machine that has the file.
_QUERIES = {
    "sqlite": text("SELECT (julianday('now') - 2440587.5) * 86400.0"),
    "postgresql": text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"),
}


def now(connection: Connection, clock: Clock | None = None) -> float:
    """The time of the database in seconds since 1970, or that of `clock`."""
    if clock is not None:
        return clock()
    return float(connection.execute(_QUERIES[connection.dialect.name]).scalar_one())
