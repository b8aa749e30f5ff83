"""What an owner does with finished and unfinished jobs: marks, tags, the trash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, case, delete, select, update

from sorairo.jobs import clock as clocks
from sorairo.jobs.admission import QuotaUsage, check_waiting, usage_of
from sorairo.jobs.conditions import has_id, is_job
from sorairo.jobs.cursors import remember_place
from sorairo.jobs.job import QUEUED, RUNNING, Job
from sorairo.jobs.keys import Quota
from sorairo.jobs.library.lineage import forget_child
from sorairo.jobs.library.listing import JobFilter, Sort, page_of
from sorairo.jobs.library.tags import checked, from_column, to_column
from sorairo.jobs.schema import jobs
from sorairo.jobs.stored.ledger import add_stored, check_storage, remove_stored

TRASH_SECONDS = 86_400.0  # for which a job can be taken out of the trash


@dataclass(frozen=True, kw_only=True)
class LabelChange:
    """A change of what an owner notes about a job. None and () change nothing."""

    favourite: bool | None = None
    """Whether it is marked."""
    tags: tuple[str, ...] | None = None
    """All its tags."""
    add: tuple[str, ...] = ()
    """Tags that it gets."""
    remove: tuple[str, ...] = ()
    """Tags that it loses."""


class Library:
    """The jobs in a database, as their owners see them."""

    def __init__(self, database: Engine, *, clock: clocks.Clock | None = None) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def page(
        self,
        wanted: JobFilter,
        *,
        limit: int = 20,
        after: str | None = None,
        newest_first: bool = True,
        sort: Sort = Sort.ADDED,
    ) -> tuple[list[Job], bool]:
        """See `page_of`."""
        with self.reading.begin() as connection:
            return page_of(
                connection, wanted, limit=limit, after=after, newest_first=newest_first, sort=sort
            )

    def tags(self, owner: str) -> list[tuple[str, int]]:
        """The tags of an owner's jobs and how many jobs have each, the most frequent first."""
        mine = JobFilter(owner=owner).condition()
        query = select(jobs.c.tags).where(mine, jobs.c.tags != "")
        with self.reading.begin() as connection:
            found = connection.execute(query).scalars().all()
        counts = Counter(tag for column in found for tag in from_column(column))
        return sorted(counts.items(), key=lambda each: (-each[1], each[0]))

    def usage(self, owner: str, quota: Quota) -> QuotaUsage:
        """How much of its quota an owner uses."""
        with self.reading.begin() as connection:
            return usage_of(connection, owner, quota, self._now(connection))

    def label(self, names: Iterable[str], owner: str, change: LabelChange) -> list[Job] | None:
        """Changes marks and tags of all these jobs, or of none: then there is one that is not the
        owner's, and None is returned. Raises RequestError for a tag that cannot be one."""

        def apply(connection: Connection, row: Any) -> None:
            before = set(from_column(row.tags) if change.tags is None else checked(change.tags))
            tags = checked((before | set(checked(change.add))) - set(checked(change.remove)))
            values: dict[str, Any] = {"tags": to_column(tags)}
            if change.favourite is not None:
                values["favourite"] = change.favourite
            connection.execute(update(jobs).where(jobs.c.number == row.number).values(values))

        return self._change_all(names, owner, apply, trashed=False)

    def trash(self, names: Iterable[str], owner: str) -> list[Job] | None:
        """Puts all these jobs into the trash, or none: then there is one that is not the owner's,
        and None is returned. A running job stops; it begins again if it is restored. What is in
        the trash counts no more against the owner's storage."""

        def apply(connection: Connection, row: Any) -> None:
            stopped, now = jobs.c.status == RUNNING, self._now(connection)
            values = {
                "trashed_at": now,
                "request_key": None,
                "status": case((stopped, QUEUED), else_=jobs.c.status),
                "attempts": case((stopped, jobs.c.attempts - 1), else_=jobs.c.attempts),
                "leased_until": case((stopped, now), else_=jobs.c.leased_until),
            }
            connection.execute(update(jobs).where(jobs.c.number == row.number).values(values))
            remove_stored(connection, row.id)

        return self._change_all(names, owner, apply, trashed=False)

    def restore(
        self,
        names: Iterable[str],
        owner: str,
        *,
        size: Callable[[Job], int],
        quota: Quota = Quota(),
    ) -> list[Job] | None:
        """Takes all these jobs out of the trash, or none: then there is one that is not in it, and
        None is returned. `size` gives the bytes of a job's files. Raises QuotaError if the owner
        would store more, or have more unfinished jobs, than the quota allows."""
        names = list(dict.fromkeys(names))
        wanted = JobFilter(owner=owner, trashed=True, ids=tuple(filter(str.isprintable, names)))
        found, _ = self.page(wanted, limit=len(names))
        sizes = {job.id: size(job) for job in found}  # which takes a while: nobody waits for it

        def apply(connection: Connection, row: Any) -> None:
            count = sizes[row.id] if row.id in sizes else size(Job.of(row))
            check_storage(connection, owner, count, quota.most_bytes)
            if not Job.of(row).ended:
                check_waiting(connection, owner, 1, quota.most_waiting)
            add_stored(connection, row.id, owner, count)
            same = jobs.c.number == row.number
            connection.execute(update(jobs).where(same).values(trashed_at=None))

        return self._change_all(names, owner, apply, trashed=True)

    def purge(self, names: Iterable[str], owner: str | None = None) -> list[str]:
        """Deletes jobs that are in the trash, and returns the ids of those that were."""
        purged = []
        with self.database.begin() as connection:
            now = self._now(connection)
            for name in names:
                gone = and_(is_job(name, owner), jobs.c.trashed_at.is_not(None))
                row = connection.execute(delete(jobs).where(gone).returning(jobs)).one_or_none()
                if row is not None:
                    remember_place(connection, row, now)
                    forget_child(connection, row.id)
                    purged.append(row.id)
        return purged

    def due(self, seconds: float = TRASH_SECONDS, limit: int = 100) -> list[str]:
        """The ids of jobs that have been in the trash for so many seconds, the oldest first."""
        with self.reading.begin() as connection:
            before = self._now(connection) - seconds
            query = select(jobs.c.id).where(jobs.c.trashed_at <= before)
            return list(
                connection.execute(query.order_by(jobs.c.trashed_at).limit(limit)).scalars()
            )

    def _change_all(
        self,
        names: Iterable[str],
        owner: str,
        apply: Callable[[Connection, Any], None],
        *,
        trashed: bool,
    ) -> list[Job] | None:
        wanted: Sequence[str] = list(dict.fromkeys(names))
        with self.database.begin() as connection:
            found = []
            for name in wanted:
                in_trash = jobs.c.trashed_at.is_not(None)
                same = and_(is_job(name, owner), in_trash) if trashed else has_id(name, owner)
                query = select(jobs).where(same).with_for_update()
                found.append(connection.execute(query).one_or_none())
            if None in found:
                return None
            for row in found:
                apply(connection, row)
            rows = [
                connection.execute(select(jobs).where(jobs.c.number == row.number)).one()
                for row in found
                if row is not None
            ]
        return [Job.of(row) for row in rows]

    def _now(self, connection: Connection) -> float:
        return clocks.now(connection, self.clock)
