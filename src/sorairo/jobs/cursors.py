"""Cursors of lists: the place of a job in the order of submission, also after it was deleted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from sorairo.errors import RequestError
from sorairo.jobs.schema import deleted_jobs, jobs
from sorairo.notes import Note

KEPT_SECONDS = 7 * 86_400.0  # for which the place of a deleted job is remembered


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place of a job in the order of submission."""

    number: int
    """Its `jobs.number`."""
    deleted: bool
    """Whether the job is gone; SQLite may have given its number to a newer job."""

    def follows(self, newest_first: bool) -> ColumnElement[bool]:
        """The condition for jobs that come after this place."""
        if newest_first:
            return jobs.c.number < self.number
        return jobs.c.number >= self.number if self.deleted else jobs.c.number > self.number


def find_cursor(connection: Connection, job: str, owner: str | None) -> Cursor:
    """The place of the owner's job with this id, which may be deleted. Raises RequestError."""
    for table in (jobs, deleted_jobs):
        same = [table.c.id == job] + ([] if owner is None else [table.c.owner == owner])
        if not job.isprintable():  # PostgreSQL rejects NUL, both databases lone surrogates
            break
        number = connection.execute(select(table.c.number).where(and_(*same))).scalar_one_or_none()
        if number is not None:
            return Cursor(number=number, deleted=table is deleted_jobs)
    raise RequestError(Note(f"'after': there is no video '{job[:80]}'.", "no_video", id=job[:80]))


def remember_place(connection: Connection, job: str, owner: str, number: int, now: float) -> None:
    """Records the place of a job that is being deleted, and forgets those of long ago."""
    old = (deleted_jobs.c.deleted_at < now - KEPT_SECONDS) | (deleted_jobs.c.id == job)
    connection.execute(delete(deleted_jobs).where(old))
    row = {"id": job, "owner": owner, "number": number, "deleted_at": now}
    connection.execute(insert(deleted_jobs).values(row))
