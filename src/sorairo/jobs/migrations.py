"""Migrations: the changes that bring the database of an earlier version up to date.

`MIGRATIONS` is append-only: a released migration is never changed, removed or reordered. To change
the schema, change `schema.py` and append a migration that makes the same change. New tables need no
migration: missing tables are created anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, inspect, select

from sorairo.jobs.library.lineage import fill_in_remixes
from sorairo.jobs.schema import jobs, metadata, migrations


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One change of the schema."""

    version: int
    """The number of the schema after the change: 1, 2, 3, ..."""
    apply: Callable[[Connection], None]
    """Makes the change in SQLite and PostgreSQL."""


def add_column(table: str, column: str, definition: str) -> Callable[[Connection], None]:
    """A migration that adds a column, unless it exists: databases that are older than the table
    `migrations` do not say which changes they already have."""

    def apply(connection: Connection) -> None:
        if column not in {each["name"] for each in inspect(connection).get_columns(table)}:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {definition}")

    return apply


def drop_table(table: str) -> Callable[[Connection], None]:
    """A migration that removes a table whose contents are found anew, if it exists."""

    def apply(connection: Connection) -> None:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")

    return apply


MIGRATIONS: Sequence[Migration] = (
    Migration(version=1, apply=add_column("jobs", "cost", "FLOAT DEFAULT '0' NOT NULL")),
    Migration(version=2, apply=add_column("jobs", "emptied", "BOOLEAN DEFAULT false NOT NULL")),
    Migration(version=3, apply=add_column("keys", "most_waiting", "INTEGER")),
    Migration(version=4, apply=add_column("keys", "most_cost", "FLOAT")),
    Migration(version=5, apply=add_column("jobs", "postponed", "INTEGER DEFAULT '0' NOT NULL")),
    Migration(version=6, apply=add_column("jobs", "due_at", "FLOAT")),
    Migration(version=7, apply=add_column("keys", "most_bytes", "FLOAT")),
    Migration(version=8, apply=add_column("jobs", "favourite", "BOOLEAN DEFAULT false NOT NULL")),
    Migration(version=9, apply=add_column("jobs", "tags", "TEXT DEFAULT '' NOT NULL")),
    Migration(version=10, apply=add_column("jobs", "trashed_at", "FLOAT")),
    Migration(version=11, apply=fill_in_remixes),
    # `measured_rates` has its place, with the effort; workers measure again
    Migration(version=12, apply=drop_table("expected_rates")),
    Migration(version=13, apply=add_column("characters", "video", "VARCHAR(64)")),
    Migration(version=14, apply=add_column("keys", "admin", "BOOLEAN DEFAULT false NOT NULL")),
    Migration(version=15, apply=add_column("deleted_jobs", "created_at", "FLOAT")),
)


def is_current(connection: Connection) -> bool:
    """Whether the database has all tables and migrations."""
    if not set(metadata.tables) <= set(inspect(connection).get_table_names()):
        return False
    return _version(connection) >= MIGRATIONS[-1].version


def migrate(connection: Connection, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Creates missing tables and applies the migrations that the database lacks."""
    is_new = not inspect(connection).has_table(jobs.name)
    metadata.create_all(connection)
    current = _version(connection)
    for step in steps:
        if step.version <= current:
            continue
        if not is_new:  # the tables of a new database are those of the last version
            step.apply(connection)
        row = {"version": step.version, "applied_at": time.time()}
        connection.execute(insert(migrations).values(row))


def _version(connection: Connection) -> int:
    query = select(func.coalesce(func.max(migrations.c.version), 0))
    return connection.execute(query).scalar_one()
