"""The tables, and the database that holds them: SQLite or PostgreSQL, by URL."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    exc,
    false,
    func,
    inspect,
    select,
)
from sqlalchemy.schema import CreateColumn

BUSY_SECONDS = 30  # that a writer waits for another one
TABLES_LOCK = 0x50_72_61  # of PostgreSQL, for whoever makes the tables
# What is raised while the database cannot be reached, or has no room: nothing was done, or the
# answer was lost.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)

metadata = MetaData()
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the order of submission
    Column("id", String(64), nullable=False, unique=True),
    Column("owner", String(64), nullable=False),
    Column("request_key", String(255)),
    Column("payload", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("progress", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("worker", String(255)),
    Column("leased_until", Float),
    Column("cancelled", Boolean, nullable=False, default=False),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("result", JSON),
    Column("error", JSON),
    Column("cost", Float, nullable=False, default=0.0, server_default="0"),
    Column("emptied", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("owner", "request_key"),
    Index("jobs_waiting", "status", "number"),
    Index("jobs_of_owner", "owner", "number"),
)

spending = Table(  # what has been submitted within a day; a job may be deleted before
    "spending",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("owner", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Index("spending_of_owner", "owner", "at"),
)
keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
    Column("most_waiting", Integer),
    Column("most_cost", Float),
)
characters = Table(
    "characters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("created_at", Float, nullable=False),
)

hooks = Table(
    "hooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("url", String(2048), nullable=False),
    Column("secret", String(128), nullable=False),  # signs, so it has to be kept as it is
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hook", ForeignKey("hooks.id"), nullable=False),
    Column("job", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
)


def open_database(url: str) -> Engine:
    """The database of a URL, its tables made where they are not there."""
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settle)
        event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # two that make the same table disturb each other
            connection.execute(select(func.pg_advisory_xact_lock(TABLES_LOCK)))
        metadata.create_all(connection)
        _add_columns(connection)
    return engine


def _add_columns(connection: Connection) -> None:
    """Those that a database of an earlier version has not; they have defaults, or may be empty."""
    there = inspect(connection)
    for table in metadata.sorted_tables:
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                told = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {told}")


def _settle(connection: Any, _record: object) -> None:
    """Readers beside a writer, and nothing committed is lost when the power is."""
    connection.isolation_level = None  # transactions are begun by _begin
    for pragma in (
        f"busy_timeout={1000 * BUSY_SECONDS}",  # the next one may have to wait already
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        _insist(connection, f"PRAGMA {pragma}")


def _insist(connection: Any, statement: str) -> None:
    """Several that open a new file at once all turn its log on, and where waiting for one another
    could be for ever SQLite says so at once, whatever the timeout: then it is asked again."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(0.01)


def _begin(connection: Any) -> None:
    """The lock of a writer is taken at once: two that have read would block each other later. One
    that only reads takes none (`read_only` of its execution options)."""
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
