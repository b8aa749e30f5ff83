"""Lists of jobs: which ones, in which order, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from sorairo.jobs.cursors import find_cursor
from sorairo.jobs.job import Job
from sorairo.jobs.library.tags import has_tag, normalized
from sorairo.jobs.schema import jobs

MAX_WORDS = 32  # of a search
_KIND = jobs.c.payload["command"].as_string()
_PROMPT = jobs.c.payload["video"]["prompt"].as_string()
_MODEL = jobs.c.payload["video"]["model"].as_string()


class Sort(StrEnum):
    """The order of a list."""

    ADDED = "added"
    """When jobs were submitted or imported."""
    CREATED = "created"
    """When their videos were requested, also those that were imported from elsewhere."""


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs a list has. None, "" and () leave a choice open."""

    owner: str | None = None
    """The id of an API key, "" for jobs without one; None: any."""
    hidden: str = ""
    """Jobs whose ids begin with this are left out."""
    text: str = ""
    """Words that the prompt or the tags contain, in any order."""
    tags: tuple[str, ...] = ()
    """Tags that a job must all have."""
    model: str = ""
    """The name of the model, as the request named it."""
    kind: tuple[str, ...] = ()
    """The commands that made it, such as "generate" or "extend"."""
    status: tuple[str, ...] = ()
    """Its states."""
    favourite: bool | None = None
    """Whether it is marked."""
    trashed: bool = False
    """Whether it is in the trash."""
    ids: tuple[str, ...] = ()
    """The ids of the jobs."""

    def condition(self) -> ColumnElement[bool]:
        """The condition on the rows of the table `jobs`."""
        in_trash = jobs.c.trashed_at.is_not(None)
        found: list[ColumnElement[bool]] = [in_trash if self.trashed else ~in_trash]
        if self.owner is not None:
            found.append(jobs.c.owner == self.owner)
        if self.hidden:
            found.append(~jobs.c.id.startswith(self.hidden, autoescape=True))
        if self.favourite is not None:
            found.append(jobs.c.favourite.is_(self.favourite))
        for column, values in (
            (_MODEL, (self.model,) if self.model else ()),
            (_KIND, self.kind),
            (jobs.c.status, self.status),
            (jobs.c.id, self.ids),
        ):
            if values:
                found.append(column.in_(values))
        found += [has_tag(normalized(tag)) for tag in self.tags]
        found += map(_contains, self.text.split()[:MAX_WORDS])
        return and_(*found)


def _contains(word: str) -> ColumnElement[bool]:
    texts = (_Bytes(_PROMPT), jobs.c.tags)
    return or_(*(text.icontains(word, autoescape=True) for text in texts))


class _Bytes(FunctionElement[str]):
    """The bytes of a text, for the `lower` that SQLite has here: earlier versions stored prompts
    with lone surrogates, which it does not pass as text."""

    type = String()
    inherit_cache = True


@compiles(_Bytes)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_Bytes, "sqlite")
def _as_blob(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


def page_of(
    connection: Connection,
    wanted: JobFilter,
    *,
    limit: int,
    after: str | None = None,
    newest_first: bool = True,
    sort: Sort = Sort.ADDED,
) -> tuple[list[Job], bool]:
    """Up to `limit` jobs that follow the job `after`, and whether there are more. The job `after`
    may be in the trash, or deleted meanwhile. Raises RequestError if there never was one."""
    query: Select[Any] = select(jobs).where(wanted.condition())
    by_creation = sort is Sort.CREATED
    if after is not None:
        last = find_cursor(connection, after, wanted.owner, by_creation=by_creation)
        query = query.where(last.follows(newest_first, by_creation=by_creation))
    place = (jobs.c.created_at, jobs.c.number) if by_creation else (jobs.c.number,)
    order = [each.desc() if newest_first else each for each in place]
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    return [Job.of(row) for row in rows[:limit]], len(rows) > limit
