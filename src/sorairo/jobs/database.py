"""Opening the job database: SQLite or PostgreSQL, by URL."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, create_engine, event, exc, func, select

from sorairo.jobs.migrations import migrate

BUSY_SECONDS = 30  # for which a writer waits for another one
MIGRATION_LOCK = 0x50_72_61  # an advisory lock of PostgreSQL, held while tables are changed
# Raised while the database is unreachable or its disk is full. The transaction was not committed,
# or it was and the response was lost.
DATABASE_UNAVAILABLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)


def open_database(url: str) -> Engine:
    """The database at a URL, with all tables in their latest version."""
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)  # prompts stay unlogged
    if engine.dialect.name == "sqlite":
        _create_private_file(engine.url.database)
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # two processes may open a new database at once
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        migrate(connection)
    return engine


def _create_private_file(path: str | None) -> None:
    """Creates an SQLite file that only its owner can read. The files that SQLite makes beside it
    get the same mode."""
    if path and path != ":memory:" and not path.startswith("file:"):
        with suppress(OSError):  # SQLite has an error of its own
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _configure(connection: Any, _record: object) -> None:
    """Lets readers work beside a writer, and commits survive a power failure."""
    connection.isolation_level = None  # transactions are begun by _begin
    for pragma in (
        f"busy_timeout={1000 * BUSY_SECONDS}",  # first, because the next one may have to wait
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        _execute_when_free(connection, f"PRAGMA {pragma}")


def _execute_when_free(connection: Any, statement: str) -> None:
    """Retries a statement while the database is busy. When several processes switch a new file to
    WAL at once, SQLite reports a possible deadlock immediately, whatever the timeout."""
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
    """Takes the write lock at the start of a transaction: two that read first and write later would
    block each other. Transactions with the execution option `read_only` take no lock."""
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
