"""Cursors of lists: the place of a job, also after it was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, tuple_

from sorairo.errors import RequestError
from sorairo.jobs.schema import deleted_jobs, jobs
from sorairo.notes import Note

KEPT_SECONDS = 7 * 86_400.0  # for which the place of a deleted job is remembered


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place of a job in the order of submission, or in that of creation."""

    number: int
    """Its `jobs.number`."""
    created_at: float | None
    """Its `jobs.created_at`; None for a job that an earlier version deleted."""
    deleted: bool
    """Whether the job is gone; SQLite may have given its number to a newer job."""

    def follows(self, newest_first: bool, *, by_creation: bool = False) -> ColumnElement[bool]:
        """The condition for jobs that come after this place."""
        place = tuple_(jobs.c.created_at, jobs.c.number) if by_creation else tuple_(jobs.c.number)
        last = (self.created_at, self.number) if by_creation else (self.number,)
        if newest_first:
            return place < last
        return place >= last if self.deleted else place > last


def find_cursor(
    connection: Connection, job: str, owner: str | None, *, by_creation: bool = False
) -> Cursor:
    """The place of the owner's job with this id, which may be deleted. Raises RequestError."""
    for table in (jobs, deleted_jobs):
        same = [table.c.id == job] + ([] if owner is None else [table.c.owner == owner])
        if not job.isprintable():  # PostgreSQL rejects NUL, both databases lone surrogates
            break
        query = select(table.c.number, table.c.created_at).where(and_(*same))
        row = connection.execute(query).one_or_none()
        if row is not None and not (by_creation and row.created_at is None):
            deleted = table is deleted_jobs
            return Cursor(number=row.number, created_at=row.created_at, deleted=deleted)
    raise RequestError(Note(f"'after': there is no video '{job[:80]}'.", "no_video", id=job[:80]))


def remember_place(connection: Connection, job: Row[Any], now: float) -> None:
    """Records the place of a job that is being deleted, by its row, and forgets those of long
    ago."""
    old = (deleted_jobs.c.deleted_at < now - KEPT_SECONDS) | (deleted_jobs.c.id == job.id)
    connection.execute(delete(deleted_jobs).where(old))
    row = {"id": job.id, "owner": job.owner, "number": job.number, "created_at": job.created_at}
    connection.execute(insert(deleted_jobs).values(**row, deleted_at=now))
