"""Opening the job database: SQLite or PostgreSQL, by URL."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, exc, func, make_url, select

from sorairo.jobs.migrations import is_current, migrate

BUSY_SECONDS = 30.0  # for which a worker waits for another writer
MAX_WAITING = 64  # threads of a process that wait to write to SQLite
REQUEST_BUSY_SECONDS = 2.0  # for which a request waits for another writer
MIGRATION_LOCK = 0x50_72_61  # an advisory lock of PostgreSQL, held while tables are changed
# Raised while the database is unreachable or its disk is full. The transaction was not committed,
# or it was and the response was lost.
DATABASE_UNAVAILABLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """The database at a URL, with all tables in their latest version. Writers wait `busy_seconds`
    for one another, then fail with an error of DATABASE_UNAVAILABLE; readers wait for nobody."""
    engine = _engine(url, busy_seconds)
    with engine.execution_options(read_only=True).begin() as connection:
        if is_current(connection):  # which takes no lock
            return engine
    patient = engine if busy_seconds == BUSY_SECONDS else _engine(url, BUSY_SECONDS)
    with patient.begin() as connection:
        if engine.dialect.name == "postgresql":  # two processes may open a new database at once
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        migrate(connection)
    if patient is not engine:
        patient.dispose()
    return engine


def is_busy(error: BaseException) -> bool:
    """Whether an error of DATABASE_UNAVAILABLE says that other writers took too long."""
    cause = getattr(error, "orig", None)
    if isinstance(error, exc.TimeoutError):
        return True
    return _sqlite_code(cause) == sqlite3.SQLITE_BUSY or getattr(cause, "sqlstate", "") == "55P03"


def is_full(error: BaseException) -> bool:
    """Whether an error of DATABASE_UNAVAILABLE says that the disk of the database is full."""
    cause = getattr(error, "orig", None)
    return _sqlite_code(cause) == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", "") == "53100"


def file_of(database: Engine) -> Path | None:
    """The file of an SQLite database; None for others."""
    path = database.url.database if database.dialect.name == "sqlite" else None
    return Path(path) if path and _is_file(path) else None


def _sqlite_code(error: object) -> int:
    """The primary error code of SQLite; 0 for other errors."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _engine(url: str, busy_seconds: float) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=busy_seconds,
            hide_parameters=True,  # prompts stay out of the log
            connect_args=_lock_timeout(make_url(url), busy_seconds),
        )
    # readers find a connection, which costs little, while writers wait for the lock
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=2 * MAX_WAITING)
    _create_private_file(engine.url.database)
    event.listen(engine, "connect", partial(_configure, busy_seconds))
    event.listen(engine, "begin", partial(_begin, threading.Semaphore(MAX_WAITING)))
    return engine


def _lock_timeout(url: URL, busy_seconds: float) -> dict[str, str]:
    """The arguments of psycopg's `connect` that bound waiting for locks."""
    if url.get_driver_name() not in ("psycopg", "psycopg2") or "options" in url.query:
        return {}
    return {"options": f"-c lock_timeout={round(1000 * busy_seconds)}"}


def _is_file(path: str) -> bool:
    return path != ":memory:" and not path.startswith("file:")


def _create_private_file(path: str | None) -> None:
    """Creates an SQLite file that only its owner can read. The files that SQLite makes beside it
    get the same mode."""
    if path and _is_file(path):
        # An existing file is not opened: closing it would drop the locks that SQLite holds in this
        # process; another process would then delete the log (sqlite.org/howtocorrupt, 2.2).
        with suppress(OSError):  # SQLite has an error of its own
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _configure(busy_seconds: float, connection: Any, _record: object) -> None:
    """Lets readers work beside a writer, and commits survive a power failure."""
    connection.isolation_level = None  # transactions are begun by _begin
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in (
        f"busy_timeout={round(1000 * busy_seconds)}",  # first: the next one may have to wait
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        _execute_when_free(connection, f"PRAGMA {pragma}")


def _lower(value: Any) -> Any:
    """A text in lower case, in all scripts: SQLite's own `lower` knows those of ASCII alone. It may
    be given as bytes: SQLite passes no text with lone surrogates."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text.lower() if isinstance(text, str) else text


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


def _begin(places: threading.Semaphore, connection: Any) -> None:
    """Takes the write lock at the start of a transaction: two that read first and write later would
    block each other. Transactions with the execution option `read_only` take no lock."""
    if connection.get_execution_options().get("read_only", False):
        connection.exec_driver_sql("BEGIN")
        return
    if not places.acquire(blocking=False):
        raise exc.TimeoutError(f"{MAX_WAITING} threads of this process wait for the database.")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        places.release()
