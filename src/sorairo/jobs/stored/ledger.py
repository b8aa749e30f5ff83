"""What each owner stores: the bytes of every folder in the media store, and the limit on them."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from sorairo.errors import QuotaError
from sorairo.jobs.schema import stored
from sorairo.notes import Note

MIN_BYTES = 4096  # that a folder counts: small files use a block of the disk, and a row


def used_bytes(connection: Connection, owner: str | None = None) -> int:
    """The bytes that an owner stores; None: all owners together."""
    query = select(func.coalesce(func.sum(stored.c.bytes), 0))
    if owner is not None:
        query = query.where(stored.c.owner == owner)
    return int(connection.execute(query).scalar_one())


def check_storage(connection: Connection, owner: str, added: float, most: float | None) -> None:
    """Raises QuotaError if an owner who may store `most` bytes would store more."""
    if most is None:
        return
    added = max(MIN_BYTES, added)
    used = used_bytes(connection, owner)
    if used + added > most:
        needed, left, whole = (each / 1e6 for each in (added, max(0.0, most - used), most))
        raise QuotaError(
            Note(
                f"This needs {needed:,.1f} MB of storage, and {left:,.1f} of {whole:,.1f} MB are"
                f" left:"
                " delete videos, characters or files first.",
                "quota_storage",
                needed=round(needed, 1),
                left=round(left, 1),
                most=round(whole, 1),
            ),
            None,
        )


def add_stored(connection: Connection, folder: str, owner: str, count: int) -> None:
    """Counts bytes that were written to a folder."""
    more = update(stored).where(stored.c.folder == folder)
    if connection.execute(more.values(bytes=stored.c.bytes + count)).rowcount == 0:
        row = {"folder": folder, "owner": owner, "bytes": max(MIN_BYTES, count)}
        connection.execute(insert(stored).values(row))


def remove_stored(connection: Connection, folder: str) -> None:
    """Forgets a folder whose files are deleted."""
    connection.execute(delete(stored).where(stored.c.folder == folder))


class StorageLedger:
    """What all owners store, in a database."""

    def __init__(self, database: Engine) -> None:
        self.reading = database.execution_options(read_only=True)

    def used(self, owner: str | None = None) -> int:
        """The bytes that an owner stores; None: all owners together."""
        with self.reading.begin() as connection:
            return used_bytes(connection, owner)

    def check(self, owner: str, added: float, most: float | None) -> None:
        """Raises QuotaError if an owner who may store `most` bytes would store more."""
        with self.reading.begin() as connection:
            check_storage(connection, owner, added, most)
